//! Inverse-squared link η = 1/μ².

use thalweg_core::{Scalar, k};

use crate::link::{Link, LinkEntry, LinkFunction, Mean, of_positive};

/// η = 1/μ² for positive means: canonical for the inverse Gaussian family. Predictors that are not positive have no mean.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct InverseSquared;

pub(crate) const ENTRY: LinkEntry = LinkEntry {
    name: "inverse-squared",
    summary: "eta = 1/mu^2, positive: canonical for the inverse Gaussian family",
    parameters: &[],
    example: "inverse-squared",
    make: |_| Ok(LinkFunction::InverseSquared),
};

impl Link for InverseSquared {
    const FUNCTION: LinkFunction = LinkFunction::InverseSquared;

    #[inline(always)]
    fn link<S: Scalar>(&self, mu: S) -> S {
        mu.square().recip()
    }

    #[inline(always)]
    fn inverse<S: Scalar>(&self, eta: S) -> Mean<S> {
        of_positive(eta, eta.sqrt().recip(), k(-0.5) * eta.ln(), eta.sqrt())
    }
}
