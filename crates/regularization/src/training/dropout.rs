//! Dropout z = m∘x/(1 − p), mᵢ = 1 with probability 1 − p: no unit can rely on another one being there.
//!
//! E z = x and Var zᵢ = xᵢ²p/(1 − p). One uniform number a value, no memory. *Inverted*: the scaling is done in training, so that prediction
//! leaves the layer out. On weights instead of activations it is DropConnect (Wan et al. 2013). PyTorch `Dropout`, Keras `Dropout`.
//!
//! Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, *Dropout: a simple way to prevent neural networks from
//! overfitting*, J. Mach. Learn. Res. 15 (2014).

use core::iter::once;

use thalweg_core::{Real, Result};

use super::draws::Draws;
use super::entry::{Make, MakeEach, TrainingEntry};
use super::noise::{Noise, RATE, check_rate, drop_unit};

/// zᵢ = xᵢ/(1 − p) with probability 1 − p, else 0. Backward: g ← m∘g/(1 − p), the same map.
///
/// ```
/// use thalweg_regularization::training::{Draws, Dropout, Noise};
/// let mut x = [2.0; 1000];
/// Dropout::new(0.2)?.forward(Draws::new(1, 0), 0, &mut x)?;
/// assert!(x.iter().all(|z| *z == 0.0 || *z == 2.5)); // 2/(1 - 0.2)
/// let dropped = x.iter().filter(|z| **z == 0.0).count();
/// assert!((150..250).contains(&dropped));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Dropout {
    rate: f64,
}

impl Dropout {
    /// With p, the probability that a value is dropped, in [0, 1).
    ///
    /// # Errors
    /// A rate outside [0, 1).
    pub fn new(rate: f64) -> Result<Self> {
        Ok(Self { rate: check_rate(rate)? })
    }
}

pub(super) const ENTRY: TrainingEntry = TrainingEntry {
    name: "dropout",
    summary: "sets each value to 0 with probability rate and scales the others by 1/(1 - rate)",
    parameters: &[RATE],
    example: "dropout:rate=0.5",
    make: Make::Noise(MakeEach { f64: make, f32: make }),
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Noise<T>>> {
    Ok(Box::new(Dropout::new(values[0])?))
}

impl<T: Real> Noise<T> for Dropout {
    fn forward(&self, draws: Draws, item: u64, x: &mut [T]) -> Result<()> {
        let mut rng = draws.item("dropout", item);
        x.iter_mut().for_each(|x| drop_unit(&mut rng, self.rate, once(x)));
        Ok(())
    }

    fn backward(&self, draws: Draws, item: u64, g: &mut [T]) -> Result<()> {
        self.forward(draws, item, g)
    }
}
