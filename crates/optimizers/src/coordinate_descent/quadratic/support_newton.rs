//! Newton's method on the support: with the signs held, the model plus penalty is a smooth quadratic there, whose minimiser one Cholesky
//! factorisation finds.
//!
//! Where coordinate descent has found the signs, the step ends the search; where it has not, coefficients that would change sign are held at 0
//! if that lowers the objective, and otherwise the step ends where the first of them becomes 0. What coordinate descent does in a number of sweeps
//! that grows with the condition of the support, this does at once: a³/3 flops for a columns.
//!
//! Source: Osborne, Presnell and Turlach, *A new approach to variable selection in least squares problems*, IMA J. Numer. Anal. 20 (2000); Lee, Battle,
//! Raina and Ng, *Efficient sparse coding algorithms*, NeurIPS (2006), for the search along a step that crosses 0.

use faer::Mat;
use thalweg_core::{Penalty, Real, ScaledCholesky};

use super::support_cg::held;
use super::{Form, Quadratic};

/// Sweeps over the rows before conjugate gradients.
const SWEEPS: usize = 3;
/// Supports beyond this are left to the sweeps: a factorisation would take a second.
const LARGEST: usize = 4096;

impl<T: Real> Quadratic<T> {
    /// Whether so many sweeps since the last Newton step cost about as much as another: a sweep reads am numbers and a factorisation does a³/3
    /// flops, at a rate some sixty times as high.
    pub(super) fn newton_is_due(&self, since: usize) -> bool {
        let (a, m) = (self.coefficients().iter().filter(|b| **b != T::ZERO).count(), self.columns.len());
        if self.form == Form::Rows {
            return a > 0 && since >= SWEEPS;
        }
        a > 0 && a <= LARGEST && since >= 2 + a * a / (64 * m)
    }

    /// One Newton step on the coefficients that are not 0; `false` if the model plus penalty does not fall.
    pub(super) fn newton(&mut self, penalty: &dyn Penalty<T>, lambda: T, first: usize) -> bool {
        let Some((support, step)) = self.support_step(penalty, lambda, first) else { return false };
        let before = self.value(penalty, lambda, first);
        let m = self.columns.len();
        let (old_b, old_g) = (self.b[..m].to_vec(), self.g[..m].to_vec());
        // To the end, with what would change sign held at 0; else as far as nothing does.
        for length in [T::ONE, self.to_first_zero(&support, &step)] {
            for (i, d) in support.iter().zip(&step) {
                let target = held(old_b[*i], length * *d);
                let change = target - old_b[*i];
                self.b[*i] = target;
                thalweg_core::vector::axpy(change, &self.gram[*i * self.stride..][..m], &mut self.g[..m]);
            }
            if self.value(penalty, lambda, first) < before {
                return true;
            }
            self.b[..m].copy_from_slice(&old_b);
            self.g[..m].copy_from_slice(&old_g);
        }
        false
    }

    /// The coordinates that are not 0.
    pub(super) fn support(&self) -> Vec<usize> {
        (0..self.columns.len()).filter(|i| self.b[*i] != T::ZERO && self.diagonal[*i] > T::ZERO).collect()
    }

    /// The share of a step on the support, at most 1, at which the first coefficient becomes 0.
    pub(super) fn to_first_zero(&self, support: &[usize], step: &[T]) -> T {
        let shares = support.iter().zip(step).map(|(i, d)| (self.b[*i], *d));
        let crossing = shares.filter(|(b, d)| (*b + *d) * *b <= T::ZERO).map(|(b, d)| -b / d);
        crossing.fold(T::ONE, |least, share| if share < least { share } else { least })
    }

    /// The coordinates that are not 0, and the solution δ of (H̃ + D)δ = −(g + P′) on them; `None` if that is not positive definite.
    fn support_step(
        &self,
        penalty: &dyn Penalty<T>,
        lambda: T,
        first: usize,
    ) -> Option<(Vec<usize>, Vec<T>)> {
        let m = self.columns.len();
        let support = self.support();
        let quadratic = penalty.quadratic_part(lambda);
        let mut h = Mat::zeros(support.len(), support.len());
        for (c, j) in support.iter().enumerate() {
            let source = &self.gram[*j * self.stride..][..m];
            for (r, i) in support.iter().enumerate() {
                h[(r, c)] = source[*i];
            }
            if let Some(quadratic) = &quadratic {
                h[(c, c)] += quadratic.at(self.columns[*j] - first);
            }
        }
        let mut cholesky = ScaledCholesky::new(support.len());
        cholesky.factor(h.as_ref())?;
        let mut step: Vec<T> = support
            .iter()
            .map(|i| -(self.g[*i] + slope(penalty, self.columns[*i] - first, self.b[*i], lambda)))
            .collect();
        cholesky.solve(&mut step);
        step.iter().all(|d| d.is_finite()).then_some((support, step))
    }
}

/// P′ at a coefficient that moves freely: |P′| is the violation at gradient 0, and its sign shows at gradient |P′|, where the violation is 0 or 2|P′|.
pub(super) fn slope<T: Real>(penalty: &dyn Penalty<T>, block: usize, b: T, lambda: T) -> T {
    let size = penalty.violation(block, &[b], &[T::ZERO], lambda);
    if penalty.violation(block, &[b], &[size], lambda) > size { size } else { -size }
}
