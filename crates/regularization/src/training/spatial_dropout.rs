//! Spatial dropout: whole channels of a feature map are dropped, for neighbouring values of a channel say the same and would stand in for
//! each other.
//!
//! An item is (positions)×c with the channels last, so the layer serves signals, images and volumes: Keras `SpatialDropout1D` to `3D`,
//! PyTorch `Dropout1d` to `3d` (there the channels come first). One uniform number a channel, no memory.
//!
//! Source: Tompson, Goroshin, Jain, LeCun and Bregler, *Efficient object localization using convolutional networks*, CVPR 2015.

use thalweg_core::{Error, Parameter, Real, Result};

use super::draws::Draws;
use super::entry::{Make, MakeEach, TrainingEntry};
use super::noise::{Noise, RATE, check_rate, drop_unit};

/// zₛₖ = xₛₖ/(1 − p) for all positions s of a channel k that is kept, with probability 1 − p; else 0. Backward: the same map of g.
///
/// ```
/// use thalweg_regularization::training::{Draws, Noise, SpatialDropout};
/// let mut x = [1.0; 12]; // 6 positions of 2 channels
/// SpatialDropout::new(0.5, 2)?.forward(Draws::new(1, 0), 0, &mut x)?;
/// assert!(x.chunks(2).all(|position| *position == x[..2]));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct SpatialDropout {
    rate: f64,
    channels: usize,
}

impl SpatialDropout {
    /// With p, the probability that a channel is dropped, in [0, 1), and the number of channels.
    ///
    /// # Errors
    /// A rate outside [0, 1); no channels.
    pub fn new(rate: f64, channels: usize) -> Result<Self> {
        if channels == 0 {
            return Err(Error::invalid_parameter("channels", channels, CHANNELS.rule));
        }
        Ok(Self { rate: check_rate(rate)?, channels })
    }
}

const CHANNELS: Parameter = Parameter {
    name: "channels",
    default: 3.0,
    rule: "it must be a whole number of at least 1",
    summary: "channels of an item, which are the last axis",
};

pub(super) const ENTRY: TrainingEntry = TrainingEntry {
    name: "spatial-dropout",
    summary: "drops whole channels of a feature map with probability rate and scales the others by 1/(1 - rate)",
    parameters: &[RATE, CHANNELS],
    example: "spatial-dropout:rate=0.2,channels=16",
    make: Make::Noise(MakeEach { f64: make, f32: make }),
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Noise<T>>> {
    let channels = super::entry::whole(&CHANNELS, values[1])?;
    Ok(Box::new(SpatialDropout::new(values[0], channels as usize)?))
}

impl<T: Real> Noise<T> for SpatialDropout {
    fn forward(&self, draws: Draws, item: u64, x: &mut [T]) -> Result<()> {
        if !x.len().is_multiple_of(self.channels) {
            let rule =
                format!("it must be a multiple of the {} channels; give whole positions", self.channels);
            return Err(Error::invalid_parameter("length of the item", x.len(), &rule));
        }
        let mut rng = draws.item("spatial-dropout", item);
        for channel in 0..self.channels {
            drop_unit(&mut rng, self.rate, x.iter_mut().skip(channel).step_by(self.channels));
        }
        Ok(())
    }

    fn backward(&self, draws: Draws, item: u64, g: &mut [T]) -> Result<()> {
        self.forward(draws, item, g)
    }
}
