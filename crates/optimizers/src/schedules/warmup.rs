//! A warm-up before any schedule: small steps until averages and curvature have settled.
//!
//! Source: Goyal et al., *Accurate, large minibatch SGD* (2017), section 2.2, for the constant and the linear one; optax's
//! `warmup_exponential_decay_schedule` and PyTorch's `SequentialLR` for what follows, which counts from its own beginning.

use thalweg_core::{Error, Parameter, Result, Schedule, math};

use super::entry::{LR, ScheduleEntry};
use super::{Constant, check_steps};
use crate::updates::whole;

/// s(k) = r(0)·w(k) for k < n, then r(k − n), where r is the schedule warmed up and w rises from c to 1: it is c (constant), c + (1 − c)k/n (linear)
/// or c^(1 − k/n) (exponential).
///
/// ```
/// use thalweg_core::Schedule;
/// use thalweg_optimizers::{Constant, Rise, Warmup};
/// let warm = |rise, from| Ok::<_, thalweg_core::Error>(Warmup::new(Constant::new(1.0)?, rise, from, 4)?);
/// assert_eq!([0, 2, 4].map(|k| warm(Rise::Constant, 0.25).unwrap().at(k)), [0.25, 0.25, 1.0]);
/// assert_eq!([0, 2, 4].map(|k| warm(Rise::Linear, 0.0).unwrap().at(k)), [0.0, 0.5, 1.0]);
/// assert_eq!([0, 2, 4].map(|k| warm(Rise::Exponential, 0.25).unwrap().at(k)), [0.25, 0.5, 1.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Warmup<S> {
    rest: S,
    rise: Rise,
    from: f64,
    steps: u64,
}

/// The shape of a [`Warmup`].
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Rise {
    /// The first share throughout, then a jump.
    Constant,
    /// A straight line.
    Linear,
    /// The same factor in every step.
    Exponential,
}

impl<S: Schedule> Warmup<S> {
    /// `rest` behind a rise from the share `from` of its first value in `steps` steps.
    ///
    /// # Errors
    /// A share outside [0, 1], or 0 where the rise is exponential; no steps.
    pub fn new(rest: S, rise: Rise, from: f64, steps: u64) -> Result<Self> {
        if !(0.0..=1.0).contains(&from) {
            return Err(Error::invalid_parameter("from", from, "it must lie in [0, 1]"));
        }
        if rise == Rise::Exponential && from == 0.0 {
            return Err(Error::invalid_parameter(
                "from",
                from,
                "no factor leads away from 0; give a share > 0",
            ));
        }
        check_steps("warmup", steps)?;
        Ok(Self { rest, rise, from, steps })
    }
}

pub(crate) const ENTRY: ScheduleEntry = ScheduleEntry {
    name: "warmup",
    summary: "a linear rise, then constant",
    parameters: PARAMETERS,
    example: "warmup:lr=0.1,from=0.1,warmup=500",
    make: |v| Ok(Box::new(Warmup::new(Constant::new(v[0])?, Rise::Linear, v[1], whole(&STEPS, v[2], 1.0)?)?)),
};

const PARAMETERS: &[Parameter] = &[
    LR,
    Parameter { name: "from", default: 0.0, rule: "in [0, 1]", summary: "share of lr at which it starts" },
    STEPS,
];
const STEPS: Parameter = Parameter {
    name: "warmup",
    default: 100.0,
    rule: "a whole number >= 1",
    summary: "minibatch steps of the rise",
};

impl<S: Schedule> Schedule for Warmup<S> {
    fn at(&self, step: u64) -> f64 {
        if let Some(later) = step.checked_sub(self.steps) {
            return self.rest.at(later);
        }
        let share = step as f64 / self.steps as f64;
        let rise = match self.rise {
            Rise::Constant => self.from,
            Rise::Linear => self.from + (1.0 - self.from) * share,
            Rise::Exponential => math::powf(self.from, 1.0 - share),
        };
        self.rest.at(0) * rise
    }
}
