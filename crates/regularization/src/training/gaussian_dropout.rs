//! Gaussian dropout z = x∘(1 + √(p/(1 − p)) ε), ε standard normal: the mean and variance of dropout without its zeros.
//!
//! E z = x and Var zᵢ = xᵢ²p/(1 − p). One normal number a value, no memory. Keras `GaussianDropout`.
//!
//! Source: Srivastava et al., J. Mach. Learn. Res. 15 (2014), section 10.

use thalweg_core::streams::normal;
use thalweg_core::{Parameter, Real, Result};

use super::draws::Draws;
use super::entry::{Make, MakeEach, TrainingEntry};
use super::noise::{Noise, RATE, check_rate};

/// zᵢ = xᵢ(1 + √(p/(1 − p)) εᵢ). Backward: the same map of g.
///
/// ```
/// use thalweg_regularization::training::{Draws, GaussianDropout, Noise};
/// let mut x = [1.0; 10_000];
/// GaussianDropout::new(0.2)?.forward(Draws::new(1, 0), 0, &mut x)?;
/// let variance: f64 = x.iter().map(|z| (z - 1.0) * (z - 1.0)).sum::<f64>() / 10_000.0;
/// assert!((variance - 0.25).abs() < 0.02); // 0.2/(1 - 0.2), to 5 standard errors
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct GaussianDropout {
    rate: f64,
}

impl GaussianDropout {
    /// With p, the rate of the dropout that has the same variance, in [0, 1).
    ///
    /// # Errors
    /// A rate outside [0, 1).
    pub fn new(rate: f64) -> Result<Self> {
        Ok(Self { rate: check_rate(rate)? })
    }
}

pub(super) const ENTRY: TrainingEntry = TrainingEntry {
    name: "gaussian-dropout",
    summary: "multiplies each value by a normal number of mean 1 and variance rate/(1 - rate)",
    parameters: &[Parameter { summary: "rate of the dropout that has the same variance", ..RATE }],
    example: "gaussian-dropout:rate=0.2",
    make: Make::Noise(MakeEach { f64: make, f32: make }),
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Noise<T>>> {
    Ok(Box::new(GaussianDropout::new(values[0])?))
}

impl<T: Real> Noise<T> for GaussianDropout {
    fn forward(&self, draws: Draws, item: u64, x: &mut [T]) -> Result<()> {
        let mut rng = draws.item("gaussian-dropout", item);
        let deviation = (self.rate / (1.0 - self.rate)).sqrt();
        x.iter_mut().for_each(|x| *x *= T::of(1.0 + deviation * normal(&mut rng)));
        Ok(())
    }

    fn backward(&self, draws: Draws, item: u64, g: &mut [T]) -> Result<()> {
        self.forward(draws, item, g)
    }
}
