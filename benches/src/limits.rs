//! What this machine can do at most: the same streams without arithmetic, and faer's matrix product.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par as FaerPar};
use thalweg_core::{Par, Real, simd};

use crate::streaming;

/// Elements a task takes at a time.
const PIECE: usize = 1 << 15;

/// Reads everything once.
#[must_use]
pub fn read_sum<T: Real>(x: &[T]) -> T {
    let mut partial = vec![T::ZERO; x.len().div_ceil(PIECE)];
    Par::Rayon.for_each_chunk(&mut partial, 1, |i, sum| {
        let piece = &x[i * PIECE..x.len().min((i + 1) * PIECE)];
        sum[0] = simd::dispatch(
            #[inline(always)]
            || {
                let mut lanes = [T::ZERO; 64];
                for chunk in piece.chunks_exact(64) {
                    for l in 0..64 {
                        lanes[l] += chunk[l];
                    }
                }
                lanes.iter().copied().sum()
            },
        );
    });
    partial.iter().copied().sum()
}

/// out = a + 3b: two streams in, one out.
pub fn triad<T: Real>(a: &[T], b: &[T], out: &mut [T]) {
    let three = T::of(3.0);
    Par::Rayon.for_each_chunk(out, PIECE, |i, out| {
        let start = i * PIECE;
        let (a, b) = (&a[start..start + out.len()], &b[start..start + out.len()]);
        simd::dispatch(
            #[inline(always)]
            || {
                for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
                    *out = b.mul_add(three, *a);
                }
            },
        );
    });
}

/// [`triad`] by streaming stores.
pub fn triad_streaming(a: &[f32], b: &[f32], out: &mut [f32]) {
    const STRIP: usize = 1024;
    Par::Rayon.for_each_chunk(out, PIECE, |i, out| {
        let start = i * PIECE;
        let (a, b) = (&a[start..start + out.len()], &b[start..start + out.len()]);
        simd::dispatch(
            #[inline(always)]
            || {
                let mut strip = [0.0; STRIP];
                for ((out, a), b) in out.chunks_mut(STRIP).zip(a.chunks(STRIP)).zip(b.chunks(STRIP)) {
                    let strip = &mut strip[..out.len()];
                    for ((sum, a), b) in strip.iter_mut().zip(a).zip(b) {
                        *sum = b.mul_add(3.0, *a);
                    }
                    streaming::copy(strip, out);
                }
            },
        );
    });
}

/// Four streams in, three of them rewritten in place: the memory traffic of an AdamW step, with an addition each. Streaming stores have nothing
/// to gain here (they were slower): what is written was read, so that no line is fetched for the store's sake.
pub fn rewrite<T: Real>(g: &[T], p: &mut [T], m: &mut [T], v: &mut [T]) {
    if p.len() > PIECE {
        let middle = p.len().div_ceil(PIECE) / 2 * PIECE;
        let (g, g_right) = g.split_at(middle);
        let ((p, p_right), (m, m_right)) = (p.split_at_mut(middle), m.split_at_mut(middle));
        let (v, v_right) = v.split_at_mut(middle);
        Par::Rayon.join(|| rewrite(g, p, m, v), || rewrite(g_right, p_right, m_right, v_right));
        return;
    }
    simd::dispatch(
        #[inline(always)]
        || {
            for (((g, p), m), v) in g.iter().zip(p).zip(m).zip(v) {
                *m += *g;
                *v -= *g;
                *p += *g;
            }
        },
    );
}

/// The traffic of a reverse sweep over records of 24 bytes: all written in order, then read from the last to the first.
#[must_use]
pub fn write_then_read_back(records: &mut [[u64; 3]]) -> u64 {
    for (i, record) in records.iter_mut().enumerate() {
        *record = [i as u64; 3];
    }
    std::hint::black_box(&mut *records).iter().rev().fold(0, |sum, [a, b, c]| sum + a + b + c)
}

/// Rows and columns of the matrices of [`Product`].
const SIDE: usize = 2048;

/// faer's product of two 2048×2048 matrices on all threads.
pub struct Product<T> {
    a: Mat<T>,
    b: Mat<T>,
    c: Mat<T>,
}

impl<T: Real> Product<T> {
    /// Floating-point operations of a product.
    pub const FLOPS: f64 = 2.0 * (SIDE * SIDE * SIDE) as f64;

    /// Two dense matrices.
    #[must_use]
    pub fn new() -> Self {
        let entry = |i: usize, j: usize| T::of(((i * 31 + j * 17) % 101) as f64 / 101.0 - 0.5);
        Self {
            a: Mat::from_fn(SIDE, SIDE, entry),
            b: Mat::from_fn(SIDE, SIDE, |i, j| entry(j, i)),
            c: Mat::zeros(SIDE, SIDE),
        }
    }

    /// One product.
    pub fn run(&mut self, threads: usize) {
        let par = if threads > 1 { FaerPar::rayon(threads) } else { FaerPar::Seq };
        matmul(self.c.as_mut(), Accum::Replace, self.a.as_ref(), self.b.as_ref(), T::ONE, par);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_do_the_work_they_claim() {
        let x = vec![1.0_f64; 2 * PIECE + 64];
        assert_eq!(read_sum(&x), x.len() as f64);
        let mut out = vec![0.0; x.len()];
        triad(&x, &x, &mut out);
        assert!(out.iter().all(|v| *v == 4.0));
        let (narrow, mut sums) = (vec![1.0_f32; x.len()], vec![0.0; x.len()]);
        triad_streaming(&narrow, &narrow, &mut sums);
        assert!(sums.iter().all(|v| *v == 4.0));
        let (mut p, mut m, mut v) = (out.clone(), out.clone(), out);
        rewrite(&x, &mut p, &mut m, &mut v);
        assert_eq!(write_then_read_back(&mut [[0; 3]; 4]), 3 * (1 + 2 + 3));
        assert!((0..x.len()).all(|i| (p[i], m[i], v[i]) == (5.0, 5.0, 3.0)));
    }
}
