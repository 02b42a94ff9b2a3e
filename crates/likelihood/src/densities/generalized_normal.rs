//! Generalised normal (exponential power, Subbotin) distribution: location η, scale 1, shape p. Laplace at p = 1, a normal with variance ½ at p = 2. Source:
//! Subbotin, *On the law of frequency of error*, Mat. Sbornik 31 (1923).

use thalweg_core::{Formula, Result, Scalar, math};

use super::positive;

/// ln f = ln p − ln 2Γ(1/p) − |y − η|^p for real y.
///
/// ```
/// use thalweg_core::Formula;
/// use thalweg_likelihood::densities::GeneralizedNormal;
/// let found = GeneralizedNormal::new(1.0)?.eval(3.0_f64, 1.0);
/// assert!((found - (-2.0 - 2.0_f64.ln())).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct GeneralizedNormal {
    p: f64,
}

impl GeneralizedNormal {
    /// With shape p, the power of the distance.
    ///
    /// # Errors
    /// p not positive and finite.
    pub fn new(p: f64) -> Result<Self> {
        Ok(Self { p: positive("p", p)? })
    }
}

impl Formula for GeneralizedNormal {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let constant = math::ln(0.5 * self.p) - math::ln_gamma(1.0 / self.p);
        S::of(constant) - (y - eta).abs().powf(S::of(self.p))
    }
}
