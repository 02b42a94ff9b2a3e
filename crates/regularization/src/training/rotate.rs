//! Random rotation: an image is turned around its centre by an angle uniform in [−a, a), by bilinear interpolation, with zeros outside.
//!
//! Source: LeCun, Bottou, Bengio and Haffner, *Gradient-based learning applied to document recognition*, Proc. IEEE 86 (1998), for
//! distorted training images. torchvision `RandomRotation(a, InterpolationMode.BILINEAR)`.

use thalweg_core::{Parameter, Real, Result};

use super::augmentation::{Augmentation, symmetric, within};
use super::draws::Draws;
use super::entry::{Make, MakeEach, TrainingEntry};
use super::shape::Shape;
use super::warp::Affine;

/// [`Affine::rotation`] by a random angle. One uniform number an image; memory: the scratch.
///
/// ```
/// use thalweg_regularization::training::{Augmentation, Draws, Rotate, Shape};
/// let mut image = [1.0; 25];
/// Rotate::new(15.0)?.apply(Draws::new(1, 0), 0, Shape::new(5, 5, 1)?, &mut image, &mut [0.0; 25])?;
/// assert!((image[12] - 1.0_f64).abs() < 1e-15); // the centre
/// assert!(image[0] < 1.0); // a corner comes from outside
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Rotate {
    degrees: f64,
}

impl Rotate {
    /// With the largest angle in degrees.
    ///
    /// # Errors
    /// An angle outside [0, 180].
    pub fn new(degrees: f64) -> Result<Self> {
        Ok(Self { degrees: within(&DEGREES, degrees, 0.0, 180.0)? })
    }
}

const DEGREES: Parameter = Parameter {
    name: "degrees",
    default: 10.0,
    rule: "it must be a number from 0 to 180",
    summary: "largest angle either way, in degrees",
};

pub(super) const ENTRY: TrainingEntry = TrainingEntry {
    name: "rotate",
    summary: "turns an image around its centre by a random angle, with bilinear interpolation and zeros outside",
    parameters: &[DEGREES],
    example: "rotate:degrees=15",
    make: Make::Augmentation(MakeEach { f64: make, f32: make }),
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Augmentation<T>>> {
    Ok(Box::new(Rotate::new(values[0])?))
}

impl<T: Real> Augmentation<T> for Rotate {
    fn apply(&self, draws: Draws, item: u64, shape: Shape, image: &mut [T], scratch: &mut [T]) -> Result<()> {
        let angle = symmetric(&mut draws.item("rotate", item), self.degrees.to_radians());
        Affine::rotation(angle).warp(shape, image, scratch)?;
        image.copy_from_slice(scratch);
        Ok(())
    }
}
