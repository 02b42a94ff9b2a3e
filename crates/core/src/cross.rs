//! Products of many columns with many others: XᵀX, XᵀU and XB. Blocks of X are gathered into the cache, from wherever its columns lie, and faer's
//! sequential kernels multiply them; the parallelism, by columns or rows of the result, is ours.
//!
//! A kernel that packs its operands needs many columns to pay for it: below [`MANY`] the Gram kernel of dot products is the faster one.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef};

use crate::design::BLOCK_ROWS;
use crate::par::Par;
use crate::real::Real;

/// Columns from which a Gram matrix is formed by these kernels.
pub(crate) const MANY: usize = 192;
/// Columns of X gathered at a time.
const TOGETHER: usize = 64;
/// Rows of C that one call of a kernel computes: what it packs of X stays in the cache, and its buffer small.
const TILE: usize = 192;

/// Which rows of the columns are meant.
#[derive(Copy, Clone)]
pub(crate) enum Picked<'r> {
    /// All of them, from the first.
    All,
    /// These.
    These(&'r [usize]),
}

impl Picked<'_> {
    /// The places `at..at + out.len()` of the picked rows of a column.
    fn copy<T: Real>(self, column: &[T], at: usize, out: &mut [T]) {
        match self {
            Picked::All => out.copy_from_slice(&column[at..at + out.len()]),
            Picked::These(rows) => out.iter_mut().zip(&rows[at..]).for_each(|(out, i)| *out = column[*i]),
        }
    }
}

/// Blocks (start, length) of n rows.
fn blocks(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).step_by(BLOCK_ROWS).map(move |start| (start, BLOCK_ROWS.min(n - start)))
}

/// C ← Xᵀ diag(w) X over the picked rows, lower triangle: `column(j)` is column j < p of X, `w` has an entry a picked row. What stands above the
/// diagonal afterwards means nothing. Tasks are slabs of columns of C, so that C is the only matrix of its size; `scratch` holds a block of rows
/// of all columns and is kept for the next call. The bits depend on the arguments alone, not on the parallelism.
pub(crate) fn gram<'x, T: Real>(
    p: usize,
    column: impl Fn(usize) -> &'x [T] + Sync,
    rows: Picked<'_>,
    w: &[T],
    c: &mut [T],
    scratch: &mut Vec<T>,
    par: Par,
) {
    let signed = w.iter().any(|w| *w < T::ZERO);
    let mut roots = [T::ZERO; BLOCK_ROWS];
    scratch.resize(p * BLOCK_ROWS * if signed { 2 } else { 1 }, T::ZERO);
    c[..p * p].fill(T::ZERO);
    for (start, many) in blocks(w.len()) {
        let w = &w[start..start + many];
        let roots = &mut roots[..many];
        roots.iter_mut().zip(w).for_each(|(root, w)| *root = w.abs().sqrt());
        let plain = roots.iter().all(|root| *root == T::ONE);
        let (y, z) = scratch.split_at_mut(p * BLOCK_ROWS);
        let y = &mut y[..p * many];
        par.for_each_chunk(y, TOGETHER * many, |task, y| {
            for (j, y) in y.chunks_exact_mut(many).enumerate() {
                rows.copy(column(task * TOGETHER + j), start, y);
                if !plain {
                    y.iter_mut().zip(&*roots).for_each(|(y, root)| *y *= *root);
                }
            }
        });
        let y = &*y;
        // The same matrix on both sides, √|w|·X, but for the signs of the weights.
        let right = if signed {
            let z = &mut z[..p * many];
            for (z, y) in z.chunks_exact_mut(many).zip(y.chunks_exact(many)) {
                z.iter_mut().zip(y).zip(w).for_each(|((z, y), w)| *z = if *w < T::ZERO { -*y } else { *y });
            }
            &*z
        } else {
            y
        };
        let (y, right) =
            (MatRef::from_column_major_slice(y, many, p), MatRef::from_column_major_slice(right, many, p));
        par.for_each_chunk(&mut c[..p * p], TOGETHER * p, |slab, c| {
            let (first, width) = (slab * TOGETHER, c.len() / p);
            let mut slab = MatMut::from_column_major_slice_mut(c, p, width);
            let right = right.subcols(first, width);
            for top in (first..p).step_by(TILE) {
                let tall = TILE.min(p - top);
                let left = y.subcols(top, tall).transpose();
                matmul(slab.as_mut().subrows_mut(top, tall), Accum::Add, left, right, T::ONE, faer::Par::Seq);
            }
        });
    }
}

