//! A learning rate that rises linearly and falls along half a cosine.
//!
//! Source: Loshchilov and Hutter, *SGDR: stochastic gradient descent with warm restarts*, ICLR 2017, equation 5, one period; the warmup of
//! Goyal et al. (2017).

use thalweg_core::{Error, Parameter, Result, Schedule};

use super::entry::{FLOOR, LR, STEPS, ScheduleEntry};
use super::{check_steps, half_cosine};
use crate::updates::{check_nonnegative, whole};

/// s(k) = lr·(k + 1)/w for k < w, then floor + ½(lr − floor)(1 + cos(π(k − w)/(n − w))) until k = n, then floor.
///
/// ```
/// use thalweg_core::Schedule;
/// let schedule = thalweg_optimizers::Cosine::new(1.0, 104)?.with_warmup(4)?;
/// assert_eq!([0, 3, 4, 54, 104].map(|k| (100.0 * schedule.at(k)).round()), [25.0, 100.0, 100.0, 50.0, 0.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Cosine {
    /// The greatest learning rate, ≥ 0.
    pub lr: f64,
    /// The last one, between 0 and `lr`. Default 0.
    pub floor: f64,
    /// w, steps of the linear rise. Default 0.
    pub warmup: u64,
    /// n, steps until the floor is reached.
    pub steps: u64,
}

impl Cosine {
    /// From lr to 0 in `steps` steps.
    ///
    /// # Errors
    /// lr negative or not finite; no steps.
    pub fn new(lr: f64, steps: u64) -> Result<Self> {
        check_nonnegative("lr", lr)?;
        check_steps("steps", steps)?;
        Ok(Self { lr, floor: 0.0, warmup: 0, steps })
    }

    /// With a linear rise over the first `warmup` steps.
    ///
    /// # Errors
    /// No step left for the fall.
    pub fn with_warmup(self, warmup: u64) -> Result<Self> {
        if warmup >= self.steps {
            let rule = format!("it must be less than all {} steps", self.steps);
            return Err(Error::invalid_parameter("warmup", warmup, &rule));
        }
        Ok(Self { warmup, ..self })
    }

    /// Ending at another learning rate than 0.
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
    name: "cosine",
    summary: "half a cosine from lr down, after a linear rise if wanted",
    parameters: PARAMETERS,
    example: "cosine:lr=0.1,steps=2000,warmup=100",
    make: |v| {
        let cosine = Cosine::new(v[0], whole(&STEPS, v[1], 1.0)?)?.with_floor(v[2])?;
        Ok(Box::new(cosine.with_warmup(whole(&WARMUP, v[3], 0.0)?)?))
    },
};

const PARAMETERS: &[Parameter] = &[LR, STEPS, FLOOR, WARMUP];
const WARMUP: Parameter = Parameter {
    name: "warmup",
    default: 0.0,
    rule: "a whole number >= 0, less than steps",
    summary: "minibatch steps of the linear rise",
};

impl Schedule for Cosine {
    fn at(&self, k: u64) -> f64 {
        if k < self.warmup {
            return self.lr * (k + 1) as f64 / self.warmup as f64;
        }
        if k >= self.steps {
            return self.floor;
        }
        let share = (k - self.warmup) as f64 / (self.steps - self.warmup) as f64;
        half_cosine(self.lr, self.floor, share)
    }
}
