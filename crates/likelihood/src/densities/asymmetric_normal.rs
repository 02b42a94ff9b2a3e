//! Two-piece (asymmetric) normal distribution whose τ-expectile is η. Source: Aigner, Amemiya and Poirier, *On the estimation
//! of production frontiers*, Int. Econ. Rev. 17 (1976).

use thalweg_core::{Formula, Result, Scalar, math};

use super::{HALF_LN_TAU, level};

/// ln f = ln(2/(σ₁ + σ₂)) − ½ ln 2π − ½((y − η)/σ)² for real y, with σ = σ₁ = (1 − τ)^−½ below η and σ = σ₂ = τ^−½ above.
///
/// ```
/// use thalweg_core::Formula;
/// use thalweg_likelihood::densities::AsymmetricNormal;
/// let found = AsymmetricNormal::new(0.5)?.eval(2.0_f64, 0.0);
/// assert!((found - (-1.0 - 0.5 * (4.0 * std::f64::consts::PI).ln())).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct AsymmetricNormal {
    tau: f64,
}

impl AsymmetricNormal {
    /// With level τ, the precision above η; 1 − τ is that below.
    ///
    /// # Errors
    /// τ not strictly between 0 and 1.
    pub fn new(tau: f64) -> Result<Self> {
        Ok(Self { tau: level("tau", tau)? })
    }
}

impl Formula for AsymmetricNormal {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let (below, above) = ((1.0 - self.tau).sqrt().recip(), self.tau.sqrt().recip());
        let u = y - eta;
        let z = u / S::select(u.lt(S::of(0.0)), S::of(below), S::of(above));
        S::of(math::ln(2.0 / (below + above)) - HALF_LN_TAU) - S::of(0.5) * z * z
    }
}
