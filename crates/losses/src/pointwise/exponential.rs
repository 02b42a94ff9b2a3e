//! Exponential loss e^−a of a margin a = sη with the label s = ±1: what AdaBoost minimises. Not the negative log-likelihood of any distribution;
//! its minimiser over a population is half the log-odds.
//!
//! scikit-learn's `exponential` is this loss.
//!
//! Source: Friedman, Hastie and Tibshirani, *Additive logistic regression*, Ann. Statist. 28 (2000).

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Result, Scalar, Target};

use super::logistic::x_ln_x;
use super::margin::label;
use crate::{LossEntry, Make};

/// ℓ = e^−a, ℓ′ = −se^−a, ℓ″ = e^−a; ℓ*(u) = v − v ln(−v) at v = su ≤ 0. The label s is 1 where y > 0, else −1.
///
/// ```
/// use thalweg_core::Pointwise;
/// assert_eq!(thalweg_losses::Exponential.derivatives(1.0, 0.0), (1.0, -1.0, 1.0));
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Exponential;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "exponential",
    summary: "exponential of minus the margin: AdaBoost",
    parameters: &[],
    example: "exponential",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(Exponential))
}

impl Formula for Exponential {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        (-label(y) * eta).exp()
    }
}

impl<T: Real> Pointwise<T> for Exponential {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let s = label(y);
        let e = (-s * eta).exp();
        (e, -s * e, e)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let v = label(y) * u;
        T::select(v.le(T::ZERO), v + x_ln_x(-v), T::INFINITY)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            // ℓ‴ = ∓ℓ″.
            self_concordance: Some(T::ONE),
            conjugate_known: true,
            ..Properties::convex(Target::Binary)
        }
    }
}
