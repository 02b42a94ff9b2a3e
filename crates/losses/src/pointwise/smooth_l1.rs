//! Smooth L1: Huber's loss divided by its threshold, so that the slope beyond is 1 and β → 0 gives the absolute loss.
//!
//! PyTorch's `SmoothL1Loss` is the same, with `beta` = 1.
//!
//! Source: Girshick, *Fast R-CNN*, ICCV (2015); Huber, Ann. Math. Statist. 35 (1964).

use thalweg_core::{Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target, k, math};

use crate::parameter;
use crate::{LossEntry, Make, NegativeLogDensity};

/// With r = η − y: ℓ = r²/(2β) for |r| ≤ β and |r| − ½β beyond; ℓ′ = clamp(r/β, −1, 1); ℓ″ = 1/β inside, 0 beyond; ℓ*(u) = ½βu² + uy on
/// |u| ≤ 1.
///
/// ```
/// use thalweg_core::Pointwise;
/// let smooth = thalweg_losses::SmoothL1::new(2.0)?;
/// assert_eq!(smooth.derivatives(0.0, 1.0), (0.25, 0.5, 0.5));
/// assert_eq!(smooth.derivatives(0.0, 5.0), (4.0, 1.0, 0.0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct SmoothL1 {
    beta: f64,
}

impl SmoothL1 {
    /// With β, the residual beyond which the loss is linear, in the units of the target.
    ///
    /// # Errors
    /// β not between 1e-18 and 1e18.
    pub fn new(beta: f64) -> Result<Self> {
        Ok(Self { beta: parameter::scale("beta", beta)? })
    }
}

const BETA: Parameter = Parameter {
    name: "beta",
    default: 1.0,
    rule: parameter::SCALE,
    summary: "residual beyond which the loss is linear, in the units of the target",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "smooth-l1",
    summary: "Huber loss divided by its threshold: quadratic near 0, absolute beyond",
    parameters: &[BETA],
    example: "smooth-l1:beta=0.3",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(SmoothL1::new(values[0])?))
}

impl Formula for SmoothL1 {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let (r, beta) = (eta - y, S::of(self.beta));
        S::select(r.abs().le(beta), r * r / (k(2.0) * beta), r.abs() - k(0.5) * beta)
    }
}

impl NegativeLogDensity for SmoothL1 {
    const DISTRIBUTION: &'static str =
        "Gaussian with mean eta and variance beta inside beta, exponential tails of rate 1 beyond";

    /// ln ∫e^−ℓ = ln(√(2πβ) erf √(β/2) + 2e^(−β/2)).
    #[inline(always)]
    fn constant<S: Scalar>(&self, _: S) -> S {
        let beta = self.beta;
        let core = (core::f64::consts::TAU * beta).sqrt() * math::erf((0.5 * beta).sqrt());
        S::of(math::ln(core + 2.0 * math::exp(-0.5 * beta)))
    }
}

impl<T: Real> Pointwise<T> for SmoothL1 {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (r, beta, inverse) = (eta - y, T::of(self.beta), T::of(1.0 / self.beta));
        let slope = (r * inverse).max(-T::ONE).min(T::ONE);
        // s(r − ½βs) with s the slope is both branches at once.
        let value = slope * (r - k(0.5) * (beta * slope));
        (value, slope, T::select(r.abs().le(beta), inverse, T::ZERO))
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        T::select(u.abs().le(T::ONE), u * (k(0.5) * (T::of(self.beta) * u) + y), T::INFINITY)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            twice_differentiable: false,
            curvature_bound: Some(T::of(1.0 / self.beta)),
            lipschitz: Some(T::ONE),
            conjugate_known: true,
            ..Properties::convex(Target::Real)
        }
    }
}
