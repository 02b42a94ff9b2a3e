//! Perceptron loss (−a)₊ of a margin a = sη with the label s = ±1: zero on the right side, linear on the wrong one. Not the negative
//! log-likelihood of any distribution.
//!
//! optax's `perceptron_loss` and scikit-learn's `perceptron` are this loss.
//!
//! Source: Rosenblatt, *The perceptron*, Psychological Review 65 (1958).

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Result, Scalar, Target};

use super::margin::label;
use crate::{LossEntry, Make};

/// ℓ = max(0, −a); ℓ′ = −s for a < 0, else 0; ℓ″ = 0; ℓ*(u) = 0 for su in [−1, 0]. The label s is 1 where y > 0, else −1.
///
/// ```
/// use thalweg_core::Pointwise;
/// assert_eq!(thalweg_losses::Perceptron.derivatives(0.0, 3.0), (3.0, 1.0, 0.0));
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Perceptron;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "perceptron",
    summary: "zero on the right side, linear on the wrong one",
    parameters: &[],
    example: "perceptron",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(Perceptron))
}

impl Formula for Perceptron {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        (-label(y) * eta).max(S::of(0.0))
    }
}

impl<T: Real> Pointwise<T> for Perceptron {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let s = label(y);
        let wrong = -s * eta;
        (wrong.max(T::ZERO), T::select(T::ZERO.lt(wrong), -s, T::ZERO), T::ZERO)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let v = label(y) * u;
        T::select((-T::ONE).le(v) & v.le(T::ZERO), T::ZERO, T::INFINITY)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            differentiable: false,
            twice_differentiable: false,
            lipschitz: Some(T::ONE),
            conjugate_known: true,
            ..Properties::convex(Target::Binary)
        }
    }
}
