//! [`Noise`]: a layer that perturbs activations while a model is trained and does nothing when it predicts.

use core::fmt::Debug;

use rand::Rng;
use thalweg_core::streams::uniform;
use thalweg_core::{Error, Par, Parameter, Real, Result};

use super::draws::Draws;
use super::items::each_item;

/// A random map of the activations of one item, x ↦ z, and the transpose of its Jacobian.
///
/// In training mode only: every such map keeps the mean (inverted scaling), so prediction leaves the layer out.
///
/// ```
/// use thalweg_regularization::training::{Dropout, Draws, Noise};
/// let (dropout, draws) = (Dropout::new(0.5)?, Draws::new(1, 0));
/// let mut z = [3.0; 8];
/// dropout.forward(draws, 0, &mut z)?;
/// assert!(z.iter().all(|z| *z == 0.0 || *z == 6.0));
/// let mut g = [1.0; 8];
/// dropout.backward(draws, 0, &mut g)?; // the same mask, drawn again
/// assert!(z.iter().zip(&g).all(|(z, g)| *z == 3.0 * g));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub trait Noise<T: Real>: Debug + Send + Sync {
    /// x ← z in place, for one item.
    ///
    /// # Errors
    /// A length that the layer cannot divide.
    fn forward(&self, draws: Draws, item: u64, x: &mut [T]) -> Result<()>;

    /// g ← (∂z/∂x)ᵀ g in place, for the noise that [`Noise::forward`] drew for the same `draws` and `item`.
    ///
    /// # Errors
    /// As [`Noise::forward`].
    fn backward(&self, draws: Draws, item: u64, g: &mut [T]) -> Result<()>;
}

/// [`Noise::forward`] for every row of a batch, x: n×p, row after row.
///
/// ```
/// use thalweg_core::Par;
/// use thalweg_regularization::training::{Draws, GaussianNoise, forward_rows};
/// let (noise, draws) = (GaussianNoise::new(0.1)?, Draws::new(1, 0));
/// let (mut x, mut y) = ([0.0; 6], [0.0; 6]);
/// forward_rows(&noise, draws, &[4, 9], &mut x, Par::Rayon)?;
/// forward_rows(&noise, draws, &[9, 4], &mut y, Par::Seq)?;
/// assert_eq!(x[..3], y[3..]); // a row's noise is the row's own
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// No rows, a slice that is not of whole rows, or an error of the layer.
pub fn forward_rows<T: Real>(
    noise: &dyn Noise<T>,
    draws: Draws,
    rows: &[u32],
    x: &mut [T],
    par: Par,
) -> Result<()> {
    each_item(par, rows, (x, &mut []), &|row, x, _| noise.forward(draws, u64::from(row), x))
}

/// [`Noise::backward`] for every row of a batch, g: n×p, row after row.
///
/// # Errors
/// As [`forward_rows`].
pub fn backward_rows<T: Real>(
    noise: &dyn Noise<T>,
    draws: Draws,
    rows: &[u32],
    g: &mut [T],
    par: Par,
) -> Result<()> {
    each_item(par, rows, (g, &mut []), &|row, g, _| noise.backward(draws, u64::from(row), g))
}

pub(super) const RATE: Parameter = Parameter {
    name: "rate",
    default: 0.5,
    rule: "it must be at least 0 and less than 1",
    summary: "probability that a unit is dropped",
};

/// A rate in [0, 1).
pub(super) fn check_rate(rate: f64) -> Result<f64> {
    if (0.0..1.0).contains(&rate) { Ok(rate) } else { Err(Error::invalid_parameter("rate", rate, RATE.rule)) }
}

/// True with probability 1 − `rate`: one uniform number.
#[inline(always)]
pub(super) fn keeps(rng: &mut impl Rng, rate: f64) -> bool {
    uniform(rng) >= rate
}

/// x ← x/(1 − rate) for all of a unit with probability 1 − `rate`, else 0, whatever was there.
#[inline(always)]
pub(super) fn drop_unit<'a, T: Real>(rng: &mut impl Rng, rate: f64, unit: impl Iterator<Item = &'a mut T>) {
    let scale = if keeps(rng, rate) { T::of(1.0 / (1.0 - rate)) } else { T::ZERO };
    // Not 0·x, so that a dropped NaN or ∞ is gone.
    unit.for_each(|x| *x = if scale == T::ZERO { T::ZERO } else { *x * scale });
}
