//! [`Design`]: the matrix of predictors X, behind which storage hides.
//!
//! Parameters are ordered (intercept, columns): a design with an intercept has p + 1 parameters, and the column of ones is never stored.
//! Everything a fused pass needs works on a *range of rows* (`add_*_rows`), so that one block of X is read from memory once for the
//! predictor, the gradient and the Gram matrix.

use core::ops::Range;

use faer::{Mat, MatMut, MatRef};

use crate::error::{Error, Result};
use crate::gram;
use crate::par::{self, Par};
use crate::real::Real;
use crate::reduce::{Chunks, reduce};
use crate::simd;
use crate::vector::{self, LANES, fold_lanes};

/// Rows in a block: a column's piece is 4 kB of f64, long enough for memory to stream, and a block of 100 columns is 400 kB and stays in the
/// L2 cache between the products.
pub const BLOCK_ROWS: usize = 512;

/// The n×p matrix of predictors, dense and column-major, with an optional intercept.
///
/// ```
/// use thalweg_core::{Design, Par, interop};
/// let x = interop::column_major(&[1.0, 2.0, 3.0, 4.0], 2, 2)?;
/// let design = Design::new(x)?.with_intercept();
/// let mut eta = [0.0; 2];
/// design.apply(&[10.0, 1.0, 1.0], &mut eta, Par::Seq);
/// assert_eq!(eta, [14.0, 16.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Design<'a, T: Real> {
    storage: Storage<'a, T>,
    intercept: bool,
    /// max |xᵢⱼ| of every predictor.
    max_abs: Vec<T>,
}

#[derive(Clone)]
enum Storage<'a, T> {
    Owned(Mat<T>),
    /// One slice a predictor: the hot loops find a column by an index, not by faer's checks.
    View {
        columns: Vec<&'a [T]>,
        rows: usize,
    },
}

impl<'a, T: Real> Design<'a, T> {
    /// Borrows a matrix; a copy is made only if its columns are not contiguous. Every entry is read once, to find NaN and infinities.
    ///
    /// # Errors
    /// [`Error::Empty`] without rows; [`Error::NonFinite`] naming column and row.
    pub fn new(x: MatRef<'a, T>) -> Result<Self> {
        Self::from_storage(match x.try_as_col_major() {
            Some(x) => Storage::View {
                columns: (0..x.ncols()).map(|j| x.col(j).as_slice()).collect(),
                rows: x.nrows(),
            },
            None => Storage::Owned(x.to_owned()),
        })
    }

