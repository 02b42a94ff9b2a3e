//! Coordinate descent for penalised linear models: proximal Newton steps, each solved by cyclic coordinate descent on a working set of columns.
//!
//! A step costs one gradient over all columns (np flops); on the working set K it then costs n|K|² flops for a Gram matrix and |K|² a sweep,
//! or n|K| a sweep where no Gram matrix is cheap. The columns whose optimality conditions are violated most enter K, twice as many as the
//! current support, which is always in it; a model whose curvature is constant (squared loss) is formed once for as long as K serves. Sweeps
//! are accelerated by extrapolation; a line search on F makes every loss safe.
//!
//! The rows' curvature ℓ″ is held above a floor of 1e-3 (or 1e-6 where ℓ″ is continuous) times its bound L, or times the largest row's where
//! no bound is known. With h bounded below the model is as convex as X allows even where ℓ″ vanishes or is negative, and proximal
//! Newton steps with a line search converge from anywhere (Lee, Sun and Saunders 2014); what the floor adds to the true curvature costs that
//! share of an error a Newton step.
//!
//! Source: Friedman, Hastie and Tibshirani, *Regularization paths for generalized linear models via coordinate descent*, J. Stat. Softw. 33
//! (2010); Bertrand, Klopfenstein, Bannier, Gidel and Massias, *Beyond L1: faster and better sparse models with skglm*, NeurIPS (2022), for
//! the working set; Lee, Sun and Saunders, *Proximal Newton-type methods*, SIAM J. Optim. 24 (2014).

use thalweg_core::{
    Archive, Blocks, Checkpoint, Error, Halt, Iterate, LinearComposite, Minimizer, Parameter, Real, Result,
    Step, StepInfo, Want, check_shape, vector, visit_real, visit_slice, visit_usize,
};

use crate::composite::{CompositeEntry, MakeComposite};

pub(crate) mod anderson;
mod quadratic;
mod working_set;

pub use quadratic::{Effort, Quadratic};

/// Options of coordinate descent.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct CoordinateDescent {
    /// Work on the columns that violate their optimality conditions most, rather than on all. Default true.
    pub working_set: bool,
    /// Columns in a working set at least. Default 100.
    pub smallest: usize,
    /// The violation that a step leaves on its working set, as a share of the one it met. Default 0.01.
    pub share: f64,
    /// Newton steps on one working set at most. Default 10.
    pub newton: u32,
    /// Sweeps over the coordinates in one Newton step at most. Default 1000.
    pub sweeps: u32,
    /// Step halvings before giving up. Default 40.
    pub halvings: u32,
}

impl Default for CoordinateDescent {
    fn default() -> Self {
        Self { working_set: true, smallest: 100, share: 0.01, newton: 10, sweeps: 1000, halvings: 40 }
    }
}

const WORKING_SET: Parameter = Parameter {
    name: "working-set",
    default: 1.0,
    rule: "it must be 1 (the columns that violate their optimality conditions most) or 0 (all columns)",
    summary: "whether to work on some of the columns at a time",
};

pub(crate) const ENTRY: CompositeEntry = CompositeEntry {
    name: "coordinate-descent",
    summary: "proximal Newton by coordinate descent on a working set; for penalties of single coefficients",
    parameters: &[WORKING_SET],
    example: "coordinate-descent:working-set=0",
    make: MakeComposite {
        f64: |values, driver, objective, x0| driver.minimize(&chosen(values)?, objective, x0),
        f32: |values, driver, objective, x0| driver.minimize(&chosen(values)?, objective, x0),
    },
};

fn chosen(values: &[f64]) -> Result<CoordinateDescent> {
    let working_set = match values {
        [] => true,
        [0.0] => false,
        [1.0] => true,
        [other, ..] => return Err(Error::invalid_parameter(WORKING_SET.name, other, WORKING_SET.rule)),
    };
    Ok(CoordinateDescent { working_set, ..CoordinateDescent::default() })
}

/// Point, rows, gradient, and the model of the working set.
#[derive(Clone, Debug)]
pub struct State<T> {
    x: Vec<T>,
    /// f and F at x.
    smooth: T,
    value: T,
    /// η, w ℓ′/W and w ℓ″/W of every row at x.
    eta: Vec<T>,
    slopes: Vec<T>,
    curvature: Vec<T>,
    /// ∇f(x), and the violation of every parameter.
    gradient: Vec<T>,
    scores: Vec<T>,
    violation: T,
    /// ℓ″ is the same everywhere, and so is the model's second derivative.
    constant: bool,
    model: Quadratic<T>,
    /// w/W of every row.
    weights: Vec<T>,
    /// The order in which columns enter; scratch.
    candidates: Vec<usize>,
    /// The point of a line search and its rows; scratch.
    trial: Trial<T>,
}

