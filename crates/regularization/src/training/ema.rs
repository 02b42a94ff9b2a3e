//! Exponential moving average a̅ ← βa̅ + (1 − β)w: the mean of about the last 1/(1 − β) steps.
//!
//! Corrected for its start: the weights β^(t−s) are divided by their sum (1 − β^t)/(1 − β), as Adam does (Kingma and Ba 2015), so that the
//! share of step t is (1 − β)/(1 − β^t). Uncorrected it starts at the first weights, as PyTorch's `get_ema_avg_fn` does.
//!
//! Source: Polyak and Juditsky, SIAM J. Control Optim. 30 (1992), for averages of iterates; Tarvainen and Valpola, *Mean teachers are better
//! role models*, NeurIPS 2017, for the exponential one.

use thalweg_core::math::{exp_m1, ln};
use thalweg_core::{Error, Parameter, Result};

use super::averaged::Weighting;
use super::entry::{Make, TrainingEntry};

/// β and whether the start is corrected for.
///
/// ```
/// use thalweg_core::Par;
/// use thalweg_regularization::training::{Averaged, Ema};
/// let mut mean = Averaged::new(Box::new(Ema::new(0.5, true)?), 1)?;
/// mean.update(&[1.0], Par::Seq)?;
/// mean.update(&[4.0], Par::Seq)?;
/// assert_eq!(mean.weights(), Some(&[3.0][..])); // (½·1 + 1·4)/(½ + 1)
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Ema {
    decay: f64,
    corrected: bool,
}

impl Ema {
    /// With β, such as 0.999, and the correction for the start.
    ///
    /// # Errors
    /// β outside [0, 1).
    pub fn new(decay: f64, corrected: bool) -> Result<Self> {
        if (0.0..1.0).contains(&decay) {
            Ok(Self { decay, corrected })
        } else {
            Err(Error::invalid_parameter("decay", decay, DECAY.rule))
        }
    }
}

const DECAY: Parameter = Parameter {
    name: "decay",
    default: 0.999,
    rule: "it must be at least 0 and less than 1",
    summary: "what a step keeps of the mean; about 1/(1 - decay) steps count",
};

const CORRECTED: Parameter = Parameter {
    name: "corrected",
    default: 1.0,
    rule: "it must be 1 or 0",
    summary: "1 to weigh all steps by age alone, 0 to start from the first weights",
};

pub(super) const ENTRY: TrainingEntry = TrainingEntry {
    name: "ema",
    summary: "exponential moving average of the weights",
    parameters: &[DECAY, CORRECTED],
    example: "ema:decay=0.99",
    make: Make::Weighting(make),
};

fn make(values: &[f64]) -> Result<Box<dyn Weighting>> {
    let corrected = match values[1] {
        0.0 => false,
        1.0 => true,
        other => return Err(Error::invalid_parameter("corrected", other, CORRECTED.rule)),
    };
    Ok(Box::new(Ema::new(values[0], corrected)?))
}

impl Weighting for Ema {
    fn share(&self, _step: u64, taken: u64) -> f64 {
        if taken == 0 {
            return 1.0;
        }
        if !self.corrected {
            return 1.0 - self.decay;
        }
        // 1 − β^t without cancellation; β = 0 has ln β = −∞ and a sum of 1.
        let sum = -exp_m1((taken + 1) as f64 * ln(self.decay));
        ((1.0 - self.decay) / sum).min(1.0)
    }

    fn settings(&self) -> [(&'static str, f64); 2] {
        [("ema.decay", self.decay), ("ema.corrected", f64::from(u8::from(self.corrected)))]
    }
}
