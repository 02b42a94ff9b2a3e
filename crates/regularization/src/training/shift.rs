//! Random shift: an image is moved by parts of pixels, uniform in a share of its height and width, by bilinear interpolation, with zeros
//! outside. [`Crop`](super::Crop) moves by whole pixels.
//!
//! Source: as for [`Rotate`](super::Rotate). Keras `RandomTranslation(fill_mode="constant")`.

use thalweg_core::{Parameter, Real, Result};

use super::augmentation::{Augmentation, symmetric, within};
use super::draws::Draws;
use super::entry::{Make, MakeEach, TrainingEntry};
use super::shape::Shape;
use super::warp::Affine;

/// [`Affine::translation`] by random parts of height and width. Two uniform numbers an image; memory: the scratch.
///
/// ```
/// use thalweg_regularization::training::{Augmentation, Draws, Shape, Shift};
/// let mut image: Vec<f64> = (0..9).map(f64::from).collect();
/// Shift::new(0.0, 0.0)?.apply(Draws::new(1, 0), 0, Shape::new(3, 3, 1)?, &mut image, &mut [0.0; 9])?;
/// assert_eq!(image[5], 5.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Shift {
    vertical: f64,
    horizontal: f64,
}

impl Shift {
    /// With the largest shift down or up as a share of the height, and right or left as a share of the width.
    ///
    /// # Errors
    /// A share outside [0, 1].
    pub fn new(vertical: f64, horizontal: f64) -> Result<Self> {
        Ok(Self {
            vertical: within(&VERTICAL, vertical, 0.0, 1.0)?,
            horizontal: within(&HORIZONTAL, horizontal, 0.0, 1.0)?,
        })
    }
}

const VERTICAL: Parameter = Parameter {
    name: "vertical",
    default: 0.1,
    rule: "it must be a share from 0 to 1",
    summary: "largest shift down or up, as a share of the height",
};

const HORIZONTAL: Parameter = Parameter {
    name: "horizontal",
    summary: "largest shift right or left, as a share of the width",
    ..VERTICAL
};

pub(super) const ENTRY: TrainingEntry = TrainingEntry {
    name: "shift",
    summary: "moves an image by a random share of its size, with bilinear interpolation and zeros outside",
    parameters: &[VERTICAL, HORIZONTAL],
    example: "shift:vertical=0.1,horizontal=0.2",
    make: Make::Augmentation(MakeEach { f64: make, f32: make }),
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Augmentation<T>>> {
    Ok(Box::new(Shift::new(values[0], values[1])?))
}

impl<T: Real> Augmentation<T> for Shift {
    fn apply(&self, draws: Draws, item: u64, shape: Shape, image: &mut [T], scratch: &mut [T]) -> Result<()> {
        let mut rng = draws.item("shift", item);
        let down = symmetric(&mut rng, self.vertical * shape.height as f64);
        let right = symmetric(&mut rng, self.horizontal * shape.width as f64);
        Affine::translation(down, right).warp(shape, image, scratch)?;
        image.copy_from_slice(scratch);
        Ok(())
    }
}
