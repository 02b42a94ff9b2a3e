//! The descent on a [`Quadratic`] under a penalty: cyclic sweeps, extrapolated or ended by Newton steps.

use thalweg_core::{Design, Penalty, Real, Step};

use super::{Effort, Form, Quadratic};

/// The share of a whole sweep's moves to which those of the support settle before the next.
const SETTLED: f64 = 0.1;

impl<T: Real> Quadratic<T> {
    /// Sweeps over the coordinates until no violation exceeds the tolerance; extrapolates after every few sweeps, or takes Newton steps. Between
    /// sweeps over all of them, those that are not 0 are swept alone until they hardly move: most of the others stay at 0. Returns the sweeps.
    pub fn descend(
        &mut self,
        design: &Design<'_, T>,
        penalty: &dyn Penalty<T>,
        lambda: T,
        effort: Effort<T>,
    ) -> u32 {
        let first = usize::from(self.intercept);
        let mut since = 0;
        let m = self.columns.len();
        self.history.clear();
        self.history.push(&self.b[..m]);
        // Smaller moves than this are rounding of the gradients.
        let sizes = (0..m).map(|i| self.g0[i].abs() + self.diagonal[i] * self.b[i].abs());
        let rounding = T::of(4.0) * T::EPSILON * sizes.fold(T::ZERO, |a, b| a.max(b));
        let mut small = effort.tolerance;
        let (mut whole, mut rest) = (true, T::ZERO);
        for sweep in 1..=effort.sweeps {
            let moved = self.sweep(design, penalty, lambda, first, whole);
            if whole && moved <= rounding {
                return sweep;
            }
            if !whole {
                whole = moved <= rest;
            } else if moved > small {
                (whole, rest) = (false, small.max(T::of(SETTLED) * moved));
            } else {
                let violation = self.violation(design, penalty, lambda, first);
                if violation <= effort.tolerance {
                    return sweep;
                }
                // Slow convergence: moves this small leave a larger violation, which the next look expects to be in proportion.
                small *= (effort.tolerance / violation).max(T::of(0.1));
            }
            if effort.newton {
                since += 1;
                if self.newton_is_due(since) {
                    since = 0;
                    if self.newton(design, penalty, lambda, first) {
                        if self.violation(design, penalty, lambda, first) <= effort.tolerance {
                            return sweep;
                        }
                        whole = true;
                    }
                }
            } else if self.history.push(&self.b[..m]) {
                self.extrapolate(design, penalty, lambda, first);
                self.history.clear();
                self.history.push(&self.b[..m]);
            }
        }
        effort.sweeps
    }

    /// One cyclic pass, over all coordinates or those that are not 0; returns the largest change of a coefficient times its curvature.
    fn sweep(
        &mut self,
        design: &Design<'_, T>,
        penalty: &dyn Penalty<T>,
        lambda: T,
        first: usize,
        whole: bool,
    ) -> T {
        let mut moved = T::ZERO;
        for i in 0..self.columns.len() {
            let curvature = self.diagonal[i];
            if curvature <= T::ZERO || !whole && self.b[i] == T::ZERO {
                continue;
            }
            let step = curvature.recip();
            let old = self.b[i];
            let mut new = [old - self.gradient(design, i) * step];
            penalty.prox(self.columns[i] - first, &mut new, Step::Scalar(step), lambda);
            let change = new[0] - old;
            if change != T::ZERO {
                self.shift_by(design, i, change);
                self.b[i] = new[0];
                moved = moved.max(change.abs() * curvature);
            }
        }
        moved
    }

    /// The largest violation of the model's optimality conditions; over the rows it costs as much as half a sweep.
    pub(super) fn violation(
        &self,
        design: &Design<'_, T>,
        penalty: &dyn Penalty<T>,
        lambda: T,
        first: usize,
    ) -> T {
        let one = |i: usize| {
            let g = [self.gradient(design, i)];
            penalty.violation(self.columns[i] - first, &self.b[i..=i], &g, lambda)
        };
        let curved = (0..self.columns.len()).filter(|i| self.diagonal[*i] > T::ZERO);
        curved.map(one).fold(T::ZERO, |a, b| a.max(b))
    }

    /// The model plus penalty, up to a constant.
    pub(super) fn value(&mut self, penalty: &dyn Penalty<T>, lambda: T, first: usize) -> T {
        let m = self.columns.len();
        let steps = || (0..m).map(|i| (i, self.b[i] - self.start[i]));
        let quadratic: T = match self.form {
            // ½ δᵀ(g̃ + ∇) with ∇ = g̃ + H̃δ.
            Form::Gram => steps().map(|(i, d)| d * (self.g0[i] + self.g[i])).sum(),
            Form::Rows => {
                let linear: T = steps().map(|(i, d)| d * self.g0[i]).sum();
                let shift = self.shift - self.shift0;
                let square: T = self
                    .t
                    .iter()
                    .zip(&self.h)
                    .filter(|(_, h)| **h > T::ZERO)
                    .map(|(t, h)| (*t + shift * *h) * (*t + shift * *h) / *h)
                    .sum();
                linear + linear + square
            }
        };
        for (k, b) in self.columns.iter().zip(&self.b) {
            self.all[*k - first] = *b;
        }
        T::of(0.5) * quadratic + penalty.value(&self.all, lambda)
    }

    /// Tries the extrapolated point; kept only if the model plus penalty falls.
    fn extrapolate(&mut self, design: &Design<'_, T>, penalty: &dyn Penalty<T>, lambda: T, first: usize) {
        let m = self.columns.len();
        let before = self.value(penalty, lambda, first);
        if !self.history.extrapolate(&mut self.b[..m]) {
            return;
        }
        self.rebuild(design);
        let falls = self.value(penalty, lambda, first) < before;
        if !falls {
            self.history.newest(&mut self.b[..m]);
            self.rebuild(design);
        }
    }
}
