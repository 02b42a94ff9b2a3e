//! Convexity, along chords and by the eigenvalues of the Hessian.

use thalweg_core::Want;

use super::{Subject, along, dot, largest};
use crate::numeric::eigenvalues;
use crate::violation::Verdict;

/// A convex loss lies below its chords, a strongly convex one by ⅛μ‖a − b‖² more, and its Hessian has no eigenvalue below μ.
///
/// # Errors
/// The violation.
pub fn convexity_is_honest(subject: &Subject) -> Verdict {
    let law = subject.law("convexity-is-honest");
    let p = subject.properties();
    law.require(p.strong_convexity == 0.0 || p.convex, || {
        format!("strong_convexity is {} but convex is false", p.strong_convexity)
    })?;
    if !p.convex {
        return Ok(());
    }
    for (y, a) in subject.rows() {
        for b in subject.predictors("chords", 6, 4.0) {
            let difference: Vec<f64> = a.iter().zip(&b).map(|(a, b)| b - a).collect();
            let middle = subject.value(y, &along(&a, &difference, 0.5));
            let (left, right) = (subject.value(y, &a), subject.value(y, &b));
            let chord = 0.5 * (left + right) - 0.125 * p.strong_convexity * dot(&difference, &difference);
            let noise = 1e-14 * (left.abs() + right.abs() + (1.0 + largest(y)) * (largest(&a) + largest(&b)));
            law.require(middle <= chord + noise, || {
                format!(
                    "at y = {y:?} the middle of {a:?} and {b:?} is {middle:e}, above the chord's {chord:e}"
                )
            })?;
        }
        let h = subject.at(y, &a, Want::Curvature).hessian;
        let smallest = eigenvalues(&h, a.len())[0];
        let noise = 1e-13 * a.len() as f64 * largest(&h);
        law.require(smallest >= p.strong_convexity * (1.0 - 1e-12) - noise, || {
            let mu = p.strong_convexity;
            format!("at y = {y:?}, eta = {a:?} the smallest eigenvalue {smallest:e} is below {mu}")
        })?;
    }
    Ok(())
}
