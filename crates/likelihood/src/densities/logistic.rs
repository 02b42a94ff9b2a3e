//! Logistic distribution: location η, scale s. Source: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions*, vol. 2, chapter 23.

use thalweg_core::{Formula, Result, Scalar, k, math};

use super::positive;

/// ln f = −|z| − 2 ln(1 + e^−|z|) − ln s with z = (y − η)/s, for real y.
///
/// ```
/// use thalweg_core::Formula;
/// use thalweg_likelihood::densities::Logistic;
/// let found = Logistic::new(1.0)?.eval(1.0_f64, 1.0);
/// assert!((found - (-4.0_f64.ln())).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Logistic {
    scale: f64,
}

impl Logistic {
    /// With scale s, in the units of y; the standard deviation is πs/√3.
    ///
    /// # Errors
    /// s not positive and finite.
    pub fn new(scale: f64) -> Result<Self> {
        Ok(Self { scale: positive("scale", scale)? })
    }
}

impl Formula for Logistic {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let a = ((y - eta) / S::of(self.scale)).abs();
        -a - k(2.0) * (-a).exp().ln_1p() - S::of(math::ln(self.scale))
    }
}
