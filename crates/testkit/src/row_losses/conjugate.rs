//! The conjugate: Fenchel–Young with equality at u = ∂ℓ/∂η, and +∞ beyond the slopes that ℓ can take.

use thalweg_core::Want;

use super::{Subject, direction, dot, largest};
use crate::numeric::close;
use crate::violation::Verdict;

/// ℓ(η) + ℓ*(u) ≥ uᵀη with equality at u = ∂ℓ/∂η; ℓ*(u) = +∞ at slopes longer than `lipschitz`, and at slopes that do not sum to 0 where
/// shifts change nothing.
///
/// # Errors
/// The violation.
pub fn fenchel_young(subject: &Subject) -> Verdict {
    let law = subject.law("fenchel-young");
    let p = subject.properties();
    if !p.conjugate_known {
        return Ok(());
    }
    let others = [0.3, 3.0, 20.0].map(|scale| subject.predictors("young", 6, scale)).concat();
    for (i, (y, touch)) in subject.rows().into_iter().enumerate() {
        let at = subject.at(y, &touch, Want::Gradient);
        let u = &at.gradient;
        let dual = subject.wide.conjugate(y, u);
        for eta in &others {
            let value = subject.value(y, eta);
            let noise = 1e-12 * (1.0 + value.abs() + dual.abs() + largest(u) * largest(eta) + largest(y));
            law.require(value + dual >= dot(u, eta) - noise, || {
                format!("at y = {y:?}, eta = {eta:?}, u = {u:?}: {value:e} + {dual:e} < {:e}", dot(u, eta))
            })?;
        }
        let size = at.value.abs().max(dual.abs()).max(largest(y)).max(1.0) * (1.0 + largest(&touch));
        law.require(close(at.value + dual, dot(u, &touch), 1e-12, size), || {
            let expected = dot(u, &touch);
            format!("no equality at y = {y:?}, eta = {touch:?}: {:e} + {dual:e}, not {expected:e}", at.value)
        })?;
        let mut outside = Vec::new();
        if let Some(bound) = p.lipschitz {
            let v = direction("outside", i, u.len());
            outside.push(v.iter().map(|v| 1.01 * bound * v).collect::<Vec<f64>>());
        }
        if subject.wide.shift_invariant() {
            outside.push(u.iter().map(|u| u + 1e-3).collect());
        }
        for u in outside {
            law.require(subject.wide.conjugate(y, &u) == f64::INFINITY, || {
                format!("at y = {y:?} no slope is {u:?}, yet the conjugate there is finite")
            })?;
        }
    }
    Ok(())
}
