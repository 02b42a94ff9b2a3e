//! SGDR: half cosines, each begun anew at the top, each longer than the last if wanted.
//!
//! Source: Loshchilov and Hutter, *SGDR: stochastic gradient descent with warm restarts*, ICLR 2017, equation 5; PyTorch's
//! `CosineAnnealingWarmRestarts`.

use thalweg_core::{Error, Parameter, Result, Schedule};

use super::entry::{FLOOR, LR, ScheduleEntry};
use super::{check_steps, half_cosine};
use crate::updates::{check_nonnegative, whole};

/// s(k) = floor + ½(lr − floor)(1 + cos(πj/nᵢ)) at the j-th step of period i, which has nᵢ = n·mⁱ steps.
///
/// ```
/// use thalweg_core::Schedule;
/// let schedule = thalweg_optimizers::WarmRestarts::new(1.0, 10)?.with_growth(2)?;
/// let percent = [0, 5, 10, 20, 30, 50].map(|k| (100.0 * schedule.at(k)).round());
/// assert_eq!(percent, [100.0, 50.0, 100.0, 50.0, 100.0, 50.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct WarmRestarts {
    /// The value at the beginning of a period, ≥ 0.
    pub lr: f64,
    /// The value a period falls towards, from 0 to lr. Default 0.
    pub floor: f64,
    /// n ≥ 1, steps of the first period.
    pub period: u64,
    /// m ≥ 1, the factor from one period to the next. Default 1.
    pub growth: u64,
}

impl WarmRestarts {
    /// From lr to 0 in every period.
    ///
    /// # Errors
    /// lr negative or not finite; no steps.
    pub fn new(lr: f64, period: u64) -> Result<Self> {
        check_nonnegative("lr", lr)?;
        check_steps("period", period)?;
        Ok(Self { lr, floor: 0.0, period, growth: 1 })
    }

    /// With periods that grow by this factor.
    ///
    /// # Errors
    /// A factor of 0.
    pub fn with_growth(self, growth: u64) -> Result<Self> {
        if growth == 0 {
            return Err(Error::invalid_parameter("growth", growth, "it must be at least 1"));
        }
        Ok(Self { growth, ..self })
    }

    /// Falling towards another learning rate than 0.
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
    name: "warm-restarts",
    summary: "half cosines one after the other, each from lr down",
    parameters: PARAMETERS,
    example: "warm-restarts:lr=0.1,period=200,growth=2",
    make: |v| {
        let restarts = WarmRestarts::new(v[0], whole(&PERIOD, v[1], 1.0)?)?;
        Ok(Box::new(restarts.with_growth(whole(&GROWTH, v[2], 1.0)?)?.with_floor(v[3])?))
    },
};

const PARAMETERS: &[Parameter] = &[LR, PERIOD, GROWTH, FLOOR];
const PERIOD: Parameter = Parameter {
    name: "period",
    default: 1000.0,
    rule: "a whole number >= 1",
    summary: "minibatch steps of the first period",
};
const GROWTH: Parameter = Parameter {
    name: "growth",
    default: 1.0,
    rule: "a whole number >= 1",
    summary: "factor from one period to the next",
};

impl Schedule for WarmRestarts {
    fn at(&self, step: u64) -> f64 {
        let (mut left, mut period) = (step, self.period);
        if self.growth == 1 {
            left %= period;
        } else {
            // At most 64 periods: each is at least twice the last.
            while left >= period {
                left -= period;
                period = period.saturating_mul(self.growth);
            }
        }
        half_cosine(self.lr, self.floor, left as f64 / period as f64)
    }
}
