//! Identity link η = μ.

use thalweg_core::{Scalar, k};

use crate::link::{Link, LinkEntry, LinkFunction, Mean};

/// η = μ. Canonical for the Gaussian family; elsewhere means outside the family's range give NaN, a soft reject.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Identity;

pub(crate) const ENTRY: LinkEntry = LinkEntry {
    name: "identity",
    summary: "eta = mu: effects add to the mean",
    parameters: &[],
    example: "identity",
    make: |_| Ok(LinkFunction::Identity),
};

impl Link for Identity {
    const FUNCTION: LinkFunction = LinkFunction::Identity;

    #[inline(always)]
    fn link<S: Scalar>(&self, mu: S) -> S {
        mu
    }

    #[inline(always)]
    fn inverse<S: Scalar>(&self, eta: S) -> Mean<S> {
        Mean {
            mu: eta,
            complement: k(1.0) - eta,
            ln_mu: eta.ln(),
            ln_complement: (-eta).ln_1p(),
            inverse: eta.recip(),
        }
    }
}
