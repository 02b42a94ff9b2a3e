//! Laws of a minimiser's state: it can be saved and restored in mid-run, and a step allocates nothing.

use thalweg_core::{Checkpoint, Minimizer, Objective, Real, StepInfo, load, save};

use crate::alloc::CountingAllocator;
use crate::violation::{Law, Verdict, Violation};

/// What a step reports and where it ends, as text with every bit.
fn trail<T: Real, O: ?Sized, M: Minimizer<T, O>>(
    minimizer: &M,
    state: &M::State,
    info: Option<StepInfo<T>>,
) -> String {
    let iterate = minimizer.iterate(state);
    let bits: Vec<u64> = iterate.x.iter().map(|x| x.to_f64().to_bits()).collect();
    format!("{bits:?} {:x} {info:?}", iterate.value.to_f64().to_bits())
}

/// `count` steps; a halt ends them, and is part of the trail.
fn walk<T: Real, O: ?Sized, M: Minimizer<T, O>>(
    minimizer: &M,
    objective: &mut O,
    state: &mut M::State,
    count: usize,
) -> Vec<String> {
    let mut trails = Vec::new();
    for _ in 0..count {
        match minimizer.step(objective, state) {
            Ok(info) => trails.push(trail(minimizer, state, Some(info))),
            Err(halt) => {
                trails.push(halt.to_string());
                break;
            }
        }
    }
    trails
}

/// Saved after 0, 1, 2, 5 and 13 steps, restored into a fresh state and continued, a run has the bits of one that was never interrupted;
/// bytes cut short or of another size are refused.
///
/// # Errors
/// The violation.
pub fn states_resume<T, O, M>(minimizer: &M, objective: &mut O, x0: &[T]) -> Verdict
where
    T: Real,
    O: Objective<T> + ?Sized,
    M: Minimizer<T, O>,
{
    let law = Law { name: "states-resume", item: minimizer.name() };
    let start = |objective: &mut O| law.expect("init", minimizer.init(objective, x0));
    for warm in [0, 1, 2, 5, 13] {
        let mut state = start(objective)?;
        walk(minimizer, objective, &mut state, warm);
        let bytes = law.expect("save", save(&mut state))?;
        let mut copy = start(objective)?;
        law.expect("load", load(&mut copy, &bytes))?;
        let again = law.expect("save", save(&mut copy))?;
        law.require(again == bytes, || format!("after {warm} steps a restored state saves other bytes"))?;
        let expected = walk(minimizer, objective, &mut state, 7);
        let found = walk(minimizer, objective, &mut copy, 7);
        for (step, (expected, found)) in expected.iter().zip(&found).enumerate() {
            law.require(expected == found, || {
                format!("restored after {warm} steps, step {step} gives {found}, not {expected}")
            })?;
        }
        law.require(expected.len() == found.len(), || {
            format!("restored after {warm} steps, another length")
        })?;
        refuses(&law, &mut copy, &bytes)?;
    }
    Ok(())
}

fn refuses<S: Checkpoint>(law: &Law<'_>, state: &mut S, bytes: &[u8]) -> Verdict {
    let short = &bytes[..bytes.len().saturating_sub(1)];
    let long = [bytes, &[0]].concat();
    for (what, bytes) in [("cut short", short), ("too long", &long)] {
        law.require(bytes.is_empty() || load(state, bytes).is_err(), || {
            format!("bytes {what} are accepted")
        })?;
    }
    Ok(())
}

/// After one warm-up step, `steps` further ones allocate nothing on any thread.
///
/// # Errors
/// The violation; also a method that halts before the last step.
pub fn steps_allocate_nothing<T, O, M>(
    minimizer: &M,
    objective: &mut O,
    x0: &[T],
    allocator: &CountingAllocator,
    steps: usize,
) -> Result<(), Violation>
where
    T: Real,
    O: Objective<T> + ?Sized,
    M: Minimizer<T, O>,
{
    let law = Law { name: "steps-allocate-nothing", item: minimizer.name() };
    let mut state = law.expect("init", minimizer.init(objective, x0))?;
    law.expect("the warm-up step", minimizer.step(objective, &mut state))?;
    for step in 1..=steps {
        let before = allocator.allocations();
        let outcome = minimizer.step(objective, &mut state);
        let count = allocator.allocations() - before;
        law.expect("a step", outcome)?;
        law.require(count == 0, || format!("step {step} after the warm-up allocates {count} times"))?;
    }
    Ok(())
}
