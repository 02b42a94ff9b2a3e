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
        Self { design, dense, width, runs }
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
