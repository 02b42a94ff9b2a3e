//! Convolutions of coefficient slices: the inner loops of series in one variable.
//!
//! Every result is summed in an order that is fixed by its index and the length of the series, so that its bits do not depend on the width of
//! vectors. Blocks of [`BLOCK`] results are kept in registers. No product with a coefficient that is not there is ever formed: an infinite
//! coefficient spoils higher ones only.

use thalweg_core::{Scalar, simd};

/// Results per block.
const BLOCK: usize = 8;
const HALF: usize = BLOCK / 2;
/// The least length for which a product pays for the call that reaches wider vectors.
const WIDE: usize = 24;

/// out_m = Σ_{k ≤ m} a_k b_{m−k} for m < n, n the length of all three slices: n(n+1)/2 products.
#[inline(always)]
pub(crate) fn product<S: Scalar>(a: &[S], b: &[S], out: &mut [S]) {
    let n = out.len();
    if n < BLOCK {
        for m in 0..n {
            out[m] = (1..=m).fold(a[0] * b[m], |sum, k| sum + a[k] * b[m - k]);
        }
        return;
    }
    if n < WIDE {
        product_blocks(a, b, out);
    } else {
        simd::dispatch(
            #[inline(always)]
            || product_blocks(a, b, out),
        );
    }
}

/// [`product`] for n ≥ BLOCK.
#[inline(always)]
fn product_blocks<S: Scalar>(a: &[S], b: &[S], out: &mut [S]) {
    let n = out.len();
    let mut m = 0;
    loop {
        out[m..m + BLOCK].copy_from_slice(&product_block(a, b, m));
        match n - (m + BLOCK) {
            0 => return,
            // The last block ends with the series and may repeat some of the one before.
            rest => m += rest.min(BLOCK),
        }
    }
}

/// The results m … m + BLOCK − 1 of [`product`].
#[inline(always)]
fn product_block<S: Scalar>(a: &[S], b: &[S], m: usize) -> [S; BLOCK] {
    let (low, high) = (&a[..m], &a[m..m + BLOCK]);
    let mut sum = [S::of(0.0); BLOCK];
    // Even and odd terms apart: an addition need not wait for the one before.
    let mut odd = sum;
    let (pairs, last) = low.as_chunks::<2>();
    for (k, &[a, next]) in pairs.iter().enumerate() {
        let b = &b[m - 2 * k - 1..][..BLOCK + 1];
        for i in 0..BLOCK {
            sum[i] = sum[i] + a * b[i + 1];
        }
        for i in 0..BLOCK {
            odd[i] = odd[i] + next * b[i];
        }
    }
    for &a in last {
        let b = &b[1..][..BLOCK];
        for i in 0..BLOCK {
            sum[i] = sum[i] + a * b[i];
        }
    }
    for i in 0..BLOCK {
        sum[i] = sum[i] + odd[i];
    }
    // What is left is a triangle: two small ones and the square between them, which is four wide.
    let b = &b[..BLOCK];
    for k in 0..HALF {
        for i in k..HALF {
            sum[i] = sum[i] + high[k] * b[i - k];
        }
        for i in HALF..BLOCK {
            sum[i] = sum[i] + high[k] * b[i - k];
        }
    }
    for k in HALF..BLOCK {
        for i in k..BLOCK {
            sum[i] = sum[i] + high[k] * b[i - k];
        }
    }
    sum
}

/// Writes f_m = finish(m, Σ_{k<m} f_k·weight(k, m − k)) for m ≥ 1 to R slices of one length, whose first entries are given.
///
/// Blocks end where the series does, so that the first alone may be short; within a block all sums are in registers.
#[inline(always)]
pub(crate) fn solve<S: Scalar, const R: usize>(
    f: &mut [&mut [S]; R],
    weight: impl Fn(usize, S, usize) -> S,
    mut finish: impl FnMut(usize, [S; R]) -> [S; R],
) {
    let n = f.first().map_or(0, |f| f.len());
    let short = n % BLOCK;
    if short > 0 {
        solve_block(f, 0, short, &weight, &mut finish);
    }
    for start in (short..n).step_by(BLOCK) {
        solve_block(f, start, BLOCK, &weight, &mut finish);
    }
}

#[inline(always)]
fn solve_block<S: Scalar, const R: usize>(
    f: &mut [&mut [S]; R],
    start: usize,
    length: usize,
    weight: &impl Fn(usize, S, usize) -> S,
    finish: &mut impl FnMut(usize, [S; R]) -> [S; R],
) {
    let mut sums = [[S::of(0.0); BLOCK]; R];
    if length == BLOCK {
        for k in 0..start {
            let degree = S::of(k as f64);
            for r in 0..R {
                let f = f[r][k];
                for i in 0..BLOCK {
                    sums[r][i] = sums[r][i] + f * weight(r, degree, start - k + i);
                }
            }
        }
    }
    for i in 0..length {
        let m = start + i;
        let done = if m == 0 { core::array::from_fn(|r| f[r][0]) } else { finish(m, sums.map(|sum| sum[i])) };
        let degree = S::of(m as f64);
        for r in 0..R {
            f[r][m] = done[r];
            for j in i + 1..length {
                sums[r][j] = sums[r][j] + done[r] * weight(r, degree, j - i);
            }
        }
    }
}

/// Adds 2·f_k·f_j to sum_{k+j} for 1 ≤ j < k, and f_k² to sum_{2k}; nothing for k = 0.
#[inline(always)]
pub(crate) fn push_square<S: Scalar>(sum: &mut [S], k: usize, f: &[S]) {
    let n = sum.len();
    if k == 0 || k + 1 >= n {
        return;
    }
    let twice = f[k] + f[k];
    let length = k.min(n - k);
    for (sum, &f) in sum[k + 1..k + length].iter_mut().zip(&f[1..length]) {
        *sum = *sum + twice * f;
    }
    if 2 * k < n {
        sum[2 * k] = sum[2 * k] + f[k] * f[k];
    }
}