#[derive(Clone, Debug)]
struct Trial<T> {
    x: Vec<T>,
    eta: Vec<T>,
    slopes: Vec<T>,
    curvature: Vec<T>,
}

impl<T: Real> Trial<T> {
    fn new(rows: usize, parameters: usize) -> Self {
        let zeros = |n: usize| vec![T::ZERO; n];
        Self { x: zeros(parameters), eta: zeros(rows), slopes: zeros(rows), curvature: zeros(rows) }
    }
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "x", &mut self.x)?;
        visit_real(archive, "smooth", &mut self.smooth)?;
        visit_real(archive, "value", &mut self.value)?;
        visit_slice(archive, "eta", &mut self.eta)?;
        visit_slice(archive, "slopes", &mut self.slopes)?;
        visit_slice(archive, "curvature", &mut self.curvature)?;
        visit_slice(archive, "gradient", &mut self.gradient)?;
        visit_slice(archive, "scores", &mut self.scores)?;
        visit_real(archive, "violation", &mut self.violation)?;
        let columns = &mut self.model.columns;
        let mut length = columns.len();
        visit_usize(archive, "columns", &mut length)?;
        if length > columns.capacity() {
            check_shape("columns of the working set in the checkpoint", columns.capacity(), length)?;
        }
        columns.resize(length, 0);
        for k in columns.iter_mut() {
            visit_usize(archive, "column", k)?;
            if *k >= self.x.len() {
                check_shape("parameters in the checkpoint", self.x.len(), *k + 1)?;
            }
        }
        // What was formed from them is formed again.
        self.model.forget();
        Ok(())
    }
}

impl<T: Real, O: LinearComposite<T> + ?Sized> Minimizer<T, O> for CoordinateDescent {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        if !matches!(objective.penalty().blocks(), Blocks::Coordinates) {
            return Err(Halt::Input(Error::Unsupported {
                what: "coordinate descent with this penalty".to_owned(),
                why: "it acts on groups of coefficients".to_owned(),
                remedy: "use fista".to_owned(),
            }));
        }
        let (n, q, intercept) = (objective.design().rows(), x0.len(), objective.design().has_intercept());
        let properties = objective.properties();
        let constant = properties.curvature_bound == Some(properties.strong_convexity)
            && properties.strong_convexity > T::ZERO;
        let mut s = State {
            x: x0.to_vec(),
            smooth: T::INFINITY,
            value: T::INFINITY,
            eta: vec![T::ZERO; n],
            slopes: vec![T::ZERO; n],
            curvature: vec![T::ZERO; n],
            gradient: vec![T::ZERO; q],
            scores: vec![T::ZERO; q],
            violation: T::INFINITY,
            constant,
            model: Quadratic::new(n, q, intercept),
            weights: vec![T::ZERO; n],
            candidates: Vec::with_capacity(q),
            trial: Trial::new(n, q),
        };
        if !objective.penalty_value(&s.x).is_finite() {
            // A start outside a constraint is moved onto it.
            objective.prox(&mut s.x, Step::Scalar(T::ONE));
        }
        objective.weights(&mut s.weights);
        objective.predict(&s.x, &mut s.eta);
        s.smooth = objective.rows(&s.eta, Want::Curvature, &mut s.slopes, &mut s.curvature)?;
        s.value = s.smooth + objective.penalty_value(&s.x);
        if !s.value.is_finite() || !vector::all_finite(&s.slopes) {
            return Err(Halt::NonFinite("the objective or its gradient at the start"));
        }
        survey(objective, &mut s);
        Ok(s)
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        if s.violation == T::ZERO {
            return Err(Halt::Stalled("the optimality conditions hold exactly"));
        }
        if self.choose(objective, s) {
            s.model.forget();
        }
        let (value, violation, target) = (s.value, s.violation, s.violation * T::of(self.share));
        let mut moved = T::ZERO;
        for round in 0..self.newton.max(1) {
            let effort = Effort { tolerance: target, sweeps: self.sweeps, newton: false };
            match self.newton_step(objective, s, effort) {
                Ok(step) => moved = moved.max(step),
                // What an earlier round has gained is kept.
                Err(Halt::Stalled(_)) if round > 0 => break,
                Err(halt) => return Err(halt),
            }
            if s.constant || !self.working_set || self.refresh(objective, s) <= target {
                break;
            }
        }
        survey(objective, s);
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

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.x, value: s.value, gradient: None }
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}