    /// Takes over a matrix.
    ///
    /// # Errors
    /// As [`Design::new`].
    pub fn from_mat(x: Mat<T>) -> Result<Design<'static, T>> {
        Design::from_storage(Storage::Owned(x))
    }

    fn from_storage(storage: Storage<'a, T>) -> Result<Self> {
        let mut design = Self { storage, intercept: false, max_abs: Vec::new() };
        if design.rows() == 0 {
            let remedy = "give at least one row".to_owned();
            return Err(Error::Empty { what: "the design".to_owned(), remedy });
        }
        let mut max_abs = vec![T::ZERO; design.predictors()];
        Par::Rayon.for_each_chunk(&mut max_abs, 1, |j, max| max[0] = max_abs_or_nan(design.predictor(j)));
        if let Some(j) = max_abs.iter().position(|m| !m.is_finite()) {
            let values = design.predictor(j);
            let row = values.iter().position(|v| !v.is_finite()).unwrap_or(0);
            return Err(Error::NonFinite {
                what: format!("predictor {j}"),
                row,
                value: values[row].to_f64(),
            });
        }
        design.max_abs = max_abs;
        Ok(design)
    }

    /// With a column of ones in front, which is never stored.
    #[must_use]
    pub fn with_intercept(mut self) -> Self {
        self.intercept = true;
        self
    }

    /// The design of some of the predictors (0-based, in the order given), sharing storage.
    ///
    /// # Errors
    /// An index of no predictor.
    pub fn select(&self, columns: &[usize]) -> Result<Design<'_, T>> {
        if let Some(bad) = columns.iter().find(|j| **j >= self.predictors()) {
            let rule = format!("the design has {} predictors, counted from 0", self.predictors());
            return Err(Error::invalid_parameter("column", bad, &rule));
        }
        Ok(Design {
            storage: Storage::View {
                columns: columns.iter().map(|j| self.predictor(*j)).collect(),
                rows: self.rows(),
            },
            intercept: self.intercept,
            max_abs: columns.iter().map(|j| self.max_abs[*j]).collect(),
        })
    }

    /// The number of rows n.
    #[must_use]
    pub fn rows(&self) -> usize {
        match &self.storage {
            Storage::Owned(x) => x.nrows(),
            Storage::View { rows, .. } => *rows,
        }
    }

    /// The number of predictors p, without the intercept.
    #[must_use]
    pub fn predictors(&self) -> usize {
        match &self.storage {
            Storage::Owned(x) => x.ncols(),
            Storage::View { columns, .. } => columns.len(),
        }
    }

    /// The number of parameters: p, plus 1 with an intercept.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.predictors() + self.first()
    }

    /// True with an intercept, which is parameter 0.
    #[must_use]
    pub fn has_intercept(&self) -> bool {
        self.intercept
    }

    /// The index of the first predictor's parameter.
    #[must_use]
    fn first(&self) -> usize {
        usize::from(self.intercept)
    }

    /// Predictor j as a slice of length n.
    ///
    /// # Panics
    /// If there is no predictor j.
    #[must_use]
    #[inline]
    pub fn predictor(&self, j: usize) -> &[T] {
        match &self.storage {
            Storage::Owned(x) => x.as_ref().col(j).try_as_col_major().map_or(&[], |column| column.as_slice()),
            Storage::View { columns, .. } => columns[j],
        }
    }

    /// max |x| of parameter k's column (1 for the intercept).
    ///
    /// # Panics
    /// If there is no parameter k.
    #[must_use]
    pub fn max_abs(&self, k: usize) -> T {
        match k.checked_sub(self.first()) {
            None => T::ONE,
            Some(j) => self.max_abs[j],
        }
    }

    /// eta ← X b. `b` has length [`Design::parameters`], `eta` length n.
    ///
    /// # Panics
    /// If lengths differ.
    pub fn apply(&self, b: &[T], eta: &mut [T], par: Par) {
        par.for_each_chunk(eta, 16 * BLOCK_ROWS, |chunk, eta| {
            let start = chunk * 16 * BLOCK_ROWS;
            for (i, eta) in eta.chunks_mut(BLOCK_ROWS).enumerate() {
                let row = start + i * BLOCK_ROWS;
                eta.fill(T::ZERO);
                self.add_apply_rows(row..row + eta.len(), b, eta);
            }
        });
    }

    /// g ← Xᵀ u. `u` has length n, `g` length [`Design::parameters`].
    ///
    /// # Panics
    /// If lengths differ.
    pub fn apply_transpose(&self, u: &[T], g: &mut [T], par: Par) {
        let chunks = Chunks::new(self.rows(), BLOCK_ROWS, 64);
        let mut partials = vec![vec![T::ZERO; g.len()]; chunks.count];
        let fill = |chunk: usize, g: &mut Vec<T>| {
            let rows = chunks.rows_of(chunk);
            for start in rows.clone().step_by(BLOCK_ROWS) {
                let block = start..rows.end.min(start + BLOCK_ROWS);
                self.add_transpose_rows(block.clone(), &u[block], g);
            }
        };
        reduce(par, &mut partials, &fill, &|a, b| vector::axpy(T::ONE, b, a));
        g.copy_from_slice(&partials[0]);
    }

    /// h ← Xᵀ diag(w) X, both triangles; `w` has length n and any sign. Runs at the speed of a matrix product.
    ///
    /// # Panics
    /// If lengths differ.
    pub fn weighted_gram(&self, w: &[T], mut h: MatMut<'_, T>, par: Par) {
        let q = self.parameters();
        let chunks = row_chunks::<T>(self.rows(), q);
        let mut partials: Vec<Vec<T>> = (0..chunks.count).map(|_| vec![T::ZERO; q * q]).collect();
        let ones = vec![T::ONE; if self.intercept { chunks.size } else { 0 }];
        let fill = |chunk: usize, c: &mut Vec<T>| {
            let rows = chunks.rows_of(chunk);
            self.add_gram_rows(rows.clone(), &w[rows], &ones, c);
        };
        reduce(par, &mut partials, &fill, &|a, b| vector::axpy(T::ONE, b, a));
        copy_symmetric(&partials[0], T::ONE, h.as_mut());
    }

    /// norms ← Σᵢ wᵢ xᵢⱼ² for every parameter j; `w` has length n and any sign.
    ///
    /// # Panics
    /// If lengths differ.
    pub fn weighted_norms(&self, w: &[T], norms: &mut [T], par: Par) {
        let (intercept, norms) = norms.split_at_mut(self.first());
        if let [norm] = intercept {
            *norm = vector::sum(w);
        }
        par.for_each_chunk(norms, 1, |j, norm| norm[0] = vector::weighted_square(self.predictor(j), w));
    }

    /// eta ← eta + X b on some rows.
    pub(crate) fn add_apply_rows(&self, rows: Range<usize>, b: &[T], eta: &mut [T]) {
        let first = self.first();
        simd::dispatch(
            #[inline(always)]
            || {
                if self.intercept {
                    for e in eta.iter_mut() {
                        *e += b[0];
                    }
                }
                let b = &b[first..];
                let mut j = 0;
                while j + 4 <= b.len() {
                    let x = [0, 1, 2, 3].map(|k| &self.predictor(j + k)[rows.clone()]);
                    let [b0, b1, b2, b3] = [b[j], b[j + 1], b[j + 2], b[j + 3]];
                    for ((((e, x0), x1), x2), x3) in eta.iter_mut().zip(x[0]).zip(x[1]).zip(x[2]).zip(x[3]) {
                        *e = x3.mul_add(b3, x2.mul_add(b2, x1.mul_add(b1, x0.mul_add(b0, *e))));
                    }
                    j += 4;
                }
                for j in j..b.len() {
                    for (e, x) in eta.iter_mut().zip(&self.predictor(j)[rows.clone()]) {
                        *e = x.mul_add(b[j], *e);
                    }
                }
            },
        );
    }

    /// g ← g + Xᵀ u on some rows, four predictors at a time so that u is loaded once for each four; `u` holds those rows alone.
    pub(crate) fn add_transpose_rows(&self, rows: Range<usize>, u: &[T], g: &mut [T]) {
        let (intercept, g) = g.split_at_mut(self.first());
        if let [g] = intercept {
            *g += vector::sum(u);
        }
        simd::dispatch(
            #[inline(always)]
            || {
                let mut j = 0;
                while j + 4 <= g.len() {
                    let x = [0, 1, 2, 3].map(|k| &self.predictor(j + k)[rows.clone()]);
                    let sums = dots(x, u);
                    for k in 0..4 {
                        g[j + k] += sums[k];
                    }
                    j += 4;
                }
                for j in j..g.len() {
                    let [sum] = dots([&self.predictor(j)[rows.clone()]], u);
                    g[j] += sum;
                }
            },
        );
    }

    /// c ← c + Xᵀ diag(w) X on some rows, lower triangle of a column-major q×q array; `w` holds those rows alone, `ones` at least as many ones
    /// if there is an intercept.
    pub(crate) fn add_gram_rows(&self, rows: Range<usize>, w: &[T], ones: &[T], c: &mut [T]) {
        let first = self.first();
        let column = |k: usize| match k.checked_sub(first) {
            None => &ones[..rows.len()],
            Some(j) => &self.predictor(j)[rows.clone()],
        };
        gram::accumulate(self.parameters(), column, w, c);
    }

    /// Copies a block of rows of √w·X into the top of `out` (column-major, any leading dimension), for orthogonal factorisations.
    pub(crate) fn copy_scaled_rows(&self, rows: Range<usize>, root_w: &[T], mut out: MatMut<'_, T>) {
        let first = self.first();
        for (i, s) in root_w.iter().enumerate() {
            if self.intercept {
                out[(i, 0)] = *s;
            }
        }
        for j in 0..self.predictors() {
            for (i, (x, s)) in self.predictor(j)[rows.clone()].iter().zip(root_w).enumerate() {
                out[(i, first + j)] = *x * *s;
            }
        }
    }
}

