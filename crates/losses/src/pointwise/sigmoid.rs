//! Sigmoid loss 1/(1 + e^a) of a margin a = sη with the label s = ±1: a smooth count of errors, between 0 and 1. Not convex, and not the negative
//! log-likelihood of any distribution.
//!
//! It is half of 1 − tanh(a/2); the loss 1 − tanh(a) that also goes by this name is twice this one at 2a.
//!
//! Source: Mason, Baxter, Bartlett and Frean, *Boosting algorithms as gradient descent*, NIPS 12 (1999).

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Result, Scalar, Target, k};

use super::margin::label;
use crate::{LossEntry, Make};

/// ℓ = σ(−a), ℓ′ = −sσ(a)σ(−a), ℓ″ = σ(a)σ(−a) tanh(a/2), with σ(a) = 1/(1 + e^−a). The label s is 1 where y > 0, else −1.
///
/// ```
/// use thalweg_core::Pointwise;
/// assert_eq!(thalweg_losses::Sigmoid.derivatives(1.0, 0.0), (0.5, -0.25, 0.0));
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Sigmoid;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "sigmoid",
    summary: "smooth count of errors, bounded and not convex: robust classification",
    parameters: &[],
    example: "sigmoid",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(Sigmoid))
}

impl Formula for Sigmoid {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        (-label(y) * eta).sigmoid()
    }
}

impl<T: Real> Pointwise<T> for Sigmoid {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let s = label(y);
        let a = s * eta;
        let t = (-a.abs()).exp();
        let large = (T::ONE + t).recip();
        let small = t * large;
        let slope = large * small;
        // σ(a) − σ(−a) would cancel near 0; tanh does not.
        (T::select(a.lt(T::ZERO), large, small), -s * slope, slope * (k(0.5) * a).tanh())
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            // p(1 − p)|1 − 2p| is largest at p = ½ ± 1/√12, where it is 1/√108.
            curvature_bound: Some(T::of(108.0).sqrt().recip()),
            lipschitz: Some(T::of(0.25)),
            ..Properties::nonconvex(Target::Binary)
        }
    }
}
