//! The row work of a program: every instruction over a block of rows, in vector code.
//!
//! A block's values lie in *slots* of [`BLOCK`] numbers in the first-level cache. A result never lies on an operand, and loops run over chunks of
//! fixed length, so the compiler sees that nothing aliases.

use thalweg_core::{Real, Scalar};

use super::arithmetic::{Arg, binary, select, unary};
use super::element::{Element, Table};
use super::plan::{Instruction, Plan, Source, Work};
use super::prefetch::prefetch;

/// Rows of a block. A multiple of [`LANES`].
pub(crate) const BLOCK: usize = 256;
/// The distance of slots: a few cache lines more than a block, because blocks a power of two apart would compete for the same lines.
pub(crate) const STRIDE: usize = BLOCK + 40;
/// Rows are added to totals in this many lanes, whatever the width of vectors: 4 registers of 8 doubles.
pub(crate) const LANES: usize = 32;
/// Bytes of data beyond which it lies outside the second-level cache.
const FAR: usize = 1 << 21;
/// Rows of one step of a sum of products: as many accumulators as stay in registers.
const STEP: usize = 64;

/// The data of a block: columns of at least as many rows as the block is padded to.
pub(crate) struct Rows<'a, T> {
    /// The columns, whole.
    pub(crate) table: Table<'a, T>,
    /// The first row of the block, and the number of its rows.
    pub(crate) start: usize,
    pub(crate) len: usize,
    /// Room for the columns of a block that ends short: `BLOCK` numbers a column.
    pub(crate) padded: &'a mut [T],
}

/// Runs `plan` on one block. `u` are the uniform numbers, `slots` the room for values, `lanes` the running totals.
#[inline(always)]
pub(crate) fn run<T: Element>(
    plan: &Plan,
    u: &[T],
    rows: &mut Rows<'_, T>,
    slots: &mut [T],
    lanes: &mut [T],
) {
    let (start, len) = (rows.start, rows.len);
    let full = len == BLOCK;
    if !full {
        for (j, room) in rows.padded.chunks_exact_mut(BLOCK).enumerate() {
            let column = rows.table.column(j);
            room[..len].copy_from_slice(&column[start..start + len]);
            // Any row of the data will do: its results are not read.
            room[len..].fill(column[start]);
        }
    }
    let padded = len.next_multiple_of(STEP);
    let columns = if full { Columns::Whole(rows.table, start) } else { Columns::Padded(rows.padded) };
    let ahead = Ahead::new(plan, rows);
    for (i, instruction) in plan.rows.iter().enumerate() {
        ahead.touch(i);
        match instruction {
            Instruction::Total(total, x, y) => {
                let view = View { below: slots, dest: u32::MAX, above: &[], columns, u, len: padded };
                let at = (*total as usize - plan.totals.0) * LANES;
                add_to_total(&mut lanes[at..at + LANES], view.of(*x), y.map(|y| view.of(y)), len);
            }
            Instruction::Row(work, dest) => {
                let (below, rest) = slots.split_at_mut(*dest as usize * STRIDE);
                let (out, above) = rest.split_at_mut(STRIDE);
                let out = &mut out[..padded];
                let view = View { below, dest: *dest, above, columns, u, len: padded };
                match work {
                    Work::Unary(op, x) => unary(*op, view.of(*x), out),
                    Work::Binary(op, x, y) => binary(*op, view.of(*x), view.of(*y), out),
                    Work::Select(op, [a, b, x, y]) => {
                        select(*op, [view.of(*a), view.of(*b), view.of(*x), view.of(*y)], out);
                    }
                    Work::Products { init, terms } => products(view.of(*init), terms, &view, out),
                }
            }
        }
    }
}

/// The data of the next block, asked for while this one is computed, a few cache lines an instruction: the hardware follows a column only while
/// it is being read.
struct Ahead<'a, T> {
    table: Table<'a, T>,
    start: usize,
    /// Cache lines of the next block, and how many an instruction asks for.
    lines: usize,
    step: usize,
}

impl<'a, T: Copy> Ahead<'a, T> {
    /// Elements of a cache line.
    const LINE: usize = 64 / size_of::<T>();

    #[inline(always)]
    fn new(plan: &Plan, rows: &Rows<'a, T>) -> Self {
        let start = rows.start + BLOCK;
        let bytes = rows.table.rows() * plan.columns * size_of::<T>();
        let there = bytes > FAR && start + BLOCK <= rows.table.rows();
        let lines = if there { plan.columns * (BLOCK / Self::LINE) } else { 0 };
        Self { table: rows.table, start, lines, step: lines.div_ceil(plan.rows.len().max(1)) }
    }

    #[inline(always)]
    fn touch(&self, instruction: usize) {
        let begin = instruction * self.step;
        for line in begin..self.lines.min(begin + self.step) {
            let (column, line) = (line / (BLOCK / Self::LINE), line % (BLOCK / Self::LINE));
            prefetch(self.table.column(column), self.start + line * Self::LINE);
        }
    }
}

