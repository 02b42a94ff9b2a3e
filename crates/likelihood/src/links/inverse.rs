//! Inverse link η = 1/μ.

use thalweg_core::Scalar;

use crate::link::{Link, LinkEntry, LinkFunction, Mean, of_positive};

/// η = 1/μ for positive means: canonical for the gamma family, where rates add. Predictors that are not positive have no mean.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Inverse;

pub(crate) const ENTRY: LinkEntry = LinkEntry {
    name: "inverse",
    summary: "eta = 1/mu, positive: effects add to the rate",
    parameters: &[],
    example: "inverse",
    make: |_| Ok(LinkFunction::Inverse),
};

impl Link for Inverse {
    const FUNCTION: LinkFunction = LinkFunction::Inverse;

    #[inline(always)]
    fn link<S: Scalar>(&self, mu: S) -> S {
        mu.recip()
    }

    #[inline(always)]
    fn inverse<S: Scalar>(&self, eta: S) -> Mean<S> {
        of_positive(eta, eta.recip(), -eta.ln(), eta)
    }
}
