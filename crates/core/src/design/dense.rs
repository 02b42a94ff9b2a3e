//! Dense columns, contiguous each, and their products with a block of rows.

use core::ops::Range;

use faer::Mat;

use crate::real::Real;
use crate::simd;
use crate::vector::{self, LANES, fold_lanes};

/// Some neighbouring predictors of a design, dense.
#[derive(Clone)]
pub(crate) enum Dense<'a, T> {
    Owned(Mat<T>),
    /// One slice a predictor: the hot loops find a column by an index, not by faer's checks.
    View {
        columns: Vec<&'a [T]>,
        rows: usize,
    },
}

impl<T: Real> Dense<'_, T> {
    pub(crate) fn rows(&self) -> usize {
        match self {
            Self::Owned(x) => x.nrows(),
            Self::View { rows, .. } => *rows,
        }
    }

    pub(crate) fn width(&self) -> usize {
        match self {
            Self::Owned(x) => x.ncols(),
            Self::View { columns, .. } => columns.len(),
        }
    }

    #[inline]
    pub(crate) fn column(&self, j: usize) -> &[T] {
        match self {
            Self::Owned(x) => x.as_ref().col(j).try_as_col_major().map_or(&[], |column| column.as_slice()),
            Self::View { columns, .. } => columns[j],
        }
    }

    /// eta ← eta + X b on some rows, four columns at a time.
    pub(crate) fn add_apply(&self, rows: Range<usize>, b: &[T], eta: &mut [T]) {
        simd::dispatch(
            #[inline(always)]
            || {
                let mut j = 0;
                while j + 4 <= b.len() {
                    let x = [0, 1, 2, 3].map(|k| &self.column(j + k)[rows.clone()]);
                    let [b0, b1, b2, b3] = [b[j], b[j + 1], b[j + 2], b[j + 3]];
                    for ((((e, x0), x1), x2), x3) in eta.iter_mut().zip(x[0]).zip(x[1]).zip(x[2]).zip(x[3]) {
                        *e = x3.mul_add(b3, x2.mul_add(b2, x1.mul_add(b1, x0.mul_add(b0, *e))));
                    }
                    j += 4;
                }
                for j in j..b.len() {
                    for (e, x) in eta.iter_mut().zip(&self.column(j)[rows.clone()]) {
                        *e = x.mul_add(b[j], *e);
                    }
                }
            },
        );
    }

    /// g ← g + Xᵀ u on some rows, four columns at a time so that u is loaded once for each four.
    pub(crate) fn add_transpose(&self, rows: Range<usize>, u: &[T], g: &mut [T]) {
        simd::dispatch(
            #[inline(always)]
            || {
                let mut j = 0;
                while j + 4 <= g.len() {
                    let x = [0, 1, 2, 3].map(|k| &self.column(j + k)[rows.clone()]);
                    let sums = dots(x, u);
                    for k in 0..4 {
                        g[j + k] += sums[k];
                    }
                    j += 4;
                }
                for j in j..g.len() {
                    let [sum] = dots([&self.column(j)[rows.clone()]], u);
                    g[j] += sum;
                }
            },
        );
    }
}

/// Dots of K columns with u over fixed lanes.
#[inline(always)]
pub(crate) fn dots<T: Real, const K: usize>(x: [&[T]; K], u: &[T]) -> [T; K] {
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
pub(crate) fn max_abs_or_nan<T: Real>(values: &[T]) -> T {
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

/// Σ w (x − m)², over fixed lanes.
pub(crate) fn weighted_variation<T: Real>(x: &[T], w: crate::loss::Weights<'_, T>, m: T) -> T {
    let mut lanes = [T::ZERO; LANES];
    for (i, x) in x.iter().enumerate() {
        let d = *x - m;
        lanes[i % LANES] += w.get(i) * d * d;
    }
    vector::fold_lanes(lanes)
}
