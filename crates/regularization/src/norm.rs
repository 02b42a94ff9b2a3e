//! What every norm shares: λΩ has the conjugate of an indicator, 0 where the dual norm Ω° is at most λ, and λ_max = Ω°(g₀).

use thalweg_core::Real;

/// The largest s ≤ 1 with s·gauge ≤ bound, reduced so that the dual norm of the scaled vector of length n, a sum of n rounded terms, is
/// below the bound when computed anew.
pub(crate) fn shrink<T: Real>(gauge: T, bound: T, n: usize) -> T {
    if gauge <= bound {
        return T::ONE;
    }
    // A bound among the subnormal numbers has no digits to spare.
    if !(gauge.is_finite() && bound >= T::MIN_POSITIVE) {
        return T::ZERO;
    }
    let slack = T::of(4.0 * (8 + n) as f64) * T::EPSILON;
    (bound / gauge * (T::ONE - slack)).max(T::ZERO)
}

/// The indicator of gauge ≤ bound.
pub(crate) fn indicator<T: Real>(gauge: T, bound: T) -> T {
    if gauge <= bound { T::ZERO } else { T::INFINITY }
}

/// The larger number; NaN if one is NaN.
pub(crate) fn larger<T: Real>(a: T, b: T) -> T {
    if b > a || b.is_nan() { b } else { a }
}

/// √Σ (|vᵢ| − s)₊², the norm of v after soft thresholding.
pub(crate) fn soft_norm<T: Real>(v: &[T], s: T) -> T {
    v.iter().map(|v| (v.abs() - s).max(T::ZERO).square()).sum::<T>().sqrt()
}
