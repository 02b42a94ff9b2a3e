//! [`RowStorage`]: a design row by row, for minibatches.

use super::*;
use crate::vector::{LANES, fold_lanes};

/// Rows copied at a time, so that each line of the columns is read once while the rows being written stay in cache.
const TILE: usize = 64;

/// A row-oriented copy of the dense columns beside the rows of the sparse and categorical ones, without intercept, by stored columns.
pub(crate) struct RowStorage<'a, T: Real> {
    design: &'a Design<'a, T>,
    /// The dense columns, row-major.
    dense: Vec<T>,
    width: usize,
    /// Where neighbouring dense columns lie: in a row of `dense`, and among the predictors.
    runs: Vec<(usize, Range<usize>)>,
    /// What is subtracted from every column and what it is then divided by, if the design is standardised.
    affine: Option<(Vec<T>, Vec<T>)>,
}

/// One row of a design as its parameters see it, standardised if the design is, without intercept.
#[derive(Copy, Clone, Debug)]
pub enum Row<'r, T> {
    /// One number a column.
    Dense(&'r [T]),
    /// The columns, counted from 0, that are not 0, each once, and their numbers.
    Entries(&'r [u32], &'r [T]),
}

impl<T: Real> Row<'_, T> {
    /// aᵀb over the coefficients b, over fixed lanes.
    #[inline(always)]
    #[must_use]
    pub fn dot(self, b: &[T]) -> T {
        match self {
            Self::Dense(a) => lane_dot(a, b),
            Self::Entries(indices, values) => few::dot(indices, values, b),
        }
    }

    /// ‖a‖².
    #[must_use]
    pub fn norm_squared(self) -> T {
        let (Self::Dense(a) | Self::Entries(_, a)) = self;
        lane_dot(a, a)
    }
}

/// Room for one row that has to be put together from its parts.
#[derive(Clone, Debug)]
pub struct RowRoom<T> {
    indices: Vec<u32>,
    values: Vec<T>,
}

impl<T: Real> RowRoom<T> {
    pub(crate) fn new(columns: usize) -> Self {
        Self { indices: Vec::with_capacity(columns), values: Vec::with_capacity(columns) }
    }
}

impl<'a, T: Real> RowStorage<'a, T> {
    /// The copy, made once, in parallel over tiles of rows.
    pub(crate) fn copy(design: &'a Design<'a, T>) -> Self {
        let mut width = 0;
        let mut runs = Vec::new();
        for section in &design.sections {
            if let Storage::Dense(x) = &section.storage {
                runs.push((width, section.start..section.start + x.width()));
                width += x.width();
            } else if let Storage::Few(x) = &section.storage {
                // Compressed rows are made now rather than within the first step.
                let _ = x.row(0);
            }
        }
        let mut dense = vec![T::ZERO; design.rows * width];
        if width > 0 {
            Par::Rayon.for_each_chunk(&mut dense, TILE * width, |tile, out| {
                let first = tile * TILE;
                let rows = first..first + out.len() / width;
                for (at, columns) in &runs {
                    for (k, j) in columns.clone().enumerate() {
                        let column = &design.dense_column(j)[rows.clone()];
                        for (row, x) in out.chunks_exact_mut(width).zip(column) {
                            row[at + k] = *x;
                        }
                    }
                }
            });
        }
        let first = usize::from(design.has_intercept());
        let affine = design
            .is_standardized()
            .then(|| (0..design.predictors()).map(|j| design.affine(first + j)).unzip());
        Self { design, dense, width, runs, affine }
    }

    /// True if every row counts as dense: no column is sparse or categorical, or all are centred, which leaves no zeros.
    pub(crate) fn is_dense(&self) -> bool {
        self.width == self.design.predictors() || (self.affine.is_some() && self.design.has_intercept())
    }

    /// Row i, as it lies in memory where it can be, else put together in `room`.
    #[inline(always)]
    pub(crate) fn row<'r>(&'r self, i: usize, room: &'r mut RowRoom<T>) -> Row<'r, T> {
        if self.affine.is_none() {
            if self.width == self.design.predictors() {
                return Row::Dense(&self.dense[i * self.width..(i + 1) * self.width]);
            }
            if let [Section { storage: Storage::Few(x), .. }] = &*self.design.sections {
                let (indices, values) = x.row(i);
                return Row::Entries(indices, values);
            }
        }
        self.gathered(i, room)
    }

