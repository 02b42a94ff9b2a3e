//! [`Recording`]: the operations of one evaluation, each with its slopes, and the reverse sweep over them.
//!
//! A record is yᵢ = φ(x_j, x_k) linearised: the ids j, k of its arguments and the slopes there, 24 bytes for `f64`. Everything else is made of
//! it: an argument that does not vary is replaced by the record itself with slope 0, and a statement of more arguments is a chain of
//! records whose links have slope 1. The sweep x̄_j += ȳᵢ ∂φ/∂x_j therefore has one shape and no branch but the skip of ȳᵢ = 0: an
//! operation that the result does not depend on contributes nothing, however infinite its slope.
//!
//! Cost: about one addition to memory a record, and twice that in the sweep. Source: Wengert (1964), *CACM* 7; Griewank and Walther,
//! *Evaluating Derivatives*, 2nd ed., sections 3.2 and 4.

use core::cell::{Cell, RefCell};

use thalweg_core::{Error, Result};

use super::call::{Call, Scratch};
use crate::function::ScalarOrd;

/// An operation with up to two arguments, linearised.
#[derive(Copy, Clone, Debug)]
pub(super) struct Record<S> {
    slopes: [S; 2],
    arguments: [u32; 2],
}

/// What an evaluation wrote down. Variables point to it while the function runs; the [`Tape`](super::Tape) owns it.
///
/// Records go to places made ready before, which needs no check but that of the end; those of a function longer than any before go to `more`,
/// and the places are extended when it has finished.
pub(super) struct Recording<S> {
    places: Vec<Cell<Record<S>>>,
    used: Cell<usize>,
    more: RefCell<Vec<Record<S>>>,
    /// Records at most: ids are 32 bits wide.
    limit: usize,
    full: Cell<bool>,
    pub(super) calls: RefCell<Vec<Call<S>>>,
    /// The first thing that went wrong where no error could be returned.
    error: RefCell<Option<Error>>,
}

impl<S: ScalarOrd> Recording<S> {
    pub(super) const fn new() -> Self {
        Self {
            places: Vec::new(),
            used: Cell::new(0),
            more: RefCell::new(Vec::new()),
            limit: u32::MAX as usize,
            full: Cell::new(false),
            calls: RefCell::new(Vec::new()),
            error: RefCell::new(None),
        }
    }

    pub(super) fn clear(&mut self) {
        self.settle();
        self.used.set(0);
        self.calls.get_mut().clear();
        *self.error.get_mut() = None;
        self.full.set(false);
    }

    /// Gives the records beyond the places places.
    fn settle(&mut self) {
        self.places.extend(self.more.get_mut().drain(..).map(Cell::new));
    }

