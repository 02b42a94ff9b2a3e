//! Hyperbolic decay: Robbins and Monro's condition Σ s = ∞, Σ s² < ∞ holds.
//!
//! Source: Robbins and Monro, *A stochastic approximation method*, Ann. Math. Stat. 22 (1951); with n = 1 and q = λ·lr the schedule of Bottou,
//! *Stochastic gradient descent tricks* (2012), section 5.2; Keras' `InverseTimeDecay`.

use thalweg_core::{Parameter, Result, Schedule};

use super::check_steps;
use super::entry::{LR, STEPS, ScheduleEntry};
use crate::updates::{check_nonnegative, whole};

/// s(k) = lr/(1 + q·k/n).
///
/// ```
/// use thalweg_core::Schedule;
/// let schedule = thalweg_optimizers::InverseTime::new(1.0, 1.0, 10)?;
/// assert_eq!([0, 10, 30].map(|k| schedule.at(k)), [1.0, 0.5, 0.25]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct InverseTime {
    /// The value at step 0, ≥ 0.
    pub lr: f64,
    /// q ≥ 0: after n steps lr/(1 + q) is left.
    pub rate: f64,
    /// n ≥ 1.
    pub steps: u64,
}

impl InverseTime {
    /// With this rate in `steps` steps.
    ///
    /// # Errors
    /// lr or rate negative or not finite; no steps.
    pub fn new(lr: f64, rate: f64, steps: u64) -> Result<Self> {
        check_nonnegative("lr", lr)?;
        check_nonnegative("rate", rate)?;
        check_steps("steps", steps)?;
        Ok(Self { lr, rate, steps })
    }
}

pub(crate) const ENTRY: ScheduleEntry = ScheduleEntry {
    name: "inverse-time",
    summary: "falls like 1/k, as stochastic approximation wants it",
    parameters: PARAMETERS,
    example: "inverse-time:lr=0.5,steps=100,rate=1",
    make: |v| Ok(Box::new(InverseTime::new(v[0], v[2], whole(&STEPS, v[1], 1.0)?)?)),
};

const PARAMETERS: &[Parameter] = &[
    LR,
    STEPS,
    Parameter {
        name: "rate",
        default: 1.0,
        rule: ">= 0",
        summary: "lr/(1 + rate) is left after `steps` steps",
    },
];

impl Schedule for InverseTime {
    fn at(&self, step: u64) -> f64 {
        self.lr / (1.0 + self.rate * (step as f64 / self.steps as f64))
    }
}
