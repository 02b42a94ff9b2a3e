//! Products of a design with vectors, and XᵀWX.

use super::*;
use crate::cross::{self, Picked};
use crate::gram;
use crate::reduce::reduce;
use crate::vector;

impl<T: Real> Design<'_, T> {
    /// eta ← X b for one or several right-hand sides: `b` is [`Design::parameters`]×K and `eta` n×K, both column-major.
    ///
    /// # Panics
    /// If lengths differ.
    pub fn apply(&self, b: &[T], eta: &mut [T], par: Par) {
        let (n, q) = (self.rows, self.parameters());
        if self.predictors == 0 || q == 0 {
            eta.fill(T::ZERO);
        }
        if q == 0 {
            return;
        }
        let raw = self.raw(b);
        for (b, eta) in raw.chunks_exact(q).zip(eta.chunks_exact_mut(n)) {
            par.for_each_chunk(eta, 16 * BLOCK_ROWS, |chunk, eta| {
                let start = chunk * 16 * BLOCK_ROWS;
                for (i, eta) in eta.chunks_mut(BLOCK_ROWS).enumerate() {
                    let row = start + i * BLOCK_ROWS;
                    eta.fill(T::ZERO);
                    self.add_apply_rows(row..row + eta.len(), b, eta);
                }
            });
        }
    }

    /// eta ← the rows `rows` of X B: `b` is [`Design::parameters`]×K and `eta` as long as `rows`, times K, both column-major. Only what is not 0 in B is
    /// read.
    ///
    /// # Panics
    /// If lengths differ or there is no such row.
    pub fn apply_to_rows(&self, rows: &[usize], b: &[T], eta: &mut [T]) {
        let (q, first, m) = (self.parameters(), self.first(), rows.len());
        if q == 0 || m == 0 {
            return;
        }
        let (raw, many) = (self.raw(b), b.len() / q);
        let used = |k: &usize| raw.iter().skip(*k).step_by(q).any(|b| *b != T::ZERO);
        let (dense, few): (Vec<usize>, Vec<usize>) =
            (first..q).filter(used).partition(|k| self.predictor(k - first).is_some());
        for (b, eta) in raw.chunks_exact(q).zip(eta.chunks_exact_mut(m)) {
            eta.fill(if first == 1 { b[0] } else { T::ZERO });
            if few.iter().any(|k| b[*k] != T::ZERO) {
                let mut whole = vec![T::ZERO; self.rows];
                for k in &few {
                    self.add_entries(k - first, b[*k], &mut whole);
                }
                eta.iter_mut().zip(rows).for_each(|(eta, i)| *eta += whole[*i]);
            }
        }
        let of_dense: Vec<T> = raw.chunks_exact(q).flat_map(|b| dense.iter().map(|k| b[*k])).collect();
        cross::add_combined(
            |j| self.dense_column(dense[j] - first),
            (&of_dense, many),
            (Picked::These(rows), 0),
            eta,
        );
    }

    /// g ← Xᵀ u for one or several right-hand sides: `u` is n×K and `g` [`Design::parameters`]×K, both column-major.
    ///
    /// # Panics
    /// If lengths differ.
    pub fn apply_transpose(&self, u: &[T], g: &mut [T], par: Par) {
        let (n, q) = (self.rows, self.parameters());
        if q == 0 {
            return;
        }
        let chunks = vector_chunks::<T>(n, q);
        let mut partials = vec![vec![T::ZERO; q]; chunks.count];
        for (u, g) in u.chunks_exact(n).zip(g.chunks_exact_mut(q)) {
            let fill = |chunk: usize, g: &mut Vec<T>| {
                g.fill(T::ZERO);
                let rows = chunks.rows_of(chunk);
                for start in rows.clone().step_by(BLOCK_ROWS) {
                    let block = start..rows.end.min(start + BLOCK_ROWS);
                    self.add_transpose_rows(block.clone(), &u[block], g);
                }
            };
            reduce(par, &mut partials, &fill, &|a, b| vector::axpy(T::ONE, b, a));
            g.copy_from_slice(&partials[0]);
            self.pull_back(g);
        }
    }

    /// out_i ← ‖Vᵀxᵢ‖² for every row: xᵢᵀA⁻¹xᵢ if VVᵀ = A⁻¹. `v` is [`Design::parameters`]×r, column-major. One pass over X, of which a block of rows
    /// stays in cache for all columns of V.
    ///
    /// # Panics
    /// If lengths differ.
    pub fn row_norms(&self, v: &[T], out: &mut [T], par: Par) {
        let q = self.parameters();
        if q == 0 {
            return out.fill(T::ZERO);
        }
        let raw = self.raw(v);
        par.for_each_chunk(out, BLOCK_ROWS, |chunk, out| {
            let rows = chunk * BLOCK_ROWS..chunk * BLOCK_ROWS + out.len();
            let mut block = [T::ZERO; BLOCK_ROWS];
            let block = &mut block[..out.len()];
            out.fill(T::ZERO);
            for v in raw.chunks_exact(q) {
                block.fill(T::ZERO);
                self.add_apply_rows(rows.clone(), v, block);
                for (out, x) in out.iter_mut().zip(&*block) {
                    *out += *x * *x;
                }
            }
        });
    }

    /// h ← Xᵀ diag(w) X, both triangles; `w` has length n and any sign. Dense columns run at the speed of a matrix product; sparse and
    /// categorical ones cost the square of the entries of a row, and no indicator column is ever formed.
    ///
    /// # Panics
    /// If lengths differ.
    pub fn weighted_gram(&self, w: &[T], h: MatMut<'_, T>, par: Par) {
        let chunks = row_chunks::<T>(self.rows, self.parameters());
        let mut partials: Vec<Vec<T>> = (0..chunks.count).map(|_| vec![T::ZERO; self.gram_len()]).collect();
        let ones = vec![T::ONE; if self.intercept { chunks.size } else { 0 }];
        let fill = |chunk: usize, c: &mut Vec<T>| {
            let rows = chunks.rows_of(chunk);
            for start in rows.clone().step_by(if self.is_dense() { chunks.size } else { BLOCK_ROWS }) {
                let block =
                    start..rows.end.min(start + if self.is_dense() { chunks.size } else { BLOCK_ROWS });
                self.add_gram_rows(block.clone(), &w[block], &ones, c);
            }
        };
        reduce(par, &mut partials, &fill, &|a, b| vector::axpy(T::ONE, b, a));
        self.write_gram(&partials[0], T::ONE, h);
    }

    /// Raw parameters of all right-hand sides.
    pub(crate) fn raw<'b>(&self, b: &'b [T]) -> Cow<'b, [T]> {
        match &self.standardization {
            None => Cow::Borrowed(b),
            Some(_) => {
                let mut raw = b.to_vec();
                raw.chunks_exact_mut(self.parameters()).for_each(|b| self.to_original(b));
                Cow::Owned(raw)
            }
        }
    }

    /// The gradient by raw parameters ↦ by the design's own, in place.
    pub(crate) fn pull_back(&self, g: &mut [T]) {
        if let Some(standardization) = &self.standardization {
            standardization.pull_back(self.intercept, g);
        }
    }

    /// eta ← eta + X b on some rows, in raw parameters.
    pub(crate) fn add_apply_rows(&self, rows: Range<usize>, b: &[T], eta: &mut [T]) {
        let (intercept, b) = b.split_at(self.first());
        if let [b] = intercept {
            for e in eta.iter_mut() {
                *e += *b;
            }
        }
        for section in &self.sections {
            let b = &b[section.start..section.start + section.storage.width()];
            match &section.storage {
                Storage::Dense(x) => x.add_apply(rows.clone(), b, eta),
                Storage::Few(x) => x.add_apply(rows.clone(), b, eta),
            }
        }
    }

    /// g ← g + Xᵀ u on some rows, by raw parameters; `u` holds those rows alone.
    pub(crate) fn add_transpose_rows(&self, rows: Range<usize>, u: &[T], g: &mut [T]) {
        let (intercept, g) = g.split_at_mut(self.first());
        if let [g] = intercept {
            *g += vector::sum(u);
        }
        for section in &self.sections {
            let g = &mut g[section.start..section.start + section.storage.width()];
            match &section.storage {
                Storage::Dense(x) => x.add_transpose(rows.clone(), u, g),
                Storage::Few(x) => x.add_transpose(rows.clone(), u, g),
            }
        }
    }

    /// g ← g + Σ w x² on some rows, by stored columns; `w` holds those rows alone.
    pub(crate) fn add_square_rows(&self, rows: Range<usize>, w: &[T], g: &mut [T]) {
        let (intercept, g) = g.split_at_mut(self.first());
        if let [g] = intercept {
            *g += vector::sum(w);
        }
        for section in &self.sections {
            let g = &mut g[section.start..section.start + section.storage.width()];
            match &section.storage {
                Storage::Dense(x) => {
                    for (j, g) in g.iter_mut().enumerate() {
                        *g += vector::weighted_square(&x.column(j)[rows.clone()], w);
                    }
                }
                Storage::Few(x) => x.for_each_row(rows.clone(), |i, indices, values| {
                    for (j, v) in indices.iter().zip(values) {
                        g[*j as usize] += w[i - rows.start] * *v * *v;
                    }
                }),
            }
        }
    }

    /// True if nothing is sparse or categorical.
    pub(crate) fn is_dense(&self) -> bool {
        self.dense.len() == self.parameters()
    }

    /// The length of the sums that [`Design::add_gram_rows`] fills: the q×q matrix, and behind it the dense columns' own if there are others.
    pub(crate) fn gram_len(&self) -> usize {
        let (q, d) = (self.parameters(), self.dense.len());
        q * q + if self.is_dense() { 0 } else { d * d }
    }

    /// c ← c + Xᵀ diag(w) X on some rows, lower triangle by raw parameters; `w` holds those rows alone, `ones` at least as many ones if there
    /// is an intercept.
    pub(crate) fn add_gram_rows(&self, rows: Range<usize>, w: &[T], ones: &[T], c: &mut [T]) {
        let (q, first) = (self.parameters(), self.first());
        if self.is_dense() && self.sections.len() == 1 {
            // The usual case: no index between the kernel and its columns.
            if let Some(Section { storage: Storage::Dense(x), .. }) = self.sections.first() {
                let column = |k: usize| match k.checked_sub(first) {
                    None => &ones[..rows.len()],
                    Some(j) => &x.column(j)[rows.clone()],
                };
                return gram::accumulate(q, column, w, c);
            }
        }
        let column = |k: usize| match self.dense[k].checked_sub(first) {
            None => &ones[..rows.len()],
            Some(j) => &self.dense_column(j)[rows.clone()],
        };
        if self.is_dense() {
            return gram::accumulate(q, column, w, c);
        }
        let (c, of_dense) = c.split_at_mut(q * q);
        if !self.dense.is_empty() {
            gram::accumulate(self.dense.len(), column, w, of_dense);
        }
        for (s, section) in self.sections.iter().enumerate() {
            let Storage::Few(x) = &section.storage else { continue };
            let at = first + section.start;
            for (k, raw) in self.dense.iter().enumerate() {
                let column = column(k);
                x.for_each_row(rows.clone(), |i, indices, values| {
                    let scaled = w[i - rows.start] * column[i - rows.start];
                    for (j, v) in indices.iter().zip(values) {
                        c[lower(q, *raw, at + *j as usize)] += scaled * *v;
                    }
                });
            }
            x.for_each_row(rows.clone(), |i, indices, values| {
                for (a, (j, v)) in indices.iter().zip(values).enumerate() {
                    let scaled = w[i - rows.start] * *v;
                    let column = &mut c[(at + *j as usize) * q + at..];
                    for (k, v) in indices[a..].iter().zip(&values[a..]) {
                        column[*k as usize] += scaled * *v;
                    }
                }
            });
            for other in &self.sections[..s] {
                let Storage::Few(y) = &other.storage else { continue };
                let left = first + other.start;
                x.for_each_row(rows.clone(), |i, indices, values| {
                    let (others, other_values) = y.row(i);
                    for (j, v) in others.iter().zip(other_values) {
                        let scaled = w[i - rows.start] * *v;
                        let column = &mut c[(left + *j as usize) * q + at..];
                        for (k, v) in indices.iter().zip(values) {
                            column[*k as usize] += scaled * *v;
                        }
                    }
                });
            }
        }
    }

    /// Writes scale · (the sums of [`Design::add_gram_rows`]) to both triangles of h, by the design's own parameters.
    pub(crate) fn write_gram(&self, c: &[T], scale: T, mut h: MatMut<'_, T>) {
        let q = self.parameters();
        copy_symmetric(&c[..q * q], scale, h.as_mut());
        if !self.is_dense() {
            let (d, of_dense) = (self.dense.len(), &c[q * q..]);
            for (j, column) in self.dense.iter().enumerate() {
                for (i, row) in self.dense.iter().enumerate().skip(j) {
                    let v = of_dense[j * d + i] * scale;
                    h[(*row, *column)] = v;
                    h[(*column, *row)] = v;
                }
            }
        }
        if let Some(standardization) = &self.standardization {
            standardization.pull_back_gram(self.intercept, h);
        }
    }

    /// Copies some rows, each multiplied by its factor, into the top of `out`: parameters wide, intercept first, any leading dimension. For
    /// orthogonal factorisations and for looks at single rows.
    ///
    /// ```
    /// use thalweg_core::Design;
    /// let design = Design::from_mat(faer::mat![[3.0], [4.0], [5.0]])?.with_intercept();
    /// let mut out = faer::Mat::zeros(2, 2);
    /// design.copy_scaled_rows(1..3, &[1.0, 10.0], out.as_mut());
    /// assert_eq!(out, faer::mat![[1.0, 4.0], [10.0, 50.0]]);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Panics
    /// If the range leaves the design, `root_w` is not one factor a row, or `out` is smaller.
    pub fn copy_scaled_rows(&self, rows: Range<usize>, root_w: &[T], mut out: MatMut<'_, T>) {
        let first = self.first();
        let start = rows.start;
        if self.intercept {
            for (i, s) in root_w.iter().enumerate() {
                out[(i, 0)] = *s;
            }
        }
        for section in &self.sections {
            let at = first + section.start;
            match &section.storage {
                Storage::Dense(x) => {
                    for j in 0..x.width() {
                        for (i, (x, s)) in x.column(j)[rows.clone()].iter().zip(root_w).enumerate() {
                            out[(i, at + j)] = *x * *s;
                        }
                    }
                }
                Storage::Few(x) => {
                    out.as_mut().subcols_mut(at, x.width()).subrows_mut(0, rows.len()).fill(T::ZERO);
                    x.for_each_row(rows.clone(), |i, indices, values| {
                        for (j, v) in indices.iter().zip(values) {
                            out[(i - start, at + *j as usize)] = *v * root_w[i - start];
                        }
                    });
                }
            }
        }
        if let Some(standardization) = &self.standardization {
            for j in 0..self.predictors {
                let (m, s) = (standardization.center(self.intercept, j), standardization.scale(j));
                for (i, w) in root_w.iter().enumerate() {
                    out[(i, first + j)] = (out[(i, first + j)] - m * *w) / s;
                }
            }
        }
    }
}

/// The place of entry (a, b) in the lower triangle of a column-major q×q array.
#[inline(always)]
fn lower(q: usize, a: usize, b: usize) -> usize {
    if a < b { a * q + b } else { b * q + a }
}
