//! Log-log link η = −ln(−ln μ).

use thalweg_core::Scalar;

use super::cloglog::{bounded, ln_of_some_event};
use crate::link::{Link, LinkEntry, LinkFunction, Mean};

/// η = −ln(−ln μ), μ = exp(−e^−η): the mirror image of the complementary log-log link, for outcomes counted the other way round. μ is the
/// distribution function of Gumbel's law.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Loglog;

pub(crate) const ENTRY: LinkEntry = LinkEntry {
    name: "loglog",
    summary: "eta = -ln(-ln mu): no event of rate exp(-eta)",
    parameters: &[],
    example: "loglog",
    make: |_| Ok(LinkFunction::Loglog),
};

impl Link for Loglog {
    const FUNCTION: LinkFunction = LinkFunction::Loglog;

    #[inline(always)]
    fn link<S: Scalar>(&self, mu: S) -> S {
        -(-mu.ln()).ln()
    }

    #[inline(always)]
    fn inverse<S: Scalar>(&self, eta: S) -> Mean<S> {
        let rate = (-eta).exp();
        let bounded = bounded(-eta, rate);
        Mean {
            mu: (-bounded).exp(),
            complement: -(-bounded).exp_m1(),
            ln_mu: -rate,
            ln_complement: ln_of_some_event(-eta, bounded),
            inverse: bounded.exp(),
        }
    }
}
