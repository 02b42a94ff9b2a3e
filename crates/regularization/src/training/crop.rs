//! Random crop with padding: an image gets k rows and columns of zeros on every side, and a window of its old size is cut out.
//!
//! Two uniform integers an image; memory: the scratch. torchvision `RandomCrop(size, padding=k)`; [`crop`] cuts windows of other sizes.
//!
//! Source: He, Zhang, Ren and Sun, *Deep residual learning for image recognition*, CVPR 2016, section 4.2 (k = 4 for 32×32 pixels).

use thalweg_core::streams::below;
use thalweg_core::{Error, Parameter, Real, Result, check_shape};

use super::augmentation::Augmentation;
use super::draws::Draws;
use super::entry::{Make, MakeEach, TrainingEntry, whole};
use super::shape::Shape;

/// The window's corner is uniform over its (2k + 1)² places: a shift by whole pixels.
///
/// ```
/// use thalweg_regularization::training::{Augmentation, Crop, Draws, Shape};
/// let mut image = [1.0; 16];
/// Crop::new(1)?.apply(Draws::new(1, 0), 0, Shape::new(4, 4, 1)?, &mut image, &mut [0.0; 16])?;
/// let kept = image.iter().filter(|v| **v == 1.0).count();
/// assert!([9, 12, 16].contains(&kept));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Crop {
    padding: u32,
}

impl Crop {
    /// With k, the pixels of padding on every side, at most 2¹⁶.
    ///
    /// # Errors
    /// More padding than that.
    pub fn new(padding: u32) -> Result<Self> {
        if padding > 1 << 16 {
            return Err(Error::invalid_parameter("padding", padding, PADDING.rule));
        }
        Ok(Self { padding })
    }
}

const PADDING: Parameter = Parameter {
    name: "padding",
    default: 4.0,
    rule: "it must be a whole number from 0 to 65536",
    summary: "pixels of zeros on every side",
};

pub(super) const ENTRY: TrainingEntry = TrainingEntry {
    name: "crop",
    summary: "pads an image with zeros on every side and cuts out a random window of its old size",
    parameters: &[PADDING],
    example: "crop:padding=4",
    make: Make::Augmentation(MakeEach { f64: make, f32: make }),
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Augmentation<T>>> {
    let padding = u32::try_from(whole(&PADDING, values[0])?).unwrap_or(u32::MAX);
    Ok(Box::new(Crop::new(padding)?))
}

impl<T: Real> Augmentation<T> for Crop {
    fn apply(&self, draws: Draws, item: u64, shape: Shape, image: &mut [T], scratch: &mut [T]) -> Result<()> {
        let mut rng = draws.item("crop", item);
        let mut corner = || below(&mut rng, 2 * u64::from(self.padding) + 1) as i64 - i64::from(self.padding);
        let (top, left) = (corner(), corner());
        crop(shape, image, (top, left), shape, scratch)?;
        image.copy_from_slice(scratch);
        Ok(())
    }
}

/// out ← the window of `window`'s height and width whose first pixel is at row `top` and column `left` of the image, which may lie outside;
/// pixels outside the image are 0.
///
/// ```
/// use thalweg_regularization::training::{Shape, crop};
/// let image = [1.0, 2.0, 3.0, 4.0];
/// let mut out = [9.0; 3];
/// crop(Shape::new(2, 2, 1)?, &image, (1, -1), Shape::new(1, 3, 1)?, &mut out)?;
/// assert_eq!(out, [0.0, 3.0, 4.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// An image or `out` of another length than its shape; another number of channels.
pub fn crop<T: Real>(
    shape: Shape,
    image: &[T],
    (top, left): (i64, i64),
    window: Shape,
    out: &mut [T],
) -> Result<()> {
    shape.check("values of the image", image.len())?;
    window.check("values of the window", out.len())?;
    check_shape("channels of the image and of the window", shape.channels, window.channels)?;
    let channels = shape.channels;
    let (columns, shift) = overlap(left, shape.width, window.width);
    let (rows, down) = overlap(top, shape.height, window.height);
    for (r, line) in out.chunks_exact_mut(window.stride()).enumerate() {
        if columns.is_empty() || !rows.contains(&r) {
            line.fill(T::ZERO);
            continue;
        }
        let (start, end) = (columns.start * channels, columns.end * channels);
        let from = (r - rows.start + down) * shape.stride() + shift * channels;
        line[..start].fill(T::ZERO);
        line[start..end].copy_from_slice(&image[from..from + (end - start)]);
        line[end..].fill(T::ZERO);
    }
    Ok(())
}

/// The places of a window of `length`, put at `start`, that lie inside 0..n, and the place in 0..n of the first of them.
fn overlap(start: i64, n: usize, length: usize) -> (core::ops::Range<usize>, usize) {
    let before = usize::try_from(start.saturating_neg()).unwrap_or(0);
    let skipped = usize::try_from(start).unwrap_or(0);
    let shared = n.saturating_sub(skipped).min(length.saturating_sub(before));
    (before..before + shared, skipped)
}
