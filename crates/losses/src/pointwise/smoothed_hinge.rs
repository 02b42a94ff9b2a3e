//! Smoothed hinge loss of a margin a = sη with the label s = ±1: zero beyond 1, quadratic over a width γ, linear below 1 − γ. It tends to the
//! hinge as γ → 0. Not the negative log-likelihood of any distribution.
//!
//! Source: Shalev-Shwartz and Zhang, *Stochastic dual coordinate ascent methods for regularized loss minimization*, JMLR 14 (2013).

use thalweg_core::{Error, Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target, k};

use super::margin::label;
use crate::entry::check_precision;
use crate::{LossEntry, Make};

/// With h = clamp(1 − a, 0, γ): ℓ = (1 − a − ½h)h/γ, that is (1 − a)²/(2γ) over the width and 1 − a − ½γ beyond; ℓ′ = −sh/γ; ℓ″ = 1/γ
/// over the width, else 0; ℓ*(u) = v + ½γv² at v = su in [−1, 0]. The label s is 1 where y > 0, else −1.
///
/// ```
/// use thalweg_core::Pointwise;
/// let loss = thalweg_losses::SmoothedHinge::new(0.5)?;
/// assert_eq!(loss.derivatives(1.0, -1.0), (1.75, -1.0, 0.0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct SmoothedHinge {
    gamma: f64,
}

impl SmoothedHinge {
    /// Rennie's smooth hinge.
    pub(super) const RENNIE: Self = Self { gamma: 1.0 };
    /// A quarter of the modified Huber loss.
    pub(super) const WIDE: Self = Self { gamma: 2.0 };

    /// With width γ, in units of the margin.
    ///
    /// # Errors
    /// γ not positive and finite.
    pub fn new(gamma: f64) -> Result<Self> {
        if gamma > 0.0 && gamma.is_finite() {
            Ok(Self { gamma })
        } else {
            Err(Error::invalid_parameter("gamma", gamma, GAMMA.rule))
        }
    }
}

const GAMMA: Parameter = Parameter {
    name: "gamma",
    default: 1.0,
    rule: "it must be a finite number > 0",
    summary: "width of the quadratic part, in units of the margin",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "smoothed-hinge",
    summary: "hinge with its corner rounded over the width gamma",
    parameters: &[GAMMA],
    example: "smoothed-hinge:gamma=0.5",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    check_precision::<T>(&GAMMA, values[0])?;
    Ok(Box::new(SmoothedHinge::new(values[0])?))
}

impl Formula for SmoothedHinge {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let (short, gamma) = (S::of(1.0) - label(y) * eta, S::of(self.gamma));
        let quadratic = k(0.5) * short * short / gamma;
        let inside = S::select(short.le(gamma), quadratic, short - k(0.5) * gamma);
        S::select(S::of(0.0).lt(short), inside, S::of(0.0))
    }
}

impl<T: Real> Pointwise<T> for SmoothedHinge {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (s, gamma) = (label(y), T::of(self.gamma));
        let short = T::ONE - s * eta;
        let clipped = short.max(T::ZERO).min(gamma);
        let inside = T::ZERO.lt(short) & short.le(gamma);
        // c(d − ½c) with c the clipped distance is all three branches at once.
        let slope = clipped / gamma;
        (slope * (short - k(0.5) * clipped), -s * slope, T::select(inside, gamma.recip(), T::ZERO))
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let v = label(y) * u;
        let inside = (-T::ONE).le(v) & v.le(T::ZERO);
        T::select(inside, v + k(0.5) * T::of(self.gamma) * v * v, T::INFINITY)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            twice_differentiable: false,
            curvature_bound: Some(T::of(self.gamma).recip()),
            lipschitz: Some(T::ONE),
            conjugate_known: true,
            ..Properties::convex(Target::Binary)
        }
    }
}
