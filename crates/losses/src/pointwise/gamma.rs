//! Gamma loss η + ye^−η: minus the log-likelihood of a positive amount with log-mean η, exactly so for an exponential distribution and, times the
//! shape, up to a term free of η for a gamma distribution of any known shape.
//!
//! scikit-learn's `HalfGammaLoss` is this loss; half the gamma deviance is less by 1 + ln y.
//!
//! Source: McCullagh and Nelder, *Generalized Linear Models*, 2nd ed., chapter 8.

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Response, Result, Scalar, Target, k};

use super::logistic::x_ln_x;
use crate::{LossEntry, Make, NegativeLogDensity};

/// For y > 0: ℓ = η + ye^−η, ℓ′ = 1 − ye^−η, ℓ″ = ye^−η, in expectation 1; ℓ*(u) = v ln(v/y) − v at v = 1 − u ≥ 0.
///
/// ```
/// use thalweg_core::Pointwise;
/// assert_eq!(thalweg_losses::Gamma.derivatives(3.0, 0.0), (3.0, -2.0, 3.0));
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Gamma;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "gamma",
    summary: "negative log-likelihood of a positive amount with log-mean eta: gamma regression",
    parameters: &[],
    example: "gamma",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(Gamma))
}

impl Formula for Gamma {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        eta + y * (-eta).exp()
    }
}

impl<T: Real> Pointwise<T> for Gamma {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        // In two halves: e^−η may overflow where ye^−η does not.
        let half = (k(-0.5) * eta).exp();
        let ratio = y * half * half;
        (eta + ratio, T::ONE - ratio, ratio)
    }

    #[inline(always)]
    fn expected_curvature(&self, _: T, _: T) -> T {
        T::ONE
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let v = T::ONE - u;
        T::select(T::ZERO.le(v), x_ln_x(v) - v * (T::ONE + y.ln()), T::INFINITY)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            // ℓ‴ = −ℓ″.
            self_concordance: Some(T::ONE),
            conjugate_known: true,
            response: Some(Response::Exponential),
            ..Properties::convex(Target::Positive)
        }
    }
}

impl NegativeLogDensity for Gamma {
    const DISTRIBUTION: &'static str = "exponential with mean exp(eta), the gamma distribution of shape 1";

    #[inline(always)]
    fn constant<S: Scalar>(&self, _: S) -> S {
        S::of(0.0)
    }
}
