//! The logistic function, its integral, and the hyperbolic tangent.

use thalweg_core::Scalar;

use crate::taylor::graded::Graded;

/// p = σ(u), with σ₀ given: Ep = h·Eu for h = σ(u)·σ(−u) = p(1 − p).
///
/// h_k = −tanh(u₀/2)·p_k − Σ_{0<j<k} p_j p_{k−j}, since 1 − 2σ(v) = −tanh(v/2): there is no difference 1 − p to cancel, neither in the tails
/// nor near 0.
#[inline]
pub(crate) fn sigmoid<G: Graded>(u: &G) -> G {
    let (half, u0) = (G::Coefficient::of(0.5), u.leading());
    let (p0, tilt) = (u0.sigmoid(), (half * u0).tanh());
    let w = u.euler();
    let (mut p, mut h) = (u.constant(p0), u.constant(p0 * (-u0).sigmoid()));
    let (mut sum, mut square) = (u.zero(), u.zero());
    for k in 1..=u.order() {
        sum.push(k - 1, &h, &w);
        let weight = G::Coefficient::of(k as f64);
        p.fill(k, |i| sum.coefficients()[i] / weight);
        h.fill(k, |i| -(tilt * p.coefficients()[i]) - square.coefficients()[i]);
        square.push_square(k, &p);
    }
    p
}

/// ln(1 + eᵘ): Ef = σ(u)·Eu.
#[inline]
pub(crate) fn softplus<G: Graded>(u: &G) -> G {
    sigmoid(u).product(&u.euler()).integral(u.leading().softplus())
}

/// tanh u = 2σ(2u) − 1 beyond the constant coefficient.
#[inline]
pub(crate) fn tanh<G: Graded>(u: &G) -> G {
    let two = G::Coefficient::of(2.0);
    sigmoid(&u.clone().scaled(two)).scaled(two).with_leading(u.leading().tanh())
}