    /// Makes places for so many records.
    pub(super) fn reserve(&mut self, records: usize) {
        self.settle();
        let records = records.min(self.limit);
        if records > self.places.len() {
            let blank = Record { slopes: [S::of(0.0); 2], arguments: [0; 2] };
            self.places.resize(records, Cell::new(blank));
        }
    }

    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.used.get()
    }
    pub(super) fn set_limit(&mut self, records: usize) {
        self.limit = records.min(u32::MAX as usize);
        self.clear();
        self.places.truncate(self.limit);
    }

    /// Records φ(x, y).
    #[inline(always)]
    pub(super) fn binary(&self, slopes: [S; 2], arguments: [u32; 2]) -> u32 {
        self.push(slopes, |_| arguments)
    }

    /// Records φ(x).
    #[inline(always)]
    pub(super) fn unary(&self, slope: S, argument: u32) -> u32 {
        self.push([slope, S::of(0.0)], |own| [argument, own])
    }

    /// Records a number without arguments.
    #[inline(always)]
    pub(super) fn leaf(&self) -> u32 {
        self.push([S::of(0.0); 2], |own| [own, own])
    }

    /// Records Σ slopeᵢ xᵢ.
    pub(super) fn statement(&self, arguments: impl IntoIterator<Item = (S, u32)>) -> u32 {
        let mut arguments = arguments.into_iter().filter(|(slope, _)| !slope.is_zero());
        let Some((slope, first)) = arguments.next() else { return self.leaf() };
        let mut link = (slope, first);
        let mut linked = false;
        for (slope, argument) in arguments {
            link = (S::of(1.0), self.binary([link.0, slope], [link.1, argument]));
            linked = true;
        }
        if linked { link.1 } else { self.unary(link.0, link.1) }
    }

    #[inline(always)]
    fn push(&self, [by_x, by_y]: [S; 2], arguments: impl FnOnce(u32) -> [u32; 2]) -> u32 {
        let id = self.used.get();
        let [x, y] = arguments(id as u32);
        match self.places.get(id) {
            Some(place) => {
                place.set(Record { slopes: [by_x, by_y], arguments: [x, y] });
                self.used.set(id + 1);
            }
            // Four numbers in registers: a record would go through the stack, and the branch above with it.
            None => self.push_more(by_x, by_y, x, y),
        }
        id as u32
    }

    /// A record beyond the places. A full tape writes nothing more, so that the function can finish before its error is returned.
    #[cold]
    #[inline(never)]
    fn push_more(&self, by_x: S, by_y: S, x: u32, y: u32) {
        if self.used.get() < self.limit {
            self.more.borrow_mut().push(Record { slopes: [by_x, by_y], arguments: [x, y] });
            self.used.set(self.used.get() + 1);
        } else {
            self.full.set(true);
        }
    }

    /// Keeps an error to be returned at the end of the evaluation; the first one counts.
    pub(super) fn fail(&self, error: Error) {
        self.error.borrow_mut().get_or_insert(error);
    }

    /// What went wrong during the evaluation.
    pub(super) fn outcome(&mut self) -> Result<()> {
        self.settle();
        if self.full.get() {
            return Err(Error::Unsupported {
                what: "recording this function".to_owned(),
                why: format!("it takes more than {} records", self.limit),
                remedy: "put parts of it into tape::checkpoint, which forgets their records".to_owned(),
            });
        }
        self.error.get_mut().clone().map_or(Ok(()), Err)
    }

    /// The reverse sweep: from the adjoints of the results to those of the first `inputs` records.
    ///
    /// # Errors
    /// What the calls report.
    pub(super) fn sweep(
        &mut self,
        adjoints: &mut [S],
        inputs: usize,
        scratch: &mut Scratch<S>,
    ) -> Result<()> {
        let records = &mut self.places[..self.used.get()];
        let mut end = adjoints.len().min(records.len());
        for call in self.calls.get_mut().iter_mut().rev() {
            pass(records, adjoints, call.end(), end);
            call.pull(adjoints, scratch)?;
            end = call.begin();
        }
        pass(records, adjoints, inputs, end);
        Ok(())
    }
}

/// Adds to the adjoints of all records below `end` what those from `begin` up to `end` pass on to them.
///
/// Most operations use the result right before them. Its adjoint stays in a register: a sum in memory could not be read before it is written.
#[inline(always)]
fn pass<S: ScalarOrd>(records: &mut [Cell<Record<S>>], adjoints: &mut [S], begin: usize, end: usize) {
    if begin >= end {
        return;
    }
    let (records, adjoints) = (&mut records[..end], &mut adjoints[..end]);
    let mut next = adjoints[end - 1];
    for i in (begin.max(1)..end).rev() {
        let adjoint = next;
        next = adjoints[i - 1];
        if adjoint.is_zero() {
            continue;
        }
        let Record { slopes, arguments } = *records[i].get_mut();
        for (slope, argument) in slopes.into_iter().zip(arguments) {
            let part = adjoint * slope;
            let argument = argument as usize;
            if argument == i - 1 {
                next = next + part;
            } else {
                adjoints[argument] = adjoints[argument] + part;
            }
        }
    }
    if begin > 0 {
        adjoints[begin - 1] = next;
    }
}
