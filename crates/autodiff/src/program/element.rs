//! [`Element`]: the floats that compiled programs run on. Their kernels are compiled once, in this crate.

use thalweg_core::{Real, simd};

use super::arithmetic::Arg;
use super::blocks::{self, Rows};
use super::plan::{Group, Plan};
use super::{functions, groups};
use crate::operation::{Binary, Unary};

/// What an [`Element`] is beside a float: public so that the trait can name it, reachable by nobody.
pub trait Kernels: Sized {
    fn run_blocks(work: &mut BlockWork<'_, Self>);
    fn run_groups(plan: &Plan, groups: &[Group], u: &mut [Self]);
    fn unary(op: Unary, x: &[Self], out: &mut [Self]);
    fn power(op: Binary, x: Arg<'_, Self>, y: Arg<'_, Self>, out: &mut [Self]);
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
            fn unary(op: Unary, x: &[Self], out: &mut [Self]) {
                simd::dispatch(
                    #[inline(always)]
                    || functions::unary(op, x, out),
                );
            }
            fn power(op: Binary, x: Arg<'_, Self>, y: Arg<'_, Self>, out: &mut [Self]) {
                simd::dispatch(
                    #[inline(always)]
                    || functions::power(op, x, y, out),
                );
            }
        }
    };
}

element!(f32);
element!(f64);
