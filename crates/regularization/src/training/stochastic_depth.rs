//! Stochastic depth ("drop path"): a residual branch is left out for a whole item, so that networks of all depths are trained at once.
//!
//! The layer acts on the branch f(x) in x + f(x). One uniform number an item, no memory. torchvision `StochasticDepth(mode="row")`.
//!
//! Source: Huang, Sun, Liu, Sedra and Weinberger, *Deep networks with stochastic depth*, ECCV 2016, scaled in training instead of in
//! prediction.

use thalweg_core::{Real, Result};

use super::draws::Draws;
use super::entry::{Make, MakeEach, TrainingEntry};
use super::noise::{Noise, RATE, check_rate, drop_unit};

/// z = x/(1 − p) with probability 1 − p, else 0, for the whole item. Backward: the same map of g.
///
/// ```
/// use thalweg_regularization::training::{Draws, Noise, StochasticDepth};
/// let mut branch = [3.0, -1.0];
/// StochasticDepth::new(0.5)?.forward(Draws::new(1, 0), 0, &mut branch)?;
/// assert!(branch == [6.0, -2.0] || branch == [0.0, 0.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct StochasticDepth {
    rate: f64,
}

impl StochasticDepth {
    /// With p, the probability that the branch is left out, in [0, 1). Huang et al. let it grow linearly with depth, to 0.5.
    ///
    /// # Errors
    /// A rate outside [0, 1).
    pub fn new(rate: f64) -> Result<Self> {
        Ok(Self { rate: check_rate(rate)? })
    }
}

pub(super) const ENTRY: TrainingEntry = TrainingEntry {
    name: "stochastic-depth",
    summary: "leaves a residual branch out for a whole item with probability rate, else scales it by 1/(1 - rate)",
    parameters: &[RATE],
    example: "stochastic-depth:rate=0.2",
    make: Make::Noise(MakeEach { f64: make, f32: make }),
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Noise<T>>> {
    Ok(Box::new(StochasticDepth::new(values[0])?))
}

impl<T: Real> Noise<T> for StochasticDepth {
    fn forward(&self, draws: Draws, item: u64, x: &mut [T]) -> Result<()> {
        drop_unit(&mut draws.item("stochastic-depth", item), self.rate, x.iter_mut());
        Ok(())
    }

    fn backward(&self, draws: Draws, item: u64, g: &mut [T]) -> Result<()> {
        self.forward(draws, item, g)
    }
}
