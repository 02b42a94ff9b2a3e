//! Poisson loss e^η − yη: minus the log-likelihood of a count with log-rate η, without the constant ln y!.
//!
//! PyTorch's `PoissonNLLLoss` and scikit-learn's `HalfPoissonLoss` are this loss. With `full=1` the constant is added, as ln Γ(y + 1); PyTorch's
//! `full=True` takes Stirling's approximation of it, and 0 for y ≤ 1.
//!
//! Source: McCullagh and Nelder, *Generalized Linear Models*, 2nd ed., chapter 6.

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Response, Result, Scalar, Target};

use crate::likelihood::{self, FULL};
use crate::logistic::x_ln_x;
use crate::{LossEntry, Make, NegativeLogDensity};

/// For y ≥ 0: ℓ = e^η − yη, ℓ′ = e^η − y, ℓ″ = e^η, ℓ*(u) = v ln v − v at v = u + y ≥ 0.
///
/// ```
/// use thalweg_core::Pointwise;
/// assert_eq!(thalweg_losses::Poisson.derivatives(3.0, 0.0), (1.0, -2.0, 1.0));
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Poisson;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "poisson",
    summary: "negative log-likelihood of a count with log-rate eta: Poisson regression",
    parameters: &[FULL],
    example: "poisson:full=1",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    likelihood::make(Poisson, values[0])
}

impl Formula for Poisson {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        eta.exp() - y * eta
    }
}

impl NegativeLogDensity for Poisson {
    const DISTRIBUTION: &'static str = "Poisson with log-rate eta";

    /// ln y! = ln Γ(y + 1).
    #[inline(always)]
    fn constant<S: Scalar>(&self, y: S) -> S {
        (y + S::of(1.0)).ln_gamma_positive()
    }
}

impl<T: Real> Pointwise<T> for Poisson {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let rate = eta.exp();
        // Where the rate overflows so may yη: ∞ all the same.
        let linear = T::select(rate.lt(T::INFINITY), y * eta, T::ZERO);
        (rate - linear, rate - y, rate)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let v = u + y;
        T::select(T::ZERO.le(v), x_ln_x(v) - v, T::INFINITY)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            // ℓ‴ = ℓ″.
            self_concordance: Some(T::ONE),
            conjugate_known: true,
            response: Some(Response::Exponential),
            ..Properties::convex(Target::Nonnegative)
        }
    }
}
