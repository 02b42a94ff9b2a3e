//! [`settle`]: the intercept that belongs to the coefficients of a point.

use thalweg_core::{Halt, LinearComposite, Real, vector};

use crate::rows::Rows;

/// Newton steps of an intercept between two steps of the coefficients at most.
const SETTLE: usize = 20;
/// The least curvature of a step, as a share of its bound.
const FLOOR: f64 = 1e-2;

/// Newton steps of an intercept alone until its slope is 0 to rounding; `value` is F. Returns F.
pub(super) fn settle<T: Real, O: LinearComposite<T> + ?Sized>(
    objective: &mut O,
    x: &mut [T],
    rows: &mut Rows<T>,
    mut value: T,
) -> Result<T, Halt> {
    if !objective.design().has_intercept() {
        return Ok(value);
    }
    let (mut left, mut share) = (vector::sum(&rows.slopes), T::ONE);
    // Where a loss is straight, as a hinge far from its bend, the bound of its curvature says how far.
    let least = T::of(FLOOR) * objective.properties().curvature_bound.unwrap_or(T::ZERO);
    for _ in 0..SETTLE {
        let mass = vector::sum(&rows.curvature).max(least);
        let by = -share * left / mass;
        let still = by.abs() <= T::EPSILON * x[0].abs();
        let rounding = T::of(8.0) * T::EPSILON * vector::norm1(&rows.slopes);
        if left.abs() <= rounding || mass <= T::ZERO || still || by.is_nan() {
            break;
        }
        let mut move_by = |rows: &mut Rows<T>, by: T| {
            x[0] += by;
            rows.eta.iter_mut().for_each(|eta| *eta += by);
            Ok::<_, Halt>((rows.evaluate(objective)?, vector::sum(&rows.slopes)))
        };
        let (found, slope) = move_by(rows, by)?;
        if found.is_finite() && slope.abs() < left.abs() {
            (value, left, share) = (found, slope, T::ONE);
        } else {
            // Too far.
            (value, left) = move_by(rows, -by)?;
            share *= T::of(0.5);
        }
    }
    Ok(value)
}
