//! Polyak averaging: the mean of all iterates from some step on, which takes stochastic gradients to the best asymptotic variance.
//!
//! a̅ ← a̅ + s(w − a̅) with s = (η + 1)/(t + η) for the t-th step taken: η = 0 is the plain mean, a greater η forgets the start polynomially,
//! without a scale of time to choose.
//!
//! Source: Polyak and Juditsky, *Acceleration of stochastic approximation by averaging*, SIAM J. Control Optim. 30 (1992); η from Shamir and
//! Zhang, *Stochastic gradient descent for non-smooth optimization*, ICML 2013, section 4.

use thalweg_core::{Error, Parameter, Result};

use super::averaged::Weighting;
use super::entry::{Make, TrainingEntry, whole};
use super::swa::START;

/// The first step and η.
///
/// ```
/// use thalweg_regularization::training::{Polyak, Weighting};
/// let polyak = Polyak::new(0, 3.0)?;
/// assert_eq!([polyak.share(0, 0), polyak.share(1, 1), polyak.share(4, 4)], [1.0, 0.8, 0.5]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Polyak {
    start: u64,
    eta: f64,
}

impl Polyak {
    /// With the first 0-based step that counts, and η, at least 0.
    ///
    /// # Errors
    /// η negative or not finite.
    pub fn new(start: u64, eta: f64) -> Result<Self> {
        if eta >= 0.0 && eta.is_finite() {
            Ok(Self { start, eta })
        } else {
            Err(Error::invalid_parameter("eta", eta, ETA.rule))
        }
    }
}

const ETA: Parameter = Parameter {
    name: "eta",
    default: 0.0,
    rule: "it must be a finite number of at least 0",
    summary: "how fast early steps are forgotten: 0 is the plain mean",
};

pub(super) const ENTRY: TrainingEntry = TrainingEntry {
    name: "polyak",
    summary: "mean of the weights of all steps, with polynomially decaying memory if wanted",
    parameters: &[START, ETA],
    example: "polyak:start=100,eta=8",
    make: Make::Weighting(make),
};

fn make(values: &[f64]) -> Result<Box<dyn Weighting>> {
    Ok(Box::new(Polyak::new(whole(&START, values[0])?, values[1])?))
}

impl Weighting for Polyak {
    fn share(&self, step: u64, taken: u64) -> f64 {
        let t = taken as f64 + 1.0;
        if step >= self.start { (self.eta + 1.0) / (t + self.eta) } else { 0.0 }
    }

    fn settings(&self) -> [(&'static str, f64); 2] {
        [("polyak.start", self.start as f64), ("polyak.eta", self.eta)]
    }
}
