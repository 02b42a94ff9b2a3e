//! Convolutions of coefficient slices: the inner loops of series in one variable.
//!
//! Every result is summed in ascending order of the first factor's index, so that its bits depend neither on the blocking nor on the width of
//! vectors. Blocks of [`BLOCK`] results are kept in registers. No product with a coefficient that is not there is ever formed: an infinite
//! coefficient spoils higher ones only.

use thalweg_core::Scalar;

/// Results per block.
const BLOCK: usize = 8;

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
    let mut m = 0;
    loop {
        out[m..m + BLOCK].copy_from_slice(&product_block(a, b, m));
        match n - (m + BLOCK) {
            0 => return,
            // The last block ends with the series and may repeat some of the one before, bit for bit.
            rest => m += rest.min(BLOCK),
        }
    }
}

/// The results m … m + BLOCK − 1 of [`product`].
#[inline(always)]
fn product_block<S: Scalar>(a: &[S], b: &[S], m: usize) -> [S; BLOCK] {
    let (low, high) = (&a[..m], &a[m..m + BLOCK]);
    let mut sum = [S::of(0.0); BLOCK];
    for (k, &a) in low.iter().enumerate() {
        let b = &b[m - k..m - k + BLOCK];
        for i in 0..BLOCK {
            sum[i] = sum[i] + a * b[i];
        }
    }
    let b = &b[..BLOCK];
    for k in 0..BLOCK {
        for i in k..BLOCK {
            sum[i] = sum[i] + high[k] * b[i - k];
        }
    }
    sum
}

/// Adds f_k·w_j to sum_{k+j} for 1 ≤ j, the pushes of eight successive k together: after call k the results to the end of k's block hold, and
/// at the end of a block all others follow.
#[inline(always)]
pub(crate) fn push<S: Scalar>(sum: &mut [S], k: usize, f: &[S], w: &[S]) {
    push_by(sum, k, f, |_, j| w[j]);
}

/// As [`push`] with f_k·(g_j − k·u_j).
#[inline(always)]
pub(crate) fn push_power<S: Scalar>(sum: &mut [S], k: usize, f: &[S], g: &[S], u: &[S]) {
    push_by(sum, k, f, |k, j| g[j] - k * u[j]);
}

#[inline(always)]
fn push_by<S: Scalar>(sum: &mut [S], k: usize, f: &[S], w: impl Fn(S, usize) -> S) {
    let n = sum.len();
    let start = k - k % BLOCK;
    let end = start + BLOCK;
    let degree = S::of(k as f64);
    for m in k + 1..end.min(n) {
        sum[m] = sum[m] + f[k] * w(degree, m - k);
    }
    if k + 1 != end {
        return;
    }
    let degrees: [S; BLOCK] = core::array::from_fn(|r| S::of((start + r) as f64));
    let f: [S; BLOCK] = core::array::from_fn(|r| f[start + r]);
    let mut m = end;
    while m + BLOCK <= n {
        let mut block: [S; BLOCK] = core::array::from_fn(|i| sum[m + i]);
        for r in 0..BLOCK {
            for i in 0..BLOCK {
                block[i] = block[i] + f[r] * w(degrees[r], m - start - r + i);
            }
        }
        sum[m..m + BLOCK].copy_from_slice(&block);
        m += BLOCK;
    }
    for m in m..n {
        for r in 0..BLOCK {
            sum[m] = sum[m] + f[r] * w(degrees[r], m - start - r);
        }
    }
}

/// Adds 2·f_k·f_j to sum_{k+j} for 1 ≤ j < k, and f_k² to sum_{2k}.
#[inline(always)]
pub(crate) fn push_square<S: Scalar>(sum: &mut [S], k: usize, f: &[S]) {
    let n = sum.len();
    if k + 1 >= n {
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
