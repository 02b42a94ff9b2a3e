//! Xᵀ W (t − X b) in double-double, over blocks of rows: one read of X.

use core::ops::Range;

use crate::design::BLOCK_ROWS;
use crate::math::Pair;
use crate::par::Par;
use crate::reduce::{Chunks, reduce};
use crate::simd;
use crate::vector::LANES;

/// A column: ones, f64 numbers, or those with the rest that did not fit in.
#[derive(Copy, Clone)]
pub(super) enum Column<'a> {
    Ones,
    Plain(&'a [f64]),
    Split(&'a [f64], &'a [f64]),
}

/// The columns, what they are compared with, and how the rows are weighed and cut.
pub(super) struct Rows<'a> {
    pub(super) columns: Vec<Column<'a>>,
    pub(super) y: &'a [f64],
    pub(super) offset: Option<&'a [f64]>,
    pub(super) weights: Option<&'a [f64]>,
    pub(super) chunks: Chunks,
}

impl Column<'_> {
    #[inline(always)]
    fn rows(&self, rows: &Range<usize>) -> Self {
        match self {
            Self::Ones => Self::Ones,
            Self::Plain(x) => Self::Plain(&x[rows.clone()]),
            Self::Split(x, low) => Self::Split(&x[rows.clone()], &low[rows.clone()]),
        }
    }
}

/// The sums of a chunk of rows, and a block of residuals.
pub(super) struct Sums {
    pub(super) gradient: Vec<Pair<f64>>,
    /// Σ w r².
    pub(super) rss: f64,
    hi: Vec<f64>,
    lo: Vec<f64>,
}

impl Sums {
    pub(super) fn new(q: usize) -> Self {
        let gradient = vec![ZERO; q];
        Self { gradient, rss: 0.0, hi: vec![0.0; BLOCK_ROWS], lo: vec![0.0; BLOCK_ROWS] }
    }
}

/// 0.
pub(super) const ZERO: Pair<f64> = Pair { hi: 0.0, lo: 0.0 };

impl Rows<'_> {
    /// Xᵀ W (t − X b) and the weighted sum of squares of t − X b, both into `sums[0]`; t is y − offset or, without `target`, 0.
    pub(super) fn gradient(&self, target: bool, b: &[Pair<f64>], par: Par, sums: &mut [Sums]) {
        let fill = |chunk: usize, sums: &mut Sums| {
            sums.gradient.fill(ZERO);
            sums.rss = 0.0;
            let rows = self.chunks.rows_of(chunk);
            for start in rows.clone().step_by(BLOCK_ROWS) {
                simd::dispatch(
                    #[inline(always)]
                    || self.add_block(target, b, start, rows.end.min(start + BLOCK_ROWS) - start, sums),
                );
            }
        };
        let merge = |a: &mut Sums, b: &mut Sums| {
            for (a, b) in a.gradient.iter_mut().zip(&b.gradient) {
                *a = a.plus(*b);
            }
            a.rss += b.rss;
        };
        reduce(par, sums, &fill, &merge);
    }

    #[inline(always)]
    fn add_block(&self, target: bool, b: &[Pair<f64>], start: usize, m: usize, sums: &mut Sums) {
        let rows = start..start + m;
        let (hi, lo) = (&mut sums.hi[..m], &mut sums.lo[..m]);
        lo.fill(0.0);
        match (target, self.offset) {
            (false, _) => hi.fill(0.0),
            (true, None) => hi.copy_from_slice(&self.y[rows.clone()]),
            (true, Some(offset)) => {
                for i in 0..m {
                    let r = Pair::sum(self.y[start + i], -offset[start + i]);
                    (hi[i], lo[i]) = (r.hi, r.lo);
                }
            }
        }
        for (column, b) in self.columns.iter().zip(b) {
            let b = b.negated();
            let mut add = |i: usize, part: Pair<f64>| {
                let r = Pair::new(hi[i], lo[i]).plus(part);
                (hi[i], lo[i]) = (r.hi, r.lo);
            };
            match column.rows(&rows) {
                Column::Ones => (0..m).for_each(|i| add(i, b)),
                Column::Plain(x) => (0..m).for_each(|i| add(i, b.times_single(x[i]))),
                Column::Split(x, low) => (0..m).for_each(|i| add(i, b.times(Pair::new(x[i], low[i])))),
            }
        }
        for i in 0..m {
            let r = hi[i] + lo[i];
            let w = self.weights.map_or(1.0, |w| w[start + i]);
            sums.rss += w * r * r;
        }
        if let Some(w) = self.weights {
            let w = &w[rows.clone()];
            for i in 0..m {
                let r = Pair::new(hi[i], lo[i]).times_single(w[i]).normalised();
                (hi[i], lo[i]) = (r.hi, r.lo);
            }
        }
        let (hi, lo) = (&*hi, &*lo);
        for (column, g) in self.columns.iter().zip(&mut sums.gradient) {
            let r = |i: usize| Pair::new(hi[i], lo[i]);
            let sum = match column.rows(&rows) {
                Column::Ones => lanes(m, r),
                Column::Plain(x) => lanes(
                    m,
                    #[inline(always)]
                    |i| r(i).times_single(x[i]),
                ),
                Column::Split(x, low) => lanes(
                    m,
                    #[inline(always)]
                    |i| r(i).times(Pair::new(x[i], low[i])),
                ),
            };
            *g = g.plus(sum);
        }
    }
}

/// Σᵢ f(i) over fixed lanes and a fixed tree.
#[inline(always)]
fn lanes(m: usize, f: impl Fn(usize) -> Pair<f64>) -> Pair<f64> {
    let (mut hi, mut lo) = ([0.0; LANES], [0.0; LANES]);
    let whole = m / LANES * LANES;
    for start in (0..whole).step_by(LANES) {
        for l in 0..LANES {
            let sum = Pair::new(hi[l], lo[l]).plus(f(start + l));
            (hi[l], lo[l]) = (sum.hi, sum.lo);
        }
    }
    for i in whole..m {
        let sum = Pair::new(hi[i - whole], lo[i - whole]).plus(f(i));
        (hi[i - whole], lo[i - whole]) = (sum.hi, sum.lo);
    }
    let mut width = LANES / 2;
    while width > 0 {
        for l in 0..width {
            let sum = Pair::new(hi[l], lo[l]).plus(Pair::new(hi[l + width], lo[l + width]));
            (hi[l], lo[l]) = (sum.hi, sum.lo);
        }
        width /= 2;
    }
    Pair::new(hi[0], lo[0])
}
