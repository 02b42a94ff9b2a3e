//! [`Kernel`]: a compiled program with its memory.

use std::sync::{Mutex, PoisonError};

use thalweg_core::reduce::{Chunks, reduce};
use thalweg_core::{Error, Par, Result, check_shape};

use super::Program;
use super::blocks::{BLOCK, LANES, STRIDE};
use super::element::{BlockWork, Element, Table};
use super::plan::Plan;

/// More elements than a cache line holds.
const LINE: usize = 32;
/// Chunks of rows at most: the partial sums that are merged.
const CHUNKS: usize = 64;

/// A [`Program`] made ready to run on `f32` or `f64`. After the first call with some number of rows, calls allocate nothing.
///
/// Results do not depend on the number of threads: rows are cut into chunks by their number alone, and sums are merged along a fixed tree.
///
/// ```
/// use thalweg_autodiff::Program;
/// use thalweg_core::{Par, Scalar};
/// let mut f = Program::trace(1, 1, |p, row| (p[0] * row[0]).exp())?.compile::<f64>()?;
/// let mut y = [0.0; 3];
/// f.map(Par::Seq, &[1.0], &[&[0.0, 1.0, 2.0]], &mut y)?;
/// assert_eq!(y[1], std::f64::consts::E);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Kernel<T> {
    plan: Plan,
    /// The uniform numbers: constants, parameters, and what is computed from them.
    u: Vec<T>,
    /// The totals of each chunk, in lanes.
    partials: Vec<Vec<T>>,
    /// Room for the chunks at work: one for each thread, so that it stays in the cache from one chunk to the next.
    rooms: Mutex<Vec<Room<T>>>,
}

/// Where the values of a block lie.
#[derive(Debug)]
struct Room<T> {
    slots: Vec<T>,
    padded: Vec<T>,
}

impl<T: Element> Room<T> {
    fn new(plan: &Plan) -> Self {
        Self { slots: vec![T::ZERO; plan.slots * STRIDE + LINE], padded: vec![T::ZERO; plan.columns * BLOCK] }
    }
}

impl<T: Clone> Clone for Kernel<T> {
    fn clone(&self) -> Self {
        let (plan, u) = (self.plan.clone(), self.u.clone());
        Self { plan, u, partials: Vec::new(), rooms: Mutex::default() }
    }
}

impl Program {
    /// Makes the program ready to run.
    ///
    /// # Errors
    /// A row reads a total.
    pub fn compile<T: Element>(&self) -> Result<Kernel<T>> {
        let plan = Plan::new(self)?;
        let mut u = vec![T::ZERO; plan.places];
        for (u, &c) in u.iter_mut().zip(&plan.constants) {
            *u = T::of(c);
        }
        Ok(Kernel { plan, u, partials: Vec::new(), rooms: Mutex::default() })
    }
}

