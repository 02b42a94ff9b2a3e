//! The proximal Newton method for losses with several predictors a row, such as one a class: the model holds the whole Hessian of the working
//! set, across outputs too, and its intercepts are eliminated.
//!
//! A step forms K(K + 1)/2 Gram matrices of the columns in the working set, one for each pair of outputs. What works on one class after the
//! other (glmnet) or with a bound of the curvature (majorisation) needs none, but many more rounds where classes pull on one another.
//!
//! Source: as for [`ProxNewton`]; Simon, Friedman and Hastie, *A blockwise descent algorithm for group-penalized multiresponse and multinomial
//! regression*, arXiv:1311.6529 (2013), for the problem and what it is compared with.

use core::ops::Range;

use faer::MatRef;
use thalweg_core::{
    Archive, Blocks, Checkpoint, Halt, Iterate, Minimizer, OutputsComposite, Real, Result, ScaledCholesky,
    StepInfo, vector, visit_real, visit_slice,
};

use super::inner::{Descent, Effort, Inner, Scratch};
use super::model::Model;
use super::{ProxNewton, visit_blocks};
use crate::linear_point::{LinearPoint, floor_of};

/// Options of the proximal Newton method for several outputs.
#[derive(Copy, Clone, Debug, PartialEq, Default)]
pub struct OutputsNewton {
    /// Working sets, accuracy and effort, with their defaults.
    pub outer: ProxNewton,
}

/// Point, rows, gradient, and the model of the working set.
pub struct OutputsState<T: Real> {
    at: LinearPoint<T>,
    /// F.
    value: T,
    /// ∇f(x), and the violation of every block.
    gradient: Vec<T>,
    scores: Vec<T>,
    violation: T,
    /// The coefficients of every block.
    ranges: Vec<Range<usize>>,
    /// Of the coefficients alone.
    model: Model<T>,
    scratch: Scratch<T>,
    intercepts: Intercepts<T>,
    /// w/W of every row, and the rows' curvature held above a floor.
    weights: Vec<T>,
    h: Vec<T>,
    /// The order in which blocks enter, and the point of a line search with its rows; scratch.
    candidates: Vec<usize>,
    trial: LinearPoint<T>,
}

/// The part of the Hessian that belongs to K intercepts, which are eliminated: with A their own block and B that by coefficient and intercept,
/// H̃ = H − BA⁻¹Bᵀ and g̃ = g − BA⁻¹g₀.
struct Intercepts<T: Real> {
    /// K, or 0 without intercepts.
    count: usize,
    own: ScaledCholesky<T>,
    /// m×K, column-major.
    border: Vec<T>,
}

impl<T: Real> Checkpoint for OutputsState<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.at.visit(archive)?;
        visit_real(archive, "value", &mut self.value)?;
        visit_slice(archive, "gradient", &mut self.gradient)?;
        visit_slice(archive, "scores", &mut self.scores)?;
        visit_real(archive, "violation", &mut self.violation)?;
        visit_blocks(archive, &mut self.model, &self.ranges)
    }
}

impl<T: Real, O: OutputsComposite<T> + ?Sized> Minimizer<T, O> for OutputsNewton {
    type State = OutputsState<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<OutputsState<T>, Halt> {
        let (n, k, q) = (objective.design().rows(), objective.outputs(), x0.len());
        let first = if objective.design().has_intercept() { k } else { 0 };
        let ranges: Vec<Range<usize>> = match objective.penalty().blocks() {
            Blocks::Coordinates => (0..q - first).map(|j| j..j + 1).collect(),
            Blocks::Groups(groups) => groups.clone(),
        };
        let zeros = |n: usize| vec![T::ZERO; n];
        let mut s = OutputsState {
            at: LinearPoint::new(n, q, k),
            value: T::INFINITY,
            gradient: zeros(q),
            scores: zeros(ranges.len()),
            violation: T::INFINITY,
            model: Model::new(0, q - first, ranges.len(), false),
            scratch: Scratch::new(q - first, ranges.len()),
            intercepts: Intercepts { count: first, own: ScaledCholesky::new(first), border: Vec::new() },
            weights: zeros(n),
            h: zeros(n * k * k),
            candidates: Vec::with_capacity(ranges.len()),
            ranges,
            trial: LinearPoint::new(n, q, k),
        };
        objective.weights(&mut s.weights);
        s.value = s.at.start(objective, x0)?;
        s.survey(objective);
        Ok(s)
    }

