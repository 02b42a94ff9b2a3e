//! Student's t distribution: location η, scale s, ν degrees of freedom. Source: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions*, vol. 2, chapter 28.

use thalweg_core::{Formula, Result, Scalar, math};

use super::positive;

/// ln f = ln Γ(½(ν + 1)) − ln Γ(½ν) − ½ ln(πν) − ln s − ½(ν + 1) ln(1 + z²/ν) with z = (y − η)/s, for real y.
///
/// ```
/// use thalweg_core::Formula;
/// use thalweg_likelihood::densities::StudentT;
/// let found = StudentT::new(1.0, 1.0)?.eval(1.0_f64, 0.0);
/// assert!((found - (-(2.0 * std::f64::consts::PI).ln())).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct StudentT {
    nu: f64,
    scale: f64,
}

impl StudentT {
    /// With ν degrees of freedom and scale s, in the units of y.
    ///
    /// # Errors
    /// ν or s not positive and finite.
    pub fn new(nu: f64, scale: f64) -> Result<Self> {
        Ok(Self { nu: positive("nu", nu)?, scale: positive("scale", scale)? })
    }
}

impl Formula for StudentT {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let nu = self.nu;
        let z = (y - eta) / S::of(self.scale);
        let constant =
            half_step(0.5 * nu) - 0.5 * math::ln(core::f64::consts::PI * nu) - math::ln(self.scale);
        S::of(constant) - S::of(0.5 * (nu + 1.0)) * (z * z / S::of(nu)).ln_1p()
    }
}

/// ln Γ(x + ½) − ln Γ(x). From 20 on, where the two cancel, by its asymptotic series, to 2e-17
/// (NIST DLMF 5.11.8 at ½ and 0).
fn half_step(x: f64) -> f64 {
    if x < 20.0 {
        return math::ln_gamma(x + 0.5) - math::ln_gamma(x);
    }
    let w = 1.0 / (x * x);
    let series = [-31.0 / 18_432.0, 17.0 / 14_336.0, -1.0 / 640.0, 1.0 / 192.0, -1.0 / 8.0];
    0.5 * math::ln(x) + series.iter().fold(0.0, |sum, c| sum * w + c) / x
}
