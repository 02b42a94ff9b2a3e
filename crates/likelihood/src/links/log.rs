//! Log link η = ln μ.

use thalweg_core::Scalar;

use crate::link::{Link, LinkEntry, LinkFunction, Mean};

/// η = ln μ. Canonical for the Poisson family: effects multiply the mean.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Log;

pub(crate) const ENTRY: LinkEntry = LinkEntry {
    name: "log",
    summary: "eta = ln mu: effects multiply the mean",
    parameters: &[],
    example: "log",
    make: |_| Ok(LinkFunction::Log),
};

impl Link for Log {
    const FUNCTION: LinkFunction = LinkFunction::Log;

    #[inline(always)]
    fn link<S: Scalar>(&self, mu: S) -> S {
        mu.ln()
    }

    #[inline(always)]
    fn inverse<S: Scalar>(&self, eta: S) -> Mean<S> {
        let mu = eta.exp();
        let complement = -eta.exp_m1();
        // ln(1 − e^η) by the form that keeps its digits on either side of η = −ln 2 (Mächler 2012).
        let ln_complement =
            S::select(eta.lt(S::of(-core::f64::consts::LN_2)), (-mu).ln_1p(), complement.ln());
        Mean { mu, complement, ln_mu: eta, ln_complement, inverse: (-eta).exp() }
    }
}