    fn step(&self, objective: &mut O, s: &mut OutputsState<T>) -> Result<StepInfo<T>, Halt> {
        if s.violation == T::ZERO {
            return Err(Halt::Stalled("the optimality conditions hold exactly"));
        }
        let first = s.intercepts.count;
        let OutputsState { at, scores, ranges, candidates, model, .. } = s;
        let penalty = (objective.penalty(), objective.lambda());
        if self.outer.choose(penalty, (&at.x[first..], scores), ranges, false, candidates, model) {
            model.lay_out(|block| ranges[block].clone());
        }
        let (value, violation, target) = (s.value, s.violation, s.violation * T::of(self.outer.share));
        let mut moved = T::ZERO;
        for round in 0..self.outer.newton.max(1) {
            match self.newton_step(objective, s, target) {
                Ok(step) => moved = moved.max(step),
                // What an earlier round has gained is kept.
                Err(Halt::Stalled(_)) if round > 0 => break,
                Err(halt) => return Err(halt),
            }
            if !self.outer.working_set || s.refresh(objective) <= target {
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

    fn iterate<'s>(&self, s: &'s OutputsState<T>) -> Iterate<'s, T> {
        Iterate { x: &s.at.x, value: s.value, gradient: None }
    }

    fn name(&self) -> &'static str {
        "outputs-newton"
    }
}

impl OutputsNewton {
    /// One proximal Newton step on the working set; returns how far x moved.
    fn newton_step<T: Real, O: OutputsComposite<T> + ?Sized>(
        &self,
        objective: &mut O,
        s: &mut OutputsState<T>,
        target: T,
    ) -> Result<T, Halt> {
        let k = objective.outputs();
        let OutputsState { at, gradient, model, scratch, intercepts, weights, h, trial, .. } = s;
        let first = intercepts.count;
        h.copy_from_slice(&at.rows.curvature);
        let diagonal = |i: usize| (0..k).map(move |a| i * k * k + a * (k + 1));
        let largest = |i: usize| diagonal(i).map(|at| h[at]).fold(T::ZERO, |a, b| a.max(b));
        let floor = floor_of(&objective.properties(), weights, largest);
        for (i, w) in weights.iter().enumerate() {
            diagonal(i).for_each(|at| h[at] += floor * *w);
        }
        model.take_hessian(|columns, gram| {
            intercepts.border.resize(intercepts.border.len().max(columns.len() * first), T::ZERO);
            objective.hessian(columns, h, gram, &mut intercepts.border)?;
            intercepts.eliminate(columns.len(), h, k, gram)
        })?;
        // The gradient of the model where it is made: that of the coefficients once the intercepts have followed.
        let mut pull = gradient[..first].to_vec();
        intercepts.own.solve(&mut pull);
        let mut reduced = gradient[first..].to_vec();
        for (i, c) in model.columns.iter().enumerate() {
            reduced[*c] -= intercepts.row(model.len(), i).zip(&pull).map(|(b, p)| b * *p).sum::<T>();
        }
        scratch.forget();
        model.centre_at(&at.x[first..], &reduced);
        scratch.all.copy_from_slice(&at.x[first..]);
        let (design, penalty, lambda) = (objective.design(), objective.penalty(), objective.lambda());
        let effort = Effort { tolerance: target, sweeps: self.outer.sweeps };
        Descent { design, penalty, lambda, model, scratch, effort }.run(Inner::Blocks);

        trial.x.copy_from_slice(&at.x);
        let mut predicted = -objective.penalty_value(&at.x);
        let mut step = gradient[..first].to_vec();
        for (i, (c, b)) in model.columns.iter().zip(&model.b).enumerate() {
            let change = *b - at.x[first + c];
            predicted += gradient[first + c] * change;
            trial.x[first + c] = *b;
            if change != T::ZERO {
                step.iter_mut().zip(intercepts.row(model.len(), i)).for_each(|(s, b)| *s += b * change);
            }
        }
        intercepts.own.solve(&mut step);
        for ((x, g), step) in trial.x.iter_mut().zip(gradient.iter()).zip(&step) {
            *x -= *step;
            predicted -= *g * *step;
        }
        predicted += objective.penalty_value(&trial.x);
        let (value, moved) = at.search(objective, trial, s.value, predicted, self.outer.halvings)?;
        s.value = value;
        Ok(moved)
    }
}

