//! Squared hinge loss (1 − a)₊² of a margin a = sη with the label s = ±1: the L2 support vector machine. Without the factor ½, as the field
//! writes it. Not the negative log-likelihood of any distribution.
//!
//! Keras's `SquaredHinge` and scikit-learn's `squared_hinge` are this loss.
//!
//! Source: Chapelle, *Training a support vector machine in the primal*, Neural Computation 19 (2007).

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Result, Scalar, Target, k};

use super::margin::label;
use crate::{LossEntry, Make};

/// With h = max(0, 1 − a): ℓ = h², ℓ′ = −2sh, ℓ″ = 2 for a < 1, else 0; ℓ*(u) = v + ¼v² at v = su ≤ 0. The label s is 1 where y > 0,
/// else −1.
///
/// ```
/// use thalweg_core::Pointwise;
/// assert_eq!(thalweg_losses::SquaredHinge.derivatives(-1.0, 0.5), (2.25, 3.0, 2.0));
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct SquaredHinge;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "squared-hinge",
    summary: "squared distance to margin 1: L2 support vector machine",
    parameters: &[],
    example: "squared-hinge",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(SquaredHinge))
}

impl Formula for SquaredHinge {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        (S::of(1.0) - label(y) * eta).max(S::of(0.0)).square()
    }
}

impl<T: Real> Pointwise<T> for SquaredHinge {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let s = label(y);
        let short = (T::ONE - s * eta).max(T::ZERO);
        (short * short, k(-2.0) * (s * short), T::select(T::ZERO.lt(short), T::of(2.0), T::ZERO))
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let v = label(y) * u;
        T::select(v.le(T::ZERO), v + k(0.25) * v * v, T::INFINITY)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            twice_differentiable: false,
            curvature_bound: Some(T::of(2.0)),
            conjugate_known: true,
            ..Properties::convex(Target::Binary)
        }
    }
}