    fn gathered<'r>(&'r self, i: usize, room: &'r mut RowRoom<T>) -> Row<'r, T> {
        let RowRoom { indices, values } = room;
        indices.clear();
        values.clear();
        if self.is_dense() {
            values.resize(self.design.predictors(), T::ZERO);
            for (at, columns) in &self.runs {
                values[columns.clone()].copy_from_slice(&self.dense[i * self.width + at..][..columns.len()]);
            }
            for (start, x) in self.few() {
                let (columns, entries) = x.row(i);
                for (j, v) in columns.iter().zip(entries) {
                    values[start + *j as usize] += *v;
                }
            }
            if let Some((center, scale)) = &self.affine {
                for ((v, m), s) in values.iter_mut().zip(center).zip(scale) {
                    *v = (*v - *m) / *s;
                }
            }
            return Row::Dense(values);
        }
        for (at, columns) in &self.runs {
            indices.extend(columns.clone().map(|j| j as u32));
            values.extend_from_slice(&self.dense[i * self.width + at..][..columns.len()]);
        }
        for (start, x) in self.few() {
            let (columns, entries) = x.row(i);
            indices.extend(columns.iter().map(|j| start as u32 + *j));
            values.extend_from_slice(entries);
        }
        if let Some((_, scale)) = &self.affine {
            for (v, j) in values.iter_mut().zip(&*indices) {
                *v /= scale[*j as usize];
            }
        }
        Row::Entries(indices, values)
    }

    pub(crate) fn design(&self) -> &'a Design<'a, T> {
        self.design
    }

    /// xᵢᵀb, over fixed lanes.
    #[inline(always)]
    pub(crate) fn row_dot(&self, i: usize, b: &[T]) -> T {
        let mut sum = T::ZERO;
        for (at, columns) in &self.runs {
            let row = &self.dense[i * self.width + at..][..columns.len()];
            sum += lane_dot(row, &b[columns.clone()]);
        }
        for (start, x) in self.few() {
            let (indices, values) = x.row(i);
            sum += few::dot(indices, values, &b[start..]);
        }
        sum
    }

    /// g ← g + Σ cₖ xᵢ over some rows, by stored columns. The dense columns are shared out in runs, so that each sum has one order.
    pub(crate) fn combine(&self, rows: &[u32], coefficients: &[T], g: &mut [T], par: Par) {
        for (at, columns) in &self.runs {
            let share = (32_768 / rows.len().max(1)).clamp(64, 4096);
            par.for_each_chunk(&mut g[columns.clone()], share, |chunk, g| {
                for (i, c) in rows.iter().zip(coefficients) {
                    let row = &self.dense[*i as usize * self.width + at + chunk * share..][..g.len()];
                    crate::vector::axpy(*c, row, g);
                }
            });
        }
        for (start, x) in self.few() {
            let g = &mut g[start..];
            for (i, c) in rows.iter().zip(coefficients) {
                let (indices, values) = x.row(*i as usize);
                for (j, v) in indices.iter().zip(values) {
                    g[*j as usize] += *c * *v;
                }
            }
        }
    }

    /// g ← g + a xᵢ.
    #[inline(always)]
    pub(crate) fn row_axpy(&self, i: usize, a: T, g: &mut [T]) {
        for (at, columns) in &self.runs {
            let row = &self.dense[i * self.width + at..][..columns.len()];
            for (g, x) in g[columns.clone()].iter_mut().zip(row) {
                *g = x.mul_add(a, *g);
            }
        }
        for (start, x) in self.few() {
            let (indices, values) = x.row(i);
            let g = &mut g[start..];
            for (j, v) in indices.iter().zip(values) {
                g[*j as usize] += a * *v;
            }
        }
    }

    #[inline(always)]
    fn few(&self) -> impl Iterator<Item = (usize, &Few<'a, T>)> {
        self.design.sections.iter().filter_map(|section| match &section.storage {
            Storage::Dense(_) => None,
            Storage::Few(x) => Some((section.start, x)),
        })
    }
}

#[inline(always)]
fn lane_dot<T: Real>(x: &[T], b: &[T]) -> T {
    let mut lanes = [T::ZERO; LANES];
    let ((rows, row_tail), (bs, b_tail)) = (x.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (x, b) in rows.iter().zip(bs) {
        for l in 0..LANES {
            lanes[l] = x[l].mul_add(b[l], lanes[l]);
        }
    }
    for (l, (x, b)) in row_tail.iter().zip(b_tail).enumerate() {
        lanes[l] = x.mul_add(*b, lanes[l]);
    }
    fold_lanes(lanes)
}
