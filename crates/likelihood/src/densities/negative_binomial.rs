//! Negative binomial distribution of a count with log-mean η and size θ. Source: Lawless, *Negative binomial and mixed Poisson regression*, Canadian J. Statist. 15
//! (1987).

use thalweg_core::{Formula, Result, Scalar, k, math};

use super::positive;

/// ln P = ln Γ(y + θ) − ln Γ(θ) − ln y! + θ ln(θ/(θ + μ)) + y ln(μ/(θ + μ)) with μ = e^η, for y = 0, 1, 2, …; the variance is μ + μ²/θ.
///
/// The first two terms cancel for θ ≫ y: the absolute error is that of ln Γ(θ), ε θ ln θ.
///
/// ```
/// use thalweg_core::Formula;
/// use thalweg_likelihood::densities::NegativeBinomial;
/// let found = NegativeBinomial::new(1.0)?.eval(2.0_f64, 0.0);
/// assert!((found - (0.125_f64.ln())).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct NegativeBinomial {
    theta: f64,
}

impl NegativeBinomial {
    /// With size θ, in counts.
    ///
    /// # Errors
    /// θ not positive and finite.
    pub fn new(theta: f64) -> Result<Self> {
        Ok(Self { theta: positive("theta", theta)? })
    }
}

impl Formula for NegativeBinomial {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let (theta, z) = (S::of(self.theta), eta - S::of(math::ln(self.theta)));
        let choose = (y + theta).ln_gamma() - S::of(math::ln_gamma(self.theta)) - (k(1.0) + y).ln_gamma();
        choose - theta * z.softplus() - y * (-z).softplus()
    }
}
