//! Newton's step on the support by one Cholesky factorisation of its Gram matrix. What coordinate descent does in a number of sweeps that grows
//! with the condition of the support, this does at once: a³/3 flops for a columns.

use thalweg_core::{Real, ScaledCholesky};

use super::Quadratic;
use super::support::Smooth;

impl<T: Real> Quadratic<T> {
    /// The solution δ of (H̃ + D)δ = −(g + P′) on the support; `None` if that is not positive definite.
    pub(super) fn cholesky_step(&self, smooth: &Smooth<T>) -> Option<Vec<T>> {
        let support = &smooth.support;
        let mut cholesky = ScaledCholesky::new(support.len());
        cholesky.factor_entries(|r, c| {
            let h = self.gram[support[c] * self.stride + support[r]];
            if r == c { h + smooth.ridge[c] } else { h }
        })?;
        let mut step = smooth.pull.clone();
        cholesky.solve(&mut step);
        Some(step)
    }
}
