//! [`Mixing`]: a new row out of two rows of the data and their targets.

use core::fmt::Debug;

use rand::Rng;
use thalweg_core::minibatch::check_rows;
use thalweg_core::streams::below;
use thalweg_core::{Error, Par, Parameter, Real, Result, check_shape};

use super::draws::Draws;
use super::items::{each_item, width};
use super::shape::Shape;

/// The data that partners are drawn from, row after row.
#[derive(Copy, Clone, Debug)]
pub struct MixData<'a, T> {
    x: &'a [T],
    y: &'a [T],
    rows: usize,
    shape: Shape,
    outputs: usize,
}

impl<'a, T> MixData<'a, T> {
    /// Of images x: n×(height·width·channels) and targets y: n×k, such as shares of k classes or k numbers; k may be 0 where the loss is mixed
    /// instead, by [`Mixed`].
    ///
    /// # Errors
    /// No rows; x or y that are not of whole rows; more rows than a `u32` counts.
    pub fn images(x: &'a [T], y: &'a [T], shape: Shape) -> Result<Self> {
        if shape.is_empty() || x.is_empty() {
            let remedy = "give at least one row of at least one value".to_owned();
            return Err(Error::Empty { what: "the data to mix".to_owned(), remedy });
        }
        let rows = x.len() / shape.len();
        check_shape("values of the images", rows.max(1) * shape.len(), x.len())?;
        if u32::try_from(rows).is_err() {
            return Err(Error::invalid_parameter("rows", rows, "mixing indexes at most 2^32 - 1 rows"));
        }
        Ok(Self { x, y, rows, shape, outputs: width("targets", y.len(), rows)? })
    }

    /// Of rows x: n×p without a geometry, each an image of one pixel.
    ///
    /// # Errors
    /// As [`MixData::images`].
    pub fn rows(x: &'a [T], y: &'a [T], p: usize) -> Result<Self> {
        Self::images(x, y, Shape::new(1, 1, p)?)
    }

    /// How a row is read as an image.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The values of a row that exists.
    pub(super) fn x(&self, row: u32) -> &'a [T] {
        &self.x[row as usize * self.shape.len()..][..self.shape.len()]
    }

    fn y(&self, row: u32) -> &'a [T] {
        &self.y[row as usize * self.outputs..][..self.outputs]
    }
}

/// What a row was mixed with: the loss of the new row is share·ℓ(own target) + (1 − share)·ℓ(partner's target), for losses that are linear
/// in the target the same as the loss of the mixed target.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Mixed {
    /// The partner's row.
    pub partner: u32,
    /// The share of the row's own target.
    pub share: f64,
}

/// A way to mix two rows. The partner is uniform over all n rows (the row itself included) and a function of (seed, step, row): not of the
/// batch, whose order would otherwise matter.
pub trait Mixing<T: Real>: Debug + Send + Sync {
    /// out ← the row mixed with its partner; returns who that is and the share of the row's own target.
    ///
    /// # Errors
    /// A row that does not exist; an `out` of another length than a row.
    fn mix(&self, draws: Draws, row: u32, data: &MixData<'_, T>, out: &mut [T]) -> Result<Mixed>;

    /// As [`Mixing::mix`], with the target: y ← share·own + (1 − share)·partner's.
    ///
    /// # Errors
    /// As [`Mixing::mix`]; a `y` of another length than a target.
    fn mix_with_target(
        &self,
        draws: Draws,
        row: u32,
        data: &MixData<'_, T>,
        (x, y): (&mut [T], &mut [T]),
    ) -> Result<Mixed> {
        let mixed = self.mix(draws, row, data, x)?;
        check_shape("length of the mixed target", data.outputs, y.len())?;
        blend(mixed.share, data.y(row), data.y(mixed.partner), y);
        Ok(mixed)
    }
}

/// [`Mixing::mix_with_target`] for every row of a batch, x: b×p and y: b×k, row after row.
///
/// ```
/// use thalweg_core::Par;
/// use thalweg_regularization::training::{Draws, MixData, Mixup, mix_rows};
/// let (x, y) = ([0.0, 10.0, 20.0, 30.0], [0.0, 1.0, 2.0, 3.0]);
/// let data = MixData::rows(&x, &y, 1)?;
/// let (mut new_x, mut new_y) = ([0.0; 2], [0.0; 2]);
/// mix_rows(&Mixup::new(0.2)?, Draws::new(1, 0), &[3, 1], &data, (&mut new_x, &mut new_y), Par::Rayon)?;
/// // y = x/10 holds for the data and is linear, so it holds for the mixed rows.
/// assert!(new_x.iter().zip(&new_y).all(|(x, y)| (x - 10.0_f64 * y).abs() < 1e-13));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// No rows or one that does not exist; x or y of another length than the rows ask for.
pub fn mix_rows<T: Real>(
    mixing: &dyn Mixing<T>,
    draws: Draws,
    rows: &[u32],
    data: &MixData<'_, T>,
    (x, y): (&mut [T], &mut [T]),
    par: Par,
) -> Result<()> {
    each_item(par, rows, (x, y), &|row, x, y| mixing.mix_with_target(draws, row, data, (x, y)).map(drop))
}

/// `Err` unless the row exists and `out` can hold it.
pub(super) fn check<T>(data: &MixData<'_, T>, row: u32, out: &[T]) -> Result<()> {
    check_rows(&[row], data.rows)?;
    check_shape("length of the mixed row", data.shape.len(), out.len())
}

/// The partner of a row: one uniform integer.
pub(super) fn partner<T>(rng: &mut impl Rng, data: &MixData<'_, T>) -> u32 {
    below(rng, data.rows as u64) as u32
}

/// out ← share·a + (1 − share)·b.
pub(super) fn blend<T: Real>(share: f64, a: &[T], b: &[T], out: &mut [T]) {
    let (own, other) = (T::of(share), T::of(1.0 - share));
    for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
        *out = own * *a + other * *b;
    }
}

pub(super) const ALPHA: Parameter = Parameter {
    name: "alpha",
    default: 1.0,
    rule: "it must be a finite number greater than 0",
    summary: "both parameters of the beta distribution of the share: 1 is uniform, small ones mix little",
};

pub(super) fn check_alpha(alpha: f64) -> Result<f64> {
    if alpha > 0.0 && alpha.is_finite() {
        Ok(alpha)
    } else {
        Err(Error::invalid_parameter("alpha", alpha, ALPHA.rule))
    }
}
