//! A drop by the same factor every so many steps.
//!
//! Source: PyTorch's `StepLR`; He et al., *Deep residual learning*, CVPR 2016, section 3.4, divides by 10 so.

use thalweg_core::{Error, Parameter, Result, Schedule, math};

use super::check_steps;
use super::entry::{LR, ScheduleEntry};
use crate::updates::{check_nonnegative, check_positive, whole};

/// s(k) = lr·q^⌊k/n⌋. Drops at any steps by any factors are [`PiecewiseConstant`](super::PiecewiseConstant).
///
/// ```
/// use thalweg_core::Schedule;
/// let schedule = thalweg_optimizers::StepDecay::new(1.0, 0.5, 10)?;
/// assert_eq!([0, 9, 10, 19, 20].map(|k| schedule.at(k)), [1.0, 1.0, 0.5, 0.5, 0.25]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct StepDecay {
    /// The value at step 0, ≥ 0.
    pub lr: f64,
    /// q in (0, 1], the factor of a drop.
    pub factor: f64,
    /// n ≥ 1, steps between two drops.
    pub every: u64,
}

impl StepDecay {
    /// By this factor every so many steps.
    ///
    /// # Errors
    /// lr negative or not finite; a factor outside (0, 1]; no steps.
    pub fn new(lr: f64, factor: f64, every: u64) -> Result<Self> {
        check_nonnegative("lr", lr)?;
        check_positive("factor", factor)?;
        if factor > 1.0 {
            return Err(Error::invalid_parameter(
                "factor",
                factor,
                "it must be at most 1, or lr grows without end",
            ));
        }
        check_steps("every", every)?;
        Ok(Self { lr, factor, every })
    }
}

pub(crate) const ENTRY: ScheduleEntry = ScheduleEntry {
    name: "step-decay",
    summary: "drops by the same factor every so many steps",
    parameters: PARAMETERS,
    example: "step-decay:lr=0.1,factor=0.1,every=3000",
    make: |v| Ok(Box::new(StepDecay::new(v[0], v[1], whole(&EVERY, v[2], 1.0)?)?)),
};

const PARAMETERS: &[Parameter] =
    &[LR, Parameter { name: "factor", default: 0.1, rule: "in (0, 1]", summary: "factor of a drop" }, EVERY];
const EVERY: Parameter = Parameter {
    name: "every",
    default: 1000.0,
    rule: "a whole number >= 1",
    summary: "minibatch steps between two drops",
};

impl Schedule for StepDecay {
    fn at(&self, step: u64) -> f64 {
        self.lr * math::powf(self.factor, (step / self.every) as f64)
    }
}
