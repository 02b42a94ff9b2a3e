//! [`Design`]: the matrix of predictors X, behind which storage hides.
//!
//! Parameters are ordered (intercept, columns): a design with an intercept has p + 1 parameters, and the column of ones is never stored.
//! The columns come in sections (dense, sparse, categorical codes), each kept as it is; a standardised design centres and scales them
//! lazily, in the parameters instead of in the data.
//!
//! Everything a fused pass needs works on a *range of rows* (`add_*_rows`), so that one block of X is read from memory once for the
//! predictor, the gradient and the Gram matrix. These kernels speak *raw* parameters, those of the columns as stored;
//! [`Standardization`] translates once a pass.

mod columns;
mod dense;
mod few;
mod products;
mod rows;
mod standardization;

use core::ops::Range;
use std::borrow::Cow;

use faer::{Mat, MatMut, MatRef};

use crate::error::{Error, Result, check_shape};
use crate::loss::Weights;
use crate::par::{self, Par};
use crate::real::Real;
use crate::reduce::Chunks;
use crate::sparse::Sparse;

use dense::{Dense, max_abs_or_nan};
use few::{Categorical, Few};
pub(crate) use rows::RowStorage;
pub use rows::{Row, RowRoom};
use standardization::Standardization;

/// Rows in a block: a column's piece is 4 kB of f64, long enough for memory to stream, and a block of 100 columns is 400 kB and stays in the
/// L2 cache between the products.
pub const BLOCK_ROWS: usize = 512;

/// The n×p matrix of predictors with an optional intercept.
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
    sections: Vec<Section<'a, T>>,
    rows: usize,
    predictors: usize,
    intercept: bool,
    standardization: Option<Standardization<T>>,
    /// max |xᵢⱼ| of every stored predictor.
    max_abs: Vec<T>,
    /// The raw parameters whose columns are dense, the intercept among them; all of them if nothing is sparse or categorical.
    dense: Vec<usize>,
}

/// Neighbouring columns in one storage, with the index of the first.
#[derive(Clone)]
struct Section<'a, T: Real> {
    start: usize,
    storage: Storage<'a, T>,
}

#[derive(Clone)]
enum Storage<'a, T: Real> {
    Dense(Dense<'a, T>),
    Few(Few<'a, T>),
}

/// Columns of a design in the storage that suits them; see [`Design::from_columns`].
#[derive(Clone, Debug)]
pub enum Columns<'a, T: Real> {
    /// n×k numbers; copied only if a column is not contiguous.
    Dense(MatRef<'a, T>),
    /// Mostly zeros.
    Sparse(Cow<'a, Sparse<T>>),
    /// One indicator column for each level but the reference, never stored.
    Categorical {
        /// The level of each row, counted from 0.
        codes: &'a [u32],
        /// The number of levels.
        levels: usize,
        /// The level without a column; `None` gives every level one.
        reference: Option<usize>,
    },
}

impl<'a, T: Real> Columns<'a, T> {
    /// The same columns, borrowed from these.
    #[must_use]
    pub fn borrow(&self) -> Columns<'_, T> {
        match self {
            Self::Dense(x) => Columns::Dense(*x),
            Self::Sparse(x) => Columns::Sparse(Cow::Borrowed(x)),
            Self::Categorical { codes, levels, reference } => {
                Columns::Categorical { codes, levels: *levels, reference: *reference }
            }
        }
    }

    fn storage(self) -> Result<Storage<'a, T>> {
        Ok(match self {
            Self::Dense(x) => Storage::Dense(match x.try_as_col_major() {
                Some(x) => {
                    let columns = (0..x.ncols()).map(|j| x.col(j).as_slice()).collect();
                    Dense::View { columns, rows: x.nrows() }
                }
                None => Dense::Owned(x.to_owned()),
            }),
            Self::Sparse(x) => Storage::Few(Few::Sparse(x)),
            Self::Categorical { codes, levels, reference } => {
                Storage::Few(Few::Categorical(Categorical::new(codes, levels, reference)?))
            }
        })
    }
}

impl<T: Real> Storage<'_, T> {
    fn rows(&self) -> usize {
        match self {
            Self::Dense(x) => x.rows(),
            Self::Few(x) => x.rows(),
        }
    }

    fn width(&self) -> usize {
        match self {
            Self::Dense(x) => x.width(),
            Self::Few(x) => x.width(),
        }
    }
}

impl<'a, T: Real> Design<'a, T> {
    /// Borrows a dense matrix; a copy is made only if its columns are not contiguous (a row-major matrix, say). Every entry is read once,
    /// to find NaN and infinities.
    ///
    /// # Errors
    /// [`Error::Empty`] without rows; [`Error::NonFinite`] naming column and row.
    pub fn new(x: MatRef<'a, T>) -> Result<Self> {
        Self::from_columns([Columns::Dense(x)])
    }

