//! The conjugate: Fenchel–Young with equality at u = ℓ′(η), and +∞ beyond the slopes that ℓ can take.

use thalweg_core::Weights;

use super::Subject;
use crate::numeric::close;
use crate::violation::Verdict;

/// ℓ(η) + ℓ*(u) ≥ uη with equality at u = ℓ′(η), ℓ*(u) = +∞ outside the closure of the slopes, and the block form sums with weights.
///
/// # Errors
/// The violation.
pub fn fenchel_young(subject: &Subject) -> Verdict {
    let law = subject.law("fenchel-young");
    if !subject.properties().conjugate_known {
        return Ok(());
    }
    let conjugate = |y: f64, u: f64| subject.wide.conjugate(&[y], &[u], Weights::Unit);
    for y in subject.targets() {
        let predictors = subject.predictors();
        let slopes: Vec<f64> = predictors.iter().map(|eta| subject.wide.at(y, *eta)[1]).collect();
        for (touch, u) in predictors.iter().zip(&slopes) {
            let dual = conjugate(y, *u);
            for eta in &predictors {
                let value = subject.wide.at(y, *eta)[0];
                let noise = 1e-12 * (1.0 + value.abs() + dual.abs() + (u * eta).abs() + y.abs());
                law.require(value + dual >= u * eta - noise, || {
                    format!("at y = {y}, eta = {eta}, u = {u}: {value:e} + {dual:e} < {:e}", u * eta)
                })?;
            }
            let value = subject.wide.at(y, *touch)[0];
            let size = value.abs().max(dual.abs()).max(y.abs()).max(1.0) * (1.0 + touch.abs());
            law.require(close(value + dual, u * touch, 1e-12, size), || {
                format!(
                    "no equality at y = {y}, u = l'({touch}) = {u}: {value:e} + {dual:e}, not {:e}",
                    u * touch
                )
            })?;
        }
        // Slopes that have stopped moving at η = ±10⁶ are the ends of the domain of ℓ*.
        for side in [-1.0, 1.0] {
            let [near, far] = [1e3, 1e6].map(|eta| subject.wide.at(y, side * eta)[1]);
            if subject.admits(side * 1e6) && far.is_finite() && close(near, far, 1e-12, 0.0) {
                let outside = far + side * 0.1 * (1.0 + far.abs());
                law.require(conjugate(y, outside) == f64::INFINITY, || {
                    format!("at y = {y} no slope exceeds {far}, yet the conjugate at {outside} is finite")
                })?;
            }
        }
        sums(subject, y, &slopes)?;
    }
    Ok(())
}

fn sums(subject: &Subject, y: f64, slopes: &[f64]) -> Verdict {
    let law = subject.law("fenchel-young");
    let targets = vec![y; slopes.len()];
    let weights: Vec<f64> = (0..slopes.len()).map(|i| (i % 4) as f64 * 0.5).collect();
    let one = |u: f64| subject.wide.conjugate(&[y], &[u], Weights::Unit);
    let expected: f64 =
        slopes.iter().zip(&weights).filter(|(_, w)| **w > 0.0).map(|(u, w)| w * one(*u)).sum();
    let size: f64 =
        slopes.iter().zip(&weights).filter(|(_, w)| **w > 0.0).map(|(u, w)| w * one(*u).abs()).sum();
    let block = subject.wide.conjugate(&targets, slopes, Weights::Each(&weights));
    law.require(close(block, expected, 1e-12, size), || {
        format!("at y = {y} a block gives {block:e}, its rows {expected:e}")
    })
}
