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
    Archive, Blocks, Checkpoint, Halt, Iterate, LinearComposite, Minimizer, Real, Result, StepInfo,
    check_shape, vector, visit_real, visit_slice, visit_usize,
};

use crate::composite::{CompositeEntry, MakeComposite};
use crate::linear_point::{LinearPoint, has_constant_curvature, hold_above_floor, reached};

mod inner;
mod model;
mod outputs;
mod working_set;

pub(crate) use inner::Inner;
use inner::{Descent, Effort, Scratch};
use model::Model;
pub use outputs::{OutputsNewton, OutputsState};

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
    at: LinearPoint<T>,
    /// F.
    value: T,
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
    trial: LinearPoint<T>,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.at.visit(archive)?;
        visit_real(archive, "value", &mut self.value)?;
        visit_slice(archive, "gradient", &mut self.gradient)?;
        visit_slice(archive, "scores", &mut self.scores)?;
        visit_real(archive, "violation", &mut self.violation)?;
        visit_slice(archive, "curvature bounds", &mut self.scratch.lipschitz)?;
        visit_blocks(archive, &mut self.model, &self.ranges)
    }
}

/// The blocks of a model; what was formed from them is formed again.
fn visit_blocks<T: Real>(
    archive: &mut dyn Archive,
    model: &mut Model<T>,
    ranges: &[Range<usize>],
) -> Result<()> {
    let mut length = model.blocks.len();
    visit_usize(archive, "blocks", &mut length)?;
    if length > ranges.len() {
        check_shape("blocks of the working set in the checkpoint", ranges.len(), length)?;
    }
    model.blocks.resize(length, 0);
    for block in &mut model.blocks {
        visit_usize(archive, "block", block)?;
        if *block >= ranges.len() {
            check_shape("blocks in the checkpoint", ranges.len(), *block + 1)?;
        }
    }
    model.lay_out(|block| ranges[block].clone());
    Ok(())
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
    let zeros = |n: usize| vec![T::ZERO; n];
    let mut s = State {
        at: LinearPoint::new(n, q, 1),
        value: T::INFINITY,
        gradient: zeros(q),
        scores: zeros(ranges.len()),
        violation: T::INFINITY,
        constant: has_constant_curvature(&objective.properties()),
        model: Model::new(n, q, ranges.len(), intercept),
        scratch: Scratch::new(q - first, ranges.len()),
        weights: zeros(n),
        candidates: Vec::with_capacity(ranges.len()),
        ranges,
        trial: LinearPoint::new(n, q, 1),
    };
    objective.weights(&mut s.weights);
    s.value = s.at.start(objective, x0)?;
    s.survey(objective);
    Ok(s)
}

impl<T: Real> State<T> {
    pub(crate) fn iterate(&self) -> Iterate<'_, T> {
        Iterate { x: &self.at.x, value: self.value, gradient: None }
    }

    /// The gradient by all parameters and what each block violates.
    fn survey<O: LinearComposite<T> + ?Sized>(&mut self, objective: &O) {
        objective.apply_transpose(&self.at.rows.slopes, &mut self.gradient);
        let (penalty, lambda) = (objective.penalty(), objective.lambda());
        let first = usize::from(objective.design().has_intercept());
        self.violation = if first == 1 { self.gradient[0].abs() } else { T::ZERO };
        let (b, g) = (&self.at.x[first..], &self.gradient[first..]);
        for (k, range) in self.ranges.iter().enumerate() {
            let score = penalty.violation(k, &b[range.clone()], &g[range.clone()], lambda);
            self.scores[k] = score;
            if score > self.violation || score.is_nan() {
                self.violation = score;
            }
        }
    }

    /// The gradient by the working set alone, after a step on it; returns its largest violation.
    fn refresh<O: LinearComposite<T> + ?Sized>(&mut self, objective: &O) -> T {
        let (design, penalty, lambda) = (objective.design(), objective.penalty(), objective.lambda());
        let total = vector::sum(&self.at.rows.slopes);
        let first = usize::from(design.has_intercept());
        let mut largest = T::ZERO;
        if first == 1 {
            self.gradient[0] = total;
            largest = total.abs();
        }
        for k in &self.model.columns {
            self.gradient[*k] = design.column_dot(*k, &self.at.rows.slopes, total);
        }
        for block in &self.model.blocks {
            let range = first + self.ranges[*block].start..first + self.ranges[*block].end;
            let (b, g) = (&self.at.x[range.clone()], &self.gradient[range]);
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
        // With constant curvature the old set's Gram matrix is worth keeping: its blocks stay.
        let keep = s.constant && s.model.len() <= objective.gram_limit() / 2;
        let first = usize::from(objective.design().has_intercept());
        let State { at, scores, ranges, candidates, model, .. } = s;
        let penalty = (objective.penalty(), objective.lambda());
        if self.choose(penalty, (&at.x[first..], scores), ranges, keep, candidates, model) {
            s.model.lay_out(|block| s.ranges[block].clone());
            s.scratch.forget();
        }
        let (before, target) = ((s.value, s.violation), s.violation * T::of(self.share));
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
        reached(before, (s.value, s.violation), moved)
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
        hold_above_floor(&objective.properties(), &s.at.rows.curvature, &s.weights, &mut s.model.h);
        s.model.linearise(objective, &s.at.x, &s.gradient)?;
        let first = usize::from(objective.design().has_intercept());
        s.scratch.all.copy_from_slice(&s.at.x[first..]);
        let (design, penalty, lambda) = (objective.design(), objective.penalty(), objective.lambda());
        Descent { design, penalty, lambda, model: &mut s.model, scratch: &mut s.scratch, effort }.run(inner);
        s.trial.x.copy_from_slice(&s.at.x);
        let mut predicted = -objective.penalty_value(&s.at.x);
        for (k, b) in s.model.columns.iter().zip(&s.model.b) {
            predicted += s.gradient[*k] * (*b - s.at.x[*k]);
            s.trial.x[*k] = *b;
        }
        if first == 1 {
            let step = s.model.intercept_step(s.gradient[0]);
            predicted += s.gradient[0] * step;
            s.trial.x[0] += step;
        }
        predicted += objective.penalty_value(&s.trial.x);
        let (value, moved) = s.at.search(objective, &mut s.trial, s.value, predicted, self.halvings)?;
        s.value = value;
        Ok(moved)
    }
}