/// Uᵀxⱼ for every column j of X: `out[j·K + i]` is its product with the i-th of the K columns of `u` (n×K, column-major).
pub(crate) fn transposed<'x, T: Real>(
    column: impl Fn(usize) -> &'x [T] + Sync,
    (u, many): (&[T], usize),
    out: &mut [T],
    par: Par,
) {
    let n = u.len() / many.max(1);
    let u = MatRef::from_column_major_slice(u, n, many);
    par.for_each_chunk(out, TOGETHER * many, |chunk, out| {
        let width = out.len() / many;
        let mut x = vec![T::ZERO; width * n.min(BLOCK_ROWS)];
        let mut out = MatMut::from_column_major_slice_mut(out, many, width);
        out.fill(T::ZERO);
        for (start, rows) in blocks(n) {
            let x = &mut x[..width * rows];
            for (j, x) in x.chunks_exact_mut(rows).enumerate() {
                x.copy_from_slice(&column(chunk * TOGETHER + j)[start..start + rows]);
            }
            let x = MatRef::from_column_major_slice(&*x, rows, width);
            let u = u.subrows(start, rows);
            matmul(out.as_mut(), Accum::Add, u.transpose(), x, T::ONE, faer::Par::Seq);
        }
    });
}

/// `eta` += XB at the places `at..` of the picked rows: `eta` is rows×K, `b` p×K, both column-major.
pub(crate) fn add_combined<'x, T: Real>(
    column: impl Fn(usize) -> &'x [T],
    (b, many): (&[T], usize),
    (picked, at): (Picked<'_>, usize),
    eta: &mut [T],
) {
    let (p, rows) = (b.len() / many.max(1), eta.len() / many.max(1));
    let b = MatRef::from_column_major_slice(b, p, many);
    let mut eta = MatMut::from_column_major_slice_mut(eta, rows, many);
    let mut x = vec![T::ZERO; p.min(TOGETHER) * rows];
    for start in (0..p).step_by(TOGETHER) {
        let width = TOGETHER.min(p - start);
        let x = &mut x[..width * rows];
        for (j, x) in x.chunks_exact_mut(rows).enumerate() {
            picked.copy(column(start + j), at, x);
        }
        let x = MatRef::from_column_major_slice(&*x, rows, width);
        matmul(eta.as_mut(), Accum::Add, x, b.subrows(start, width), T::ONE, faer::Par::Seq);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::streams::{Streams, normal};

    fn columns(n: usize, p: usize) -> Vec<Vec<f64>> {
        let mut rng = Streams::new(5).stream("cross", 0);
        (0..p).map(|_| (0..n).map(|_| normal(&mut rng)).collect()).collect()
    }

    /// Against sums of plain products, with weights of both signs in one of the blocks.
    #[test]
    fn many_columns_times_many_are_what_the_sums_say() {
        let (n, p, many) = (2 * BLOCK_ROWS + 37, 70, 5);
        let x = columns(n, p);
        let u = columns(n, many).concat();
        let mut w: Vec<f64> = (0..n).map(|i| 0.5 + (i % 7) as f64).collect();
        w[BLOCK_ROWS + 3] = -2.0;
        let mut c = vec![0.0; p * p];
        gram(p, |j| &x[j][..], Picked::All, &w, &mut c, &mut Vec::new(), Par::Rayon);
        let mut alone = vec![f64::NAN; p * p];
        gram(p, |j| &x[j][..], Picked::All, &w, &mut alone, &mut Vec::new(), Par::Seq);
        assert_eq!(c, alone);
        let mut products = vec![f64::NAN; p * many];
        transposed(|j| &x[j][..], (&u, many), &mut products, Par::Rayon);
        let mut alone = vec![f64::NAN; p * many];
        transposed(|j| &x[j][..], (&u, many), &mut alone, Par::Seq);
        assert_eq!(products, alone);
        for j in 0..p {
            for i in j..p {
                let sum: f64 = (0..n).map(|r| w[r] * x[i][r] * x[j][r]).sum();
                assert!((c[j * p + i] - sum).abs() < 1e-10 * n as f64);
            }
            for (i, u) in u.chunks(n).enumerate() {
                let sum: f64 = u.iter().zip(&x[j]).map(|(u, x)| u * x).sum();
                assert!((products[j * many + i] - sum).abs() < 1e-10);
            }
        }
        let b = columns(p, many).concat();
        let rows: Vec<usize> = (0..40).map(|i| (i * 13) % n).collect();
        for (picked, at, count) in [(Picked::All, 11, BLOCK_ROWS), (Picked::These(&rows), 5, 30)] {
            let mut eta = vec![1.0; count * many];
            add_combined(|j| &x[j][..], (&b, many), (picked, at), &mut eta);
            for (k, b) in b.chunks(p).enumerate() {
                for i in 0..count {
                    let row = if matches!(picked, Picked::These(_)) { rows[at + i] } else { at + i };
                    let sum: f64 = (0..p).map(|j| b[j] * x[j][row]).sum();
                    assert!((eta[k * count + i] - 1.0 - sum).abs() < 1e-10);
                }
            }
        }
        let mut few = vec![0.0; p * p];
        gram(p, |j| &x[j][..], Picked::These(&rows), &[2.0; 40], &mut few, &mut Vec::new(), Par::Rayon);
        let sum: f64 = rows.iter().map(|r| 2.0 * x[3][*r] * x[7][*r]).sum();
        assert!((few[3 * p + 7] - sum).abs() < 1e-10);
    }
}
