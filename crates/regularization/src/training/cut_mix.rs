//! CutMix: a rectangle of an image is replaced by the same rectangle of another one, and the targets are mixed by area.
//!
//! λ from Beta(α, α); the rectangle has sides ⌊h√(1 − λ)⌋ and ⌊w√(1 − λ)⌋ and a uniform centre, and is clipped at the edges; the share of
//! the image's own target is then 1 − area/(hw).
//!
//! Source: Yun, Han, Oh, Chun, Choe and Yoo, *CutMix: regularization strategy to train strong classifiers with localizable features*,
//! ICCV 2019, equations (1) and (2), with the corrected share of the authors' program. Partners come from all rows.

use thalweg_core::{Real, Result};

use super::beta::symmetric_beta;
use super::draws::Draws;
use super::entry::{Make, MakeEach, TrainingEntry};
use super::mixing::{ALPHA, MixData, Mixed, Mixing, check, check_alpha, partner};
use super::patch::Patch;

/// The partner's pixels in the rectangle, the row's own elsewhere; without a geometry (one pixel) either row whole.
///
/// ```
/// use thalweg_regularization::training::{CutMix, Draws, MixData, Mixing, Shape};
/// let x = [[0.0; 16], [1.0; 16]].concat(); // a black and a white image
/// let y = [0.0, 1.0];
/// let data = MixData::images(&x, &y, Shape::new(4, 4, 1)?)?;
/// let (mut image, mut target) = ([0.0; 16], [0.0]);
/// CutMix::new(1.0)?.mix_with_target(Draws::new(3, 0), 0, &data, (&mut image, &mut target))?;
/// let white = image.iter().filter(|v| **v == 1.0).count();
/// assert_eq!(target[0], white as f64 / 16.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct CutMix {
    alpha: f64,
}

impl CutMix {
    /// With α, both parameters of the beta distribution of the share that is kept; the paper takes 1.
    ///
    /// # Errors
    /// α that is not positive and finite.
    pub fn new(alpha: f64) -> Result<Self> {
        Ok(Self { alpha: check_alpha(alpha)? })
    }
}

pub(super) const ENTRY: TrainingEntry = TrainingEntry {
    name: "cut-mix",
    summary: "puts a random rectangle of another image into an image and mixes their targets by area",
    parameters: &[ALPHA],
    example: "cut-mix:alpha=1",
    make: Make::Mixing(MakeEach { f64: make, f32: make }),
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Mixing<T>>> {
    Ok(Box::new(CutMix::new(values[0])?))
}

impl<T: Real> Mixing<T> for CutMix {
    fn mix(&self, draws: Draws, row: u32, data: &MixData<'_, T>, out: &mut [T]) -> Result<Mixed> {
        check(data, row, out)?;
        let mut rng = draws.item("cut-mix", u64::from(row));
        let (partner, lambda) = (partner(&mut rng, data), symmetric_beta(&mut rng, self.alpha));
        let (shape, side) = (data.shape(), (1.0 - lambda).sqrt());
        let size = |n: usize| (n as f64 * side) as usize;
        let patch = Patch::draw(&mut rng, shape, (size(shape.height), size(shape.width)));
        out.copy_from_slice(data.x(row));
        let other = data.x(partner);
        patch.spans(shape).for_each(|span| out[span.clone()].copy_from_slice(&other[span]));
        let share = 1.0 - patch.area() as f64 / (shape.height * shape.width) as f64;
        Ok(Mixed { partner, share })
    }
}
