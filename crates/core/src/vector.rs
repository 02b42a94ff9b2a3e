//! Slices as vectors: sums, dots, norms and updates whose bits depend on neither SIMD width nor thread count.
//!
//! Every reduction runs over [`LANES`] fixed accumulators, folded by a fixed tree.

use crate::real::Real;
use crate::simd;

/// The number of accumulators of every reduction.
pub const LANES: usize = 16;

/// The sum of the lanes by a fixed binary tree.
#[inline(always)]
pub(crate) fn fold_lanes<T: Real>(mut lanes: [T; LANES]) -> T {
    let mut width = LANES / 2;
    while width > 0 {
        for l in 0..width {
            lanes[l] += lanes[l + width];
        }
        width /= 2;
    }
    lanes[0]
}

/// Σ f(xᵢ, yᵢ) over the fixed lanes; the tail is padded by the neutral element 0.
#[inline(always)]
fn reduce2<T: Real>(x: &[T], y: &[T], f: impl Fn(T, T, T) -> T) -> T {
    simd::dispatch(
        #[inline(always)]
        || {
            let mut lanes = [T::ZERO; LANES];
            let (xs, ys) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
            let (x_tail, y_tail) = (xs.remainder(), ys.remainder());
            for (a, b) in xs.zip(ys) {
                for l in 0..LANES {
                    lanes[l] = f(lanes[l], a[l], b[l]);
                }
            }
            for (l, (a, b)) in x_tail.iter().zip(y_tail).enumerate() {
                lanes[l] = f(lanes[l], *a, *b);
            }
            fold_lanes(lanes)
        },
    )
}

/// Σ xᵢ yᵢ.
///
/// ```
/// assert_eq!(thalweg_core::vector::dot(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
/// ```
#[must_use]
pub fn dot<T: Real>(x: &[T], y: &[T]) -> T {
    reduce2(
        x,
        y,
        #[inline(always)]
        |sum, a, b| a.mul_add(b, sum),
    )
}

/// Σ xᵢ.
#[must_use]
pub fn sum<T: Real>(x: &[T]) -> T {
    reduce2(
        x,
        x,
        #[inline(always)]
        |sum, a, _| sum + a,
    )
}

/// Σ xᵢ².
#[must_use]
pub fn norm2_squared<T: Real>(x: &[T]) -> T {
    dot(x, x)
}

/// Σ |xᵢ|.
#[must_use]
pub fn norm1<T: Real>(x: &[T]) -> T {
    reduce2(
        x,
        x,
        #[inline(always)]
        |sum, a, _| sum + a.abs(),
    )
}

/// Σ wᵢ xᵢ².
#[must_use]
pub fn weighted_square<T: Real>(x: &[T], w: &[T]) -> T {
    reduce2(
        x,
        w,
        #[inline(always)]
        |sum, a, w| (a * w).mul_add(a, sum),
    )
}

/// √Σ xᵢ². Computed by scaling where the squares leave the range.
#[must_use]
pub fn norm2<T: Real>(x: &[T]) -> T {
    let square = norm2_squared(x);
    if square.is_finite() && square > T::MIN_POSITIVE {
        return square.sqrt();
    }
    let scale = norm_inf(x);
    if scale == T::ZERO || !scale.is_finite() {
        return scale;
    }
    scale
        * reduce2(
            x,
            x,
            #[inline(always)]
            |sum, a, _| (a / scale).mul_add(a / scale, sum),
        )
        .sqrt()
}

/// max |xᵢ|; NaN if any is NaN; 0 if empty.
#[must_use]
pub fn norm_inf<T: Real>(x: &[T]) -> T {
    x.iter().fold(T::ZERO, |m, v| if v.abs() > m || v.is_nan() { v.abs() } else { m })
}

/// y ← a x + y.
pub fn axpy<T: Real>(a: T, x: &[T], y: &mut [T]) {
    simd::dispatch(
        #[inline(always)]
        || {
            for (y, x) in y.iter_mut().zip(x) {
                *y = x.mul_add(a, *y);
            }
        },
    );
}

/// y ← a h∘x + y.
pub(crate) fn axpy_weighted<T: Real>(a: T, x: &[T], h: &[T], y: &mut [T]) {
    simd::dispatch(
        #[inline(always)]
        || {
            for ((y, x), h) in y.iter_mut().zip(x).zip(h) {
                *y = (*x * *h).mul_add(a, *y);
            }
        },
    );
}

/// x ← a x.
pub fn scale<T: Real>(a: T, x: &mut [T]) {
    for x in x {
        *x *= a;
    }
}

/// out ← x + a d: the trial point of a line search.
pub fn step<T: Real>(x: &[T], a: T, d: &[T], out: &mut [T]) {
    simd::dispatch(
        #[inline(always)]
        || {
            for ((out, x), d) in out.iter_mut().zip(x).zip(d) {
                *out = d.mul_add(a, *x);
            }
        },
    );
}

/// True if every entry is finite.
#[must_use]
pub fn all_finite<T: Real>(x: &[T]) -> bool {
    // 0 · x is 0 for finite x and NaN otherwise; the sum vectorises where a search with an early exit would not.
    reduce2(
        x,
        x,
        #[inline(always)]
        |sum, a, _| a.mul_add(T::ZERO, sum),
    ) == T::ZERO
}