    /// Takes over a dense matrix.
    ///
    /// # Errors
    /// As [`Design::new`].
    pub fn from_mat(x: Mat<T>) -> Result<Design<'static, T>> {
        Design::from_storages(vec![Storage::Dense(Dense::Owned(x))])
    }

    /// Borrows a sparse matrix.
    ///
    /// # Errors
    /// [`Error::Empty`] without rows.
    pub fn from_sparse(x: &'a Sparse<T>) -> Result<Self> {
        Self::from_columns([Columns::Sparse(Cow::Borrowed(x))])
    }

    /// Columns of several kinds, side by side.
    ///
    /// ```
    /// use thalweg_core::{Columns, Design, Par};
    /// let age = faer::mat![[31.0], [47.0], [52.0]];
    /// let city = Columns::Categorical { codes: &[0, 2, 1], levels: 3, reference: Some(0) };
    /// let design = Design::from_columns([Columns::Dense(age.as_ref()), city])?;
    /// let mut eta = [0.0; 3];
    /// design.apply(&[1.0, 100.0, 200.0], &mut eta, Par::Seq);
    /// assert_eq!(eta, [31.0, 247.0, 152.0]);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Empty`] without columns or rows; sections of different heights; NaN or infinite entries; codes outside the levels.
    pub fn from_columns(columns: impl IntoIterator<Item = Columns<'a, T>>) -> Result<Self> {
        Self::from_storages(columns.into_iter().map(Columns::storage).collect::<Result<_>>()?)
    }

    fn from_storages(storages: Vec<Storage<'a, T>>) -> Result<Self> {
        let rows = storages.first().map_or(0, Storage::rows);
        if rows == 0 {
            let remedy = "give at least one row".to_owned();
            return Err(Error::Empty { what: "the design".to_owned(), remedy });
        }
        let (mut sections, mut max_abs) = (Vec::with_capacity(storages.len()), Vec::new());
        for storage in storages {
            check_shape("rows of all columns of the design", rows, storage.rows())?;
            let start = max_abs.len();
            match &storage {
                Storage::Dense(x) => max_abs.extend(dense_max_abs(x, start)?),
                Storage::Few(x) => max_abs.extend(x.max_abs()),
            }
            sections.push(Section { start, storage });
        }
        let predictors = max_abs.len();
        Ok(Self {
            sections,
            rows,
            predictors,
            intercept: false,
            standardization: None,
            max_abs,
            dense: Vec::new(),
        }
        .indexed())
    }

    /// Finds out which raw parameters are dense.
    fn indexed(mut self) -> Self {
        let first = self.first();
        let dense = self.sections.iter().flat_map(|section| match &section.storage {
            Storage::Dense(x) => section.start..section.start + x.width(),
            Storage::Few(_) => 0..0,
        });
        self.dense = (0..first).chain(dense.map(|j| first + j)).collect();
        self
    }

    /// With a column of ones in front, which is never stored.
    #[must_use]
    pub fn with_intercept(mut self) -> Self {
        self.intercept = true;
        self.indexed()
    }

    /// With every predictor divided by its standard deviation sⱼ and, if there is an intercept, centred at its mean mⱼ; both weighted, the
    /// variance with divisor Σw. A constant column keeps scale 1. Nothing is copied: (xⱼ − mⱼ)bⱼ/sⱼ is worked out in the parameters.
    /// [`Design::to_original`] brings coefficients back.
    ///
    /// # Errors
    /// A wrong number of weights, or weights whose sum is not positive.
    pub fn standardized(mut self, weights: Weights<'_, T>) -> Result<Self> {
        self.standardization = None;
        self.standardization = Some(Standardization::of(&self, weights)?);
        Ok(self)
    }

    /// Coefficients of a standardised design, in place, on the scale of the predictors as stored: bⱼ/sⱼ, and the intercept less
    /// Σ mⱼ bⱼ/sⱼ. Without standardisation nothing changes.
    ///
    /// # Panics
    /// If `b` is not as long as [`Design::parameters`].
    pub fn to_original(&self, b: &mut [T]) {
        if let Some(standardization) = &self.standardization {
            standardization.to_raw(self.intercept, b);
        }
    }

    /// The inverse of [`Design::to_original`].
    ///
    /// # Panics
    /// If `b` is not as long as [`Design::parameters`].
    pub fn to_standardized(&self, b: &mut [T]) {
        if let Some(standardization) = &self.standardization {
            standardization.of_raw(self.intercept, b);
        }
    }

    /// The design of some of the predictors (0-based, in the order given), sharing dense storage.
    ///
    /// # Errors
    /// An index of no predictor, or one that comes twice.
    pub fn select(&self, columns: &[usize]) -> Result<Design<'_, T>> {
        if let Some(bad) = columns.iter().find(|j| **j >= self.predictors) {
            let rule = format!("the design has {} predictors, counted from 0", self.predictors);
            return Err(Error::invalid_parameter("column", bad, &rule));
        }
        let mut chosen = vec![false; self.predictors];
        if let Some(twice) = columns.iter().find(|j| core::mem::replace(&mut chosen[**j], true)) {
            return Err(Error::invalid_parameter("column", twice, "a column can be selected once"));
        }
        let mut sections: Vec<Section<'_, T>> = Vec::new();
        let mut start = 0;
        while start < columns.len() {
            let section = self.section_of(columns[start]);
            let within = |j: &usize| (section.start..section.start + section.storage.width()).contains(j);
            let run = columns[start..].iter().take_while(|j| within(j)).count();
            let local: Vec<usize> = columns[start..start + run].iter().map(|j| j - section.start).collect();
            let storage = match &section.storage {
                Storage::Dense(x) => Storage::Dense(Dense::View {
                    columns: local.iter().map(|j| x.column(*j)).collect(),
                    rows: self.rows,
                }),
                Storage::Few(x) => Storage::Few(x.select(&local)),
            };
            sections.push(Section { start, storage });
            start += run;
        }
        Ok(Design {
            sections,
            rows: self.rows,
            predictors: columns.len(),
            intercept: self.intercept,
            standardization: self.standardization.as_ref().map(|s| s.select(columns)),
            max_abs: columns.iter().map(|j| self.max_abs[*j]).collect(),
            dense: Vec::new(),
        }
        .indexed())
    }

    /// The section that holds predictor j.
    fn section_of(&self, j: usize) -> &Section<'a, T> {
        let after = self.sections.partition_point(|section| section.start <= j);
        // Empty sections share their start with the one behind them, which comes later.
        &self.sections[after - 1]
    }

    /// The number of rows n.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of predictors p, without the intercept.
    #[must_use]
    pub fn predictors(&self) -> usize {
        self.predictors
    }

    /// The number of parameters: p, plus 1 with an intercept.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.predictors + self.first()
    }

    /// True with an intercept, which is parameter 0.
    #[must_use]
    pub fn has_intercept(&self) -> bool {
        self.intercept
    }

    /// True if the columns are centred and scaled.
    #[must_use]
    pub fn is_standardized(&self) -> bool {
        self.standardization.is_some()
    }

    /// The entries a pass over the rows reads: n for a dense column or a categorical predictor, those stored for sparse columns.
    #[must_use]
    pub fn entries(&self) -> usize {
        let of = |section: &Section<'_, T>| match &section.storage {
            Storage::Dense(x) => x.rows() * x.width(),
            Storage::Few(x) => x.entries(),
        };
        self.sections.iter().map(of).sum()
    }

    /// The index of the first predictor's parameter.
    fn first(&self) -> usize {
        usize::from(self.intercept)
    }

    /// A bound on |x| in parameter k's column (1 for the intercept): the maximum, or for a centred column a little more.
    ///
    /// # Panics
    /// If there is no parameter k.
    #[must_use]
    pub fn max_abs(&self, k: usize) -> T {
        let Some(j) = k.checked_sub(self.first()) else { return T::ONE };
        match &self.standardization {
            None => self.max_abs[j],
            Some(s) => (self.max_abs[j] + s.center(self.intercept, j).abs()) / s.scale(j),
        }
    }
}

/// max |x| of every column.
fn dense_max_abs<T: Real>(x: &Dense<'_, T>, start: usize) -> Result<Vec<T>> {
    let mut max_abs = vec![T::ZERO; x.width()];
    Par::Rayon.for_each_chunk(&mut max_abs, 1, |j, max| max[0] = max_abs_or_nan(x.column(j)));
    match max_abs.iter().position(|m| !m.is_finite()) {
        None => Ok(max_abs),
        Some(j) => {
            let values = x.column(j);
            let row = values.iter().position(|v| !v.is_finite()).unwrap_or(0);
            let what = format!("predictor {}", start + j);
            Err(Error::NonFinite { what, row, value: values[row].to_f64() })
        }
    }
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

/// How n rows are cut for a reduction of vectors of length q: at most 64 chunks, fewer so that the partial vectors stay below 4 MB together,
/// but at least 8.
pub(crate) fn vector_chunks<T: Real>(rows: usize, q: usize) -> Chunks {
    let fitting = 4_000_000 / (core::mem::size_of::<T>() * q).max(1);
    Chunks::new(rows, BLOCK_ROWS, fitting.clamp(8, 64))
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
