//! Expectile loss: half the squared residual, weighted by τ where η is too low and by 1 − τ where it is too high, so that its minimiser is the
//! τ-expectile and τ → 1 pulls η upwards, as with the quantile loss. Minus the log-density of a two-piece (asymmetric) Gaussian, up to a
//! constant.
//!
//! τ = ½ is half of [`Squared`](crate::Squared). Newey and Powell's loss is twice this. PyTorch, scikit-learn and optax have none.
//!
//! Source: Newey and Powell, *Asymmetric least squares estimation and testing*, Econometrica 55 (1987).

use thalweg_core::{Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target, k, math};

use crate::parameter;
use crate::{LossEntry, Make, NegativeLogDensity};

/// With r = η − y and w = τ for r < 0, 1 − τ for r ≥ 0: ℓ = ½wr², ℓ′ = wr, ℓ″ = w, ℓ*(u) = uy + u²/(2w) with the w of r = u, for any real y.
///
/// ```
/// use thalweg_core::Pointwise;
/// let upper = thalweg_losses::Expectile::new(0.75)?;
/// assert_eq!(upper.derivatives(4.0, 0.0), (6.0, -3.0, 0.75));
/// assert_eq!(upper.derivatives(0.0, 4.0), (2.0, 1.0, 0.25));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Expectile {
    tau: f64,
}

impl Expectile {
    /// With τ, the level: the weight of a prediction that is too low.
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
    summary: "level: the weight of a prediction that is too low",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "expectile",
    summary: "asymmetric squared residual: expectile regression at level tau",
    parameters: &[TAU],
    example: "expectile:tau=0.9",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(Expectile::new(values[0])?))
}

impl Formula for Expectile {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let r = eta - y;
        let w = S::select(r.lt(S::of(0.0)), S::of(self.tau), S::of(1.0 - self.tau));
        k(0.5) * w * r.square()
    }
}

impl NegativeLogDensity for Expectile {
    const DISTRIBUTION: &'static str =
        "two-piece Gaussian with tau-expectile eta and precisions 1 - tau below and tau above";

    /// ½ ln(π/2) + ln(τ^−½ + (1 − τ)^−½).
    #[inline(always)]
    fn constant<S: Scalar>(&self, _: S) -> S {
        let widths = self.tau.sqrt().recip() + (1.0 - self.tau).sqrt().recip();
        S::of(0.5 * math::ln(core::f64::consts::FRAC_PI_2) + math::ln(widths))
    }
}

impl<T: Real> Pointwise<T> for Expectile {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let r = eta - y;
        let w = T::select(r.lt(T::ZERO), T::of(self.tau), T::of(1.0 - self.tau));
        let slope = w * r;
        (k(0.5) * slope * r, slope, w)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let w = T::select(u.lt(T::ZERO), T::of(self.tau), T::of(1.0 - self.tau));
        u * (k(0.5) * u / w + y)
    }

    fn properties(&self) -> Properties<T> {
        let (low, high) = (self.tau.min(1.0 - self.tau), self.tau.max(1.0 - self.tau));
        let symmetric = low == high;
        Properties {
            twice_differentiable: symmetric,
            curvature_bound: Some(T::of(high)),
            strong_convexity: T::of(low),
            self_concordance: symmetric.then_some(T::ZERO),
            conjugate_known: true,
            ..Properties::convex(Target::Real)
        }
    }
}
