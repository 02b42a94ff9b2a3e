//! Rennie's smooth hinge of a margin a = sη with the label s = ±1: zero beyond 1, quadratic between 0 and 1, linear below 0: the
//! [`SmoothedHinge`] at γ = 1. Not the negative log-likelihood of any distribution.
//!
//! Source: Rennie and Srebro, *Loss functions for preference levels*, IJCAI workshop (2005).

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Result, Scalar};

use crate::{LossEntry, Make, SmoothedHinge};

/// ℓ = 0 for a ≥ 1, ½(1 − a)² for 0 < a < 1, ½ − a for a ≤ 0; ℓ′ = −s clamp(1 − a, 0, 1); ℓ″ = 1 between, else 0; ℓ*(u) = v + ½v² at
/// v = su in [−1, 0]. The label s is 1 where y > 0, else −1.
///
/// ```
/// use thalweg_core::Pointwise;
/// assert_eq!(thalweg_losses::RennieHinge.derivatives(1.0, -2.0), (2.5, -1.0, 0.0));
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct RennieHinge;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "rennie-hinge",
    summary: "hinge with its corner rounded between margins 0 and 1",
    parameters: &[],
    example: "rennie-hinge",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(RennieHinge))
}

impl Formula for RennieHinge {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        SmoothedHinge::RENNIE.eval(y, eta)
    }
}

impl<T: Real> Pointwise<T> for RennieHinge {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        SmoothedHinge::RENNIE.derivatives(y, eta)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        Pointwise::conjugate(&SmoothedHinge::RENNIE, y, u)
    }

    fn properties(&self) -> Properties<T> {
        Pointwise::properties(&SmoothedHinge::RENNIE)
    }
}