/// The columns of a block: in place from a row on, or copied and padded.
#[derive(Copy, Clone)]
enum Columns<'a, T> {
    Whole(Table<'a, T>, usize),
    Padded(&'a [T]),
}

/// What an instruction may read: everything but its own slot.
struct View<'a, T> {
    below: &'a [T],
    dest: u32,
    above: &'a [T],
    columns: Columns<'a, T>,
    u: &'a [T],
    len: usize,
}

impl<'a, T: Copy> View<'a, T> {
    #[inline(always)]
    fn of(&self, source: Source) -> Arg<'a, T> {
        match source {
            Source::Slot(k) if k < self.dest => Arg::Rows(&self.below[k as usize * STRIDE..][..self.len]),
            Source::Slot(k) => Arg::Rows(&self.above[(k - self.dest - 1) as usize * STRIDE..][..self.len]),
            Source::Column(j) => Arg::Rows(match self.columns {
                Columns::Whole(table, start) => &table.column(j as usize)[start..][..self.len],
                Columns::Padded(columns) => &columns[j as usize * BLOCK..][..self.len],
            }),
            Source::Uniform(k) => Arg::Uniform(self.u[k as usize]),
        }
    }
}

/// out = init + Σ ±a·b, each product fused with its addition.
#[inline(always)]
fn products<'a, T: Real>(
    init: Arg<'a, T>,
    terms: &[(bool, Source, Source)],
    view: &View<'a, T>,
    out: &mut [T],
) {
    for (k, out) in out.as_chunks_mut::<STEP>().0.iter_mut().enumerate() {
        let start = k * STEP;
        let step = |x: &'a [T]| x[start..].first_chunk::<STEP>();
        let mut sum = [T::ZERO; STEP];
        match init {
            Arg::Rows(x) => {
                if let Some(x) = step(x) {
                    sum = *x;
                }
            }
            Arg::Uniform(u) => sum = [u; STEP],
        }
        for &(minus, a, b) in terms {
            match (view.of(a), view.of(b)) {
                (Arg::Rows(a), Arg::Rows(b)) => {
                    let (Some(a), Some(b)) = (step(a), step(b)) else { continue };
                    if minus {
                        for i in 0..STEP {
                            sum[i] = Scalar::mul_add(-a[i], b[i], sum[i]);
                        }
                    } else {
                        for i in 0..STEP {
                            sum[i] = Scalar::mul_add(a[i], b[i], sum[i]);
                        }
                    }
                }
                (Arg::Uniform(c), Arg::Rows(x)) | (Arg::Rows(x), Arg::Uniform(c)) => {
                    let Some(x) = step(x) else { continue };
                    let c = if minus { -c } else { c };
                    for i in 0..STEP {
                        sum[i] = Scalar::mul_add(c, x[i], sum[i]);
                    }
                }
                (Arg::Uniform(a), Arg::Uniform(b)) => {
                    let c = if minus { -a * b } else { a * b };
                    for s in &mut sum {
                        *s += c;
                    }
                }
            }
        }
        *out = sum;
    }
}

/// Adds Σ x or Σ x·y over the first `len` rows to the lanes: lane l takes rows l, l + `LANES`, …
#[inline(always)]
fn add_to_total<T: Real>(lanes: &mut [T], x: Arg<'_, T>, y: Option<Arg<'_, T>>, len: usize) {
    let Some(lanes) = lanes.first_chunk_mut::<LANES>() else { return };
    let whole = len / LANES * LANES;
    match (x, y) {
        (Arg::Rows(x), None) => {
            let mut sum = *lanes;
            for x in x[..whole].as_chunks::<LANES>().0 {
                for i in 0..LANES {
                    sum[i] += x[i];
                }
            }
            *lanes = sum;
            for i in whole..len {
                lanes[i - whole] += x[i];
            }
        }
        (Arg::Rows(x), Some(Arg::Rows(y))) => {
            let mut sum = *lanes;
            for (x, y) in x[..whole].as_chunks::<LANES>().0.iter().zip(y[..whole].as_chunks::<LANES>().0) {
                for i in 0..LANES {
                    sum[i] = Scalar::mul_add(x[i], y[i], sum[i]);
                }
            }
            *lanes = sum;
            for i in whole..len {
                lanes[i - whole] = Scalar::mul_add(x[i], y[i], lanes[i - whole]);
            }
        }
        (x, y) => {
            for i in 0..len {
                let product = x.at(i) * y.map_or(T::ONE, |y| y.at(i));
                lanes[i % LANES] += product;
            }
        }
    }
}

/// Writes the results of a block's rows, row-major.
#[inline(always)]
pub(crate) fn store<T: Element>(plan: &Plan, u: &[T], rows: &Rows<'_, T>, slots: &[T], out: &mut [T]) {
    let width = plan.outputs.len();
    for (k, &output) in plan.outputs.iter().enumerate() {
        let value = match output {
            Source::Slot(slot) => Arg::Rows(&slots[slot as usize * STRIDE..][..rows.len]),
            Source::Column(j) => Arg::Rows(&rows.table.column(j as usize)[rows.start..rows.start + rows.len]),
            Source::Uniform(place) => Arg::Uniform(u[place as usize]),
        };
        for i in 0..rows.len {
            out[i * width + k] = value.at(i);
        }
    }
}
