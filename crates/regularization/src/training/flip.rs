//! Flips: an image is mirrored left to right, or top to bottom, with a probability each.
//!
//! In place, two uniform numbers an image. torchvision `RandomHorizontalFlip`, `RandomVerticalFlip`; Keras `RandomFlip`.
//!
//! Source: Krizhevsky, Sutskever and Hinton, *ImageNet classification with deep convolutional neural networks*, NeurIPS 2012, section 4.1.

use thalweg_core::streams::uniform;
use thalweg_core::{Parameter, Real, Result};

use super::augmentation::{Augmentation, within};
use super::draws::Draws;
use super::entry::{Make, MakeEach, TrainingEntry};
use super::shape::Shape;

/// Left to right with one probability, top to bottom with another, independent of each other.
///
/// ```
/// use thalweg_regularization::training::{Augmentation, Draws, Flip, Shape};
/// let mut image = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]; // 3 rows of 2
/// let upside_down = Flip::new(0.0, 1.0)?;
/// upside_down.apply(Draws::new(1, 0), 0, Shape::new(3, 2, 1)?, &mut image, &mut [0.0; 6])?;
/// assert_eq!(image, [5.0, 6.0, 3.0, 4.0, 1.0, 2.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Flip {
    horizontal: f64,
    vertical: f64,
}

impl Flip {
    /// With the probabilities of a flip left to right and of one top to bottom.
    ///
    /// # Errors
    /// A probability outside [0, 1].
    pub fn new(horizontal: f64, vertical: f64) -> Result<Self> {
        Ok(Self {
            horizontal: within(&HORIZONTAL, horizontal, 0.0, 1.0)?,
            vertical: within(&VERTICAL, vertical, 0.0, 1.0)?,
        })
    }
}

const HORIZONTAL: Parameter = Parameter {
    name: "horizontal",
    default: 0.5,
    rule: "it must be a probability from 0 to 1",
    summary: "probability of a flip left to right",
};

const VERTICAL: Parameter = Parameter {
    name: "vertical",
    default: 0.0,
    summary: "probability of a flip top to bottom",
    ..HORIZONTAL
};

pub(super) const ENTRY: TrainingEntry = TrainingEntry {
    name: "flip",
    summary: "mirrors an image left to right or top to bottom",
    parameters: &[HORIZONTAL, VERTICAL],
    example: "flip:horizontal=0.5,vertical=0.5",
    make: Make::Augmentation(MakeEach { f64: make, f32: make }),
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Augmentation<T>>> {
    Ok(Box::new(Flip::new(values[0], values[1])?))
}

impl<T: Real> Augmentation<T> for Flip {
    fn apply(
        &self,
        draws: Draws,
        item: u64,
        shape: Shape,
        image: &mut [T],
        _scratch: &mut [T],
    ) -> Result<()> {
        shape.check("values of the image", image.len())?;
        let mut rng = draws.item("flip", item);
        // Both are drawn whatever comes of it, so that neither changes the other.
        let (horizontal, vertical) = (uniform(&mut rng) < self.horizontal, uniform(&mut rng) < self.vertical);
        if horizontal {
            image.chunks_exact_mut(shape.stride()).for_each(|row| reverse(row, shape.channels));
        }
        if vertical {
            reverse(image, shape.stride());
        }
        Ok(())
    }
}

/// Reverses the order of the pieces of `size` values.
fn reverse<T>(values: &mut [T], size: usize) {
    let pieces = values.len() / size;
    let (first, second) = values.split_at_mut(pieces.div_ceil(2) * size);
    // Of an odd number the middle piece is the last of the first half and stays.
    for (left, right) in first.chunks_exact_mut(size).zip(second.chunks_exact_mut(size).rev()) {
        left.swap_with_slice(right);
    }
}
