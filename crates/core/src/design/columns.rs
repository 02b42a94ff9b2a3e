//! Single columns of a design: what coordinate descent and column statistics read.

use super::few::dot;
use super::*;
use crate::vector;

/// One stored column.
enum Column<'a, T> {
    Ones,
    Dense(&'a [T]),
    Few(&'a [u32], &'a [T]),
}

impl<T: Real> Design<'_, T> {
    /// The stored predictor j as a slice of length n, if it is dense.
    ///
    /// # Panics
    /// If there is no predictor j.
    #[must_use]
    pub fn predictor(&self, j: usize) -> Option<&[T]> {
        let section = self.section_of(j);
        match &section.storage {
            Storage::Dense(x) => Some(x.column(j - section.start)),
            Storage::Few(_) => None,
        }
    }

    /// A predictor known to be dense.
    #[inline]
    pub(super) fn dense_column(&self, j: usize) -> &[T] {
        self.predictor(j).unwrap_or(&[])
    }

    /// Adds b times the stored entries of predictor j to `eta`.
    pub(super) fn add_entries(&self, j: usize, b: T, eta: &mut [T]) {
        let section = self.section_of(j);
        if let Storage::Few(x) = &section.storage {
            let (rows, values) = x.column(j - section.start);
            rows.iter().zip(values).for_each(|(i, v)| eta[*i as usize] += b * *v);
        }
    }

    /// Parameter k's stored column, with what is subtracted from it and what it is divided by.
    fn column(&self, k: usize) -> (Column<'_, T>, T, T) {
        let Some(j) = k.checked_sub(self.first()) else { return (Column::Ones, T::ZERO, T::ONE) };
        let section = self.section_of(j);
        let column = match &section.storage {
            Storage::Dense(x) => Column::Dense(x.column(j - section.start)),
            Storage::Few(x) => {
                let (rows, values) = x.column(j - section.start);
                Column::Few(rows, values)
            }
        };
        match &self.standardization {
            None => (column, T::ZERO, T::ONE),
            Some(s) => (column, s.center(self.intercept, j), s.scale(j)),
        }
    }

    /// What is subtracted from parameter k's stored column, and what it is then divided by: 0 and 1 unless standardised.
    pub(crate) fn affine(&self, k: usize) -> (T, T) {
        let (_, m, s) = self.column(k);
        (m, s)
    }

    /// The stored entries of parameter k's column: what an operation on it costs.
    ///
    /// # Panics
    /// If there is no parameter k.
    #[must_use]
    pub fn column_entries(&self, k: usize) -> usize {
        match self.column(k).0 {
            Column::Ones | Column::Dense(_) => self.rows,
            Column::Few(rows, _) => rows.len(),
        }
    }

    /// Xₖᵀu for parameter k; `u` has length n and `total` is Σu, which a lazily centred column needs.
    ///
    /// # Panics
    /// If lengths differ or there is no parameter k.
    #[must_use]
    pub fn column_dot(&self, k: usize, u: &[T], total: T) -> T {
        match self.column(k) {
            (Column::Ones, ..) => total,
            (Column::Dense(x), m, s) => (vector::dot(x, u) - m * total) / s,
            (Column::Few(rows, values), m, s) => (dot(rows, values, u) - m * total) / s,
        }
    }

    /// Adds a·Xₖ to a predictor kept as `eta + shift`: the stored entries go to `eta`, what is the same for all rows to `shift`.
    ///
    /// # Panics
    /// If lengths differ or there is no parameter k.
    pub fn column_axpy(&self, k: usize, a: T, eta: &mut [T], shift: &mut T) {
        match self.column(k) {
            (Column::Ones, ..) => *shift += a,
            (Column::Dense(x), m, s) => {
                vector::axpy(a / s, x, eta);
                *shift -= a / s * m;
            }
            (Column::Few(rows, values), m, s) => {
                let a = a / s;
                for (i, v) in rows.iter().zip(values) {
                    eta[*i as usize] += a * *v;
                }
                *shift -= a * m;
            }
        }
    }

    /// Adds a·h∘Xₖ to a vector kept as `t + shift·h`: [`Design::column_axpy`] with row weights `h` of length n.
    ///
    /// # Panics
    /// If lengths differ or there is no parameter k.
    pub fn column_weighted_axpy(&self, k: usize, a: T, h: &[T], t: &mut [T], shift: &mut T) {
        match self.column(k) {
            (Column::Ones, ..) => *shift += a,
            (Column::Dense(x), m, s) => {
                vector::axpy_weighted(a / s, x, h, t);
                *shift -= a / s * m;
            }
            (Column::Few(rows, values), m, s) => {
                let a = a / s;
                for (i, v) in rows.iter().zip(values) {
                    t[*i as usize] += a * *v * h[*i as usize];
                }
                *shift -= a * m;
            }
        }
    }

    /// Σᵢ wᵢ xᵢₖ² for parameter k; `w` has length n and any sign, `total` is Σw.
    ///
    /// # Panics
    /// If lengths differ or there is no parameter k.
    #[must_use]
    pub fn column_square(&self, k: usize, w: &[T], total: T) -> T {
        let ((square, product), m, s) = match self.column(k) {
            (Column::Ones, m, s) => ((total, total), m, s),
            (Column::Dense(x), m, s) => {
                let product = if m == T::ZERO { T::ZERO } else { vector::dot(x, w) };
                ((vector::weighted_square(x, w), product), m, s)
            }
            (Column::Few(rows, values), m, s) => {
                let entries = || rows.iter().zip(values).map(|(i, v)| (w[*i as usize], *v));
                let square = entries().map(|(w, v)| w * v * v).sum();
                ((square, entries().map(|(w, v)| w * v).sum()), m, s)
            }
        };
        (square - m * (product + product - m * total)) / (s * s)
    }

    /// norms ← Σᵢ wᵢ xᵢⱼ² for every parameter j; `w` has length n and any sign.
    ///
    /// # Panics
    /// If lengths differ.
    pub fn weighted_norms(&self, w: &[T], norms: &mut [T], par: Par) {
        let total = vector::sum(w);
        par.for_each_chunk(norms, 1, |k, norm| norm[0] = self.column_square(k, w, total));
    }
}
