//! Normal (Gaussian) distribution: location η, standard deviation σ. Source: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions*, vol. 1, chapter 13.

use thalweg_core::{Formula, Result, Scalar, k, math};

use super::{HALF_LN_TAU, positive};

/// ln f = −½((y − η)/σ)² − ln σ − ½ ln 2π for real y.
///
/// ```
/// use thalweg_core::Formula;
/// use thalweg_likelihood::densities::Normal;
/// let found = Normal::new(2.0)?.eval(3.0_f64, 1.0);
/// assert!((found - (-0.5 - 2.0_f64.ln() - 0.5 * std::f64::consts::TAU.ln())).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Normal {
    sd: f64,
}

impl Normal {
    /// With standard deviation σ, in the units of y.
    ///
    /// # Errors
    /// σ not positive and finite.
    pub fn new(sd: f64) -> Result<Self> {
        Ok(Self { sd: positive("sd", sd)? })
    }
}

impl Formula for Normal {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let z = (y - eta) / S::of(self.sd);
        k(-0.5) * z * z - S::of(math::ln(self.sd) + HALF_LN_TAU)
    }
}
