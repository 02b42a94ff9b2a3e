//! Trigonometric functions and their inverses.

use thalweg_core::Scalar;

use crate::taylor::graded::Graded;
use crate::taylor::recurrence::{degree, quotient, sqrt};

/// s = sin u and c = cos u: Es = c·Eu, Ec = −s·Eu.
#[inline]
pub(crate) fn sin_cos<G: Graded>(u: &G) -> (G, G) {
    let w = u.euler();
    let leading = [u.leading().sin(), u.leading().cos()];
    let step = |_, m, [by_s, by_c]: [G::Coefficient; 2]| [by_c / degree(m), -by_s / degree(m)];
    u.solve(leading, |_, _, j| w.coefficients()[j], step).into()
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
    let (w, t0) = (u.euler(), u.leading().tan());
    let (mut t, mut square) = (u.constant(t0), u.zero());
    let [_secant2] = u.solve(
        [G::Coefficient::of(1.0) + t0 * t0],
        |_, _, j| w.coefficients()[j],
        |i, m, [sum]| {
            if i == u.degree(m).start {
                square.push_square(m - 1, &t);
            }
            let c = sum / degree(m);
            t.coefficients_mut()[i] = c;
            [(t0 + t0) * c + square.coefficients()[i]]
        },
    );
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
