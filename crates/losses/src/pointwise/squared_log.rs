//! Squared logarithmic loss ½(ln(1 + η) − ln(1 + y))². Minus the log-density of a log-normal 1 + y with log-mean ln(1 + η) and log-variance 1, up to
//! ln(1 + y) + ½ ln 2π, on the support y > −1, wider than the targets y ≥ 0 admitted here.
//!
//! scikit-learn's `mean_squared_log_error` and Keras' `MeanSquaredLogarithmicError` are twice this.
//!
//! Source: Aitchison and Brown, *The Lognormal Distribution* (1957).

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Result, Scalar, Target, k};

use crate::{LossEntry, Make};

/// For y ≥ 0 and η > −1, with d = ln((1 + η)/(1 + y)) and s = 1/(1 + η): ℓ = ½d², ℓ′ = ds, ℓ″ = (1 − d)s². Convex only up to d = 1; NaN or +∞ for
/// η ≤ −1.
///
/// ```
/// use thalweg_core::Pointwise;
/// let (value, slope, curvature) = thalweg_losses::SquaredLog.derivatives(1.0_f64, 3.0);
/// let d = 2.0_f64.ln();
/// assert!((value - 0.5 * d * d).abs() < 1e-16 && (slope - 0.25 * d).abs() < 1e-16);
/// assert!((curvature - (1.0 - d) / 16.0).abs() < 1e-16);
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct SquaredLog;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "squared-log",
    summary: "half the squared difference of ln(1 + target) and ln(1 + prediction)",
    parameters: &[],
    example: "squared-log",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(SquaredLog))
}

impl Formula for SquaredLog {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        // One logarithm of the ratio where the two are close, so that nothing cancels.
        let close = (eta - y) / (S::of(1.0) + y);
        let d = S::select(close.abs().lt(S::of(0.5)), close.ln_1p(), eta.ln_1p() - y.ln_1p());
        k(0.5) * d.square()
    }
}

impl<T: Real> Pointwise<T> for SquaredLog {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (s, base) = ((T::ONE + eta).recip(), (T::ONE + y).recip());
        // 1 + q − 1 has all its digits where q − 1 is small; far from it q has.
        let close = (eta - y) * base;
        let near = close.abs().lt(T::of(0.5));
        let d = T::select(near, close.ln_1p(), ((T::ONE + eta) * base).ln());
        (k(0.5) * d * d, d * s, (T::ONE - d) * s * s)
    }

    fn properties(&self) -> Properties<T> {
        Properties { predictor: (-T::ONE, T::INFINITY), ..Properties::nonconvex(Target::Nonnegative) }
    }
}
