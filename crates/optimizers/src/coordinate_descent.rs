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
    StepInfo, check_shape, vector, visit_real, visit_slice, visit_usize,
};

use crate::composite::{CompositeEntry, MakeComposite};
use crate::linear_point::{LinearPoint, has_constant_curvature, hold_above_floor, reached};

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
    at: LinearPoint<T>,
    /// F.
    value: T,
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
    trial: LinearPoint<T>,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.at.visit(archive)?;
        visit_real(archive, "value", &mut self.value)?;
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
            if *k >= self.at.x.len() {
                check_shape("parameters in the checkpoint", self.at.x.len(), *k + 1)?;
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
        let mut s = State {
            at: LinearPoint::new(n, q, 1),
            value: T::INFINITY,
            gradient: vec![T::ZERO; q],
            scores: vec![T::ZERO; q],
            violation: T::INFINITY,
            constant: has_constant_curvature(&objective.properties()),
            model: Quadratic::new(n, q, intercept),
            weights: vec![T::ZERO; n],
            candidates: Vec::with_capacity(q),
            trial: LinearPoint::new(n, q, 1),
        };
        objective.weights(&mut s.weights);
        s.value = s.at.start(objective, x0)?;
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
        let (before, target) = ((s.value, s.violation), s.violation * T::of(self.share));
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
        reached(before, (s.value, s.violation), moved)
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.at.x, value: s.value, gradient: None }
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}

/// The gradient by all parameters and what each violates.
fn survey<T: Real, O: LinearComposite<T> + ?Sized>(objective: &O, s: &mut State<T>) {
    objective.apply_transpose(&s.at.rows.slopes, &mut s.gradient);
    let (penalty, lambda) = (objective.penalty(), objective.lambda());
    let first = usize::from(objective.design().has_intercept());
    s.violation = T::ZERO;
    for k in 0..s.at.x.len() {
        s.scores[k] = match k.checked_sub(first) {
            None => s.gradient[k].abs(),
            Some(j) => penalty.violation(j, &s.at.x[k..=k], &s.gradient[k..=k], lambda),
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
        hold_above_floor(&objective.properties(), &s.at.rows.curvature, &s.weights, &mut s.model.h);
        s.model.linearise(objective, &s.at.x, &s.gradient)?;
        s.model.descend(objective.design(), objective.penalty(), objective.lambda(), effort);
        let predicted = self.target(objective, s);
        let old = objective.penalty_value(&s.at.x);
        let predicted = predicted + objective.penalty_value(&s.trial.x) - old;
        let (value, moved) = s.at.search(objective, &mut s.trial, s.value, predicted, self.halvings)?;
        s.value = value;
        Ok(moved)
    }

    /// Writes the model's minimiser to the trial point; returns its step's product with the gradient.
    fn target<T: Real, O: LinearComposite<T> + ?Sized>(&self, objective: &O, s: &mut State<T>) -> T {
        s.trial.x.copy_from_slice(&s.at.x);
        let mut slope = T::ZERO;
        for (k, b) in s.model.columns.iter().zip(&s.model.b) {
            slope += s.gradient[*k] * (*b - s.at.x[*k]);
            s.trial.x[*k] = *b;
        }
        if objective.design().has_intercept() {
            let step = s.model.intercept_step(s.gradient[0]);
            slope += s.gradient[0] * step;
            s.trial.x[0] += step;
        }
        slope
    }

    /// The gradient by the working set alone, after a step on it; returns its largest violation.
    fn refresh<T: Real, O: LinearComposite<T> + ?Sized>(&self, objective: &O, s: &mut State<T>) -> T {
        let (design, penalty, lambda) = (objective.design(), objective.penalty(), objective.lambda());
        let total = vector::sum(&s.at.rows.slopes);
        let first = usize::from(design.has_intercept());
        let mut largest = T::ZERO;
        if first == 1 {
            s.gradient[0] = total;
            largest = total.abs();
        }
        for k in &s.model.columns {
            let g = design.column_dot(*k, &s.at.rows.slopes, total);
            s.gradient[*k] = g;
            largest = largest.max(penalty.violation(*k - first, &s.at.x[*k..=*k], &[g], lambda));
        }
        largest
    }
}
