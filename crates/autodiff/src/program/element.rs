//! [`Element`]: the floats that compiled programs run on. Their kernels are compiled once, in this crate.

use thalweg_core::math::{self, Float};
use thalweg_core::{Real, simd};

use super::blocks::{self, Rows};
use super::groups;
use super::plan::{Group, Plan};

/// What an [`Element`] is beside a float: public so that the trait can name it, reachable by nobody.
pub trait Kernels: Sized {
    fn run_blocks(work: &mut BlockWork<'_, Self>);
    fn run_groups(plan: &Plan, groups: &[Group], u: &mut [Self]);
    fn sin_block(x: &[Self], out: &mut [Self]);
    fn cos_block(x: &[Self], out: &mut [Self]);
    fn tan_block(x: &[Self], out: &mut [Self]);
    fn ln_gamma_block(x: &[Self], out: &mut [Self]);
    fn polygamma_block(n: u32, x: &[Self], out: &mut [Self]);
}

/// `f32` or `f64`, with the compiled kernels of a [`Program`](crate::Program). Sealed.
pub trait Element: Real + Kernels {}
impl Element for f32 {}
impl Element for f64 {}

/// The columns of a data set: each for itself, or all behind each other in one slice.
#[derive(Copy, Clone)]
pub enum Table<'a, T> {
    Columns(&'a [&'a [T]]),
    Flat { values: &'a [T], rows: usize },
}

impl<'a, T> Table<'a, T> {
    /// The number of rows.
    pub(crate) fn rows(&self) -> usize {
        match *self {
            Self::Columns(columns) => columns.first().map_or(0, |column| column.len()),
            Self::Flat { rows, .. } => rows,
        }
    }

    /// The column of index j.
    #[inline(always)]
    pub(crate) fn column(&self, j: usize) -> &'a [T] {
        match *self {
            Self::Columns(columns) => columns[j],
            Self::Flat { values, rows } => &values[j * rows..][..rows],
        }
    }
}

/// A range of rows of a program's data, cut into blocks; `each` sees every block's slots and padded columns when it is done.
pub struct BlockWork<'a, T> {
    pub(crate) plan: &'a Plan,
    pub(crate) u: &'a [T],
    pub(crate) table: Table<'a, T>,
    pub(crate) rows: core::ops::Range<usize>,
    pub(crate) padded: &'a mut [T],
    pub(crate) slots: &'a mut [T],
    pub(crate) lanes: &'a mut [T],
    /// Results of every row, row-major, if the program has any.
    pub(crate) out: &'a mut [T],
}

#[inline(always)]
fn run_blocks<T: Element>(work: &mut BlockWork<'_, T>) {
    let BlockWork { plan, u, table, rows, padded, slots, lanes, out } = work;
    let width = plan.outputs.len();
    for start in rows.clone().step_by(blocks::BLOCK) {
        let len = (rows.end - start).min(blocks::BLOCK);
        let mut block = Rows { table: *table, start, len, padded };
        blocks::run(plan, u, &mut block, slots, lanes);
        if !out.is_empty() {
            let from = (start - rows.start) * width;
            blocks::store(plan, u, &block, slots, &mut out[from..from + len * width]);
        }
    }
}

/// `fast` where the whole block is `within`, else `full`.
#[inline(always)]
fn within<T: Float>(
    x: &[T],
    out: &mut [T],
    within: impl Fn(T) -> bool,
    fast: impl Fn(T) -> T,
    full: impl Fn(T) -> T,
) {
    simd::map_lanes_within(x, out, within, fast, full);
}

macro_rules! element {
    ($float:ident) => {
        impl Kernels for $float {
            fn run_blocks(work: &mut BlockWork<'_, Self>) {
                simd::dispatch(
                    #[inline(always)]
                    || run_blocks(work),
                );
            }
            fn run_groups(plan: &Plan, groups: &[Group], u: &mut [Self]) {
                simd::dispatch(
                    #[inline(always)]
                    || groups::run(plan, groups, u),
                );
            }
            #[inline(always)]
            fn sin_block(x: &[Self], out: &mut [Self]) {
                within(
                    x,
                    out,
                    math::is_moderate_angle,
                    #[inline(always)]
                    |v| math::sin_moderate(v),
                    math::sin,
                );
            }
            #[inline(always)]
            fn cos_block(x: &[Self], out: &mut [Self]) {
                within(
                    x,
                    out,
                    math::is_moderate_angle,
                    #[inline(always)]
                    |v| math::cos_moderate(v),
                    math::cos,
                );
            }
            #[inline(always)]
            fn tan_block(x: &[Self], out: &mut [Self]) {
                within(
                    x,
                    out,
                    math::is_moderate_angle,
                    #[inline(always)]
                    |v| math::tan_moderate(v),
                    math::tan,
                );
            }
            #[inline(always)]
            fn ln_gamma_block(x: &[Self], out: &mut [Self]) {
                within(
                    x,
                    out,
                    |v| v > 0.0,
                    #[inline(always)]
                    |v| math::ln_gamma_positive(v),
                    math::ln_gamma,
                );
            }
            #[inline(always)]
            fn polygamma_block(n: u32, x: &[Self], out: &mut [Self]) {
                match n {
                    0 => within(
                        x,
                        out,
                        |v| v > 0.0,
                        #[inline(always)]
                        |v| math::digamma_positive(v),
                        math::digamma,
                    ),
                    1 => within(
                        x,
                        out,
                        |v| v > 0.0,
                        #[inline(always)]
                        |v| math::trigamma_positive(v),
                        math::trigamma,
                    ),
                    _ => {
                        for (x, out) in x.iter().zip(out) {
                            *out = thalweg_core::Scalar::polygamma(*x, n);
                        }
                    }
                }
            }
        }
    };
}

element!(f32);
element!(f64);
