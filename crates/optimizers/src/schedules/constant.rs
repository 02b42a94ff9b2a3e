//! A constant learning rate.

use thalweg_core::{Result, Schedule};

use super::entry::{LR, ScheduleEntry};
use crate::updates::check_nonnegative;

/// s(k) = lr.
///
/// ```
/// use thalweg_core::Schedule;
/// assert_eq!(thalweg_optimizers::Constant::new(0.25)?.at(7), 0.25);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Constant {
    /// lr ≥ 0, the step length.
    pub lr: f64,
}

impl Constant {
    /// With learning rate lr.
    ///
    /// # Errors
    /// lr negative or not finite.
    pub fn new(lr: f64) -> Result<Self> {
        check_nonnegative("lr", lr)?;
        Ok(Self { lr })
    }
}

pub(crate) const ENTRY: ScheduleEntry = ScheduleEntry {
    name: "constant",
    summary: "the same learning rate in every step",
    parameters: &[LR],
    example: "constant:lr=0.01",
    make: |v| Ok(Box::new(Constant::new(v[0])?)),
};

impl Schedule for Constant {
    fn at(&self, _: u64) -> f64 {
        self.lr
    }
}
