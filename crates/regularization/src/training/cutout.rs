//! Cutout: a square of an image is set to 0, so that no single part of it can decide.
//!
//! The square's centre is uniform over the pixels and the square is clipped at the edges, as in the source. In place, two uniform integers
//! an image.
//!
//! Source: DeVries and Taylor, *Improved regularization of convolutional neural networks with cutout*, arXiv:1708.04552 (2017).

use thalweg_core::{Error, Parameter, Real, Result};

use super::augmentation::Augmentation;
use super::draws::Draws;
use super::entry::{Make, MakeEach, TrainingEntry, whole};
use super::patch::Patch;
use super::shape::Shape;

/// Rows and columns [c − ⌊s/2⌋, c + ⌊s/2⌋) around a random pixel become 0.
///
/// ```
/// use thalweg_regularization::training::{Augmentation, Cutout, Draws, Shape};
/// let mut image = [1.0; 36];
/// Cutout::new(2)?.apply(Draws::new(1, 0), 0, Shape::new(6, 6, 1)?, &mut image, &mut [0.0; 36])?;
/// let gone = image.iter().filter(|v| **v == 0.0).count();
/// assert!([1, 2, 4].contains(&gone)); // 2 by 2, less at the edges
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Cutout {
    size: usize,
}

impl Cutout {
    /// With the side s of the square in pixels.
    ///
    /// # Errors
    /// A side below 2, of which half is 0.
    pub fn new(size: usize) -> Result<Self> {
        if size < 2 {
            return Err(Error::invalid_parameter("size", size, SIZE.rule));
        }
        Ok(Self { size })
    }
}

const SIZE: Parameter = Parameter {
    name: "size",
    default: 16.0,
    rule: "it must be a whole number of at least 2",
    summary: "side of the square, in pixels",
};

pub(super) const ENTRY: TrainingEntry = TrainingEntry {
    name: "cutout",
    summary: "sets a random square of an image to 0",
    parameters: &[SIZE],
    example: "cutout:size=8",
    make: Make::Augmentation(MakeEach { f64: make, f32: make }),
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Augmentation<T>>> {
    Ok(Box::new(Cutout::new(whole(&SIZE, values[0])? as usize)?))
}

impl<T: Real> Augmentation<T> for Cutout {
    fn apply(
        &self,
        draws: Draws,
        item: u64,
        shape: Shape,
        image: &mut [T],
        _scratch: &mut [T],
    ) -> Result<()> {
        shape.check("values of the image", image.len())?;
        let patch = Patch::draw(&mut draws.item("cutout", item), shape, (self.size, self.size));
        patch.spans(shape).for_each(|span| image[span].fill(T::ZERO));
        Ok(())
    }
}
