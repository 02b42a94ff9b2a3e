//! ln Γ and the polygamma functions, which obey no algebraic differential equation (Hölder 1887): their Taylor coefficients come from the
//! polygamma functions at u₀, composed with u − u₀.

use thalweg_core::Scalar;

use crate::taylor::graded::Graded;

/// Σ c_k (u − u₀)ᵏ by Horner's rule: as many products as the order.
pub(crate) fn compose<G: Graded>(u: &G, c: impl Fn(usize) -> G::Coefficient) -> G {
    let step = u.clone().with_leading(G::Coefficient::of(0.0));
    (0..=u.order()).rev().fold(u.zero(), |f, k| f.product(&step).with_leading(c(k)))
}

/// ψ⁽ⁿ⁾(u) = Σ ψ⁽ⁿ⁺ᵏ⁾(u₀)/k!·(u − u₀)ᵏ.
///
/// The derivatives themselves grow like k!: they overflow from order 170 on, in single precision from order 33.
#[inline]
pub(crate) fn polygamma<G: Graded>(u: &G, n: u32) -> G {
    compose(u, |k| {
        let factorial: f64 = (1..=k).map(|i| i as f64).product();
        u.leading().polygamma(n.saturating_add(k as u32)) / G::Coefficient::of(factorial)
    })
}

/// ln Γ(u): Ef = ψ(u)·Eu.
#[inline]
pub(crate) fn ln_gamma<G: Graded>(u: &G) -> G {
    polygamma(u, 0).product(&u.euler()).integral(u.leading().ln_gamma())
}
