//! Logit link η = ln(μ/(1 − μ)).

use thalweg_core::{Scalar, k};

use crate::link::{Link, LinkEntry, LinkFunction, Mean};

/// η = ln(μ/(1 − μ)), the log-odds. Canonical for the binomial family.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Logit;

pub(crate) const ENTRY: LinkEntry = LinkEntry {
    name: "logit",
    summary: "eta = ln(mu / (1 - mu)): effects add to the log-odds",
    parameters: &[],
    example: "logit",
    make: |_| Ok(LinkFunction::Logit),
};

impl Link for Logit {
    const FUNCTION: LinkFunction = LinkFunction::Logit;

    #[inline(always)]
    fn link<S: Scalar>(&self, mu: S) -> S {
        (mu / (k(1.0) - mu)).ln()
    }

    #[inline(always)]
    fn inverse<S: Scalar>(&self, eta: S) -> Mean<S> {
        Mean {
            mu: eta.sigmoid(),
            complement: (-eta).sigmoid(),
            ln_mu: -(-eta).softplus(),
            ln_complement: -eta.softplus(),
            inverse: S::of(1.0) + (-eta).exp(),
        }
    }
}
