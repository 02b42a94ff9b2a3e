//! Asymmetric Laplace distribution whose τ-quantile is η. Source: Yu and Moyeed, *Bayesian quantile regression*, Statist. Probab. Lett. 54 (2001).

use thalweg_core::{Formula, Result, Scalar, math};

use super::{level, positive};

/// ln f = ln(τ(1 − τ)/σ) − τ(y − η)/σ for y ≥ η, and ln(τ(1 − τ)/σ) − (1 − τ)(η − y)/σ below.
///
/// ```
/// use thalweg_core::Formula;
/// use thalweg_likelihood::densities::AsymmetricLaplace;
/// let found = AsymmetricLaplace::new(0.25, 1.0)?.eval(4.0_f64, 0.0);
/// assert!((found - (0.1875_f64.ln() - 1.0)).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct AsymmetricLaplace {
    tau: f64,
    scale: f64,
}

impl AsymmetricLaplace {
    /// With level τ, the mass below η, and scale σ, in the units of y.
    ///
    /// # Errors
    /// τ not strictly between 0 and 1; σ not positive and finite.
    pub fn new(tau: f64, scale: f64) -> Result<Self> {
        Ok(Self { tau: level("tau", tau)?, scale: positive("scale", scale)? })
    }
}

impl Formula for AsymmetricLaplace {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let u = (y - eta) / S::of(self.scale);
        let fall = S::select(u.lt(S::of(0.0)), S::of(self.tau - 1.0) * u, S::of(self.tau) * u);
        S::of(math::ln(self.tau) + math::ln_1p(-self.tau) - math::ln(self.scale)) - fall
    }
}
