//! Smoothed quantile loss: the pinball with its kink replaced by a parabola of curvature 1/width, which is its Moreau envelope. It lies at most
//! ½·width·max(τ, 1 − τ)² below the pinball, and τ → 1 pulls η upwards. Minus the log-density of a two-piece Gaussian with exponential
//! tails, up to a constant.
//!
//! τ = ½ is Huber's loss of threshold ½·width divided by the width. PyTorch, scikit-learn and optax have none.
//!
//! Source: Chen, *A finite smoothing algorithm for quantile regression*, J. Comput. Graph. Statist. 16 (2007); Moreau (1965).

use thalweg_core::{Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target, k, math};

use crate::parameter;
use crate::{LossEntry, Make, NegativeLogDensity};

/// With r = η − y and u = clamp(r/width, −τ, 1 − τ): ℓ = u(r − ½·width·u), ℓ′ = u, ℓ″ = 1/width in the bottom and 0 beyond,
/// ℓ*(u) = uy + ½·width·u² on −τ ≤ u ≤ 1 − τ, for any real y.
///
/// ```
/// use thalweg_core::Pointwise;
/// let smooth = thalweg_losses::SmoothedQuantile::new(0.75, 2.0)?;
/// assert_eq!(smooth.derivatives(0.0, -1.0), (0.25, -0.5, 0.5));
/// assert_eq!(smooth.derivatives(0.0, -5.0), (3.1875, -0.75, 0.0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct SmoothedQuantile {
    tau: f64,
    width: f64,
}

impl SmoothedQuantile {
    /// With τ, the level: the share of targets below the prediction and width, the width of the quadratic bottom, in the units of the target.
    ///
    /// # Errors
    /// τ not strictly between 0 and 1; width not between 1e-18 and 1e18.
    pub fn new(tau: f64, width: f64) -> Result<Self> {
        Ok(Self { tau: parameter::level("tau", tau)?, width: parameter::scale("width", width)? })
    }
}

const TAU: Parameter = Parameter {
    name: "tau",
    default: 0.5,
    rule: parameter::LEVEL,
    summary: "level: the share of targets below the prediction",
};

const WIDTH: Parameter = Parameter {
    name: "width",
    default: 1.0,
    rule: parameter::SCALE,
    summary: "width of the quadratic bottom, in the units of the target",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "smoothed-quantile",
    summary: "pinball with a quadratic bottom: smooth quantile regression",
    parameters: &[TAU, WIDTH],
    example: "smoothed-quantile:tau=0.9,width=0.5",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(SmoothedQuantile::new(values[0], values[1])?))
}

impl Formula for SmoothedQuantile {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let (r, width) = (eta - y, S::of(self.width));
        let (low, high) = (S::of(-self.tau), S::of(1.0 - self.tau));
        let left = low * r - k(0.5) * width * low * low;
        let right = high * r - k(0.5) * width * high * high;
        let bottom = r * r / (k(2.0) * width);
        S::select(r.lt(low * width), left, S::select((high * width).lt(r), right, bottom))
    }
}

impl NegativeLogDensity for SmoothedQuantile {
    const DISTRIBUTION: &'static str = "Gaussian with mean eta and variance width near eta, exponential tails of rates 1 - tau below and tau above";

    /// ln ∫e^−ℓ: each side's half of the bottom and its tail, √(½πw) erf(s√(½w)) + e^(−½ws²)/s with s = τ and 1 − τ.
    #[inline(always)]
    fn constant<S: Scalar>(&self, _: S) -> S {
        let side = |s: f64| {
            let root = (0.5 * self.width).sqrt();
            core::f64::consts::PI.sqrt() * root * math::erf(s * root)
                + math::exp(-0.5 * self.width * s * s) / s
        };
        S::of(math::ln(side(self.tau) + side(1.0 - self.tau)))
    }
}

impl<T: Real> Pointwise<T> for SmoothedQuantile {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (r, width, inverse) = (eta - y, T::of(self.width), T::of(1.0 / self.width));
        let (low, high) = (T::of(-self.tau), T::of(1.0 - self.tau));
        let steep = r * inverse;
        let slope = steep.max(low).min(high);
        let bottom = low.le(steep) & steep.le(high);
        (slope * (r - k(0.5) * (width * slope)), slope, T::select(bottom, inverse, T::ZERO))
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let inside = T::of(-self.tau).le(u) & u.le(T::of(1.0 - self.tau));
        T::select(inside, u * (k(0.5) * (T::of(self.width) * u) + y), T::INFINITY)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            twice_differentiable: false,
            curvature_bound: Some(T::of(1.0 / self.width)),
            lipschitz: Some(T::of(self.tau.max(1.0 - self.tau))),
            conjugate_known: true,
            ..Properties::convex(Target::Real)
        }
    }
}