/// Dots of K columns with u over fixed lanes.
#[inline(always)]
fn dots<T: Real, const K: usize>(x: [&[T]; K], u: &[T]) -> [T; K] {
    let mut lanes = [[T::ZERO; LANES]; K];
    let whole = u.len() / LANES * LANES;
    let (blocks, _) = u.as_chunks::<LANES>();
    let columns = x.map(|x| x.as_chunks::<LANES>().0);
    for (b, u) in blocks.iter().enumerate() {
        for k in 0..K {
            let x = &columns[k][b];
            let mut sum = lanes[k];
            for l in 0..LANES {
                sum[l] = x[l].mul_add(u[l], sum[l]);
            }
            lanes[k] = sum;
        }
    }
    for i in whole..u.len() {
        for k in 0..K {
            lanes[k][i - whole] = x[k][i].mul_add(u[i], lanes[k][i - whole]);
        }
    }
    lanes.map(fold_lanes)
}

/// max |v|, or something not finite if any entry is not.
fn max_abs_or_nan<T: Real>(values: &[T]) -> T {
    simd::dispatch(
        #[inline(always)]
        || {
            let (mut max, mut poison) = ([T::ZERO; LANES], [T::ZERO; LANES]);
            for chunk in values.chunks(LANES) {
                for (l, v) in chunk.iter().enumerate() {
                    let a = v.abs();
                    max[l] = if a > max[l] { a } else { max[l] };
                    // 0·v is NaN exactly where v is not finite.
                    poison[l] = v.mul_add(T::ZERO, poison[l]);
                }
            }
            max.iter().fold(T::ZERO, |m, v| if *v > m { *v } else { m }) + fold_lanes(poison)
        },
    )
}

