//! [`Anderson`]: extrapolation of a slowly converging sequence from its last few points.
//!
//! The combination Σ cₖ bₖ₊₁ with Σ cₖ = 1 whose steps Σ cₖ(bₖ₊₁ − bₖ) nearly cancel. Coordinate descent converges linearly along few
//! directions once it has found the support, and there the combination lands near its limit.
//!
//! Source: Anderson, *Iterative procedures for nonlinear integral equations*, J. ACM 12 (1965); Bertrand and Massias, *Anderson acceleration of
//! coordinate descent*, AISTATS (2021).

use thalweg_core::{Real, vector};

/// Steps in a combination.
const DEPTH: usize = 5;

/// The last DEPTH + 1 points.
#[derive(Clone, Debug)]
pub(crate) struct Anderson<T> {
    points: Vec<T>,
    length: usize,
    kept: usize,
}

impl<T: Real> Anderson<T> {
    /// For points of at most this length.
    pub(crate) fn new(most: usize) -> Self {
        Self { points: vec![T::ZERO; most * (DEPTH + 1)], length: 0, kept: 0 }
    }

    pub(crate) fn clear(&mut self) {
        self.kept = 0;
    }

    /// Keeps a point; true once there are enough to extrapolate.
    pub(crate) fn push(&mut self, b: &[T]) -> bool {
        self.length = b.len();
        if self.kept <= DEPTH {
            let at = self.kept * b.len();
            self.points[at..at + b.len()].copy_from_slice(b);
            self.kept += 1;
        }
        self.kept > DEPTH
    }

    fn point(&self, k: usize) -> &[T] {
        &self.points[k * self.length..(k + 1) * self.length]
    }

    /// b ← the last point.
    pub(crate) fn newest(&self, b: &mut [T]) {
        b.copy_from_slice(self.point(self.kept.saturating_sub(1)));
    }

    /// b ← the combination; `false`, with b as it was, if the steps are too nearly dependent.
    pub(crate) fn extrapolate(&self, b: &mut [T]) -> bool {
        // U Uᵀ of the steps.
        let mut system = [[T::ZERO; DEPTH]; DEPTH];
        for j in 0..self.length {
            let mut steps = [T::ZERO; DEPTH];
            for (k, step) in steps.iter_mut().enumerate() {
                *step = self.points[(k + 1) * self.length + j] - self.points[k * self.length + j];
            }
            for (row, a) in system.iter_mut().zip(steps) {
                for (entry, b) in row.iter_mut().zip(steps) {
                    *entry += a * b;
                }
            }
        }
        let Some(c) = weights(system) else { return false };
        b.fill(T::ZERO);
        for (k, c) in c.into_iter().enumerate() {
            vector::axpy(c, self.point(k + 1), b);
        }
        true
    }
}

/// The solution z of (UUᵀ)z = 1 divided by its sum, by elimination with pivots.
fn weights<T: Real>(mut a: [[T; DEPTH]; DEPTH]) -> Option<[T; DEPTH]> {
    let mut z = [T::ONE; DEPTH];
    let largest = (0..DEPTH).map(|k| a[k][k]).fold(T::ZERO, |m, v| m.max(v));
    for k in 0..DEPTH {
        let pivot = (k..DEPTH).fold(k, |best, i| if a[i][k].abs() > a[best][k].abs() { i } else { best });
        if a[pivot][k].abs() <= T::EPSILON * T::EPSILON.sqrt() * largest || !a[pivot][k].is_finite() {
            return None;
        }
        a.swap(k, pivot);
        z.swap(k, pivot);
        for i in k + 1..DEPTH {
            let factor = a[i][k] / a[k][k];
            for j in k..DEPTH {
                let above = a[k][j];
                a[i][j] -= factor * above;
            }
            let above = z[k];
            z[i] -= factor * above;
        }
    }
    for k in (0..DEPTH).rev() {
        let known: T = (k + 1..DEPTH).map(|j| a[k][j] * z[j]).sum();
        z[k] = (z[k] - known) / a[k][k];
    }
    let sum: T = z.iter().copied().sum();
    let usable = sum.is_finite() && sum.abs() > T::MIN_POSITIVE;
    usable.then(|| z.map(|z| z / sum)).filter(|c| c.iter().all(|c| c.is_finite()))
}

#[cfg(test)]
mod tests {
    use super::Anderson;

    /// A linear iteration along four directions, one fewer than steps, is extrapolated to its limit.
    #[test]
    fn a_linear_iteration_is_ended() {
        let mut history = Anderson::<f64>::new(5);
        let limit = [1.0, -2.0, 0.5, 3.0, 0.0];
        let at = |n: i32| -> Vec<f64> {
            let rates = [0.95_f64, 0.8, 0.6, 0.3, 0.0];
            limit.iter().zip(rates).map(|(l, rate)| l + rate.powi(n + 1)).collect()
        };
        for n in 0..6 {
            assert_eq!(history.push(&at(n)), n == 5);
        }
        let mut b = at(5);
        assert!(history.extrapolate(&mut b));
        assert!(b.iter().zip(limit).all(|(b, l)| (b - l).abs() < 1e-6), "{b:?}");
    }

    /// A sequence that stands still gives no direction.
    #[test]
    fn a_constant_sequence_is_left_alone() {
        let mut history = Anderson::<f64>::new(2);
        for n in 0..6 {
            assert_eq!(history.push(&[1.0, 2.0]), n == 5);
        }
        assert!(!history.extrapolate(&mut [1.0, 2.0]));
    }
}
