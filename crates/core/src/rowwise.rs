//! [`Rowwise`]: a loss of one row with K linear predictors: softmax, mean and variance, ordinal, zero-inflated.

use crate::formula::Properties;
use crate::loss::{Block, Want, Weights};
use crate::real::Real;

/// A loss ℓ(y, η₁ … η_K) of one observation.
///
/// ```
/// use thalweg_core::{Properties, Rowwise, Target, Want};
///
/// /// ½(s + (y − m)² e⁻ˢ): a Gaussian with mean m and log-variance s.
/// struct GaussianScale;
/// impl Rowwise<f64> for GaussianScale {
///     fn outputs(&self) -> usize { 2 }
///     fn row(&self, y: f64, eta: &[f64], want: Want, g: &mut [f64], h: &mut [f64]) -> f64 {
///         let (r, precision) = (y - eta[0], (-eta[1]).exp());
///         if want >= Want::Gradient {
///             g.copy_from_slice(&[-r * precision, 0.5 * (1.0 - r * r * precision)]);
///         }
///         match want {
///             Want::Fisher => h.copy_from_slice(&[precision, 0.0, 0.0, 0.5]),
///             Want::Curvature => h.copy_from_slice(&[precision, r * precision, r * precision, 0.5 * r * r * precision]),
///             _ => {}
///         }
///         0.5 * (eta[1] + r * r * precision)
///     }
///     fn properties(&self) -> Properties<f64> {
///         Properties { convex: false, ..Properties::convex(Target::Real) }
///     }
/// }
/// let mut g = [0.0; 2];
/// let value = GaussianScale.row(1.0, &[0.0, 0.0], Want::Gradient, &mut g, &mut []);
/// assert_eq!((value, g), (0.5, [-1.0, 0.0]));
/// ```
pub trait Rowwise<T: Real>: Send + Sync {
    /// K.
    fn outputs(&self) -> usize;

    /// ℓ at the K predictors of one row. If wanted, ∂ℓ/∂η is written to `gradient` (length K) and ∂²ℓ/∂η² (expected or exact) to `hessian`
    /// (K×K, both triangles).
    fn row(&self, y: T, eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T;

    /// What is true of this loss.
    fn properties(&self) -> Properties<T>;

    /// True if adding a constant to all K predictors changes nothing.
    fn shift_invariant(&self) -> bool {
        false
    }

    /// ℓ*(y, u) = sup_η (uᵀη − ℓ(y, η)) for K slopes u, +∞ outside its domain; called only if the properties say that it is known.
    fn conjugate(&self, _y: T, _u: &[T]) -> T {
        T::INFINITY
    }

    /// Moves the slopes of all rows (m×K row-major, not weighted) to where Σ w u = 0 in every output, without leaving the domain of the
    /// conjugate; `false` if it does not know how.
    fn balance(&self, _y: &[T], _w: Weights<'_, T>, _slopes: &mut [T]) -> bool {
        false
    }

    /// Evaluates m rows: `eta` and the gradient are row-major m×K, the curvature m blocks of K×K, all weighted; the value is Σ w ℓ.
    ///
    /// # Panics
    /// If lengths differ.
    fn block(&self, y: &[T], eta: &[T], w: Weights<'_, T>, want: Want, out: &mut Block<'_, T>) {
        let k = self.outputs();
        out.value = T::ZERO;
        for (i, y) in y.iter().enumerate() {
            let gradient =
                if want >= Want::Gradient { &mut out.gradient[i * k..(i + 1) * k] } else { &mut [] };
            let hessian =
                if want >= Want::Fisher { &mut out.curvature[i * k * k..(i + 1) * k * k] } else { &mut [] };
            let value = self.row(*y, &eta[i * k..(i + 1) * k], want, gradient, hessian);
            let weight = w.get(i);
            // A row of weight 0 is absent, even where its loss is infinite.
            out.value += if weight == T::ZERO { T::ZERO } else { weight * value };
            for derivative in gradient.iter_mut().chain(hessian) {
                *derivative = if weight == T::ZERO { T::ZERO } else { *derivative * weight };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Rowwise;
    use crate::{Block, Properties, Target, Want, Weights};

    /// Σ of two squared residuals with a shared target: separable, so everything is known.
    struct Twice;
    impl Rowwise<f64> for Twice {
        fn outputs(&self) -> usize {
            2
        }
        fn row(&self, y: f64, eta: &[f64], want: Want, g: &mut [f64], h: &mut [f64]) -> f64 {
            if want >= Want::Gradient {
                g.copy_from_slice(&[eta[0] - y, eta[1] - y]);
            }
            if want >= Want::Fisher {
                h.copy_from_slice(&[1.0, 0.0, 0.0, 1.0]);
            }
            0.5 * ((eta[0] - y).powi(2) + (eta[1] - y).powi(2))
        }
        fn properties(&self) -> Properties<f64> {
            Properties::convex(Target::Real)
        }
    }

    #[test]
    fn a_block_weighs_rows_and_skips_absent_ones() {
        let (mut gradient, mut curvature) = ([9.0; 6], [9.0; 12]);
        let mut out = Block { value: 0.0, gradient: &mut gradient, curvature: &mut curvature };
        let eta = [1.0, 2.0, f64::INFINITY, 0.0, 3.0, 5.0];
        Twice.block(&[0.0, 0.0, 1.0], &eta, Weights::Each(&[2.0, 0.0, 1.0]), Want::Curvature, &mut out);
        assert_eq!(out.value, 2.0 * 2.5 + 10.0);
        assert_eq!(gradient, [2.0, 4.0, 0.0, 0.0, 2.0, 4.0]);
        assert_eq!(curvature, [2.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
    }
}
