//! [`RowFormula`] and [`Rowwise`]: one observation with several linear predictors: softmax, mean and variance, ordinal, pairs, embeddings.

use crate::formula::Properties;
use crate::loss::{Block, Want, Weights};
use crate::real::Real;
use crate::scalar::Scalar;

/// A function of a row of targets and a row of predictors, written once for every number type.
pub trait RowFormula: Clone + Send + Sync {
    /// The value for one observation.
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S;
}

/// A loss ℓ(y, η₁ … η_K) of one observation, with closed-form derivatives. Every `Rowwise` is a [`RowLoss`](crate::RowLoss).
///
/// ```
/// use thalweg_core::{Properties, Real, RowFormula, Rowwise, Scalar, Target, Want, k};
///
/// /// ½(s + (y − m)² e⁻ˢ): a Gaussian with mean m and log-variance s.
/// #[derive(Clone)]
/// struct GaussianScale;
/// impl RowFormula for GaussianScale {
///     fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
///         k(0.5) * (eta[1] + (y[0] - eta[0]).square() * (-eta[1]).exp())
///     }
/// }
/// impl<T: Real> Rowwise<T> for GaussianScale {
///     fn outputs(&self) -> usize { 2 }
///     fn row(&self, y: &[T], eta: &[T], want: Want, g: &mut [T], h: &mut [T]) -> T {
///         let (r, precision, half) = (y[0] - eta[0], (-eta[1]).exp(), T::of(0.5));
///         let square = r * r * precision;
///         if want >= Want::Gradient {
///             g.copy_from_slice(&[-r * precision, half * (T::ONE - square)]);
///         }
///         match want {
///             Want::Fisher => h.copy_from_slice(&[precision, T::ZERO, T::ZERO, half]),
///             Want::Curvature => h.copy_from_slice(&[precision, r * precision, r * precision, half * square]),
///             _ => {}
///         }
///         half * (eta[1] + square)
///     }
///     fn properties(&self) -> Properties<T> { Properties::nonconvex(Target::Real) }
/// }
/// let mut g = [0.0; 2];
/// let value = GaussianScale.row(&[1.0], &[0.0, 0.0], Want::Gradient, &mut g, &mut []);
/// assert_eq!((value, g), (0.5, [-1.0, 0.0]));
/// ```
pub trait Rowwise<T: Real>: RowFormula {
    /// K, the number of predictors of a row.
    fn outputs(&self) -> usize;

    /// The number of targets of a row; 0 if the predictors say it all, as in a triplet.
    fn targets(&self) -> usize {
        1
    }

    /// ℓ at the K predictors of one row. If wanted, ∂ℓ/∂η is written to `gradient` (length K) and ∂²ℓ/∂η² (expected or exact) to `hessian`
    /// (K×K, both triangles).
    fn row(&self, y: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T;

    /// What is true of this loss. The target is what each of a row's targets must be; the bounds are on the length of the gradient and on
    /// the largest eigenvalue of the Hessian.
    fn properties(&self) -> Properties<T>;

    /// The rule that this row of targets breaks, if any.
    fn refuses(&self, y: &[T]) -> Option<&'static str> {
        let target = self.properties().target;
        (!y.iter().all(|v| target.admits(v.to_f64()))).then(|| target.rule())
    }

    /// A weight that the loss itself gives to a row, times the row's own: class weights, or 0 where the target says that the row is to be
    /// ignored. It counts in Σw as the row's own does.
    fn weight(&self, _y: &[T]) -> T {
        T::ONE
    }

    /// True if adding a constant to all K predictors changes nothing.
    fn shift_invariant(&self) -> bool {
        false
    }

    /// ℓ*(y, u) = sup_η (uᵀη − ℓ(y, η)) for K slopes u, +∞ outside its domain; called only if the properties say that it is known.
    fn conjugate(&self, _y: &[T], _u: &[T]) -> T {
        T::INFINITY
    }

    /// Moves the slopes of all rows (m×K row-major, not weighted) to where Σ w u = 0 in every output, without leaving the domain of the
    /// conjugate; `false` if it does not know how.
    fn balance(&self, _y: &[T], _w: Weights<'_, T>, _slopes: &mut [T]) -> bool {
        false
    }

    /// The numbers of scratch memory that [`Rowwise::hessian_action`] takes.
    fn action_scratch(&self) -> usize {
        self.outputs() * (self.outputs() + 1)
    }

    /// out ← ∂²ℓ/∂η² v, expected or exact as `want` says, without forming the matrix where the loss knows how.
    fn hessian_action(&self, y: &[T], eta: &[T], want: Want, v: &[T], out: &mut [T], scratch: &mut [T]) {
        let k = self.outputs();
        let (gradient, hessian) = scratch.split_at_mut(k);
        let hessian = &mut hessian[..k * k];
        self.row(y, eta, want, gradient, hessian);
        for (out, row) in out.iter_mut().zip(hessian.chunks_exact(k.max(1))) {
            *out = row.iter().zip(v).map(|(h, v)| *h * *v).sum();
        }
    }

    /// Evaluates m rows: targets, `eta` and the gradient are row-major, the curvature m blocks of K×K, all weighted; the value is Σ w ℓ.
    /// A loss with a faster way than row by row overrides it.
    #[inline(always)]
    fn block(&self, y: &[T], eta: &[T], w: Weights<'_, T>, want: Want, out: &mut Block<'_, T>) {
        by_rows(self, y, eta, w, want, out);
    }
}

/// A block row by row. The sum runs over the rows in order.
#[inline(always)]
pub(crate) fn by_rows<T: Real, R: Rowwise<T>>(
    loss: &R,
    y: &[T],
    eta: &[T],
    w: Weights<'_, T>,
    want: Want,
    out: &mut Block<'_, T>,
) {
    let (k, width) = (loss.outputs(), loss.targets());
    out.value = T::ZERO;
    for (i, eta) in eta.chunks_exact(k).enumerate() {
        let gradient = if want >= Want::Gradient { &mut out.gradient[i * k..(i + 1) * k] } else { &mut [] };
        let hessian =
            if want >= Want::Fisher { &mut out.curvature[i * k * k..(i + 1) * k * k] } else { &mut [] };
        let value = loss.row(&y[i * width..(i + 1) * width], eta, want, gradient, hessian);
        let weight = w.get(i);
        // A row of weight 0 is absent, even where its loss is infinite.
        out.value += if weight == T::ZERO { T::ZERO } else { weight * value };
        for derivative in gradient.iter_mut().chain(hessian) {
            *derivative = if weight == T::ZERO { T::ZERO } else { *derivative * weight };
        }
    }
}
