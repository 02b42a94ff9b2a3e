//! The last Newton steps of a convex likelihood, in the coefficients that are reported, and their covariance.

use faer::Mat;
use thalweg_core::{Result, ScaledCholesky, vector};

/// Reciprocal condition of the scaled information below which no standard error has four digits.
const MIN_RCOND: f64 = 1e-12;

pub(crate) struct Polished {
    /// The inverse of the information; `None` if that is singular.
    pub(crate) covariance: Option<Mat<f64>>,
    /// The length of the last step in standard errors.
    pub(crate) length: f64,
}

/// Newton steps from x while they shrink. `derivatives` gives the gradient of minus the log-likelihood, a sum, and its Hessian.
pub(crate) fn polish(
    x: &mut [f64],
    mut derivatives: impl FnMut(&[f64]) -> Result<(Vec<f64>, Mat<f64>)>,
) -> Result<Polished> {
    let mut cholesky = ScaledCholesky::new(x.len());
    let mut length = f64::INFINITY;
    for _ in 0..4 {
        let (gradient, information) = derivatives(x)?;
        if cholesky.factor(information.as_ref()).is_none_or(|rcond| rcond < MIN_RCOND) {
            return Ok(Polished { covariance: None, length });
        }
        let mut step = gradient.clone();
        cholesky.solve(&mut step);
        let next = vector::dot(&gradient, &step).max(0.0).sqrt();
        // Rounding keeps steps from shrinking further.
        if next >= 0.5 * length {
            break;
        }
        length = next;
        vector::axpy(-1.0, &step, x);
    }
    Ok(Polished { covariance: Some(cholesky.inverse()), length })
}
