//! Exponentials, logarithms and hyperbolic functions.

use thalweg_core::Scalar;

use crate::taylor::graded::Graded;
use crate::taylor::recurrence::{degree, quotient};

/// f = eᵘ: Ef = f·Eu, that is k f_k = Σ_{j<k} f_j (k − j) u_{k−j}.
#[inline]
pub(crate) fn exp<G: Graded>(u: &G) -> G {
    let w = u.euler();
    let [f] = u.solve([u.leading().exp()], |_, _, j| w.coefficients()[j], |_, m, [sum]| [sum / degree(m)]);
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
    let leading = [u.leading().sinh(), u.leading().cosh()];
    let step = |_, m, [by_s, by_c]: [G::Coefficient; 2]| [by_c / degree(m), by_s / degree(m)];
    u.solve(leading, |_, _, j| w.coefficients()[j], step).into()
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
