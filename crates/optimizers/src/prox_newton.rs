//! Proximal Newton steps for any penalty: the quadratic model of f with its true Hessian, plus the penalty, minimised by accelerated proximal
//! gradient steps on a working set of blocks. A few passes over the data a step, and inside it only products with the model's columns.
//!
//! A line search on F makes every loss safe. The rows' curvature ℓ″ is held above a floor of 1e-3 (or 1e-6 where ℓ″ is continuous) times its
//! bound, or times the largest row's where no bound is known, which keeps the model as convex as X allows.
//!
//! Source: Lee, Sun and Saunders, *Proximal Newton-type methods for minimizing composite functions*, SIAM J. Optim. 24 (2014); Bertrand et
//! al., *Beyond L1: faster and better sparse models with skglm*, NeurIPS (2022), for the working set.

use core::ops::Range;

use thalweg_core::{
    Archive, Blocks, Checkpoint, Halt, Iterate, LinearComposite, Minimizer, Real, Result, Step, StepInfo,
    Want, check_shape, vector, visit_real, visit_slice, visit_usize,
};

use crate::composite::{CompositeEntry, MakeComposite};

mod inner;
mod model;
mod working_set;

pub(crate) use inner::Inner;
use inner::{Descent, Effort, Scratch};
use model::Model;

/// Options of the proximal Newton method.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct ProxNewton {
    /// Work on the blocks that violate their optimality conditions most, rather than on all. Default true.
    pub working_set: bool,
    /// Columns in a working set at least. Default 100.
    pub smallest: usize,
    /// The violation that a step leaves on its working set, as a share of the one it met. Default 0.01.
    pub share: f64,
    /// Newton steps on one working set at most. Default 10.
    pub newton: u32,
    /// Inner steps in one Newton step at most. Default 1000.
    pub sweeps: u32,
    /// Step halvings before giving up. Default 40.
    pub halvings: u32,
}

impl Default for ProxNewton {
    fn default() -> Self {
        Self { working_set: true, smallest: 100, share: 0.01, newton: 10, sweeps: 1000, halvings: 40 }
    }
}

pub(crate) const ENTRY: CompositeEntry = CompositeEntry {
    name: "prox-newton",
    summary: "proximal Newton with the true Hessian and accelerated inner steps; takes any penalty",
    parameters: &[],
    example: "prox-newton",
    make: MakeComposite {
        f64: |_, driver, objective, x0| driver.minimize(&ProxNewton::default(), objective, x0),
        f32: |_, driver, objective, x0| driver.minimize(&ProxNewton::default(), objective, x0),
    },
};

/// Point, rows, gradient, and the model of the working set.
#[derive(Clone, Debug)]
pub struct State<T> {
    x: Vec<T>,
    value: T,
    /// η, w ℓ′/W and w ℓ″/W of every row at x.
    eta: Vec<T>,
    slopes: Vec<T>,
    curvature: Vec<T>,
    /// ∇f(x), and the violation of every block.
    gradient: Vec<T>,
    scores: Vec<T>,
    violation: T,
    /// ℓ″ is the same everywhere, and so is the model's second derivative.
    constant: bool,
    /// The coefficients of every block.
    ranges: Vec<Range<usize>>,
    model: Model<T>,
    scratch: Scratch<T>,
    /// w/W of every row.
    weights: Vec<T>,
    /// The order in which blocks enter, and the point of a line search with its rows; scratch.
    candidates: Vec<usize>,
    trial: Trial<T>,
}

#[derive(Clone, Debug)]
struct Trial<T> {
    x: Vec<T>,
    eta: Vec<T>,
    slopes: Vec<T>,
    curvature: Vec<T>,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "x", &mut self.x)?;
        visit_real(archive, "value", &mut self.value)?;
        visit_slice(archive, "eta", &mut self.eta)?;
        visit_slice(archive, "slopes", &mut self.slopes)?;
        visit_slice(archive, "curvature", &mut self.curvature)?;
        visit_slice(archive, "gradient", &mut self.gradient)?;
        visit_slice(archive, "scores", &mut self.scores)?;
        visit_real(archive, "violation", &mut self.violation)?;
        visit_slice(archive, "curvature bounds", &mut self.scratch.lipschitz)?;
        let blocks = &mut self.model.blocks;
        let mut length = blocks.len();
        visit_usize(archive, "blocks", &mut length)?;
        if length > self.ranges.len() {
            check_shape("blocks of the working set in the checkpoint", self.ranges.len(), length)?;
        }
        blocks.resize(length, 0);
        for block in blocks.iter_mut() {
            visit_usize(archive, "block", block)?;
            if *block >= self.ranges.len() {
                check_shape("blocks in the checkpoint", self.ranges.len(), *block + 1)?;
            }
        }
        // What was formed from them is formed again.
        self.model.lay_out(|block| self.ranges[block].clone());
        Ok(())
    }
}

