//! The diagonal metric of a [`Penalised`]: its columns, each scaled to a mean square of 1.

use super::Penalised;
use crate::composite::RowComposite;
use crate::error::{Error, Result, check_shape};
use crate::objective::Objective;
use crate::real::Real;

impl<T: Real> Penalised<'_, T> {
    /// out_j ← W/Σ w xⱼ².
    pub(super) fn column_metric(&self, out: &mut [T]) -> Result<()> {
        check_shape("length of the metric", self.dim(), out.len())?;
        if !self.penalty.takes_diagonal_steps() {
            return Err(Error::Unsupported {
                what: "a diagonal metric with this penalty".to_owned(),
                why: "its prox takes equal steps only".to_owned(),
                remedy: "use the Euclidean metric".to_owned(),
            });
        }
        let mut weights = vec![T::ZERO; self.smooth.design().rows()];
        self.weights(&mut weights);
        self.smooth.design().weighted_norms(&weights, out, self.par());
        for square in out {
            let inverse = square.recip();
            *square = if inverse.is_finite() && inverse > T::ZERO { inverse } else { T::ONE };
        }
        Ok(())
    }
}
