//! [`LinearPoint`]: where a proximal Newton method on a linear model stands, with its rows, and the search along a step of the model.

use thalweg_core::{
    Archive, Checkpoint, Halt, Properties, Real, Result, RowComposite, Step, StepInfo, vector, visit_slice,
};

use crate::rows::Rows;

/// A point and its rows.
#[derive(Clone, Debug)]
pub(crate) struct LinearPoint<T> {
    pub(crate) x: Vec<T>,
    pub(crate) rows: Rows<T>,
}

impl<T: Real> Checkpoint for LinearPoint<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "x", &mut self.x)?;
        self.rows.visit(archive)
    }
}

impl<T: Real> LinearPoint<T> {
    /// Room for a point of a loss with `outputs` predictors a row.
    pub(crate) fn new(rows: usize, parameters: usize, outputs: usize) -> Self {
        Self { x: vec![T::ZERO; parameters], rows: Rows::new(rows, outputs) }
    }

    /// Evaluates at the start, moved onto a constraint that it lies outside of; returns F.
    pub(crate) fn start<O: RowComposite<T> + ?Sized>(
        &mut self,
        objective: &mut O,
        x0: &[T],
    ) -> Result<T, Halt> {
        self.x.copy_from_slice(x0);
        if !objective.penalty_value(&self.x).is_finite() {
            objective.prox(&mut self.x, Step::Scalar(T::ONE));
        }
        let value = self.evaluate(objective)?;
        if value.is_finite() && vector::all_finite(&self.rows.slopes) {
            Ok(value)
        } else {
            Err(Halt::NonFinite("the objective or its gradient at the start"))
        }
    }

    /// The rows of x; returns F.
    fn evaluate<O: RowComposite<T> + ?Sized>(&mut self, objective: &mut O) -> Result<T, Halt> {
        objective.predict(&self.x, &mut self.rows.eta);
        let smooth = self.rows.evaluate(objective)?;
        Ok(smooth + objective.penalty_value(&self.x))
    }

    /// Halves the way to the trial point until F, `value` here, falls by a share of what the model predicts, or rises no more than rounding does;
    /// moves there. Returns F and how far x moved.
    pub(crate) fn search<O: RowComposite<T> + ?Sized>(
        &mut self,
        objective: &mut O,
        trial: &mut Self,
        value: T,
        predicted: T,
        halvings: u32,
    ) -> Result<(T, T), Halt> {
        // F is rounded by its own ε and by that of each predictor's terms, which where columns lie far from 0 cancel in the predictor.
        let terms = objective.predictor_bound(&self.x);
        let steepness: T = self.rows.slopes.iter().map(|u| u.abs()).sum();
        let slack = T::EPSILON * (T::of(16.0) * value.abs() + T::of(4.0) * steepness * terms);
        let mut t = T::ONE;
        for _ in 0..=halvings {
            let there = trial.evaluate(objective)?;
            let enough = there <= value + T::of(1e-3) * t * predicted.min(T::ZERO) + slack;
            if enough && vector::all_finite(&trial.rows.slopes) {
                let moved = self.x.iter().zip(&trial.x).fold(T::ZERO, |m, (a, b)| m.max((*a - *b).abs()));
                if moved == T::ZERO {
                    return Err(Halt::Stalled("the model no longer moves the point"));
                }
                core::mem::swap(self, trial);
                // What rounding alone can do is no rise.
                return Ok((there.min(value), moved));
            }
            t *= T::of(0.5);
            for (x, old) in trial.x.iter_mut().zip(&self.x) {
                *x = T::of(0.5) * (*x + *old);
            }
        }
        Err(Halt::Stalled("no step along the Newton direction lowers the objective"))
    }
}

/// What a step reports that moved the point by `moved`, with F and the violation before it and after; the end where neither falls.
pub(crate) fn reached<T: Real>(before: (T, T), after: (T, T), moved: T) -> Result<StepInfo<T>, Halt> {
    let ((old, worst), (value, violation)) = (before, after);
    if value >= old && violation >= worst {
        return Err(Halt::Stalled("neither the objective nor the violation falls further"));
    }
    Ok(StepInfo {
        value,
        decrease: old - value,
        gradient_inf: violation,
        step_inf: moved,
        predicted_decrease: None,
    })
}

/// True if ℓ″ is the same everywhere and positive, so that one model's second derivative serves for good.
pub(crate) fn has_constant_curvature<T: Real>(properties: &Properties<T>) -> bool {
    properties.curvature_bound == Some(properties.strong_convexity) && properties.strong_convexity > T::ZERO
}

/// The rows' curvature w ℓ″/W, held above a floor in proportion to w/W, to `out`: a model needs some of it everywhere.
pub(crate) fn hold_above_floor<T: Real>(
    properties: &Properties<T>,
    curvature: &[T],
    weights: &[T],
    out: &mut [T],
) {
    let floor = floor_of(properties, weights, |i| curvature[i]);
    for (out, (h, w)) in out.iter_mut().zip(curvature.iter().zip(weights)) {
        *out = h.max(floor * *w);
    }
}

/// The least curvature a unit of weight that a model is given: a share of the loss's bound, or of the largest of a row where there is none.
pub(crate) fn floor_of<T: Real>(properties: &Properties<T>, weights: &[T], of_row: impl Fn(usize) -> T) -> T {
    let share = T::of(if properties.twice_differentiable { 1e-6 } else { 1e-3 });
    let rows = || weights.iter().enumerate().filter(|(_, w)| **w > T::ZERO);
    let largest = || rows().map(|(i, w)| of_row(i) / *w).fold(T::ZERO, |a, b| a.max(b));
    share * properties.curvature_bound.unwrap_or_else(largest)
}
