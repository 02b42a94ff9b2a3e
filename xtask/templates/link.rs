//! `TemplateItem`: REPLACE with how the mean depends on the linear predictor, in one sentence.
//!
//! The file works as it stands, as the log-log link η = −ln(−ln μ): put your formulas in its place and in every line that says REPLACE.
//!
//! Source: REPLACE, *title*, journal volume (year).

use thalweg_core::{Scalar, k};

use crate::link::{Link, LinkEntry, LinkFunction, Mean};

/// η = −ln(−ln μ), so μ = exp(−z) with z = e^−η: the share of maxima that stay below η. REPLACE: formula and meaning.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct TemplateItem;

// REPLACE: the summary that `thalweg list` shows.
pub(crate) const ENTRY: LinkEntry = LinkEntry {
    name: "template-item",
    summary: "eta = -ln(-ln mu): the distribution of maxima, slow towards 1 and fast towards 0",
    parameters: &[],
    example: "template-item",
    make: LinkFunction::TemplateItem,
};

impl Link for TemplateItem {
    #[inline(always)]
    fn link<S: Scalar>(&self, mu: S) -> S {
        -(-mu.ln()).ln()
    }

    // REPLACE: all four members without cancellation or overflow; the families read whichever keeps its digits.
    #[inline(always)]
    fn inverse<S: Scalar>(&self, eta: S) -> Mean<S> {
        let z = (-eta).exp();
        let complement = -(-z).exp_m1();
        // ln(1 − e^−z) = −η − z/2 + z²/24 − z⁴/2880 + …, for a z that may have underflowed.
        let series = -eta - k(0.5) * z + S::of(1.0 / 24.0) * z.square();
        let ln_complement = S::select(z.lt(S::of(1e-3)), series, complement.ln());
        Mean { mu: (-z).exp(), complement, ln_mu: -z, ln_complement }
    }
}
