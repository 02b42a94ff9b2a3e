//! Stopping rules: typed tests on a step, combined by `&` and `|`.

use core::ops::{BitAnd, BitOr};

use crate::minimizer::StepInfo;
use crate::real::Real;

/// When a run has gone far enough. Meeting it proves nothing: the certificate and the gradient decide the status.
///
/// ```
/// use thalweg_core::stop::{gradient_inf, iterations, value_relative};
/// let rule = (gradient_inf(1e-8) | value_relative(1e-14)) & iterations(3);
/// assert_eq!(rule.to_string(), "(max|g| <= 1e-8 or relative decrease <= 1e-14) and at least 3 iterations");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    /// max |∇F| ≤ tolerance.
    GradientInf(f64),
    /// max |∇F| ≤ tolerance · max(1, |F|).
    GradientRelative(f64),
    /// The last decrease ≤ tolerance · |F|.
    ValueRelative(f64),
    /// max |step| ≤ tolerance.
    StepInf(f64),
    /// The decrease a further Newton step promises ≤ tolerance · |F|.
    PredictedDecrease(f64),
    /// The decrease a further Newton step promises ≤ tolerance: for minima where F itself vanishes.
    PredictedBelow(f64),
    /// At least this many iterations were made.
    Iterations(u64),
    /// Both hold.
    And(Box<Stop>, Box<Stop>),
    /// One of them holds.
    Or(Box<Stop>, Box<Stop>),
}

/// [`Stop::GradientInf`].
#[must_use]
pub const fn gradient_inf(tolerance: f64) -> Stop {
    Stop::GradientInf(tolerance)
}
/// [`Stop::GradientRelative`].
#[must_use]
pub const fn gradient_relative(tolerance: f64) -> Stop {
    Stop::GradientRelative(tolerance)
}
/// [`Stop::ValueRelative`].
#[must_use]
pub const fn value_relative(tolerance: f64) -> Stop {
    Stop::ValueRelative(tolerance)
}
/// [`Stop::StepInf`].
#[must_use]
pub const fn step_inf(tolerance: f64) -> Stop {
    Stop::StepInf(tolerance)
}
/// [`Stop::PredictedDecrease`].
#[must_use]
pub const fn predicted_decrease(tolerance: f64) -> Stop {
    Stop::PredictedDecrease(tolerance)
}
/// [`Stop::PredictedBelow`].
#[must_use]
pub const fn predicted_below(tolerance: f64) -> Stop {
    Stop::PredictedBelow(tolerance)
}
/// [`Stop::Iterations`].
#[must_use]
pub const fn iterations(n: u64) -> Stop {
    Stop::Iterations(n)
}

impl Stop {
    /// Whether the rule holds after `iteration` steps, the last of which was `info`. A NaN satisfies nothing.
    #[must_use]
    pub fn holds<T: Real>(&self, info: &StepInfo<T>, iteration: u64) -> bool {
        let value = info.value.to_f64().abs();
        match self {
            Self::GradientInf(tol) => info.gradient_inf.to_f64() <= *tol,
            Self::GradientRelative(tol) => info.gradient_inf.to_f64() <= tol * value.max(1.0),
            Self::ValueRelative(tol) => info.decrease.to_f64() <= tol * value,
            Self::StepInf(tol) => info.step_inf.to_f64() <= *tol,
            Self::PredictedDecrease(tol) => {
                info.predicted_decrease.is_some_and(|d| d.to_f64() <= tol * value)
            }
            Self::PredictedBelow(tol) => info.predicted_decrease.is_some_and(|d| d.to_f64() <= *tol),
            Self::Iterations(n) => iteration >= *n,
            Self::And(a, b) => a.holds(info, iteration) && b.holds(info, iteration),
            Self::Or(a, b) => a.holds(info, iteration) || b.holds(info, iteration),
        }
    }
}

impl BitAnd for Stop {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self::And(Box::new(self), Box::new(other))
    }
}

impl BitOr for Stop {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self::Or(Box::new(self), Box::new(other))
    }
}

impl core::fmt::Display for Stop {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // `and` binds tighter than `or`, so only an `or` below an `and` needs parentheses.
        fn operand(stop: &Stop, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            match stop {
                Stop::Or(..) => write!(f, "({stop})"),
                _ => write!(f, "{stop}"),
            }
        }
        match self {
            Self::GradientInf(tol) => write!(f, "max|g| <= {tol:e}"),
            Self::GradientRelative(tol) => write!(f, "max|g| <= {tol:e} max(1, |F|)"),
            Self::ValueRelative(tol) => write!(f, "relative decrease <= {tol:e}"),
            Self::StepInf(tol) => write!(f, "max|step| <= {tol:e}"),
            Self::PredictedDecrease(tol) => write!(f, "predicted decrease <= {tol:e} |F|"),
            Self::PredictedBelow(tol) => write!(f, "predicted decrease <= {tol:e}"),
            Self::Iterations(n) => write!(f, "at least {n} iterations"),
            Self::And(a, b) => {
                operand(a, f)?;
                f.write_str(" and ")?;
                operand(b, f)
            }
            Self::Or(a, b) => write!(f, "{a} or {b}"),
        }
    }
}
