//! Huber's least favourable distribution: normal with mean η and standard deviation s within δ standard deviations, exponential beyond. Of all that are a
//! normal with a given share of contamination, the one that tells least about its location. Source: Huber, *Robust estimation of a location parameter*, Ann. Math.
//! Statist. 35 (1964).

use thalweg_core::{Formula, Result, Scalar, k, math};

use super::positive;

/// ln f = −ρ((y − η)/s) − ln s − ln Z for real y, with ρ(z) = ½z² for |z| ≤ δ and δ|z| − ½δ² beyond, and
/// Z = √(2π)(1 − 2Φ(−δ)) + 2e^(−½δ²)/δ.
///
/// ```
/// use thalweg_core::Formula;
/// use thalweg_likelihood::densities::HuberDensity;
/// let density = HuberDensity::new(1.0, 2.0)?;
/// // At three standard deviations: 1·3 − ½.
/// assert!((density.eval(0.0_f64, 0.0) - density.eval(6.0, 0.0) - 2.5).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct HuberDensity {
    delta: f64,
    scale: f64,
}

impl HuberDensity {
    /// With threshold δ, in standard deviations, and standard deviation s near η, in the units of y.
    ///
    /// # Errors
    /// δ or s not positive and finite.
    pub fn new(delta: f64, scale: f64) -> Result<Self> {
        Ok(Self { delta: positive("delta", delta)?, scale: positive("scale", scale)? })
    }
}

impl Formula for HuberDensity {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let (delta, z) = (self.delta, (y - eta) / S::of(self.scale));
        let centre = core::f64::consts::TAU.sqrt() * (1.0 - 2.0 * math::normal_cdf(-delta));
        let mass = centre + 2.0 * math::exp(-0.5 * delta * delta) / delta;
        let near = z.abs().le(S::of(delta));
        let fall = S::select(near, k(0.5) * z * z, S::of(delta) * z.abs() - S::of(0.5 * delta * delta));
        -fall - S::of(math::ln(self.scale) + math::ln(mass))
    }
}
