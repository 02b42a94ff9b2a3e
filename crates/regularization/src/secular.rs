//! The secular equation that the prox of a Euclidean norm in a diagonal metric comes down to.

use thalweg_core::Real;

/// Newton steps at most; about five do, and more only where terms differ by hundreds of orders of magnitude.
const STEPS: usize = 200;

/// The root τ ≥ 0 of Σ (vᵢ/(pᵢ + τqᵢ))² = r², where `term(i)` is (vᵢ, pᵢ, qᵢ) with pᵢ, qᵢ > 0; 0 if the sum is below r² already.
///
/// τ ↦ (Σ …)^(−½) is concave, so that Newton steps from τ = 0 rise to the root without passing it.
///
/// Source: Moré and Sorensen, *Computing a trust region step*, SIAM J. Sci. Stat. Comput. 4 (1983).
pub(crate) fn secular<T: Real>(n: usize, term: impl Fn(usize) -> (T, T, T), r: T) -> T {
    let mut tau = T::ZERO;
    // Relative to the largest term at 0, so that no square overflows.
    let unit = (0..n).map(&term).fold(T::ZERO, |m, (v, p, _)| m.max((v / p).abs()));
    if unit == T::ZERO || !unit.is_finite() {
        return tau;
    }
    for _ in 0..STEPS {
        let (mut square, mut slope) = (T::ZERO, T::ZERO);
        for (v, p, q) in (0..n).map(&term) {
            let shifted = p + tau * q;
            let share = (v / shifted / unit).square();
            square += share;
            slope += share * q / shifted;
        }
        let step = square * (square.sqrt() * unit / r - T::ONE) / slope;
        let next = tau + step;
        if !(step > T::ZERO && next > tau) {
            break;
        }
        tau = next;
    }
    tau
}