/// The gradient by all parameters and what each violates.
fn survey<T: Real, O: LinearComposite<T> + ?Sized>(objective: &O, s: &mut State<T>) {
    objective.apply_transpose(&s.slopes, &mut s.gradient);
    let (penalty, lambda) = (objective.penalty(), objective.lambda());
    let first = usize::from(objective.design().has_intercept());
    s.violation = T::ZERO;
    for k in 0..s.x.len() {
        s.scores[k] = match k.checked_sub(first) {
            None => s.gradient[k].abs(),
            Some(j) => penalty.violation(j, &s.x[k..=k], &s.gradient[k..=k], lambda),
        };
        if s.scores[k] > s.violation || s.scores[k].is_nan() {
            s.violation = s.scores[k];
        }
    }
}

impl CoordinateDescent {
    /// One proximal Newton step on the working set; returns how far x moved.
    fn newton_step<T: Real, O: LinearComposite<T> + ?Sized>(
        &self,
        objective: &mut O,
        s: &mut State<T>,
        effort: Effort<T>,
    ) -> Result<T, Halt> {
        if !s.constant {
            s.model.forget();
        }
        weigh(objective, s);
        s.model.linearise(objective, &s.x, &s.gradient)?;
        s.model.descend(objective.design(), objective.penalty(), objective.lambda(), effort);
        let predicted = self.target(objective, s);
        let old = objective.penalty_value(&s.x);
        let predicted = predicted + objective.penalty_value(&s.trial.x) - old;
        self.search(objective, s, predicted)
    }

    /// Writes the model's minimiser to the trial point; returns its step's product with the gradient.
    fn target<T: Real, O: LinearComposite<T> + ?Sized>(&self, objective: &O, s: &mut State<T>) -> T {
        s.trial.x.copy_from_slice(&s.x);
        let mut slope = T::ZERO;
        for (k, b) in s.model.columns.iter().zip(&s.model.b) {
            slope += s.gradient[*k] * (*b - s.x[*k]);
            s.trial.x[*k] = *b;
        }
        if objective.design().has_intercept() {
            let step = s.model.intercept_step(s.gradient[0]);
            slope += s.gradient[0] * step;
            s.trial.x[0] += step;
        }
        slope
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
            if value <= s.value + T::of(1e-3) * t * predicted.min(T::ZERO) + slack
                && vector::all_finite(slopes)
            {
                let step = s.x.iter().zip(&*x).fold(T::ZERO, |m, (a, b)| m.max((*a - *b).abs()));
                if step == T::ZERO {
                    return Err(Halt::Stalled("coordinate descent no longer moves the point"));
                }
                core::mem::swap(&mut s.x, x);
                core::mem::swap(&mut s.eta, eta);
                core::mem::swap(&mut s.slopes, slopes);
                core::mem::swap(&mut s.curvature, curvature);
                s.smooth = smooth;
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

    /// The gradient by the working set alone, after a step on it; returns its largest violation.
    fn refresh<T: Real, O: LinearComposite<T> + ?Sized>(&self, objective: &O, s: &mut State<T>) -> T {
        let (design, penalty, lambda) = (objective.design(), objective.penalty(), objective.lambda());
        let total = vector::sum(&s.slopes);
        let first = usize::from(design.has_intercept());
        let mut largest = T::ZERO;
        if first == 1 {
            s.gradient[0] = total;
            largest = total.abs();
        }
        for k in &s.model.columns {
            let g = design.column_dot(*k, &s.slopes, total);
            s.gradient[*k] = g;
            largest = largest.max(penalty.violation(*k - first, &s.x[*k..=*k], &[g], lambda));
        }
        largest
    }
}

/// The rows' curvature, held above the floor.
fn weigh<T: Real, O: LinearComposite<T> + ?Sized>(objective: &O, s: &mut State<T>) {
    let properties = objective.properties();
    let share = T::of(if properties.twice_differentiable { 1e-6 } else { 1e-3 });
    let rows = || s.curvature.iter().zip(&s.weights);
    let floor = share
        * properties.curvature_bound.unwrap_or_else(|| {
            rows().filter(|(_, w)| **w > T::ZERO).map(|(h, w)| *h / *w).fold(T::ZERO, |a, b| a.max(b))
        });
    for (h, (curvature, w)) in s.model.h.iter_mut().zip(s.curvature.iter().zip(&s.weights)) {
        *h = curvature.max(floor * *w);
    }
}
