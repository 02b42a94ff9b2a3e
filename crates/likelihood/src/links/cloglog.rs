//! Complementary log-log link η = ln(−ln(1 − μ)).

use thalweg_core::{Scalar, k};

use crate::link::{Link, LinkEntry, LinkFunction, Mean};

/// η = ln(−ln(1 − μ)): the outcome is 1 where an event of a Poisson process of rate e^η has happened; grouped proportional hazards. Not
/// symmetric: 0 is approached slowly, 1 fast (Fisher 1922).
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Cloglog;

pub(crate) const ENTRY: LinkEntry = LinkEntry {
    name: "cloglog",
    summary: "eta = ln(-ln(1 - mu)): at least one event of rate exp(eta)",
    parameters: &[],
    example: "cloglog",
    make: |_| Ok(LinkFunction::Cloglog),
};

impl Link for Cloglog {
    const FUNCTION: LinkFunction = LinkFunction::Cloglog;

    #[inline(always)]
    fn link<S: Scalar>(&self, mu: S) -> S {
        (-(-mu).ln_1p()).ln()
    }

    #[inline(always)]
    fn inverse<S: Scalar>(&self, eta: S) -> Mean<S> {
        let rate = eta.exp();
        let bounded = bounded(eta, rate);
        Mean {
            mu: -(-bounded).exp_m1(),
            complement: (-bounded).exp(),
            ln_mu: ln_of_some_event(eta, bounded),
            ln_complement: -rate,
            inverse: -(-bounded).exp_m1().recip(),
        }
    }
}

/// The rate e^η, held at e⁷ beyond η = 7, where e^−rate is 0 with all its derivatives: a rate that overflows would make them 0 · ∞.
#[inline(always)]
pub(crate) fn bounded<S: Scalar>(eta: S, rate: S) -> S {
    S::select(eta.lt(S::of(7.0)), rate, S::of(1096.6331584284585))
}

/// ln(1 − e^−a) at a = e^η. With x = a/2 it is η − x + ln(sinh x/x), whose even series keeps the digits of the derivatives where a is small;
/// beyond, 1 − e^−a and ln_1p(−e^−a) do (Mächler 2012).
#[inline(always)]
pub(crate) fn ln_of_some_event<S: Scalar>(eta: S, a: S) -> S {
    let z = k(0.25) * a * a;
    // The series of ln(sinh x/x) in z = x² (DLMF 4.19); at a ≤ ½ its next term is below 2·10⁻¹⁷.
    let mut tail = S::of(-691.0 / 3_831_077_250.0);
    for c in [1.0 / 467_775.0, -1.0 / 37_800.0, 1.0 / 2_835.0, -1.0 / 180.0, 1.0 / 6.0] {
        tail = tail * z + S::of(c);
    }
    let small = eta - k(0.5) * a + tail * z;
    let rest = (-a).exp();
    let medium = (-(-a).exp_m1()).ln();
    S::select(
        a.le(S::of(0.5)),
        small,
        S::select(a.le(S::of(core::f64::consts::LN_2)), medium, (-rest).ln_1p()),
    )
}
