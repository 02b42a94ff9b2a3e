//! Absolute percentage loss |(η − y)/y|, as a fraction: its mean is the MAPE. Minus the log-density of no distribution of y.
//!
//! scikit-learn's `mean_absolute_percentage_error` has the same scale (with |y| raised to at least 2e-16); Keras' is 100 times this.
//!
//! Source: Hyndman and Koehler, *Another look at measures of forecast accuracy*, Int. J. Forecasting 22 (2006).

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Result, Scalar, Target};

use crate::absolute::sign;
use crate::{LossEntry, Make};

/// For y ≠ 0 with r = η − y: ℓ = |r|/|y|, ℓ′ = sign(r)/|y| with 0 at r = 0, ℓ″ = 0, ℓ*(u) = uy on |u| ≤ 1/|y|.
///
/// ```
/// use thalweg_core::Pointwise;
/// assert_eq!(thalweg_losses::AbsolutePercentage.derivatives(-4.0, -1.0), (0.75, 0.25, 0.0));
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct AbsolutePercentage;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "absolute-percentage",
    summary: "absolute residual relative to the target: MAPE as a fraction",
    parameters: &[],
    example: "absolute-percentage",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(AbsolutePercentage))
}

impl Formula for AbsolutePercentage {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        ((eta - y) / y).abs()
    }
}

impl<T: Real> Pointwise<T> for AbsolutePercentage {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (r, size) = (eta - y, y.abs());
        (r.abs() / size, sign(r) / size, T::ZERO)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        T::select(u.abs().le(y.abs().recip()), u * y, T::INFINITY)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            differentiable: false,
            twice_differentiable: false,
            conjugate_known: true,
            ..Properties::convex(Target::Nonzero)
        }
    }
}
