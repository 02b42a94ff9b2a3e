//! Square-root link η = √μ.

use thalweg_core::{Scalar, k};

use crate::link::{Link, LinkEntry, LinkFunction, Mean, of_positive};

/// η = √μ: stabilises the variance of counts. Predictors that are not positive have no mean.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Sqrt;

pub(crate) const ENTRY: LinkEntry = LinkEntry {
    name: "sqrt",
    summary: "eta = sqrt(mu), positive: stabilises the variance of counts",
    parameters: &[],
    example: "sqrt",
    make: |_| Ok(LinkFunction::Sqrt),
};

impl Link for Sqrt {
    const FUNCTION: LinkFunction = LinkFunction::Sqrt;

    #[inline(always)]
    fn link<S: Scalar>(&self, mu: S) -> S {
        mu.sqrt()
    }

    #[inline(always)]
    fn inverse<S: Scalar>(&self, eta: S) -> Mean<S> {
        of_positive(eta, eta.square(), k(2.0) * eta.ln(), eta.square().recip())
    }
}
