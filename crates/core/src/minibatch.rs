//! [`Plan`]: which rows a stochastic method sees at each step, as a function of the seed and two counters alone.
//!
//! A checkpoint therefore holds counters and no permutation. An epoch is ⌈n/batch⌉ steps.

use core::ops::Range;

use crate::checkpoint::{Archive, Checkpoint};
use crate::error::{Error, Result, check_shape};
use crate::reduce::Chunks;
use crate::streams::{Streams, below, shuffle};

/// The order in which rows come.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Default)]
pub enum Order {
    /// 0, 1, 2, … in every epoch: for data that are in random order already.
    Sequential,
    /// A fresh uniform permutation each epoch: every row once an epoch.
    #[default]
    Shuffled,
    /// Uniform draws with replacement, independent of each other; every batch is full.
    Replacement,
}

/// How minibatches are drawn.
///
/// ```
/// use thalweg_core::{Order, Plan};
/// let mut batches = Plan { batch: 2, order: Order::Shuffled, seed: 1 }.over(5)?;
/// let mut next = || {
///     let batch = batches.advance();
///     (batch.rows.len(), batch.last)
/// };
/// let sizes = [next(), next(), next()];
/// assert_eq!(sizes, [(2, false), (2, false), (1, true)]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Rows in a batch, at least 1; as many as there are if there are fewer. Default 64.
    pub batch: usize,
    /// The order of the rows. Default shuffled.
    pub order: Order,
    /// The seed of [`Streams`]; epoch e is drawn from the stream ("minibatch", e). Default 0.
    pub seed: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self { batch: 64, order: Order::default(), seed: 0 }
    }
}

impl Plan {
    /// The batches over `terms` rows, at the start of the first epoch.
    ///
    /// # Errors
    /// A batch of 0 rows; no rows; more rows than a `u32` counts.
    pub fn over(self, terms: usize) -> Result<Batches> {
        if self.batch == 0 {
            return Err(Error::invalid_parameter("batch", 0, "a batch holds at least 1 row"));
        }
        if terms == 0 {
            let remedy = "give at least one row".to_owned();
            return Err(Error::Empty { what: "the sum that minibatches are drawn from".to_owned(), remedy });
        }
        let Ok(count) = u32::try_from(terms) else {
            return Err(Error::invalid_parameter("rows", terms, "minibatches index at most 2^32 - 1 rows"));
        };
        let batch = self.batch.min(terms);
        let length = match self.order {
            Order::Sequential | Order::Shuffled => terms,
            Order::Replacement => terms.next_multiple_of(batch),
        };
        let mut batches = Batches {
            plan: Self { batch, ..self },
            terms: count,
            epoch: 0,
            position: 0,
            order: vec![0; length],
            drawn: 0,
        };
        batches.draw();
        Ok(batches)
    }
}

/// One step's rows.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Batch<'a> {
    /// The 0-based indices of the rows, in the order of the plan.
    pub rows: &'a [u32],
    /// The 0-based epoch.
    pub epoch: u64,
    /// True for the last batch of its epoch.
    pub last: bool,
    /// True if it holds fewer rows than the plan says, which only the last batch of an epoch may.
    pub short: bool,
}

/// A plan in progress. Its memory is taken by [`Plan::over`]; a step allocates nothing.
///
/// Its [`Checkpoint`] holds epoch and position, and the plan to refuse another one; the order is drawn again on loading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batches {
    plan: Plan,
    terms: u32,
    epoch: u64,
    /// The next row's place in the order.
    position: usize,
    order: Vec<u32>,
    /// The epoch that the order belongs to.
    drawn: u64,
}

