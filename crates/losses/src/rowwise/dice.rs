//! Dice loss of an overlap, 1 − (2 Σ ys + ε)/(Σ y + Σ s + ε): the shares s = σ(η) of K pixels (or labels) against K target shares y.
//!
//! [`Tversky`] with α = β = ½ and half its ε. Equal to MONAI's `DiceLoss(sigmoid=True, smooth_nr=ε, smooth_dr=ε)`, whose default ε is 1e-5; optax's
//! `dice_loss` adds its `smooth` to Σ ys, so that ours is twice it. With `squared_pred` MONAI has another loss. Minus no log-likelihood.
//!
//! Source: Milletari, Navab and Ahmadi, *V-Net: fully convolutional neural networks for volumetric medical image segmentation*, 3DV (2016).

use thalweg_core::{Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Want};

use super::tversky::{SMOOTH, Tversky};
use super::{MakeRowwise, Outputs, RowwiseEntry};

/// For targets y in [0, 1]ᴷ and s = σ(η), D = Σy + Σs + ε: ℓ = 1 − (2 Σ ys + ε)/D, ∂ℓ/∂ηₖ = sₖ(1 − sₖ)((1 − ℓ) − 2yₖ)/D. For its Hessians see
/// [`Tversky`].
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let loss = thalweg_losses::Dice::new(2, 1.0)?;
/// let mut g = [0.0; 2];
/// let value: f64 = loss.row(&[1.0, 0.0], &[0.0, 0.0], Want::Gradient, &mut g, &mut []);
/// assert_eq!(value, 1.0 / 3.0);
/// assert!((g[0] + 1.0 / 9.0).abs() < 1e-16 && (g[1] - 1.0 / 18.0).abs() < 1e-16);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Dice {
    overlap: Tversky,
}

impl Dice {
    /// Of K pixels, with ε in numerator and denominator.
    ///
    /// # Errors
    /// No pixels; an ε that is not positive and finite.
    pub fn new(outputs: usize, smooth: f64) -> Result<Self> {
        // Checked before it is halved, which could make it 0.
        let overlap = Tversky::new(outputs, 0.5, 0.5)?.with_smooth(smooth)?;
        Ok(Self { overlap: overlap.with_smooth((0.5 * smooth).max(f64::MIN_POSITIVE))? })
    }
}

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "dice",
    summary: "overlap of pixels or labels: one minus the soft Dice coefficient",
    parameters: &[SMOOTH],
    example: "dice:smooth=0.01",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Targets },
};

fn make<T: Real>(outputs: usize, values: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    Ok(Box::new(Dice::new(outputs, values[0])?))
}

impl RowFormula for Dice {
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
        self.overlap.eval(y, eta)
    }
}

impl<T: Real> Rowwise<T> for Dice {
    fn outputs(&self) -> usize {
        Rowwise::<T>::outputs(&self.overlap)
    }

    fn targets(&self) -> usize {
        Rowwise::<T>::targets(&self.overlap)
    }

    #[inline(always)]
    fn row(&self, y: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        Rowwise::row(&self.overlap, y, eta, want, gradient, hessian)
    }

    fn properties(&self) -> Properties<T> {
        Rowwise::properties(&self.overlap)
    }
}
