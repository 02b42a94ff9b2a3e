//! A linear rise, then a fall with the root of the step.
//!
//! Source: Vaswani et al., *Attention is all you need*, NeurIPS 2017, equation 3, which is lr = 1/√(d·w) at the width d of the model.

use thalweg_core::{Parameter, Result, Schedule};

use super::check_steps;
use super::entry::{LR, ScheduleEntry};
use crate::updates::{check_nonnegative, whole};

/// s(k) = lr·min((k + 1)/w, √(w/(k + 1))): greatest, lr, at the w-th step.
///
/// ```
/// use thalweg_core::Schedule;
/// let schedule = thalweg_optimizers::InverseSqrt::new(1.0, 4)?;
/// assert_eq!([0, 1, 3, 15, 63].map(|k| schedule.at(k)), [0.25, 0.5, 1.0, 0.5, 0.25]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct InverseSqrt {
    /// The greatest value, ≥ 0.
    pub lr: f64,
    /// w ≥ 1, steps of the rise; with 1 there is none and s(k) = lr/√(k + 1).
    pub warmup: u64,
}

impl InverseSqrt {
    /// With a rise of `warmup` steps to lr.
    ///
    /// # Errors
    /// lr negative or not finite; no step of rise.
    pub fn new(lr: f64, warmup: u64) -> Result<Self> {
        check_nonnegative("lr", lr)?;
        check_steps("warmup", warmup)?;
        Ok(Self { lr, warmup })
    }
}

pub(crate) const ENTRY: ScheduleEntry = ScheduleEntry {
    name: "inverse-sqrt",
    summary: "rises linearly, then falls like 1/sqrt(k): for transformers",
    parameters: PARAMETERS,
    example: "inverse-sqrt:lr=0.001,warmup=4000",
    make: |v| Ok(Box::new(InverseSqrt::new(v[0], whole(&WARMUP, v[1], 1.0)?)?)),
};

const PARAMETERS: &[Parameter] = &[LR, WARMUP];
const WARMUP: Parameter = Parameter {
    name: "warmup",
    default: 100.0,
    rule: "a whole number >= 1",
    summary: "minibatch steps of the linear rise",
};

impl Schedule for InverseSqrt {
    fn at(&self, step: u64) -> f64 {
        // Not step + 1 in whole numbers: the last step of all has no successor.
        let (t, w) = (step as f64 + 1.0, self.warmup as f64);
        self.lr * (t / w).min((w / t).sqrt())
    }
}
