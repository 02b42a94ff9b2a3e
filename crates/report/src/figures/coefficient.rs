//! [`Coefficient`]: an estimate with its interval, or what became of it.

use crate::axis::drawable;
use crate::number::trimmed;

/// What became of a coefficient.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// It has an estimate; a NaN bound means that it has no interval.
    #[default]
    Estimated,
    /// It is a combination of others and has no value of its own.
    Aliased,
    /// Its estimate grows without bound.
    ToInfinity,
    /// Its estimate falls without bound.
    ToMinusInfinity,
}

/// One coefficient of a [`CoefficientForest`](crate::CoefficientForest).
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficient {
    /// Its name; long ones are shortened in the middle, with the whole as a hint.
    pub name: String,
    /// The estimate; NaN is drawn as "not estimated".
    pub estimate: f64,
    /// Lower end of the interval; may be infinite or NaN.
    pub lower: f64,
    /// Upper end of the interval; may be infinite or NaN.
    pub upper: f64,
    /// What became of it.
    pub state: State,
}

impl Coefficient {
    /// An estimated coefficient.
    #[must_use]
    pub fn new(name: &str, estimate: f64, lower: f64, upper: f64) -> Self {
        Self { name: name.to_owned(), estimate, lower, upper, state: State::Estimated }
    }

    /// A coefficient without an estimate.
    #[must_use]
    pub fn without_estimate(name: &str, state: State) -> Self {
        Self { name: name.to_owned(), estimate: f64::NAN, lower: f64::NAN, upper: f64::NAN, state }
    }

    pub(crate) fn is_drawn(&self) -> bool {
        self.state == State::Estimated && drawable(self.estimate)
    }

    pub(crate) fn half_width(&self) -> f64 {
        0.5 * (self.upper - self.lower)
    }

    /// Name, estimate and interval in words.
    pub(crate) fn describe(&self) -> String {
        let what = match self.state {
            State::Aliased => "aliased".to_owned(),
            State::ToInfinity => "diverges to +∞".to_owned(),
            State::ToMinusInfinity => "diverges to −∞".to_owned(),
            State::Estimated if !self.is_drawn() => "not estimated".to_owned(),
            State::Estimated if self.lower.is_nan() || self.upper.is_nan() => {
                format!("{} without interval", trimmed(self.estimate, 4))
            }
            State::Estimated => {
                format!(
                    "{} [{}, {}]",
                    trimmed(self.estimate, 4),
                    trimmed(self.lower, 4),
                    trimmed(self.upper, 4)
                )
            }
        };
        format!("{} {what}", self.name)
    }
}
