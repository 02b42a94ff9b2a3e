//! The logistic function, its integral, and the hyperbolic tangent.

use thalweg_core::Scalar;

use crate::taylor::graded::Graded;
use crate::taylor::recurrence::degree;

/// p = σ(u), with σ₀ given: Ep = h·Eu for h = σ(u)·σ(−u) = p(1 − p).
///
/// h_k = −tanh(u₀/2)·p_k − Σ_{0<j<k} p_j p_{k−j}, since 1 − 2σ(v) = −tanh(v/2): there is no difference 1 − p to cancel, neither in the tails
/// nor near 0.
#[inline]
pub(crate) fn sigmoid<G: Graded>(u: &G) -> G {
    let (half, u0) = (G::Coefficient::of(0.5), u.leading());
    let (p0, tilt) = (u0.sigmoid(), (half * u0).tanh());
    let w = u.euler();
    let (mut p, mut square) = (u.constant(p0), u.zero());
    let [_slope] = u.solve(
        [p0 * (-u0).sigmoid()],
        |_, _, j| w.coefficients()[j],
        |i, m, [sum]| {
            if i == u.degree(m).start {
                square.push_square(m - 1, &p);
            }
            let c = sum / degree(m);
            p.coefficients_mut()[i] = c;
            [-(tilt * c) - square.coefficients()[i]]
        },
    );
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
