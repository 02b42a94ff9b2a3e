//! One cycle: up to a large learning rate, down to a tiny one.
//!
//! Source: Smith and Topin, *Super-convergence*, arXiv 1708.07120; the forms are those of optax's `cosine_onecycle_schedule` and
//! `linear_onecycle_schedule`. (PyTorch's `OneCycleLR` ends its legs one step earlier.)

use thalweg_core::{Error, Parameter, Result, Schedule};

use super::entry::{LR, STEPS, ScheduleEntry};
use super::{check_steps, half_cosine};
use crate::updates::{check_nonnegative, whole};

/// From lr/a up to lr at k = ⌊r·n⌋, then down to lr/(a·b) at k = n, where it stays: in half cosines, or in three straight lines.
///
/// ```
/// use thalweg_core::Schedule;
/// let schedule = thalweg_optimizers::OneCycle::new(1.0, 100)?;
/// let percent = [0, 15, 30, 65, 100].map(|k| (100.0 * schedule.at(k)).round());
/// assert_eq!(percent, [4.0, 52.0, 100.0, 50.0, 0.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct OneCycle {
    /// The greatest value, ≥ 0.
    pub lr: f64,
    /// n ≥ 1, steps of the cycle.
    pub steps: u64,
    /// r in [0, 1], the share of the steps in which it rises. Default 0.3.
    pub rise: f64,
    /// a ≥ 1: it starts at lr/a. Default 25.
    pub start: f64,
    /// b ≥ 1: it ends at lr/(a·b). Default 1e4.
    pub end: f64,
    /// How it falls. Default along half a cosine.
    pub fall: Fall,
}

/// The legs of a [`OneCycle`].
#[derive(Copy, Clone, Debug, PartialEq)]
pub enum Fall {
    /// Half a cosine up, half a cosine down.
    Cosine,
    /// A straight line up, one down to the start at the share `until` of the steps, one to the end.
    Lines {
        /// In [rise, 1]; 0.85 with optax.
        until: f64,
    },
}

impl OneCycle {
    /// With the defaults of the other options.
    ///
    /// # Errors
    /// lr negative or not finite; no steps.
    pub fn new(lr: f64, steps: u64) -> Result<Self> {
        Self { lr, steps, rise: 0.3, start: 25.0, end: 1e4, fall: Fall::Cosine }.checked()
    }

    /// With these options.
    ///
    /// # Errors
    /// An option outside its range.
    pub fn checked(self) -> Result<Self> {
        check_nonnegative("lr", self.lr)?;
        check_steps("steps", self.steps)?;
        if !(0.0..=1.0).contains(&self.rise) {
            return Err(Error::invalid_parameter("rise", self.rise, "it must lie in [0, 1]"));
        }
        for (name, divisor) in [("start", self.start), ("end", self.end)] {
            if !(divisor.is_finite() && divisor >= 1.0) {
                return Err(Error::invalid_parameter(
                    name,
                    divisor,
                    "it divides lr and must be a finite number >= 1",
                ));
            }
        }
        match self.fall {
            Fall::Lines { until } if !(self.rise..=1.0).contains(&until) => {
                let rule = format!("it must lie between rise = {} and 1", self.rise);
                Err(Error::invalid_parameter("until", until, &rule))
            }
            _ => Ok(self),
        }
    }
}

pub(crate) const ENTRY: ScheduleEntry = ScheduleEntry {
    name: "one-cycle",
    summary: "up to lr and down to nearly nothing, in half cosines",
    parameters: PARAMETERS,
    example: "one-cycle:lr=0.5,steps=2000,rise=0.2",
    make: |v| {
        let steps = whole(&STEPS, v[1], 1.0)?;
        let cycle = OneCycle { lr: v[0], steps, rise: v[2], start: v[3], end: v[4], fall: Fall::Cosine };
        Ok(Box::new(cycle.checked()?))
    },
};

const PARAMETERS: &[Parameter] = &[
    LR,
    STEPS,
    Parameter {
        name: "rise",
        default: 0.3,
        rule: "in [0, 1]",
        summary: "share of the steps in which it rises",
    },
    Parameter { name: "start", default: 25.0, rule: ">= 1", summary: "it starts at lr/start" },
    Parameter { name: "end", default: 1e4, rule: ">= 1", summary: "it ends at lr/(start*end)" },
];

impl Schedule for OneCycle {
    fn at(&self, step: u64) -> f64 {
        let low = self.lr / self.start;
        let last = low / self.end;
        // Whole steps, as the peers cut them.
        let cut = |share: f64| (share * self.steps as f64) as u64;
        let peak = cut(self.rise);
        let along = |from: u64, to: u64| (step - from) as f64 / (to - from) as f64;
        match self.fall {
            _ if step >= self.steps => last,
            Fall::Cosine if step < peak => half_cosine(low, self.lr, along(0, peak)),
            Fall::Cosine => half_cosine(self.lr, last, along(peak, self.steps)),
            Fall::Lines { .. } if step < peak => low + (self.lr - low) * along(0, peak),
            Fall::Lines { until } => match cut(until) {
                turn if step < turn => self.lr + (low - self.lr) * along(peak, turn),
                turn => low + (last - low) * along(turn, self.steps),
            },
        }
    }
}
