//! [`scan`]: a recurrence x ← step(k, x, θ) of many steps, recorded one at a time.
//!
//! Memory: the snapshots of a [`Revolve`] schedule and the records of one step. Cost: one recording and reverse sweep a step and
//! [`Revolve::evaluations`] of a step, of which the evaluation itself is a part, up to the few behind the last snapshot that are repeated. The gradient has the bits of the one of a recording of all steps.

use core::cell::RefCell;

use thalweg_core::Result;

use super::call::{Arguments, Pullback, Scratch, call};
use super::revolve::{Revolve, advance};
use super::{Tape, Var};
use crate::function::ScalarOrd;

/// The state after all steps of the schedule, from `start`, with parameters `theta`.
///
/// `step(k, x, θ, next)` writes the state after step k to `next`. It must do the same each time it runs and reads variables from its arguments
/// only. What the function needs of the states on the way, such as a sum of losses, is a part of the state.
///
/// ```
/// use thalweg_autodiff::{Tape, k, tape::{self, Revolve}};
/// // Euler's method for y′ = −θy, y(0) = 1, to t = 1: y = (1 − θ/n)ⁿ.
/// let schedule = Revolve::within::<f64>(1000, 1, 80)?;
/// let mut g = [0.0];
/// let y = Tape::<f64>::new().gradient(
///     &[2.0],
///     |theta| {
///         let start = [tape::Var::constant(1.0)];
///         tape::scan(schedule, |_, y, theta, next| next[0] = y[0] - k(0.001) * theta[0] * y[0], &start, theta)[0]
///     },
///     &mut g,
/// )?;
/// assert!((y - 0.998_f64.powi(1000)).abs() < 1e-14);
/// assert!((g[0] + 0.998_f64.powi(999)).abs() < 1e-14);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
pub fn scan<'t, S: ScalarOrd>(
    schedule: Revolve,
    step: impl for<'s> Fn(usize, &[Var<'s, S>], &[Var<'s, S>], &mut [Var<'s, S>]) + 'static,
    start: &[Var<'t, S>],
    theta: &[Var<'t, S>],
) -> Vec<Var<'t, S>> {
    if schedule.steps() == 0 {
        return start.to_vec();
    }
    let arguments = [start, theta].concat();
    let values: Vec<S> = arguments.iter().map(|x| x.value()).collect();
    let rule = Scan { schedule, step, state: start.len(), taken: RefCell::new(vec![0]) };
    let mut recurrence = Recurrence::new(&rule, &values);
    let mut saved = values.clone();
    rule.descend(&mut recurrence, &mut saved, schedule.steps());
    recurrence.run(schedule.steps());
    let results: Vec<S> = recurrence.state.iter().map(|x| x.value()).collect();
    drop(recurrence);
    call(&arguments, results, saved, rule)
}

/// A scan on the tape. Saved are the arguments, start and θ, and then the states after the steps in `taken` but for its first, which is the start.
struct Scan<F> {
    schedule: Revolve,
    step: F,
    state: usize,
    taken: RefCell<Vec<usize>>,
}

/// The recurrence on constants, which are not recorded.
struct Recurrence<'a, S, F> {
    rule: &'a Scan<F>,
    theta: Vec<Var<'a, S>>,
    at: usize,
    state: Vec<Var<'a, S>>,
    next: Vec<Var<'a, S>>,
}

impl<'a, S: ScalarOrd, F: for<'s> Fn(usize, &[Var<'s, S>], &[Var<'s, S>], &mut [Var<'s, S>])>
    Recurrence<'a, S, F>
{
    fn new(rule: &'a Scan<F>, arguments: &[S]) -> Self {
        let constants = |x: &[S]| x.iter().map(|&x| Var::constant(x)).collect::<Vec<_>>();
        let (start, theta) = arguments.split_at(rule.state);
        Self { rule, theta: constants(theta), at: 0, state: constants(start), next: constants(start) }
    }

    fn set(&mut self, at: usize, state: &[S]) {
        self.at = at;
        for (x, &value) in self.state.iter_mut().zip(state) {
            *x = Var::constant(value);
        }
    }

    /// Runs until `to` steps are done.
    fn run(&mut self, to: usize) {
        while self.at < to {
            self.next.fill(Var::constant(S::of(0.0)));
            (self.rule.step)(self.at, &self.state, &self.theta, &mut self.next);
            core::mem::swap(&mut self.state, &mut self.next);
            self.at += 1;
        }
    }
}

impl<F> Scan<F> {
    /// Advances from the last snapshot to the beginning of the last of `end` steps, taking snapshots on the way while there is room.
    fn descend<S: ScalarOrd>(&self, recurrence: &mut Recurrence<'_, S, F>, saved: &mut Vec<S>, end: usize)
    where
        F: for<'s> Fn(usize, &[Var<'s, S>], &[Var<'s, S>], &mut [Var<'s, S>]),
    {
        let mut taken = self.taken.borrow_mut();
        loop {
            let last = taken.last().copied().unwrap_or(0);
            let room = self.schedule.snapshots().saturating_sub(taken.len());
            if room == 0 || end - last < 2 {
                recurrence.run(end - 1);
                return;
            }
            recurrence.run(last + advance(end - last, room + 1));
            taken.push(recurrence.at);
            saved.extend(recurrence.state.iter().map(|x| x.value()));
        }
    }
}

impl<S: ScalarOrd, F> Pullback<S> for Scan<F>
where
    F: for<'s> Fn(usize, &[Var<'s, S>], &[Var<'s, S>], &mut [Var<'s, S>]),
{
    fn pull(
        &self,
        saved: &mut Vec<S>,
        arguments: &mut Arguments<'_, S>,
        results: &[S],
        scratch: &mut Scratch<S>,
    ) -> Result<()> {
        let m = self.state;
        let values = saved[..arguments.slots.len()].to_vec();
        let variables = arguments.variables(&values);
        let mut recurrence = Recurrence::new(self, &values);
        let mut adjoint = results.to_vec();
        let tape = scratch.get_or_insert_with(|| Box::new(Tape::new()));
        for k in (0..self.schedule.steps()).rev() {
            // From the last snapshot, which is at step k or before.
            let at = self.taken.borrow().last().copied().unwrap_or(0);
            let from = if at == 0 { 0 } else { saved.len() - m };
            recurrence.set(at, &saved[from..from + m]);
            self.descend(&mut recurrence, saved, k + 1);

            // The arguments of the scan keep their adjoints through all steps; the state in between is a variable of its own.
            let state = &recurrence.state;
            let leaves = variables.iter().copied().chain(state.iter().map(|x| x.value()));
            tape.record(leaves, m, |leaves, next| {
                let (variables, between) = leaves.split_at(variables.len());
                let given = arguments.of(variables, &values);
                let (start, theta) = given.split_at(m);
                (self.step)(k, if k == 0 { start } else { between }, theta, next);
            })?;
            tape.start();
            tape.adjoints[..variables.len()].copy_from_slice(arguments.adjoints);
            for (i, &adjoint) in adjoint.iter().enumerate() {
                tape.seed(i, adjoint);
            }
            tape.sweep(variables.len() + m)?;
            let (outer, between) = tape.adjoints.split_at(variables.len());
            arguments.adjoints.copy_from_slice(outer);
            adjoint.copy_from_slice(&between[..m]);

            let mut taken = self.taken.borrow_mut();
            if k > 0 && taken.last() == Some(&k) {
                taken.pop();
                saved.truncate(saved.len() - m);
            }
        }
        Ok(())
    }
}
