//! What a penalty says of its kind: the quadratic part that smooth minimisers take over, and whether it is a constraint.

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
            let zero = subject.centre == 0.0 && b.iter().all(|b| *b == 0.0);
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

/// A penalty that is said to be a constraint takes the values 0 and +∞ only, the same for every λ; any other is 0 where λ is, wherever it is
/// finite.
///
/// # Errors
/// The violation.
pub fn constraint_is_honest(subject: &Subject) -> Verdict {
    let law = subject.law("constraint-is-honest");
    let constraint = subject.penalty.is_constraint();
    for b in subject.points() {
        let values = LAMBDAS.map(|lambda| subject.penalty.value(&b, lambda));
        let honest = if constraint {
            (values[0] == 0.0 || values[0] == f64::INFINITY) && values.iter().all(|v| *v == values[0])
        } else {
            values[0] == 0.0
        };
        law.require(honest, || {
            let said = if constraint { "a constraint" } else { "no constraint" };
            format!("said to be {said}, with values {values:?} for lambda = {LAMBDAS:?} at b = {b:?}")
        })?;
    }
    Ok(())
}
