//! Probit link η = Φ⁻¹(μ).

use thalweg_core::Scalar;

use crate::link::{Link, LinkEntry, LinkFunction, Mean};

/// η = Φ⁻¹(μ): the outcome is 1 where a standard normal variable falls below η (Bliss 1934).
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Probit;

pub(crate) const ENTRY: LinkEntry = LinkEntry {
    name: "probit",
    summary: "eta = inverse normal distribution function of mu: a latent normal variable",
    parameters: &[],
    example: "probit",
    make: |_| Ok(LinkFunction::Probit),
};

impl Link for Probit {
    const FUNCTION: LinkFunction = LinkFunction::Probit;

    /// Two Newton steps on Φ(η) = μ after a rational start would lose the tails; the quantile is found on ln Φ instead, where Newton's
    /// method converges from any start because ln Φ is concave.
    fn link<S: Scalar>(&self, mu: S) -> S {
        // Φ⁻¹(μ) = −Φ⁻¹(1 − μ): work in the lower half, where ln μ keeps its digits.
        let upper = S::of(0.5).lt(mu);
        let target = S::select(upper, S::of(1.0) - mu, mu).ln();
        let mut eta = -(-(S::of(2.0) * target)).sqrt();
        for _ in 0..12 {
            eta = eta - (eta.normal_ln_cdf() - target) / eta.inverse_mills();
        }
        S::select(upper, -eta, eta)
    }

    #[inline(always)]
    fn inverse<S: Scalar>(&self, eta: S) -> Mean<S> {
        Mean {
            mu: eta.normal_cdf(),
            complement: (-eta).normal_cdf(),
            ln_mu: eta.normal_ln_cdf(),
            ln_complement: (-eta).normal_ln_cdf(),
            inverse: eta.normal_cdf().recip(),
        }
    }
}
