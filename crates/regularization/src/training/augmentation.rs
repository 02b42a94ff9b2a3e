//! [`Augmentation`]: a random change of an image that leaves its target as it is.

use core::fmt::Debug;

use rand::Rng;
use thalweg_core::streams::uniform;
use thalweg_core::{Error, Par, Parameter, Real, Result};

use super::draws::Draws;
use super::items::each_item;
use super::shape::Shape;

/// A random map of an image. It acts on data, so it has no backward pass. Noise is [`GaussianNoise`](super::GaussianNoise).
///
/// ```
/// use thalweg_regularization::training::{Augmentation, Draws, Flip, Shape};
/// let mut image = [1.0, 2.0, 3.0, 4.0];
/// let always = Flip::new(1.0, 0.0)?;
/// always.apply(Draws::new(1, 0), 0, Shape::new(2, 2, 1)?, &mut image, &mut [0.0; 4])?;
/// assert_eq!(image, [2.0, 1.0, 4.0, 3.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub trait Augmentation<T: Real>: Debug + Send + Sync {
    /// Changes the image in place. `scratch` is as long as the image; what it holds before and after is of no meaning.
    ///
    /// # Errors
    /// An image or scratch that has not the length of the shape.
    fn apply(&self, draws: Draws, item: u64, shape: Shape, image: &mut [T], scratch: &mut [T]) -> Result<()>;
}

/// Applies augmentations, one after the other, to every image of a batch, which come one after the other; the scratch is as long as they.
///
/// Two of the same kind in one chain draw different numbers: each has its place in the chain as its layer.
///
/// ```
/// use thalweg_core::Par;
/// use thalweg_regularization::training::{Crop, Draws, Flip, Shape, augment_rows};
/// let shape = Shape::new(4, 4, 1)?;
/// let (mut images, mut scratch) = ([1.0; 32], [0.0; 32]);
/// let (flip, crop) = (Flip::new(0.5, 0.0)?, Crop::new(1)?);
/// augment_rows(&[&flip, &crop], Draws::new(1, 0), &[7, 2], shape, (&mut images, &mut scratch), Par::Rayon)?;
/// assert!(images.iter().all(|v| *v == 0.0 || *v == 1.0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// No rows; images or scratch of another length than the rows and the shape ask for.
pub fn augment_rows<T: Real>(
    chain: &[&dyn Augmentation<T>],
    draws: Draws,
    rows: &[u32],
    shape: Shape,
    (images, scratch): (&mut [T], &mut [T]),
    par: Par,
) -> Result<()> {
    each_item(par, rows, (images, scratch), &|row, image, scratch| {
        let mut places = chain.iter().zip(0..);
        places.try_for_each(|(member, place)| {
            member.apply(draws.layer(place), u64::from(row), shape, image, scratch)
        })
    })
}

/// A uniform number in [−limit, limit).
pub(super) fn symmetric(rng: &mut impl Rng, limit: f64) -> f64 {
    limit * (2.0 * uniform(rng) - 1.0)
}

/// A parameter in [least, most].
pub(super) fn within(parameter: &Parameter, value: f64, least: f64, most: f64) -> Result<f64> {
    if (least..=most).contains(&value) {
        Ok(value)
    } else {
        Err(Error::invalid_parameter(parameter.name, value, parameter.rule))
    }
}
