//! Alpha dropout z = a(m∘x + (1 − m)α′) + b: dropout for self-normalising networks, which keeps mean 0 and variance 1.
//!
//! α′ = −λα is the limit of SELU towards −∞, a = ((1 − p)(1 + pα′²))^−½ and b = −apα′. One uniform number a value, no memory. PyTorch and
//! Keras `AlphaDropout`.
//!
//! Source: Klambauer, Unterthiner, Mayr and Hochreiter, *Self-normalizing neural networks*, NeurIPS 2017, section 2 and appendix A1.

use thalweg_core::{Real, Result};

use super::draws::Draws;
use super::entry::{Make, MakeEach, TrainingEntry};
use super::noise::{Noise, RATE, check_rate, keeps};

/// −λα with λ = 1.0507009873554805 and α = 1.6732632423543772 of SELU.
const SATURATED: f64 = -1.758_099_340_847_376_8;

/// zᵢ = a xᵢ + b with probability 1 − p, else aα′ + b. If x has mean 0 and variance 1, so has z. Backward: g ← a m∘g.
///
/// ```
/// use thalweg_regularization::training::{AlphaDropout, Draws, Noise};
/// let dropout = AlphaDropout::new(0.5)?;
/// let (a, b) = dropout.affine();
/// assert!((a - 0.8864048946659319).abs() < 1e-15);
/// assert!((b - 0.7791939305180316).abs() < 1e-15);
/// let mut x = [1.0];
/// dropout.forward(Draws::new(1, 0), 0, &mut x)?;
/// assert!(x[0] == a + b || x[0] == a * -1.7580993408473768 + b);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct AlphaDropout {
    rate: f64,
}

impl AlphaDropout {
    /// With p, the probability that a value is dropped, in [0, 1).
    ///
    /// # Errors
    /// A rate outside [0, 1).
    pub fn new(rate: f64) -> Result<Self> {
        Ok(Self { rate: check_rate(rate)? })
    }

    /// (a, b), which bring mean and variance back to 0 and 1.
    #[must_use]
    pub fn affine(&self) -> (f64, f64) {
        let p = self.rate;
        let a = 1.0 / ((1.0 - p) * (1.0 + p * SATURATED * SATURATED)).sqrt();
        (a, -a * p * SATURATED)
    }
}

pub(super) const ENTRY: TrainingEntry = TrainingEntry {
    name: "alpha-dropout",
    summary: "dropout for SELU networks: dropped values become its lower limit, mean 0 and variance 1 are kept",
    parameters: &[RATE],
    example: "alpha-dropout:rate=0.1",
    make: Make::Noise(MakeEach { f64: make, f32: make }),
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Noise<T>>> {
    Ok(Box::new(AlphaDropout::new(values[0])?))
}

impl<T: Real> Noise<T> for AlphaDropout {
    fn forward(&self, draws: Draws, item: u64, x: &mut [T]) -> Result<()> {
        let mut rng = draws.item("alpha-dropout", item);
        let (a, b) = self.affine();
        let (a, b, dropped) = (T::of(a), T::of(b), T::of(a * SATURATED + b));
        x.iter_mut().for_each(|x| *x = if keeps(&mut rng, self.rate) { a * *x + b } else { dropped });
        Ok(())
    }

    fn backward(&self, draws: Draws, item: u64, g: &mut [T]) -> Result<()> {
        let mut rng = draws.item("alpha-dropout", item);
        let a = T::of(self.affine().0);
        g.iter_mut().for_each(|g| *g = if keeps(&mut rng, self.rate) { a * *g } else { T::ZERO });
        Ok(())
    }
}