impl Batches {
    /// The next batch, moving on to the one behind it.
    pub fn advance(&mut self) -> Batch<'_> {
        self.settle();
        let start = self.position;
        self.position = self.order.len().min(start + self.plan.batch);
        self.between(start, self.position)
    }

    /// The next batch, without moving on: a step that is refused can be made later.
    pub fn peek(&mut self) -> Batch<'_> {
        self.settle();
        self.between(self.position, self.order.len().min(self.position + self.plan.batch))
    }

    /// Begins the next epoch if this one is over. An epoch's order is drawn when its first batch is asked for.
    fn settle(&mut self) {
        if self.position == self.order.len() {
            self.epoch += 1;
            self.position = 0;
        }
        if self.drawn != self.epoch {
            self.draw();
        }
    }

    fn between(&self, start: usize, end: usize) -> Batch<'_> {
        let rows = &self.order[start..end];
        Batch { rows, epoch: self.epoch, last: end == self.order.len(), short: rows.len() < self.plan.batch }
    }

    /// Steps in an epoch, ⌈n/batch⌉.
    #[must_use]
    pub fn steps_per_epoch(&self) -> usize {
        self.order.len().div_ceil(self.plan.batch)
    }

    /// Steps left in the epoch of the next batch, at least 1.
    #[must_use]
    pub fn steps_left(&self) -> usize {
        let position = if self.position == self.order.len() { 0 } else { self.position };
        (self.order.len() - position).div_ceil(self.plan.batch)
    }

    /// The epochs that are over.
    #[must_use]
    pub fn epochs(&self) -> u64 {
        self.epoch + u64::from(self.position == self.order.len())
    }

    fn draw(&mut self) {
        let mut rng = Streams::new(self.plan.seed).stream("minibatch", self.epoch);
        let identity = (0..self.terms).zip(&mut self.order);
        match self.plan.order {
            Order::Sequential => identity.for_each(|(row, place)| *place = row),
            Order::Shuffled => {
                identity.for_each(|(row, place)| *place = row);
                shuffle(&mut self.order, &mut rng);
            }
            Order::Replacement => {
                let n = u64::from(self.terms);
                self.order.iter_mut().for_each(|place| *place = below(&mut rng, n) as u32);
            }
        }
        self.drawn = self.epoch;
    }
}

impl Checkpoint for Batches {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        let order = match self.plan.order {
            Order::Sequential => 0,
            Order::Shuffled => 1,
            Order::Replacement => 2,
        };
        let plan = [
            ("rows", u64::from(self.terms)),
            ("batch", self.plan.batch as u64),
            ("order", order),
            ("seed", self.plan.seed),
        ];
        for (name, ours) in plan {
            let mut stored = ours;
            archive.count(name, &mut stored)?;
            if stored != ours {
                let rule =
                    format!("the checkpoint was written with {stored}; resume with the plan that wrote it");
                return Err(Error::invalid_parameter(name, ours, &rule));
            }
        }
        let mut position = self.position as u64;
        archive.count("epoch", &mut self.epoch)?;
        archive.count("position", &mut position)?;
        let position = position as usize;
        check_shape("place in the epoch of the checkpoint", self.order.len().min(position), position)?;
        self.position = position;
        if self.drawn != self.epoch {
            self.draw();
        }
        Ok(())
    }
}

/// How a batch of `rows` rows over `parameters` parameters is cut for a parallel gradient: a function of the shape alone, so that threads
/// change no bit. At most 64 shards, each of some 2¹⁵ multiplications, for a smaller one costs more to hand out than to compute.
#[must_use]
pub fn shards(rows: usize, parameters: usize) -> Chunks {
    Chunks::new(rows, (32_768 / parameters.max(1)).clamp(8, 4096), 64)
}

/// The rows of shard c of a batch.
pub(crate) fn shard<'a>(batch: &'a [u32], chunks: &Chunks, c: usize) -> &'a [u32] {
    let Range { start, end } = chunks.rows_of(c);
    &batch[start..end]
}

/// `Err` unless a minibatch holds a row, and only rows below `n`.
///
/// # Errors
/// [`Error::Empty`], or the first row that does not exist.
pub fn check_rows(rows: &[u32], n: usize) -> Result<()> {
    if rows.is_empty() {
        let remedy = "draw at least one row".to_owned();
        return Err(Error::Empty { what: "the minibatch".to_owned(), remedy });
    }
    match rows.iter().find(|row| **row as usize >= n) {
        None => Ok(()),
        Some(bad) => {
            let rule = format!("there are {n} rows, counted from 0");
            Err(Error::invalid_parameter("row of the minibatch", bad, &rule))
        }
    }
}
