//! [`Call`]: a part of the recording that is differentiated by a rule of its own when the reverse sweep reaches it.

use core::ops::Range;

use thalweg_core::Result;

use super::{Tape, Var};
use crate::function::ScalarOrd;

/// A tape for re-recording within a sweep, kept for the next one.
pub(super) type Scratch<S> = Option<Box<Tape<S>>>;

/// How a call is differentiated. Rules hold no numbers, which may live shorter than they: those are in [`Call::saved`].
pub(super) trait Pullback<S> {
    /// Adds to x̄ what ȳ passes on: x̄ += (∂y/∂x)ᵀ ȳ.
    ///
    /// # Errors
    /// The rule does not exist at this point.
    fn pull(
        &self,
        saved: &mut Vec<S>,
        arguments: &mut Arguments<'_, S>,
        results: &[S],
        scratch: &mut Scratch<S>,
    ) -> Result<()>;
}

/// The adjoints of the arguments of a call.
pub(super) struct Arguments<'a, S> {
    /// Those of the distinct variables, as they are so far.
    pub(super) adjoints: &'a mut [S],
    /// The variable behind each argument; none for a constant.
    pub(super) slots: &'a [Option<usize>],
}

impl<S: ScalarOrd> Arguments<'_, S> {
    /// Adds an adjoint to each argument.
    pub(super) fn add(&mut self, adjoints: &[S]) {
        for (slot, &adjoint) in self.slots.iter().zip(adjoints) {
            if let Some(slot) = *slot {
                self.adjoints[slot] = self.adjoints[slot] + adjoint;
            }
        }
    }

    /// The values of the distinct variables, from those of the arguments.
    pub(super) fn variables(&self, values: &[S]) -> Vec<S> {
        let mut variables = vec![S::of(0.0); self.adjoints.len()];
        for (slot, &value) in self.slots.iter().zip(values) {
            if let Some(slot) = *slot {
                variables[slot] = value;
            }
        }
        variables
    }

    /// The arguments, from variables in another recording and the values of the constants.
    pub(super) fn of<'s>(&self, variables: &[Var<'s, S>], values: &[S]) -> Vec<Var<'s, S>> {
        let arguments = self.slots.iter().zip(values);
        arguments.map(|(slot, &value)| slot.map_or(Var::constant(value), |slot| variables[slot])).collect()
    }
}

/// Results that are leaves of the recording, and the rule that connects them with arguments before them.
pub(super) struct Call<S> {
    /// The ids of the distinct variables among the arguments.
    variables: Vec<u32>,
    slots: Vec<Option<usize>>,
    /// The ids of the results.
    results: Range<usize>,
    /// The numbers that the rule reads.
    saved: Vec<S>,
    rule: Box<dyn Pullback<S>>,
}

/// Records a call: the results of the given values, of which `rule` knows the adjoint. Constants have constant results.
pub(super) fn call<'t, S: ScalarOrd>(
    arguments: &[Var<'t, S>],
    values: impl IntoIterator<Item = S>,
    saved: Vec<S>,
    rule: impl Pullback<S> + 'static,
) -> Vec<Var<'t, S>> {
    let ids: Vec<Option<u32>> = arguments.iter().map(|x| x.place().map(|(_, id)| id)).collect();
    let mut variables: Vec<u32> = ids.iter().copied().flatten().collect();
    variables.sort_unstable();
    variables.dedup();
    let Some((recording, _)) = arguments.iter().find_map(|x| x.place()) else {
        return values.into_iter().map(Var::constant).collect();
    };
    let slots = ids.iter().map(|id| id.and_then(|id| variables.binary_search(&id).ok())).collect();
    let begin = recording.len();
    let results: Vec<_> = values.into_iter().map(|value| Var::leaf(recording, value)).collect();
    let call = Call { variables, slots, results: begin..begin + results.len(), saved, rule: Box::new(rule) };
    recording.calls.borrow_mut().push(call);
    results
}

impl<S: ScalarOrd> Call<S> {
    pub(super) fn begin(&self) -> usize {
        self.results.start
    }
    pub(super) fn end(&self) -> usize {
        self.results.end
    }

    /// Passes the adjoints of the results on to the arguments, unless they are all 0.
    pub(super) fn pull(&mut self, adjoints: &mut [S], scratch: &mut Scratch<S>) -> Result<()> {
        let (before, after) = adjoints.split_at_mut(self.begin());
        let results = &after[..self.results.len()];
        if results.iter().all(|y| y.is_zero()) {
            return Ok(());
        }
        let mut inputs: Vec<S> = self.variables.iter().map(|&id| before[id as usize]).collect();
        let mut arguments = Arguments { adjoints: &mut inputs, slots: &self.slots };
        self.rule.pull(&mut self.saved, &mut arguments, results, scratch)?;
        for (&id, adjoint) in self.variables.iter().zip(inputs) {
            before[id as usize] = adjoint;
        }
        Ok(())
    }
}