impl<T: Element> Kernel<T> {
    /// The number of results.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.plan.outputs.len()
    }

    /// The number of parameters.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.plan.parameters
    }

    /// The results of a program without columns.
    ///
    /// ```
    /// use thalweg_autodiff::Program;
    /// let mut f = Program::trace(2, 0, |p, _| p[0] * p[1])?.gradient()?.compile::<f64>()?;
    /// let mut value_gradient = [0.0; 3];
    /// f.call(&[3.0, 5.0], &mut value_gradient)?;
    /// assert_eq!(value_gradient, [15.0, 5.0, 3.0]);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] for wrong lengths or a program with columns.
    pub fn call(&mut self, parameters: &[T], out: &mut [T]) -> Result<()> {
        check_shape("number of columns of a program that is called without rows", 0, self.plan.columns)?;
        self.total(Par::Seq, parameters, &[], out)
    }

    /// The results of a program of totals over the rows of `columns`, each of length n.
    ///
    /// # Errors
    /// [`Error::Shape`] for wrong lengths; a program whose results differ from row to row.
    pub fn total(&mut self, par: Par, parameters: &[T], columns: &[&[T]], out: &mut [T]) -> Result<()> {
        self.check_columns(columns)?;
        self.total_of(par, parameters, Table::Columns(columns), out)
    }

    /// As [`Kernel::total`], of columns that have been checked.
    pub(crate) fn total_of(
        &mut self,
        par: Par,
        parameters: &[T],
        table: Table<'_, T>,
        out: &mut [T],
    ) -> Result<()> {
        check_shape("number of results", self.plan.outputs.len(), out.len())?;
        if !self.plan.is_uniform() {
            return Err(Error::Unsupported {
                what: "one result of all rows".to_owned(),
                why: "the program has a result for every row".to_owned(),
                remedy: "sum it with Program::total, or evaluate every row with Kernel::map".to_owned(),
            });
        }
        let rows = table.rows();
        self.prepare(par, parameters, rows)?;
        let plan = &self.plan;
        let (first, totals) = plan.totals;
        if totals > 0 {
            let (u, rooms) = (&self.u, &self.rooms);
            let chunks = chunks(rows);
            reduce(
                par,
                &mut self.partials[..chunks.count],
                &|c, lanes| {
                    lanes.fill(T::ZERO);
                    work(plan, u, rooms, table, chunks.rows_of(c), lanes, &mut []);
                    // Each total's lanes are folded into the first.
                    lanes.chunks_exact_mut(LANES).for_each(fold);
                },
                &|left, right| {
                    for k in 0..totals {
                        left[k * LANES] += right[k * LANES];
                    }
                },
            );
            for k in 0..totals {
                self.u[first + k] = self.partials[0][k * LANES];
            }
            if let Some(place) = plan.row_count {
                self.u[place] = T::of(rows as f64);
            }
        }
        T::run_groups(&self.plan, &self.plan.after, &mut self.u);
        for (out, output) in out.iter_mut().zip(&self.plan.outputs) {
            if let super::plan::Source::Uniform(place) = output {
                *out = self.u[*place as usize];
            }
        }
        Ok(())
    }

    /// The results of every row, row-major: `out` is n × outputs, the results of a row next to each other.
    ///
    /// # Errors
    /// [`Error::Shape`] for wrong lengths; a program of totals.
    pub fn map(&mut self, par: Par, parameters: &[T], columns: &[&[T]], out: &mut [T]) -> Result<()> {
        if self.plan.totals.1 > 0 {
            return Err(Error::Unsupported {
                what: "a result for every row".to_owned(),
                why: "the program sums over rows".to_owned(),
                remedy: "use Kernel::total".to_owned(),
            });
        }
        self.check_columns(columns)?;
        let table = Table::Columns(columns);
        let rows = table.rows();
        self.prepare(par, parameters, rows)?;
        let width = self.plan.outputs.len();
        check_shape("number of results, n × outputs", rows * width, out.len())?;
        let chunks = chunks(rows);
        let (plan, u, rooms) = (&self.plan, &self.u, &self.rooms);
        par.for_each_chunk(out, chunks.size * width.max(1), |c, out| {
            work(plan, u, rooms, table, chunks.rows_of(c), &mut [], out);
        });
        Ok(())
    }

    fn check_columns(&self, columns: &[&[T]]) -> Result<()> {
        check_shape("number of columns of the program", self.plan.columns, columns.len())?;
        let rows = columns.first().map_or(0, |column| column.len());
        match columns.iter().position(|column| column.len() != rows) {
            None => Ok(()),
            Some(j) => Err(Error::Shape {
                what: format!("length of column {j}"),
                expected: rows,
                found: columns[j].len(),
            }),
        }
    }

    /// Does the work on parameters, and makes room for the chunks of n rows.
    fn prepare(&mut self, par: Par, parameters: &[T], rows: usize) -> Result<()> {
        let plan = &self.plan;
        check_shape("number of parameters of the program", plan.parameters, parameters.len())?;
        let first = plan.constants.len();
        self.u[first..first + parameters.len()].copy_from_slice(parameters);
        T::run_groups(plan, &plan.before, &mut self.u);
        let count = chunks(rows).count;
        while self.partials.len() < count {
            self.partials.push(vec![T::ZERO; plan.totals.1 * LANES]);
        }
        let at_work = if par == Par::Seq { 1 } else { count.min(thalweg_core::par::threads()) };
        let rooms = self.rooms.get_mut().unwrap_or_else(PoisonError::into_inner);
        while rooms.len() < at_work {
            rooms.push(Room::new(plan));
        }
        Ok(())
    }
}

fn chunks(rows: usize) -> Chunks {
    Chunks::new(rows, BLOCK, CHUNKS)
}

/// The memory from its first whole cache line on: a vector that lies across two lines costs twice.
fn aligned<T>(slots: &mut [T]) -> &mut [T] {
    let skip = slots.as_ptr().align_offset(64).min(LINE).min(slots.len());
    &mut slots[skip..]
}

/// The sum of lanes by halves, left in the first.
#[inline(always)]
pub(crate) fn fold<T: Element>(lanes: &mut [T]) {
    let mut width = lanes.len();
    while width > 1 {
        width /= 2;
        let (left, right) = lanes.split_at_mut(width);
        for (left, &right) in left.iter_mut().zip(&*right) {
            *left += right;
        }
    }
}

/// Runs the rows of a chunk in a room that is free.
fn work<T: Element>(
    plan: &Plan,
    u: &[T],
    rooms: &Mutex<Vec<Room<T>>>,
    table: Table<'_, T>,
    rows: core::ops::Range<usize>,
    lanes: &mut [T],
    out: &mut [T],
) {
    let free = || rooms.lock().unwrap_or_else(PoisonError::into_inner);
    // Bound to a name, for the lock must end before the work begins.
    let known = free().pop();
    let mut room = known.unwrap_or_else(|| Room::new(plan));
    let Room { slots, padded } = &mut room;
    T::run_blocks(&mut BlockWork { plan, u, table, rows, padded, slots: aligned(slots), lanes, out });
    free().push(room);
}
