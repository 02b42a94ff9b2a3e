//! [`Grams`]: X_Kᵀ diag(h) X_K of some columns K and any row weights h.

use crate::cross::{self, Picked};
use crate::design::{Design, row_chunks};
use crate::gram;
use crate::par::Par;
use crate::real::Real;
use crate::reduce::reduce;
use crate::vector;

/// The memory of a Gram matrix beside the matrix itself, taken at the first call.
pub(crate) struct Grams<T> {
    /// Few columns: Gram matrices of chunks of rows. Many: a block of rows.
    each: Vec<Vec<T>>,
    gathered: Vec<T>,
    /// The columns' h-weighted sums.
    sums: Vec<T>,
}

impl<T: Real> Grams<T> {
    pub(crate) const fn new() -> Self {
        Self { each: Vec::new(), gathered: Vec::new(), sums: Vec::new() }
    }

    /// The matrix of m parameters, none of them an intercept, whose columns are stored in full, to the front of `out`, column-major, both
    /// triangles.
    pub(crate) fn form(
        &mut self,
        design: &Design<'_, T>,
        par: Par,
        columns: &[usize],
        h: &[T],
        out: &mut [T],
    ) {
        let m = columns.len();
        let first = usize::from(design.has_intercept());
        let stored = |i: usize| design.predictor(columns[i] - first).unwrap_or(&[]);
        if m >= cross::MANY {
            cross::gram(m, stored, Picked::All, h, out, &mut self.gathered, par);
        } else {
            self.form_few(design.rows(), par, m, stored, h, out);
        }
        let standardized = design.is_standardized();
        let mass = vector::sum(h);
        if standardized {
            self.sums.resize(self.sums.len().max(m), T::ZERO);
            for (i, sum) in self.sums[..m].iter_mut().enumerate() {
                *sum = vector::dot(stored(i), h);
            }
        }
        for j in 0..m {
            for i in j..m {
                let mut v = out[j * m + i];
                if standardized {
                    // Σ h(xᵢ − mᵢ)(xⱼ − mⱼ)/(sᵢsⱼ).
                    let ((a, s), (b, r)) = (design.affine(columns[i]), design.affine(columns[j]));
                    v = (v - a * self.sums[j] - b * self.sums[i] + a * b * mass) / (s * r);
                }
                out[j * m + i] = v;
                out[i * m + j] = v;
            }
        }
    }

    /// The lower triangle of the matrix of fewer than [`cross::MANY`] columns: their partial matrices are small.
    fn form_few<'x>(
        &mut self,
        rows: usize,
        par: Par,
        m: usize,
        column: impl Fn(usize) -> &'x [T] + Sync,
        h: &[T],
        out: &mut [T],
    ) {
        let chunks = row_chunks::<T>(rows, cross::MANY);
        self.each.resize_with(chunks.count, || vec![T::ZERO; cross::MANY * cross::MANY]);
        let fill = |chunk: usize, c: &mut Vec<T>| {
            let (rows, c) = (chunks.rows_of(chunk), &mut c[..m * m]);
            c.fill(T::ZERO);
            gram::accumulate(m, |i| &column(i)[rows.clone()], &h[rows.clone()], c);
        };
        let add = |a: &mut Vec<T>, b: &mut Vec<T>| vector::axpy(T::ONE, &b[..m * m], &mut a[..m * m]);
        reduce(par, &mut self.each, &fill, &add);
        out[..m * m].copy_from_slice(&self.each[0][..m * m]);
    }
}