impl<T: Real> Intercepts<T> {
    /// The entries of coefficient i among m with every intercept.
    fn row(&self, m: usize, i: usize) -> impl Iterator<Item = T> + '_ {
        self.border.iter().skip(i).step_by(m.max(1)).take(self.count).copied()
    }

    /// H̃ from H, m×m, by the rows' curvature `h`, n blocks of K×K.
    fn eliminate(&mut self, m: usize, h: &[T], k: usize, gram: &mut [T]) -> Result<(), Halt> {
        if self.count == 0 {
            return Ok(());
        }
        let mut own = vec![T::ZERO; k * k];
        h.chunks_exact(k * k).for_each(|h| vector::axpy(T::ONE, h, &mut own));
        if self.own.factor(MatRef::from_column_major_slice(&own, k, k)).is_none() {
            return Err(Halt::Stalled("the loss has no curvature in its intercepts"));
        }
        let mut solved = vec![T::ZERO; k];
        for j in 0..m {
            solved.iter_mut().zip(self.row(m, j)).for_each(|(s, b)| *s = b);
            self.own.solve(&mut solved);
            for (a, s) in solved.iter().enumerate() {
                vector::axpy(-*s, &self.border[a * m..(a + 1) * m], &mut gram[j * m..(j + 1) * m]);
            }
        }
        Ok(())
    }
}

impl<T: Real> OutputsState<T> {
    /// The gradient by all parameters and what each block violates.
    fn survey<O: OutputsComposite<T> + ?Sized>(&mut self, objective: &O) {
        objective.apply_transpose(&self.at.rows.slopes, &mut self.gradient);
        let (penalty, lambda, first) = (objective.penalty(), objective.lambda(), self.intercepts.count);
        self.violation = vector::norm_inf(&self.gradient[..first]);
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
    fn refresh<O: OutputsComposite<T> + ?Sized>(&mut self, objective: &O) -> T {
        let (design, penalty, lambda) = (objective.design(), objective.penalty(), objective.lambda());
        let (n, first, intercept) =
            (design.rows(), self.intercepts.count, usize::from(design.has_intercept()));
        let slopes = |k: usize| &self.at.rows.slopes[k * n..(k + 1) * n];
        let totals: Vec<T> = (0..objective.outputs()).map(|k| vector::sum(slopes(k))).collect();
        self.gradient[..first].copy_from_slice(&totals[..first]);
        let mut largest = vector::norm_inf(&self.gradient[..first]);
        for c in &self.model.columns {
            let (j, k) = objective.place(*c);
            self.gradient[first + c] = design.column_dot(intercept + j, slopes(k), totals[k]);
        }
        for block in &self.model.blocks {
            let range = first + self.ranges[*block].start..first + self.ranges[*block].end;
            let (b, g) = (&self.at.x[range.clone()], &self.gradient[range]);
            largest = largest.max(penalty.violation(*block, b, g, lambda));
        }
        largest
    }
}
