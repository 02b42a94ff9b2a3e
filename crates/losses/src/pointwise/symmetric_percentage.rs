//! Symmetric percentage loss 2|η − y|/(|y| + |η|), between 0 and 2: its mean is the sMAPE, as a fraction. Minus the log-density of no
//! distribution of y.
//!
//! The convention is Makridakis' with absolute sizes (the M3 and M4 competitions, which report 100 times this); others leave out the 2.
//!
//! Source: Makridakis, *Accuracy measures: theoretical and practical concerns*, Int. J. Forecasting 9 (1993).

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Result, Scalar, Target, k};

use crate::absolute::sign;
use crate::{LossEntry, Make};

/// For y ≠ 0 with a = |y|, h = η·sign y: where h ≤ 0 (the wrong sign) ℓ = 2 and ℓ′ = ℓ″ = 0; where h > 0, ℓ = 2|h − a|/(a + h),
/// ℓ′ = ±4a/(a + h)² · sign y and ℓ″ = ∓8a/(a + h)³, above and below a. At η = y the slope is 0, an element of Clarke's subdifferential.
/// Not convex, and flat on the wrong side: a fit starts on the right one or goes nowhere.
///
/// ```
/// use thalweg_core::Pointwise;
/// assert_eq!(thalweg_losses::SymmetricPercentage.derivatives(-1.0, -3.0), (1.0, -0.25, -0.125));
/// assert_eq!(thalweg_losses::SymmetricPercentage.derivatives(1.0, -3.0), (2.0, 0.0, 0.0));
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct SymmetricPercentage;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "symmetric-percentage",
    summary: "absolute residual relative to the mean of the sizes of target and prediction: sMAPE",
    parameters: &[],
    example: "symmetric-percentage",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(SymmetricPercentage))
}

impl Formula for SymmetricPercentage {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let (a, h) = (y.abs(), eta.abs());
        let inverse = (a + h).recip();
        // 2|h − a|/(a + h) as 2 − 4 min(a, h)/(a + h) where the first would lose the derivatives' digits.
        let near = k(2.0) * (eta - y).abs() * inverse;
        let far = S::of(2.0) - k(4.0) * (a.min(h) * inverse);
        let side = S::select((a.max(h) * S::of(0.5)).lt(a.min(h)), near, far);
        let same = S::of(0.0).lt(S::select(y.lt(S::of(0.0)), -eta, eta));
        S::select(same, side, S::of(2.0))
    }
}

impl<T: Real> Pointwise<T> for SymmetricPercentage {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (r, size) = (eta - y, y.abs());
        let inverse = (size + eta.abs()).recip();
        // 4a/(a + h) on the right side of 0; the slope is this over a + h, the curvature twice this over (a + h)².
        let same = T::ZERO.lt(T::select(y.lt(T::ZERO), -eta, eta));
        let share = T::select(same, k(4.0) * (size * inverse), T::ZERO);
        let slope = sign(r) * share * inverse;
        let outward = T::select(size.lt(eta.abs()), -T::ONE, T::ONE);
        let bend = T::select(
            r.le(T::ZERO) & T::ZERO.le(r),
            T::ZERO,
            outward * (k(2.0) * (share * inverse * inverse)),
        );
        (k(2.0) * (r.abs() * inverse), slope, bend)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            differentiable: false,
            twice_differentiable: false,
            ..Properties::nonconvex(Target::Nonzero)
        }
    }
}
