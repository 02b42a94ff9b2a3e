//! Squared loss ½(η − y)²: minus the log-density of a Gaussian with unit variance, up to a constant.
//!
//! Source: Legendre (1805); Gauss (1809).

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Result, Scalar, Target, k};

use crate::{LossEntry, Make, NegativeLogDensity};

/// ℓ = ½(η − y)², ℓ′ = η − y, ℓ″ = 1, ℓ*(u) = ½u² + uy, for any real y.
///
/// ```
/// use thalweg_core::Pointwise;
/// assert_eq!(thalweg_losses::Squared.derivatives(1.0, 4.0), (4.5, 3.0, 1.0));
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Squared;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "squared",
    summary: "half the squared residual: least squares, Gaussian likelihood",
    parameters: &[],
    example: "squared",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(Squared))
}

impl Formula for Squared {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        k(0.5) * (eta - y).square()
    }
}

impl NegativeLogDensity for Squared {
    const DISTRIBUTION: &'static str = "Gaussian with mean eta and variance 1";

    /// ½ ln 2π.
    #[inline(always)]
    fn constant<S: Scalar>(&self, _: S) -> S {
        S::of(0.918_938_533_204_672_7)
    }
}

impl<T: Real> Pointwise<T> for Squared {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let r = eta - y;
        (k(0.5) * r * r, r, T::ONE)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        u * (k(0.5) * u + y)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            curvature_bound: Some(T::ONE),
            strong_convexity: T::ONE,
            self_concordance: Some(T::ZERO),
            conjugate_known: true,
            ..Properties::convex(Target::Real)
        }
    }
}