impl<T: Real, O: LinearComposite<T> + ?Sized> Minimizer<T, O> for ProxNewton {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        start(objective, x0)
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        self.advance(Inner::Accelerated, objective, s)
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        s.iterate()
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}

/// The state at x0.
pub(crate) fn start<T: Real, O: LinearComposite<T> + ?Sized>(
    objective: &mut O,
    x0: &[T],
) -> Result<State<T>, Halt> {
    let (n, q, intercept) = (objective.design().rows(), x0.len(), objective.design().has_intercept());
    let first = usize::from(intercept);
    let ranges: Vec<Range<usize>> = match objective.penalty().blocks() {
        Blocks::Coordinates => (0..q - first).map(|j| j..j + 1).collect(),
        Blocks::Groups(groups) => groups.clone(),
    };
    let properties = objective.properties();
    let constant = properties.curvature_bound == Some(properties.strong_convexity)
        && properties.strong_convexity > T::ZERO;
    let zeros = |n: usize| vec![T::ZERO; n];
    let mut s = State {
        x: x0.to_vec(),
        value: T::INFINITY,
        eta: zeros(n),
        slopes: zeros(n),
        curvature: zeros(n),
        gradient: zeros(q),
        scores: zeros(ranges.len()),
        violation: T::INFINITY,
        constant,
        model: Model::new(n, q, ranges.len(), intercept),
        scratch: Scratch::new(q - first, ranges.len()),
        weights: zeros(n),
        candidates: Vec::with_capacity(ranges.len()),
        ranges,
        trial: Trial { x: zeros(q), eta: zeros(n), slopes: zeros(n), curvature: zeros(n) },
    };
    if !objective.penalty_value(&s.x).is_finite() {
        // A start outside a constraint is moved onto it.
        objective.prox(&mut s.x, Step::Scalar(T::ONE));
    }
    objective.weights(&mut s.weights);
    objective.predict(&s.x, &mut s.eta);
    let smooth = objective.rows(&s.eta, Want::Curvature, &mut s.slopes, &mut s.curvature)?;
    s.value = smooth + objective.penalty_value(&s.x);
    if !s.value.is_finite() || !vector::all_finite(&s.slopes) {
        return Err(Halt::NonFinite("the objective or its gradient at the start"));
    }
    s.survey(objective);
    Ok(s)
}

impl<T: Real> State<T> {
    pub(crate) fn iterate(&self) -> Iterate<'_, T> {
        Iterate { x: &self.x, value: self.value, gradient: None }
    }

    /// The gradient by all parameters and what each block violates.
    fn survey<O: LinearComposite<T> + ?Sized>(&mut self, objective: &O) {
        objective.apply_transpose(&self.slopes, &mut self.gradient);
        let (penalty, lambda) = (objective.penalty(), objective.lambda());
        let first = usize::from(objective.design().has_intercept());
        self.violation = if first == 1 { self.gradient[0].abs() } else { T::ZERO };
        let (b, g) = (&self.x[first..], &self.gradient[first..]);
        for (k, range) in self.ranges.iter().enumerate() {
            let score = penalty.violation(k, &b[range.clone()], &g[range.clone()], lambda);
            self.scores[k] = score;
            if score > self.violation || score.is_nan() {
                self.violation = score;
            }
        }
    }

    /// The rows' curvature, held above the floor.
    fn weigh<O: LinearComposite<T> + ?Sized>(&mut self, objective: &O) {
        let properties = objective.properties();
        let share = T::of(if properties.twice_differentiable { 1e-6 } else { 1e-3 });
        let rows = || self.curvature.iter().zip(&self.weights);
        let floor = share
            * properties.curvature_bound.unwrap_or_else(|| {
                rows().filter(|(_, w)| **w > T::ZERO).map(|(h, w)| *h / *w).fold(T::ZERO, |a, b| a.max(b))
            });
        for (h, (curvature, w)) in self.model.h.iter_mut().zip(self.curvature.iter().zip(&self.weights)) {
            *h = curvature.max(floor * *w);
        }
    }

    /// The gradient by the working set alone, after a step on it; returns its largest violation.
    fn refresh<O: LinearComposite<T> + ?Sized>(&mut self, objective: &O) -> T {
        let (design, penalty, lambda) = (objective.design(), objective.penalty(), objective.lambda());
        let total = vector::sum(&self.slopes);
        let first = usize::from(design.has_intercept());
        let mut largest = T::ZERO;
        if first == 1 {
            self.gradient[0] = total;
            largest = total.abs();
        }
        for k in &self.model.columns {
            self.gradient[*k] = design.column_dot(*k, &self.slopes, total);
        }
        for block in &self.model.blocks {
            let range = first + self.ranges[*block].start..first + self.ranges[*block].end;
            let (b, g) = (&self.x[range.clone()], &self.gradient[range]);
            largest = largest.max(penalty.violation(*block, b, g, lambda));
        }
        largest
    }
}

