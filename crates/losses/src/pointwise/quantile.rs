//! Quantile (pinball) loss: τ for each unit by which η is too low, 1 − τ for each unit too high, so that its minimiser is the τ-quantile and
//! τ → 1 pulls η upwards. Minus the log-density of an asymmetric Laplace distribution, up to −ln(τ(1 − τ)).
//!
//! scikit-learn's `mean_pinball_loss(alpha=tau)` has the same scale; τ = ½ is half the absolute loss.
//!
//! Source: Koenker and Bassett, *Regression quantiles*, Econometrica 46 (1978).

use thalweg_core::{Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target, math};

use crate::parameter;
use crate::{LossEntry, Make, NegativeLogDensity};

/// With r = η − y: ℓ = max(−τr, (1 − τ)r); ℓ′ = −τ for r < 0, 1 − τ for r > 0 and 0 at r = 0, where every slope between is one; ℓ″ = 0;
/// ℓ*(u) = uy on −τ ≤ u ≤ 1 − τ, for any real y.
///
/// ```
/// use thalweg_core::Pointwise;
/// let upper = thalweg_losses::Quantile::new(0.75)?;
/// assert_eq!(upper.derivatives(4.0, 0.0), (3.0, -0.75, 0.0));
/// assert_eq!(upper.derivatives(0.0, 4.0), (1.0, 0.25, 0.0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Quantile {
    tau: f64,
}

impl Quantile {
    /// With τ, the level: the share of targets below the prediction.
    ///
    /// # Errors
    /// τ not strictly between 0 and 1.
    pub fn new(tau: f64) -> Result<Self> {
        Ok(Self { tau: parameter::level("tau", tau)? })
    }
}

const TAU: Parameter = Parameter {
    name: "tau",
    default: 0.5,
    rule: parameter::LEVEL,
    summary: "level: the share of targets below the prediction",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "quantile",
    summary: "pinball: quantile regression at level tau",
    parameters: &[TAU],
    example: "quantile:tau=0.9",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(Quantile::new(values[0])?))
}

impl Formula for Quantile {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let r = eta - y;
        S::select(r.lt(S::of(0.0)), S::of(-self.tau) * r, S::of(1.0 - self.tau) * r)
    }
}

impl NegativeLogDensity for Quantile {
    const DISTRIBUTION: &'static str = "asymmetric Laplace with tau-quantile eta and scale 1";

    /// −ln(τ(1 − τ)).
    #[inline(always)]
    fn constant<S: Scalar>(&self, _: S) -> S {
        S::of(-math::ln(self.tau * (1.0 - self.tau)))
    }
}

impl<T: Real> Pointwise<T> for Quantile {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let r = eta - y;
        let (low, high) = (T::of(-self.tau), T::of(1.0 - self.tau));
        let slope = T::select(r.lt(T::ZERO), low, T::select(T::ZERO.lt(r), high, T::ZERO));
        ((low * r).max(high * r), slope, T::ZERO)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let inside = T::of(-self.tau).le(u) & u.le(T::of(1.0 - self.tau));
        T::select(inside, u * y, T::INFINITY)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            differentiable: false,
            twice_differentiable: false,
            lipschitz: Some(T::of(self.tau.max(1.0 - self.tau))),
            conjugate_known: true,
            ..Properties::convex(Target::Real)
        }
    }
}
