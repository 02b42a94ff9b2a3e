//! [`RowStorage`]: the predictors, row by row.

use crate::design::Design;
use crate::par::Par;
use crate::real::Real;
use crate::vector::{LANES, fold_lanes};

/// Rows copied at a time, so that each line of the columns is read once while the rows being written stay in cache.
const TILE: usize = 64;

/// A row-oriented copy of a design, without its intercept.
pub(super) enum RowStorage<T> {
    /// Row-major n×p.
    Dense { values: Vec<T>, columns: usize },
}

impl<T: Real> RowStorage<T> {
    /// The copy, made once, in parallel over tiles of rows.
    pub(super) fn copy(design: &Design<'_, T>) -> Self {
        let columns = design.predictors();
        let mut values = vec![T::ZERO; design.rows() * columns];
        if columns > 0 {
            Par::Rayon.for_each_chunk(&mut values, TILE * columns, |tile, out| {
                let first = tile * TILE;
                let rows = first..first + out.len() / columns;
                for j in 0..columns {
                    let column = &design.predictor(j)[rows.clone()];
                    for (row, x) in out.chunks_exact_mut(columns).zip(column) {
                        row[j] = *x;
                    }
                }
            });
        }
        Self::Dense { values, columns }
    }

    /// xᵢᵀb, over fixed lanes.
    #[inline(always)]
    pub(super) fn row_dot(&self, i: usize, b: &[T]) -> T {
        match self {
            Self::Dense { values, columns } => {
                let row = &values[i * columns..(i + 1) * columns];
                let mut lanes = [T::ZERO; LANES];
                let ((rows, row_tail), (bs, b_tail)) = (row.as_chunks::<LANES>(), b.as_chunks::<LANES>());
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
        }
    }

    /// g ← g + a xᵢ.
    #[inline(always)]
    pub(super) fn row_axpy(&self, i: usize, a: T, g: &mut [T]) {
        match self {
            Self::Dense { values, columns } => {
                let row = &values[i * columns..(i + 1) * columns];
                for (g, x) in g.iter_mut().zip(row) {
                    *g = x.mul_add(a, *g);
                }
            }
        }
    }
}
