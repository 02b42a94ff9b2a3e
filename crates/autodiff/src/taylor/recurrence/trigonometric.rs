//! Trigonometric functions and their inverses.

use thalweg_core::Scalar;

use crate::taylor::graded::Graded;
use crate::taylor::recurrence::{quotient, sqrt};

/// s = sin u and c = cos u: Es = c·Eu, Ec = −s·Eu.
#[inline]
pub(crate) fn sin_cos<G: Graded>(u: &G) -> (G, G) {
    let w = u.euler();
    let (mut s, mut c) = (u.constant(u.leading().sin()), u.constant(u.leading().cos()));
    let (mut by_c, mut by_s) = (u.zero(), u.zero());
    for k in 1..=u.order() {
        by_c.push(k - 1, &c, &w);
        by_s.push(k - 1, &s, &w);
        let weight = G::Coefficient::of(k as f64);
        s.fill(k, |i| by_c.coefficients()[i] / weight);
        c.fill(k, |i| -by_s.coefficients()[i] / weight);
    }
    (s, c)
}

/// sin u.
#[inline]
pub(crate) fn sin<G: Graded>(u: &G) -> G {
    sin_cos(u).0
}

/// cos u.
#[inline]
pub(crate) fn cos<G: Graded>(u: &G) -> G {
    sin_cos(u).1
}

/// t = tan u: Et = (1 + t²)·Eu.
#[inline]
pub(crate) fn tan<G: Graded>(u: &G) -> G {
    let w = u.euler();
    let t0 = u.leading().tan();
    let (mut t, mut secant2) = (u.constant(t0), u.constant(G::Coefficient::of(1.0) + t0 * t0));
    let (mut sum, mut square) = (u.zero(), u.zero());
    for k in 1..=u.order() {
        sum.push(k - 1, &secant2, &w);
        let weight = G::Coefficient::of(k as f64);
        t.fill(k, |i| sum.coefficients()[i] / weight);
        secant2.fill(k, |i| (t0 + t0) * t.coefficients()[i] + square.coefficients()[i]);
        square.push_square(k, &t);
    }
    t
}

/// Eu/√(1 − u²), with 1 − u² = (1 − u)(1 + u), which does not cancel.
#[inline]
fn arcsine_rate<G: Graded>(u: &G) -> G {
    let one = G::Coefficient::of(1.0);
    let (above, below) = (u.clone().map(|c| -c).shifted(one), u.clone().shifted(one));
    quotient(&u.euler(), &sqrt(&above.product(&below)))
}

/// arcsin u.
#[inline]
pub(crate) fn asin<G: Graded>(u: &G) -> G {
    arcsine_rate(u).integral(u.leading().asin())
}

/// arccos u.
#[inline]
pub(crate) fn acos<G: Graded>(u: &G) -> G {
    arcsine_rate(u).map(|c| -c).integral(u.leading().acos())
}

/// arctan u: Ef = Eu/(1 + u²).
#[inline]
pub(crate) fn atan<G: Graded>(u: &G) -> G {
    let norm2 = u.product(u).shifted(G::Coefficient::of(1.0));
    quotient(&u.euler(), &norm2).integral(u.leading().atan())
}

/// The angle of the point (x, y): Ef = (x·Ey − y·Ex)/(x² + y²).
#[inline]
pub(crate) fn atan2<G: Graded>(y: &G, x: &G) -> G {
    let norm2 = x.product(x).plus(&y.product(y));
    let rate = x.product(&y.euler()).minus(&y.product(&x.euler()));
    quotient(&rate, &norm2).integral(y.leading().atan2(x.leading()))
}
