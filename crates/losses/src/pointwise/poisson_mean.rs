//! Poisson loss of the mean itself, μ − y ln μ: minus the log-likelihood of a count with mean μ > 0 (identity link), without the constant ln y!.
//!
//! PyTorch's `PoissonNLLLoss(log_input=False)` adds 1e-8 to the argument of the logarithm; this loss does not. With `full=1` the constant is added,
//! as ln Γ(y + 1) and not by Stirling's approximation as in PyTorch's `full=True`.
//!
//! Source: McCullagh and Nelder, *Generalized Linear Models*, 2nd ed., chapter 6.

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Result, Scalar, Target, k};

use crate::likelihood::{self, FULL};
use crate::{LossEntry, Make, NegativeLogDensity};

/// For y ≥ 0 and a predictor μ > 0: ℓ = μ − y ln μ, ℓ′ = 1 − y/μ, ℓ″ = y/μ², in expectation 1/μ; ℓ*(u) = y ln(y/v) − y at v = 1 − u > 0
/// (v ≥ 0 and ℓ* = 0 for y = 0).
///
/// ```
/// use thalweg_core::Pointwise;
/// assert_eq!(thalweg_losses::PoissonMean.derivatives(3.0, 1.0), (1.0, -2.0, 3.0));
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct PoissonMean;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "poisson-mean",
    summary: "negative log-likelihood of a count with mean eta > 0",
    parameters: &[FULL],
    example: "poisson-mean:full=1",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    likelihood::make(PoissonMean, values[0])
}

impl Formula for PoissonMean {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, mean: S) -> S {
        mean - y * mean.ln()
    }
}

impl<T: Real> Pointwise<T> for PoissonMean {
    #[inline(always)]
    fn derivatives(&self, y: T, mean: T) -> (T, T, T) {
        let ratio = y / mean;
        (mean - y * mean.ln(), (mean - y) / mean, ratio / mean)
    }

    #[inline(always)]
    fn expected_curvature(&self, _: T, mean: T) -> T {
        mean.recip()
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let v = T::ONE - u;
        let counted = T::select(T::ZERO.lt(v), y * ((y / v).ln() - T::ONE), T::INFINITY);
        let none = T::select(T::ZERO.le(v), T::ZERO, T::INFINITY);
        T::select(y.le(T::ZERO), none, counted)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            conjugate_known: true,
            predictor: (T::ZERO, T::INFINITY),
            ..Properties::convex(Target::Nonnegative)
        }
    }
}

impl NegativeLogDensity for PoissonMean {
    const DISTRIBUTION: &'static str = "Poisson with mean eta";

    /// ln Γ(y + 1).
    #[inline(always)]
    fn constant<S: Scalar>(&self, y: S) -> S {
        (k(1.0) + y).ln_gamma_positive()
    }
}
