//! Modified Huber loss of a margin a = sη with the label s = ±1: the squared hinge, linear below a = −1 so that a mislabelled row pulls with
//! bounded force. It is four times the [`SmoothedHinge`] of width γ = 2. Not the negative log-likelihood of any distribution.
//!
//! scikit-learn's `modified_huber` is this loss.
//!
//! Source: Zhang, *Solving large scale linear prediction problems using stochastic gradient descent algorithms*, ICML (2004).

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Result, Scalar, k};

use crate::{LossEntry, Make, SmoothedHinge};

/// ℓ = max(0, 1 − a)² for a ≥ −1 and −4a below; ℓ′ = −2s clamp(1 − a, 0, 2); ℓ″ = 2 for −1 ≤ a < 1, else 0; ℓ*(u) = v + ¼v² at v = su
/// in [−4, 0]. The label s is 1 where y > 0, else −1.
///
/// ```
/// use thalweg_core::Pointwise;
/// assert_eq!(thalweg_losses::ModifiedHuber.derivatives(1.0, -3.0), (12.0, -4.0, 0.0));
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct ModifiedHuber;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "modified-huber",
    summary: "squared hinge, linear below margin -1: robust classification",
    parameters: &[],
    example: "modified-huber",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(ModifiedHuber))
}

impl Formula for ModifiedHuber {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        k(4.0) * SmoothedHinge::WIDE.eval(y, eta)
    }
}

impl<T: Real> Pointwise<T> for ModifiedHuber {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (value, first, second) = SmoothedHinge::WIDE.derivatives(y, eta);
        (k(4.0) * value, k(4.0) * first, k(4.0) * second)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        // (4f)*(u) = 4f*(u/4).
        k(4.0) * Pointwise::conjugate(&SmoothedHinge::WIDE, y, k(0.25) * u)
    }

    fn properties(&self) -> Properties<T> {
        let four = T::of(4.0);
        let unit: Properties<T> = Pointwise::properties(&SmoothedHinge::WIDE);
        Properties {
            curvature_bound: unit.curvature_bound.map(|bound| four * bound),
            lipschitz: unit.lipschitz.map(|bound| four * bound),
            ..unit
        }
    }
}
