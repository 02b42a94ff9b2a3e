//! `TemplateItem`: REPLACE with how the mean depends on the linear predictor, in one sentence.
//!
//! The file works as it stands, as log-odds in bits, η = log₂(μ/(1 − μ)): put your formulas in its place and in every line that says REPLACE.
//!
//! Source: REPLACE, *title*, journal volume (year).

use core::f64::consts::{LN_2, LOG2_E};

use thalweg_core::{Scalar, k};

use crate::link::{Link, LinkEntry, LinkFunction, Mean};

/// η = log₂(μ/(1 − μ)): one more bit doubles the odds. REPLACE: formula and meaning.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct TemplateItem;

// REPLACE: the summary that `thalweg list` shows.
pub(crate) const ENTRY: LinkEntry = LinkEntry {
    name: "template-item",
    summary: "eta = log2(mu / (1 - mu)): effects add to the log-odds, in bits",
    parameters: &[],
    example: "template-item",
    make: |_| Ok(LinkFunction::TemplateItem),
};

impl Link for TemplateItem {
    const FUNCTION: LinkFunction = LinkFunction::TemplateItem;

    #[inline(always)]
    fn link<S: Scalar>(&self, mu: S) -> S {
        (mu / (k(1.0) - mu)).ln() * S::of(LOG2_E)
    }

    // REPLACE: all four members without cancellation or overflow; the families read whichever keeps its digits.
    #[inline(always)]
    fn inverse<S: Scalar>(&self, eta: S) -> Mean<S> {
        let nats = eta * S::of(LN_2);
        Mean {
            mu: nats.sigmoid(),
            complement: (-nats).sigmoid(),
            ln_mu: -(-nats).softplus(),
            ln_complement: -nats.softplus(),
            inverse: k(1.0) + (-nats).exp(),
        }
    }
}
