//! Mixup: x̃ = λx + (1 − λ)x′ and ỹ = λy + (1 − λ)y′ with a random other row and λ from Beta(α, α): the model learns to be linear between
//! the rows.
//!
//! Two gamma numbers and an integer a row, no memory. For arrays and images alike.
//!
//! Source: Zhang, Cisse, Dauphin and Lopez-Paz, *mixup: beyond empirical risk minimization*, ICLR 2018, equation (1). There partners come
//! from a permutation of the batch for economy; here from all rows, as in the definition.

use thalweg_core::{Real, Result};

use super::beta::symmetric_beta;
use super::draws::Draws;
use super::entry::{Make, MakeEach, TrainingEntry};
use super::mixing::{ALPHA, MixData, Mixed, Mixing, blend, check, check_alpha, partner};

/// E λ = ½ and Var λ = 1/(4(2α + 1)).
///
/// ```
/// use thalweg_regularization::training::{Draws, MixData, Mixing, Mixup};
/// let (x, y) = ([0.0, 4.0, 8.0], [0.0, 1.0, 2.0]);
/// let data = MixData::rows(&x, &y, 1)?;
/// let mut new = [0.0];
/// let mixed = Mixup::new(1.0)?.mix(Draws::new(1, 0), 2, &data, &mut new)?;
/// let other = 4.0 * f64::from(mixed.partner);
/// assert_eq!(new[0], mixed.share * 8.0 + (1.0 - mixed.share) * other);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Mixup {
    alpha: f64,
}

impl Mixup {
    /// With α, both parameters of the beta distribution; the paper takes 0.1 to 0.4 on ImageNet and 1 on CIFAR.
    ///
    /// # Errors
    /// α that is not positive and finite.
    pub fn new(alpha: f64) -> Result<Self> {
        Ok(Self { alpha: check_alpha(alpha)? })
    }
}

pub(super) const ENTRY: TrainingEntry = TrainingEntry {
    name: "mixup",
    summary: "replaces a row and its target by a random mean of two rows and of their targets",
    parameters: &[ALPHA],
    example: "mixup:alpha=0.2",
    make: Make::Mixing(MakeEach { f64: make, f32: make }),
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Mixing<T>>> {
    Ok(Box::new(Mixup::new(values[0])?))
}

impl<T: Real> Mixing<T> for Mixup {
    fn mix(&self, draws: Draws, row: u32, data: &MixData<'_, T>, out: &mut [T]) -> Result<Mixed> {
        check(data, row, out)?;
        let mut rng = draws.item("mixup", u64::from(row));
        let (partner, share) = (partner(&mut rng, data), symmetric_beta(&mut rng, self.alpha));
        blend(share, data.x(row), data.x(partner), out);
        Ok(Mixed { partner, share })
    }
}