/// Writes scale · c to both triangles of h, from the lower triangle of a column-major array.
pub(crate) fn copy_symmetric<T: Real>(c: &[T], scale: T, mut h: MatMut<'_, T>) {
    let q = h.nrows();
    for j in 0..q {
        for i in j..q {
            let v = c[j * q + i] * scale;
            h[(i, j)] = v;
            h[(j, i)] = v;
        }
    }
}

/// How n rows are cut for a reduction of q×q matrices: at most 64 chunks, fewer so that the partial matrices stay below 64 MB and each is
/// filled from 8192 rows or more (touching fresh memory for a partial costs as much as some hundred rows), but at least 4.
pub(crate) fn row_chunks<T: Real>(rows: usize, q: usize) -> Chunks {
    let fitting = 64_000_000 / (core::mem::size_of::<T>() * q * q).max(1);
    Chunks::new(rows, BLOCK_ROWS, fitting.min(rows / 8192).clamp(4, 64))
}

/// Scratch memory, one piece a thread of the pool; a lock is only ever contended if a later call runs in a larger pool.
pub(crate) struct Slots<S> {
    slots: Vec<std::sync::Mutex<S>>,
}

impl<S: Send> Slots<S> {
    pub(crate) fn new(make: impl Fn() -> S) -> Self {
        Self { slots: (0..par::threads().max(1)).map(|_| std::sync::Mutex::new(make())).collect() }
    }

    /// Runs `f` with the thread's scratch. A poisoned lock only means that scratch holds garbage, which is always overwritten.
    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut S) -> R) -> R {
        let slot = &self.slots[par::thread_index() % self.slots.len()];
        f(&mut slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}
