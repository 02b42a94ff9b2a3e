//! Hinge loss (1 − a)₊ of a margin a = sη with the label s = ±1: the support vector machine. Not the negative log-likelihood of any distribution.
//!
//! optax's `hinge_loss`, Keras's `Hinge` and scikit-learn's `hinge` are this loss. PyTorch's `HingeEmbeddingLoss` is another one.
//!
//! Source: Cortes and Vapnik, *Support-vector networks*, Machine Learning 20 (1995).

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Result, Scalar, Target};

use super::margin::label;
use crate::{LossEntry, Make};

/// ℓ = max(0, 1 − a); ℓ′ = −s for a < 1, else 0; ℓ″ = 0; ℓ*(u) = v at v = su in [−1, 0]. The label s is 1 where y > 0, else −1.
///
/// ```
/// use thalweg_core::Pointwise;
/// assert_eq!(thalweg_losses::Hinge.derivatives(1.0, 0.25), (0.75, -1.0, 0.0));
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Hinge;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "hinge",
    summary: "zero beyond margin 1, linear before it: support vector machine",
    parameters: &[],
    example: "hinge",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(Hinge))
}

impl Formula for Hinge {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        (S::of(1.0) - label(y) * eta).max(S::of(0.0))
    }
}

impl<T: Real> Pointwise<T> for Hinge {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let s = label(y);
        let short = T::ONE - s * eta;
        (short.max(T::ZERO), T::select(T::ZERO.lt(short), -s, T::ZERO), T::ZERO)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let v = label(y) * u;
        T::select((-T::ONE).le(v) & v.le(T::ZERO), v, T::INFINITY)
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
