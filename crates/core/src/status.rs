//! [`Status`] and [`Solution`]: an outcome is data, never a bool.

use core::fmt;

use crate::certificate::Certificate;
use crate::counted::Counts;
use crate::observe::Progress;

/// How a run ended.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// A proven bound on F(x) − F* is within tolerance.
    Certified,
    /// The gradient (or KKT violation) is small; nothing is proven about F*.
    Stationary,
    /// No further progress, although the gradient is not small.
    Stalled,
    /// Iterations, evaluations or time are used up.
    Budget,
    /// The objective or its gradient is NaN or infinite.
    NonFinite,
    /// Some combination of columns separates the outcomes, so coefficients diverge.
    Separated,
    /// The objective falls without bound.
    Unbounded,
    /// Stopped by the caller; the best point so far is kept.
    Interrupted,
}

impl Status {
    /// True if the point can be used as the solution: [`Status::Certified`] or [`Status::Stationary`].
    #[must_use]
    pub const fn is_solved(self) -> bool {
        matches!(self, Self::Certified | Self::Stationary)
    }

    /// The name in reports and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Certified => "Certified",
            Self::Stationary => "Stationary",
            Self::Stalled => "Stalled",
            Self::Budget => "Budget",
            Self::NonFinite => "NonFinite",
            Self::Separated => "Separated",
            Self::Unbounded => "Unbounded",
            Self::Interrupted => "Interrupted",
        }
    }

    /// What it means and what to do next.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Certified => "the distance to the optimal value is proven to be within tolerance",
            Self::Stationary => {
                "the gradient vanishes to tolerance; no bound on the optimal value is known for this loss"
            }
            Self::Stalled => {
                "no step lowers the objective further; rescale the columns, loosen the tolerance or use another optimizer"
            }
            Self::Budget => {
                "the limit on iterations, evaluations or time was reached; raise it or start from this point"
            }
            Self::NonFinite => {
                "the objective is not finite at the start or along the way; check the data and the starting point"
            }
            Self::Separated => {
                "some coefficients are infinite; drop the columns named, pool their levels or add a ridge penalty"
            }
            Self::Unbounded => "the objective has no minimum; add a penalty or remove the direction named",
            Self::Interrupted => "stopped on request; the best point so far is kept",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The outcome of a run.
#[derive(Clone, Debug)]
pub struct Solution<T> {
    /// The best point found.
    pub x: Vec<T>,
    /// F(x).
    pub value: T,
    /// max |∇F(x)|, or the largest violation of a composite objective's optimality conditions, recomputed at x where the
    /// objective can, else as the optimizer saw it last.
    pub gradient_inf: T,
    /// How the run ended.
    pub status: Status,
    /// What is proven about F(x) − F*.
    pub certificate: Certificate,
    /// Iterations made.
    pub iterations: u64,
    /// Evaluations made.
    pub counts: Counts,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// One entry a step, if the driver was asked to keep them.
    pub trace: Vec<Progress>,
}
