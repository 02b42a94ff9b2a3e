//! [`Grams`]: X_Kᵀ diag(h) X_K of some columns K and any row weights h.

use crate::cross::{self, Picked};
use crate::design::{Design, row_chunks};
use crate::gram;
use crate::par::Par;
use crate::real::Real;
use crate::reduce::reduce;
use crate::vector;

/// The memory of a Gram matrix, taken at the first call.
pub(crate) struct Grams<T> {
    /// The most columns.
    limit: usize,
    /// Gram matrices of chunks of rows, each with memory to gather columns in, and the columns' h-weighted sums.
    each: Vec<Vec<T>>,
    sums: Vec<T>,
}

impl<T: Real> Grams<T> {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { limit, each: Vec::new(), sums: Vec::new() }
    }

    /// The matrix of m parameters, at most the limit and none of them an intercept, whose columns are stored in full, to the front of `out`,
    /// column-major, both triangles.
    pub(crate) fn form(
        &mut self,
        design: &Design<'_, T>,
        par: Par,
        columns: &[usize],
        h: &[T],
        out: &mut [T],
    ) {
        let (limit, m) = (self.limit, columns.len());
        let chunks = row_chunks::<T>(design.rows(), limit);
        if self.each.is_empty() {
            let gathered = if limit >= cross::MANY { cross::gathered(limit) } else { 0 };
            self.each = (0..chunks.count).map(|_| vec![T::ZERO; limit * limit + gathered]).collect();
            self.sums = vec![T::ZERO; limit];
        }
        let first = usize::from(design.has_intercept());
        let stored = |i: usize| design.predictor(columns[i] - first).unwrap_or(&[]);
        let fill = |chunk: usize, c: &mut Vec<T>| {
            let rows = chunks.rows_of(chunk);
            let (c, scratch) = c.split_at_mut(limit * limit);
            let (column, h, c) = (|i| &stored(i)[rows.clone()], &h[rows.clone()], &mut c[..m * m]);
            c.fill(T::ZERO);
            if m >= cross::MANY {
                cross::add_gram(m, column, Picked::All, h, c, scratch);
            } else {
                gram::accumulate(m, column, h, c);
            }
        };
        let add = |a: &mut Vec<T>, b: &mut Vec<T>| vector::axpy(T::ONE, &b[..m * m], &mut a[..m * m]);
        reduce(par, &mut self.each, &fill, &add);
        let standardized = design.is_standardized();
        let mass = vector::sum(h);
        if standardized {
            for (i, sum) in self.sums[..m].iter_mut().enumerate() {
                *sum = vector::dot(stored(i), h);
            }
        }
        for j in 0..m {
            for i in j..m {
                let mut v = self.each[0][j * m + i];
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
}
