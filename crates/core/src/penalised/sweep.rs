//! [`Sweep`]: the losses of all rows, in parallel.

use core::ops::Range;

use crate::datafit::Datafit;
use crate::loss::{Block, Want, finite_or_infinity};
use crate::par::Par;
use crate::real::Real;
use crate::reduce::Chunks;
use crate::vector;

/// Rows in chunks, whose sums are added along a fixed tree.
pub(crate) struct Sweep<'a, T: Real> {
    pub(crate) datafit: &'a dyn Datafit<T>,
    pub(crate) par: Par,
    pub(crate) chunks: Chunks,
}

impl<T: Real> Sweep<'_, T> {
    /// The mean loss at predictors η (n×K, row-major), +∞ outside the domain, with w ℓ′/W and the exact w ℓ″/W where wanted.
    pub(crate) fn mean(&self, eta: &[T], want: Want, slopes: &mut [T], curvature: &mut [T]) -> T {
        let sum = self.part(0..self.chunks.count, eta, want, slopes, curvature);
        finite_or_infinity(sum * self.datafit.total_weight().recip())
    }

    fn part(&self, at: Range<usize>, eta: &[T], want: Want, slopes: &mut [T], curvature: &mut [T]) -> T {
        let from = self.chunks.rows_of(at.start).start;
        if at.len() == 1 {
            let inverse = self.datafit.total_weight().recip();
            let mut out = Block { value: T::ZERO, gradient: slopes, curvature };
            self.datafit.evaluate(self.chunks.rows_of(at.start), eta, want, &mut out);
            vector::scale(inverse, out.gradient);
            vector::scale(inverse, out.curvature);
            return out.value;
        }
        let middle = at.start + at.len() / 2;
        let (rows, k) = (self.chunks.rows_of(middle).start - from, self.datafit.outputs());
        let (eta, slopes) = (eta.split_at(rows * k), split(slopes, rows * k));
        let curvature = split(curvature, rows * k * k);
        let (left, right) = self.par.join(
            || self.part(at.start..middle, eta.0, want, slopes.0, curvature.0),
            || self.part(middle..at.end, eta.1, want, slopes.1, curvature.1),
        );
        left + right
    }
}

/// The two parts of a slice, which may be empty because it is not wanted.
fn split<T>(values: &mut [T], at: usize) -> (&mut [T], &mut [T]) {
    let at = at.min(values.len());
    values.split_at_mut(at)
}
