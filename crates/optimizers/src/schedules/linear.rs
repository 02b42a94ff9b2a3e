//! A straight line from one value to another.
//!
//! Source: optax's `linear_schedule`; Goyal et al., *Accurate, large minibatch SGD* (2017), for the rise.

use thalweg_core::{Parameter, Result, Schedule};

use super::entry::{LR, STEPS, ScheduleEntry, TO};
use super::{check_steps, share};
use crate::updates::{check_nonnegative, whole};

/// s(k) = from + (to − from)·k/n until k = n, then to.
///
/// ```
/// use thalweg_core::Schedule;
/// let schedule = thalweg_optimizers::Linear::new(1.0, 0.5, 4)?;
/// assert_eq!([0, 1, 3, 4, 9].map(|k| schedule.at(k)), [1.0, 0.875, 0.625, 0.5, 0.5]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Linear {
    /// The value at step 0, ≥ 0.
    pub from: f64,
    /// The last one, ≥ 0; above `from` the line rises.
    pub to: f64,
    /// n ≥ 1, steps until it is reached.
    pub steps: u64,
}

impl Linear {
    /// Between these values in `steps` steps.
    ///
    /// # Errors
    /// A value negative or not finite; no steps.
    pub fn new(from: f64, to: f64, steps: u64) -> Result<Self> {
        check_nonnegative("from", from)?;
        check_nonnegative("to", to)?;
        check_steps("steps", steps)?;
        Ok(Self { from, to, steps })
    }
}

pub(crate) const ENTRY: ScheduleEntry = ScheduleEntry {
    name: "linear",
    summary: "a straight line from lr to its last value",
    parameters: PARAMETERS,
    example: "linear:lr=0.1,to=0.001,steps=2000",
    make: |v| {
        check_nonnegative(LR.name, v[0])?;
        Ok(Box::new(Linear::new(v[0], v[2], whole(&STEPS, v[1], 1.0)?)?))
    },
};

const PARAMETERS: &[Parameter] = &[LR, STEPS, TO];

impl Schedule for Linear {
    fn at(&self, step: u64) -> f64 {
        // The ends are exact.
        let share = share(step, self.steps);
        if share == 1.0 { self.to } else { self.from + (self.to - self.from) * share }
    }
}
