//! Bounds on the gradient and on the Hessian.

use thalweg_core::Want;

use super::{Subject, dot};
use crate::numeric::eigenvalues;
use crate::violation::Verdict;

/// ‖∂ℓ/∂η‖ ≤ `lipschitz` and no eigenvalue of the Hessian is beyond ±`curvature_bound`, at points and as difference quotients.
///
/// # Errors
/// The violation.
pub fn bounds_are_honest(subject: &Subject) -> Verdict {
    let law = subject.law("bounds-are-honest");
    let p = subject.properties();
    for (y, a) in subject.rows() {
        let at_a = subject.at(y, &a, Want::Curvature);
        if let Some(bound) = p.lipschitz {
            let found = dot(&at_a.gradient, &at_a.gradient).sqrt();
            law.require(found <= bound * (1.0 + 1e-12), || {
                format!(
                    "at y = {y:?}, eta = {a:?} the gradient has length {found:e}, beyond lipschitz = {bound}"
                )
            })?;
        }
        if let Some(bound) = p.curvature_bound {
            let values = eigenvalues(&at_a.hessian, a.len());
            let found = values[0].abs().max(values[values.len() - 1].abs());
            law.require(found <= bound * (1.0 + 1e-12), || {
                format!(
                    "at y = {y:?}, eta = {a:?} an eigenvalue is {found:e}, beyond curvature_bound = {bound}"
                )
            })?;
        }
        for b in subject.predictors("bounds", 4, 2.0) {
            let at_b = subject.at(y, &b, Want::Gradient);
            let distance = a.iter().zip(&b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
            let rise = (at_a.value - at_b.value).abs();
            let noise = 1e-13 * (1.0 + at_a.value.abs() + at_b.value.abs());
            law.require(rise <= p.lipschitz.unwrap_or(f64::INFINITY) * distance + noise, || {
                format!(
                    "at y = {y:?} the value rises by {rise:e} from {a:?} to {b:?}: lipschitz = {:?}",
                    p.lipschitz
                )
            })?;
            let turn =
                at_a.gradient.iter().zip(&at_b.gradient).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
            let noise = 1e-13 * (1.0 + dot(&at_a.gradient, &at_a.gradient).sqrt());
            law.require(turn <= p.curvature_bound.unwrap_or(f64::INFINITY) * distance + noise, || {
                format!(
                    "at y = {y:?} the gradient changes by {turn:e} from {a:?} to {b:?}: curvature_bound = {:?}",
                    p.curvature_bound
                )
            })?;
        }
    }
    Ok(())
}
