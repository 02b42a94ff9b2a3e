//! Asymmetric Huber distribution: normal with mean η and variance w near η, exponential tails of rate 1 − τ below and τ above. For small w it tends to the
//! asymmetric Laplace distribution. Source: the two-piece form of Huber, *Robust estimation of a location parameter*, Ann. Math. Statist. 35 (1964).

use thalweg_core::{Formula, Result, Scalar, math};

use super::{level, positive};

/// ln f = −ρ(y − η) − ln Z with, on the side of rate s, ρ(u) = ½u²/w for |u| ≤ sw and s|u| − ½s²w beyond, and
/// Z = √(2πw)(1 − Φ(−τ√w) − Φ(−(1 − τ)√w)) + e^(−½wτ²)/τ + e^(−½w(1−τ)²)/(1 − τ).
///
/// ```
/// use thalweg_core::Formula;
/// use thalweg_likelihood::densities::AsymmetricHuber;
/// let density = AsymmetricHuber::new(0.25, 1.0)?;
/// // ½·1 − ⅛·¼ above, against ½·½ − ... inside: the fall from 0 to 1 is ¼ − 1/32.
/// assert!((density.eval(0.0_f64, 0.0) - density.eval(1.0, 0.0) - (0.25 - 1.0 / 32.0)).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct AsymmetricHuber {
    tau: f64,
    width: f64,
}

impl AsymmetricHuber {
    /// With level τ, the rate of the upper tail, and the variance w near η, in the squared units of y.
    ///
    /// # Errors
    /// τ not strictly between 0 and 1; w not positive and finite.
    pub fn new(tau: f64, width: f64) -> Result<Self> {
        Ok(Self { tau: level("tau", tau)?, width: positive("width", width)? })
    }
}

impl Formula for AsymmetricHuber {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let (w, root) = (self.width, self.width.sqrt());
        let centre = 1.0 - math::normal_cdf(-self.tau * root) - math::normal_cdf((self.tau - 1.0) * root);
        let tail = |s: f64| math::exp(-0.5 * w * s * s) / s;
        let mass = (core::f64::consts::TAU * w).sqrt() * centre + tail(self.tau) + tail(1.0 - self.tau);
        let u = y - eta;
        let s = S::select(u.lt(S::of(0.0)), S::of(1.0 - self.tau), S::of(self.tau));
        let near = u.abs().le(s * S::of(w));
        let fall = S::select(near, u * u / S::of(2.0 * w), s * u.abs() - s * s * S::of(0.5 * w));
        -fall - S::of(math::ln(mass))
    }
}
