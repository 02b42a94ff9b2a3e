//! Exponentials, logarithms and hyperbolic functions.

use thalweg_core::Scalar;

use crate::taylor::graded::Graded;
use crate::taylor::recurrence::quotient;

/// f = eᵘ: Ef = f·Eu, that is k f_k = Σ_{j<k} f_j (k − j) u_{k−j}.
#[inline]
pub(crate) fn exp<G: Graded>(u: &G) -> G {
    let w = u.euler();
    let (mut f, mut sum) = (u.constant(u.leading().exp()), u.zero());
    for k in 1..=u.order() {
        sum.push(k - 1, &f, &w);
        let weight = G::Coefficient::of(k as f64);
        f.fill(k, |i| sum.coefficients()[i] / weight);
    }
    f
}

/// eᵘ − 1: that of [`exp`] beyond the constant coefficient.
#[inline]
pub(crate) fn exp_m1<G: Graded>(u: &G) -> G {
    exp(u).with_leading(u.leading().exp_m1())
}

/// ln u: Ef = Eu/u.
#[inline]
pub(crate) fn ln<G: Graded>(u: &G) -> G {
    quotient(&u.euler(), u).integral(u.leading().ln())
}

/// ln(1 + u): Ef = Eu/(1 + u).
#[inline]
pub(crate) fn ln_1p<G: Graded>(u: &G) -> G {
    let shifted = u.clone().shifted(G::Coefficient::of(1.0));
    quotient(&u.euler(), &shifted).integral(u.leading().ln_1p())
}

/// s = sinh u and c = cosh u: Es = c·Eu, Ec = s·Eu.
#[inline]
pub(crate) fn sinh_cosh<G: Graded>(u: &G) -> (G, G) {
    let w = u.euler();
    let (mut s, mut c) = (u.constant(u.leading().sinh()), u.constant(u.leading().cosh()));
    let (mut by_c, mut by_s) = (u.zero(), u.zero());
    for k in 1..=u.order() {
        by_c.push(k - 1, &c, &w);
        by_s.push(k - 1, &s, &w);
        let weight = G::Coefficient::of(k as f64);
        s.fill(k, |i| by_c.coefficients()[i] / weight);
        c.fill(k, |i| by_s.coefficients()[i] / weight);
    }
    (s, c)
}

/// sinh u.
#[inline]
pub(crate) fn sinh<G: Graded>(u: &G) -> G {
    sinh_cosh(u).0
}

/// cosh u.
#[inline]
pub(crate) fn cosh<G: Graded>(u: &G) -> G {
    sinh_cosh(u).1
}
