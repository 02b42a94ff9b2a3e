//! Gaussian noise z = x + σε, ε standard normal: on inputs, to first order, ridge regularization of the Jacobian.
//!
//! One normal number a value, no memory. For data as for activations: an array or an image of any shape is a slice. Keras `GaussianNoise`.
//!
//! Source: Bishop, *Training with noise is equivalent to Tikhonov regularization*, Neural Computation 7 (1995).

use thalweg_core::streams::normal;
use thalweg_core::{Error, Parameter, Real, Result};

use super::draws::Draws;
use super::entry::{Make, MakeEach, TrainingEntry};
use super::noise::Noise;

/// zᵢ = xᵢ + σεᵢ. Backward: g as it is.
///
/// ```
/// use thalweg_regularization::training::{Draws, GaussianNoise, Noise};
/// let mut x = [5.0; 10_000];
/// GaussianNoise::new(2.0)?.forward(Draws::new(1, 0), 0, &mut x)?;
/// let mean: f64 = x.iter().sum::<f64>() / 10_000.0;
/// assert!((mean - 5.0).abs() < 0.1); // 5 standard errors of 2/√10000
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct GaussianNoise {
    deviation: f64,
}

impl GaussianNoise {
    /// With σ, the standard deviation in the unit of the values.
    ///
    /// # Errors
    /// σ negative or not finite.
    pub fn new(deviation: f64) -> Result<Self> {
        if deviation >= 0.0 && deviation.is_finite() {
            Ok(Self { deviation })
        } else {
            Err(Error::invalid_parameter("deviation", deviation, DEVIATION.rule))
        }
    }
}

const DEVIATION: Parameter = Parameter {
    name: "deviation",
    default: 0.1,
    rule: "it must be a finite number of at least 0",
    summary: "standard deviation of the noise, in the unit of the values",
};

pub(super) const ENTRY: TrainingEntry = TrainingEntry {
    name: "gaussian-noise",
    summary: "adds a normal number of mean 0 to each value",
    parameters: &[DEVIATION],
    example: "gaussian-noise:deviation=0.1",
    make: Make::Noise(MakeEach { f64: make, f32: make }),
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Noise<T>>> {
    Ok(Box::new(GaussianNoise::new(values[0])?))
}

impl<T: Real> Noise<T> for GaussianNoise {
    fn forward(&self, draws: Draws, item: u64, x: &mut [T]) -> Result<()> {
        let mut rng = draws.item("gaussian-noise", item);
        x.iter_mut().for_each(|x| *x += T::of(self.deviation * normal(&mut rng)));
        Ok(())
    }

    fn backward(&self, _draws: Draws, _item: u64, _g: &mut [T]) -> Result<()> {
        Ok(())
    }
}
