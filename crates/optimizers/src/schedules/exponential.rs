//! The same factor in every step.
//!
//! Source: optax's `exponential_decay`, without its staircase (which is `StepDecay`); PyTorch's `ExponentialLR` with n = 1.

use thalweg_core::{Error, Parameter, Result, Schedule, math};

use super::check_steps;
use super::entry::{FLOOR, LR, STEPS, ScheduleEntry};
use crate::updates::{check_nonnegative, check_positive, whole};

/// s(k) = lr·q^(k/n), but never below floor.
///
/// ```
/// use thalweg_core::Schedule;
/// let schedule = thalweg_optimizers::Exponential::new(1.0, 0.25, 4)?.with_floor(0.1)?;
/// assert_eq!([0, 2, 4, 6, 9].map(|k| schedule.at(k)), [1.0, 0.5, 0.25, 0.125, 0.1]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Exponential {
    /// The value at step 0, ≥ 0.
    pub lr: f64,
    /// q in (0, 1], the factor of n steps.
    pub factor: f64,
    /// n ≥ 1.
    pub steps: u64,
    /// The least value, from 0 to lr. Default 0.
    pub floor: f64,
}

impl Exponential {
    /// By this factor in `steps` steps.
    ///
    /// # Errors
    /// lr negative or not finite; a factor outside (0, 1]; no steps.
    pub fn new(lr: f64, factor: f64, steps: u64) -> Result<Self> {
        check_nonnegative("lr", lr)?;
        check_positive("factor", factor)?;
        if factor > 1.0 {
            return Err(Error::invalid_parameter(
                "factor",
                factor,
                "it must be at most 1, or lr grows without end",
            ));
        }
        check_steps("steps", steps)?;
        Ok(Self { lr, factor, steps, floor: 0.0 })
    }

    /// Falling no further than `floor`.
    ///
    /// # Errors
    /// Outside 0 to lr.
    pub fn with_floor(self, floor: f64) -> Result<Self> {
        if !(0.0..=self.lr).contains(&floor) {
            let rule = format!("it must lie between 0 and lr = {}", self.lr);
            return Err(Error::invalid_parameter("floor", floor, &rule));
        }
        Ok(Self { floor, ..self })
    }
}

pub(crate) const ENTRY: ScheduleEntry = ScheduleEntry {
    name: "exponential",
    summary: "falls by the same factor in every step",
    parameters: PARAMETERS,
    example: "exponential:lr=0.1,steps=1000,factor=0.1",
    make: |v| Ok(Box::new(Exponential::new(v[0], v[3], whole(&STEPS, v[1], 1.0)?)?.with_floor(v[2])?)),
};

const PARAMETERS: &[Parameter] = &[
    LR,
    STEPS,
    FLOOR,
    Parameter {
        name: "factor",
        default: 0.1,
        rule: "in (0, 1]",
        summary: "what is left after `steps` steps",
    },
];

impl Schedule for Exponential {
    fn at(&self, step: u64) -> f64 {
        let decayed = self.lr * math::powf(self.factor, step as f64 / self.steps as f64);
        decayed.max(self.floor)
    }
}
