//! A power of the way that is left.
//!
//! Source: optax's `polynomial_schedule`; Chen et al., *DeepLab*, IEEE PAMI 40 (2018), section 4.1, the "poly" policy with power 0.9.

use thalweg_core::{Parameter, Result, Schedule, math};

use super::entry::{LR, STEPS, ScheduleEntry, TO};
use super::{check_steps, share};
use crate::updates::{check_nonnegative, check_positive, whole};

/// s(k) = to + (from − to)·(1 − k/n)^q until k = n, then to.
///
/// ```
/// use thalweg_core::Schedule;
/// let schedule = thalweg_optimizers::Polynomial::new(1.0, 0.0, 2.0, 4)?;
/// assert_eq!([0, 1, 2, 4, 9].map(|k| schedule.at(k)), [1.0, 0.5625, 0.25, 0.0, 0.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Polynomial {
    /// The value at step 0, ≥ 0.
    pub from: f64,
    /// The last one, ≥ 0.
    pub to: f64,
    /// q > 0: above 1 most of the way lies at the beginning, below 1 at the end.
    pub power: f64,
    /// n ≥ 1, steps until the last value is reached.
    pub steps: u64,
}

impl Polynomial {
    /// Between these values in `steps` steps.
    ///
    /// # Errors
    /// A value negative or not finite; a power that is not positive; no steps.
    pub fn new(from: f64, to: f64, power: f64, steps: u64) -> Result<Self> {
        check_nonnegative("from", from)?;
        check_nonnegative("to", to)?;
        check_positive("power", power)?;
        check_steps("steps", steps)?;
        Ok(Self { from, to, power, steps })
    }
}

pub(crate) const ENTRY: ScheduleEntry = ScheduleEntry {
    name: "polynomial",
    summary: "falls with a power of the steps that are left",
    parameters: PARAMETERS,
    example: "polynomial:lr=0.1,steps=2000,power=0.9",
    make: |v| {
        check_nonnegative(LR.name, v[0])?;
        Ok(Box::new(Polynomial::new(v[0], v[2], v[3], whole(&STEPS, v[1], 1.0)?)?))
    },
};

const PARAMETERS: &[Parameter] = &[
    LR,
    STEPS,
    TO,
    Parameter {
        name: "power",
        default: 2.0,
        rule: "> 0",
        summary: "power of the share of steps that is left",
    },
];

impl Schedule for Polynomial {
    fn at(&self, step: u64) -> f64 {
        let left = 1.0 - share(step, self.steps);
        self.to + (self.from - self.to) * math::powf(left, self.power)
    }
}