impl ProxNewton {
    /// A step with the inner solver of the caller's choice.
    pub(crate) fn advance<T: Real, O: LinearComposite<T> + ?Sized>(
        &self,
        inner: Inner,
        objective: &mut O,
        s: &mut State<T>,
    ) -> Result<StepInfo<T>, Halt> {
        if s.violation == T::ZERO {
            return Err(Halt::Stalled("the optimality conditions hold exactly"));
        }
        if self.choose(objective, s) {
            s.model.lay_out(|block| s.ranges[block].clone());
            s.scratch.forget();
        }
        let (value, violation, target) = (s.value, s.violation, s.violation * T::of(self.share));
        let mut moved = T::ZERO;
        for round in 0..self.newton.max(1) {
            let effort = Effort { tolerance: target, sweeps: self.sweeps };
            match self.newton_step(inner, objective, s, effort) {
                Ok(step) => moved = moved.max(step),
                // What an earlier round has gained is kept.
                Err(Halt::Stalled(_)) if round > 0 => break,
                Err(halt) => return Err(halt),
            }
            if s.constant || !self.working_set || s.refresh(objective) <= target {
                break;
            }
        }
        s.survey(objective);
        if s.value >= value && s.violation >= violation {
            return Err(Halt::Stalled("neither the objective nor the violation falls further"));
        }
        Ok(StepInfo {
            value: s.value,
            decrease: value - s.value,
            gradient_inf: s.violation,
            step_inf: moved,
            predicted_decrease: None,
        })
    }

    /// One proximal Newton step on the working set; returns how far x moved.
    fn newton_step<T: Real, O: LinearComposite<T> + ?Sized>(
        &self,
        inner: Inner,
        objective: &mut O,
        s: &mut State<T>,
        effort: Effort<T>,
    ) -> Result<T, Halt> {
        if !s.constant {
            s.model.forget();
            s.scratch.forget();
        }
        s.weigh(objective);
        s.model.linearise(objective, &s.x, &s.gradient)?;
        let first = usize::from(objective.design().has_intercept());
        s.scratch.all.copy_from_slice(&s.x[first..]);
        Descent { objective: &*objective, model: &mut s.model, scratch: &mut s.scratch, effort }.run(inner);
        s.trial.x.copy_from_slice(&s.x);
        let mut predicted = -objective.penalty_value(&s.x);
        for (k, b) in s.model.columns.iter().zip(&s.model.b) {
            predicted += s.gradient[*k] * (*b - s.x[*k]);
            s.trial.x[*k] = *b;
        }
        if first == 1 {
            let step = s.model.intercept_step(s.gradient[0]);
            predicted += s.gradient[0] * step;
            s.trial.x[0] += step;
        }
        predicted += objective.penalty_value(&s.trial.x);
        self.search(objective, s, predicted)
    }

    /// Halves the way to the trial point until F falls by a share of what the model predicts, or rises no more than rounding does.
    fn search<T: Real, O: LinearComposite<T> + ?Sized>(
        &self,
        objective: &mut O,
        s: &mut State<T>,
        predicted: T,
    ) -> Result<T, Halt> {
        // F is rounded by its own ε and by that of each predictor's terms, which where columns lie far from 0 cancel in the predictor.
        let design = objective.design();
        let terms: T = s.x.iter().enumerate().map(|(k, x)| design.max_abs(k) * x.abs()).sum();
        let steepness: T = s.slopes.iter().map(|u| u.abs()).sum();
        let slack = T::EPSILON * (T::of(16.0) * s.value.abs() + T::of(4.0) * steepness * terms);
        let mut t = T::ONE;
        for _ in 0..=self.halvings {
            let Trial { x, eta, slopes, curvature } = &mut s.trial;
            objective.predict(x, eta);
            let smooth = objective.rows(eta, Want::Curvature, slopes, curvature)?;
            let value = smooth + objective.penalty_value(x);
            let enough = value <= s.value + T::of(1e-3) * t * predicted.min(T::ZERO) + slack;
            if enough && vector::all_finite(slopes) {
                let step = s.x.iter().zip(&*x).fold(T::ZERO, |m, (a, b)| m.max((*a - *b).abs()));
                if step == T::ZERO {
                    return Err(Halt::Stalled("the model no longer moves the point"));
                }
                core::mem::swap(&mut s.x, x);
                core::mem::swap(&mut s.eta, eta);
                core::mem::swap(&mut s.slopes, slopes);
                core::mem::swap(&mut s.curvature, curvature);
                // What rounding alone can do is no rise.
                s.value = value.min(s.value);
                return Ok(step);
            }
            t *= T::of(0.5);
            for (x, old) in s.trial.x.iter_mut().zip(&s.x) {
                *x = T::of(0.5) * (*x + *old);
            }
        }
        Err(Halt::Stalled("no step along the Newton direction lowers the objective"))
    }
}
