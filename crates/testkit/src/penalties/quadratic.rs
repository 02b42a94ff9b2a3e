//! The quadratic part that smooth minimisers take over is really part of the penalty.

use super::{LAMBDAS, Subject};
use crate::numeric::close;
use crate::violation::Verdict;

/// P(0) = 0 ≤ P (or +∞, where a constraint excludes 0); P is ½Σdⱼbⱼ² where it is said to be quadratic, and at least that where it has a quadratic part.
///
/// # Errors
/// The violation.
pub fn quadratic_part_is_honest(subject: &Subject) -> Verdict {
    let law = subject.law("quadratic-part-is-honest");
    for lambda in LAMBDAS {
        let part = subject.penalty.quadratic_part(lambda);
        law.require(part.is_some() || !subject.penalty.is_quadratic(), || {
            "is_quadratic, but there is no quadratic part".to_owned()
        })?;
        for b in subject.points() {
            let value = subject.penalty.value(&b, lambda);
            let zero = b.iter().all(|b| *b == 0.0);
            law.require(value >= 0.0 && (!zero || value == 0.0 || value == f64::INFINITY), || {
                format!("lambda = {lambda}, b = {b:?}: value {value:e}")
            })?;
            let Some(part) = &part else { continue };
            let square: f64 = b.iter().enumerate().map(|(j, b)| 0.5 * part.at(j) * b * b).sum();
            let consistent = if subject.penalty.is_quadratic() {
                close(value, square, 1e-13, 0.0)
            } else {
                value >= square * (1.0 - 1e-13)
            };
            law.require(consistent, || {
                format!("lambda = {lambda}, b = {b:?}: value {value:e}, quadratic part {square:e}")
            })?;
        }
    }
    Ok(())
}
