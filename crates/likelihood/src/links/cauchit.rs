//! Cauchit link η = tan(π(μ − ½)).

use thalweg_core::{Scalar, k};

use crate::link::{Link, LinkEntry, LinkFunction, Mean};

/// η = tan(π(μ − ½)), μ = ½ + atan(η)/π: the distribution function of Cauchy's law. Its heavy tails forgive single outcomes far from what
/// was predicted; the likelihood is not concave.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Cauchit;

pub(crate) const ENTRY: LinkEntry = LinkEntry {
    name: "cauchit",
    summary: "eta = tan(pi (mu - 1/2)): heavy tails, forgiving of outcomes against the prediction",
    parameters: &[],
    example: "cauchit",
    make: |_| Ok(LinkFunction::Cauchit),
};

impl Link for Cauchit {
    const FUNCTION: LinkFunction = LinkFunction::Cauchit;

    /// −1/tan(πμ), from the nearer end: near ½ the tangent of the difference.
    #[inline(always)]
    fn link<S: Scalar>(&self, mu: S) -> S {
        let pi = S::of(core::f64::consts::PI);
        let (low, high) = (mu.lt(S::of(0.25)), S::of(0.75).lt(mu));
        let near = S::select(high, k(1.0) - mu, mu);
        let tail = (pi * near).tan().recip();
        S::select(low, -tail, S::select(high, tail, (pi * (mu - S::of(0.5))).tan()))
    }

    #[inline(always)]
    fn inverse<S: Scalar>(&self, eta: S) -> Mean<S> {
        let one = S::of(1.0);
        let share = k(core::f64::consts::FRAC_1_PI);
        // atan2(1, ∓η)/π is ½ ± atan(η)/π without the subtraction.
        let (mu, complement) = (share * one.atan2(-eta), share * one.atan2(eta));
        // The logarithm of the larger one from the smaller, so that neither is flat where the other still falls.
        let positive = S::of(0.0).lt(eta);
        let ln_mu = S::select(positive, (-complement).ln_1p(), mu.ln());
        let ln_complement = S::select(positive, complement.ln(), (-mu).ln_1p());
        Mean { mu, complement, ln_mu, ln_complement, inverse: mu.recip() }
    }
}
