//! Stochastic weight averaging: the plain mean of the weights at the ends of cycles of a constant or cyclic learning rate.
//!
//! a̅ ← a̅ + (w − a̅)/(m + 1) at steps k, k + c, k + 2c, …: PyTorch `AveragedModel` with its default.
//!
//! Source: Izmailov, Podoprikhin, Garipov, Vetrov and Wilson, *Averaging weights leads to wider optima and better generalization*, UAI 2018,
//! algorithm 1.

use thalweg_core::{Error, Parameter, Result};

use super::averaged::Weighting;
use super::entry::{Make, TrainingEntry, whole};

/// The first step and the distance between steps.
///
/// ```
/// use thalweg_regularization::training::{Swa, Weighting};
/// let swa = Swa::new(10, 5)?;
/// assert_eq!([swa.share(9, 0), swa.share(10, 0), swa.share(12, 1), swa.share(15, 1)], [0.0, 1.0, 0.0, 0.5]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Swa {
    start: u64,
    cycle: u64,
}

impl Swa {
    /// With k, the first 0-based step that counts (such as three quarters of them all), and c, the steps of a cycle.
    ///
    /// # Errors
    /// A cycle of 0 steps.
    pub fn new(start: u64, cycle: u64) -> Result<Self> {
        if cycle == 0 {
            return Err(Error::invalid_parameter("cycle", cycle, CYCLE.rule));
        }
        Ok(Self { start, cycle })
    }
}

pub(super) const START: Parameter = Parameter {
    name: "start",
    default: 0.0,
    rule: "it must be a whole number of at least 0",
    summary: "first step that counts, from 0",
};

const CYCLE: Parameter = Parameter {
    name: "cycle",
    default: 1.0,
    rule: "it must be a whole number of at least 1",
    summary: "steps from one that counts to the next",
};

pub(super) const ENTRY: TrainingEntry = TrainingEntry {
    name: "swa",
    summary: "plain mean of the weights at the ends of cycles",
    parameters: &[START, CYCLE],
    example: "swa:start=750,cycle=10",
    make: Make::Weighting(make),
};

fn make(values: &[f64]) -> Result<Box<dyn Weighting>> {
    Ok(Box::new(Swa::new(whole(&START, values[0])?, whole(&CYCLE, values[1])?)?))
}

impl Weighting for Swa {
    fn share(&self, step: u64, taken: u64) -> f64 {
        let counts = step >= self.start && (step - self.start).is_multiple_of(self.cycle);
        if counts { 1.0 / (taken as f64 + 1.0) } else { 0.0 }
    }

    fn settings(&self) -> [(&'static str, f64); 2] {
        [("swa.start", self.start as f64), ("swa.cycle", self.cycle as f64)]
    }
}
