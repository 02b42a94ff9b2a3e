//! Hessians: symmetric, semidefinite in expectation, and equal to their action on a vector.

use thalweg_core::Want;

use super::{Subject, direction, largest};
use crate::numeric::{close, eigenvalues};
use crate::violation::Verdict;

const HESSIANS: [Want; 2] = [Want::Fisher, Want::Curvature];

/// Both triangles of the exact and of the expected Hessian hold the same numbers, up to their last bits.
///
/// # Errors
/// The violation.
pub fn hessians_are_symmetric(subject: &Subject) -> Verdict {
    let law = subject.law("hessians-are-symmetric");
    let k = subject.wide.outputs();
    for (y, eta) in subject.rows() {
        for want in HESSIANS {
            let h = subject.at(y, &eta, want).hessian;
            for (i, j) in (0..k).flat_map(|i| (0..i).map(move |j| (i, j))) {
                law.require(close(h[i * k + j], h[j * k + i], 4.0 * f64::EPSILON, 0.0), || {
                    let (below, above) = (h[i * k + j], h[j * k + i]);
                    format!("{want:?} at y = {y:?}, eta = {eta:?}: entry ({i}, {j}) is {below:e}, ({j}, {i}) {above:e}")
                })?;
            }
        }
    }
    Ok(())
}

/// `hessian_action` is the Hessian, exact or expected, times a vector: to the rounding of K terms.
///
/// # Errors
/// The violation.
pub fn hessian_actions_agree(subject: &Subject) -> Verdict {
    let law = subject.law("hessian-actions-agree");
    let k = subject.wide.outputs();
    let (mut out, mut scratch) = (vec![0.0; k], vec![f64::NAN; subject.wide.action_scratch()]);
    for (i, (y, eta)) in subject.rows().into_iter().enumerate() {
        let v = direction("action", i, k);
        for want in HESSIANS {
            out.fill(f64::NAN);
            subject.wide.hessian_action(y, &eta, want, &v, &mut out, &mut scratch);
            let h = subject.at(y, &eta, want).hessian;
            for (j, (found, row)) in out.iter().zip(h.chunks_exact(k)).enumerate() {
                let expected: f64 = super::dot(row, &v);
                let size: f64 = row.iter().zip(&v).map(|(h, v)| (h * v).abs()).sum();
                law.require(close(*found, expected, 1e-13 * k as f64, size.max(1e-14 * largest(&h))), || {
                    format!("{want:?} at y = {y:?}, eta = {eta:?}, v = {v:?}: entry {j} of Hv is {found:e}, the product {expected:e}")
                })?;
            }
        }
    }
    Ok(())
}

/// The expected Hessian is an information matrix: its eigenvalues are not negative.
///
/// # Errors
/// The violation.
pub fn expected_hessians_are_semidefinite(subject: &Subject) -> Verdict {
    let law = subject.law("expected-hessians-are-semidefinite");
    for (y, eta) in subject.rows() {
        let h = subject.at(y, &eta, Want::Fisher).hessian;
        let values = eigenvalues(&h, eta.len());
        law.require(values[0] >= -1e-13 * eta.len() as f64 * largest(&h), || {
            format!("at y = {y:?}, eta = {eta:?} its smallest eigenvalue is {:e}", values[0])
        })?;
    }
    Ok(())
}
