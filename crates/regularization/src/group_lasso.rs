//! Group lasso λ Σ √|g| ‖b_g‖: whole groups of coefficients enter or leave the model together, such as the levels of a categorical
//! predictor, or one predictor's coefficients for several outputs.
//!
//! Source: Yuan and Lin, *Model selection and estimation in regression with grouped variables*, J. R. Statist. Soc. B 68 (2006); for several
//! outputs, Obozinski, Taskar and Jordan, *Joint covariate selection and joint subspace selection*, Stat. Comput. 20 (2010).

use thalweg_core::{Blocks, Diagonal, Penalty, Real, Result, Step, vector};

use crate::by_blocks;
use crate::groups::{Groups, SIZE};
use crate::norm::{indicator, shrink};
use crate::secular::secular;
use crate::{Make, PenaltyEntry};

/// P(b; λ) = λ Σ f_g ‖b_g‖₂ with f_g = √|g| or 1. With s = λf_g, on a group: prox v(1 − st/‖v‖)₊, or vᵢρ/(ρ + stᵢ) with Σ vᵢ²/(ρ + stᵢ)² = 1 for a step
/// a coefficient; violation (‖g‖ − s)₊ at b = 0 and ‖g + sb/‖b‖‖ elsewhere; conjugate 0 where ‖v‖ ≤ s, +∞ beyond. λ_max = max ‖g₀‖/f_g.
///
/// Other factors are those of [`Weighted`](crate::Weighted), times these.
///
/// ```
/// use thalweg_core::{Blocks, Penalty, Step};
/// let lasso = thalweg_regularization::GroupLasso::new(Blocks::of_sizes(&[2, 1])?).unit();
/// let mut v = [3.0, 4.0];
/// lasso.prox(0, &mut v, Step::Scalar(1.0), 2.5);
/// assert_eq!(v, [1.5, 2.0]);
/// assert_eq!(lasso.value(&[3.0, 4.0, -1.0], 0.5), 3.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct GroupLasso {
    groups: Groups,
}

impl GroupLasso {
    /// Over groups, with the factors √|g|, by which a group of pure noise enters as easily as any other.
    #[must_use]
    pub fn new(blocks: Blocks) -> Self {
        Self { groups: Groups::new(blocks) }
    }

    /// With the factors 1.
    #[must_use]
    pub fn unit(self) -> Self {
        Self { groups: self.groups.unit() }
    }

    /// λ‖b‖₂, not squared, over all p coefficients: all of them are 0 or none is.
    ///
    /// # Errors
    /// p = 0.
    pub fn whole(p: usize) -> Result<Self> {
        Ok(Self { groups: Groups::whole(p)? })
    }

    /// The L2,1 norm λ Σⱼ‖bⱼ‖ over the rows bⱼ of B: p×K, held row-major: a predictor is used for all K outputs or for none.
    ///
    /// # Errors
    /// K = 0.
    pub fn multitask(p: usize, outputs: usize) -> Result<Self> {
        Ok(Self { groups: Groups::multitask(p, outputs)? })
    }

    /// One group of all coefficients, with the factor 1, once p is known.
    pub(crate) fn all() -> Self {
        Self { groups: Groups::of_size(0).unit() }
    }

    fn factor<T: Real>(&self, size: usize) -> T {
        self.groups.factor(size)
    }
}

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "group-lasso",
    summary: "lambda times the norm of each group of coefficients: groups enter or leave together",
    parameters: &[SIZE],
    example: "group-lasso:size=3",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(GroupLasso { groups: Groups::sized(values[0])? }))
}

/// prox of s‖·‖₂. The steps of a group often are equal, and then it is a factor.
pub(crate) fn shrink_group<T: Real>(v: &mut [T], step: Step<'_, T>, s: T) {
    let n = v.len();
    if s == T::ZERO || n == 0 {
        return;
    }
    if (1..n).all(|i| step.at(i) == step.at(0)) {
        let (norm, threshold) = (vector::norm2(v), s * step.at(0));
        let factor = if norm > threshold { T::ONE - threshold / norm } else { T::ZERO };
        return vector::scale(factor, v);
    }
    let rho = secular(n, |i| (v[i], s * step.at(i), T::ONE), T::ONE);
    for (i, v) in v.iter_mut().enumerate() {
        *v = *v * rho / (rho + s * step.at(i));
    }
}

impl<T: Real> Penalty<T> for GroupLasso {
    fn blocks(&self) -> &Blocks {
        &self.groups.blocks
    }

    fn value(&self, b: &[T], lambda: T) -> T {
        by_blocks::value(self, b, lambda)
    }

    fn prox(&self, _block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        let s = lambda * self.factor::<T>(v.len());
        shrink_group(v, step, s);
    }

    fn violation(&self, _block: usize, b: &[T], g: &[T], lambda: T) -> T {
        let (s, norm) = (lambda * self.factor::<T>(b.len()), vector::norm2(b));
        if norm == T::ZERO {
            return (vector::norm2(g) - s).max(T::ZERO);
        }
        b.iter().zip(g).map(|(b, g)| (*g + s * (*b / norm)).square()).sum::<T>().sqrt()
    }

    fn in_support(&self, _block: usize, b: &[T], lambda: T) -> bool {
        lambda == T::ZERO || b.iter().any(|b| *b != T::ZERO)
    }

    fn quadratic_part(&self, _lambda: T) -> Option<Diagonal<T>> {
        None
    }

    fn outputs(&self) -> usize {
        self.groups.outputs
    }

    fn over(&self, p: usize) -> Result<Option<Box<dyn Penalty<T>>>> {
        Ok(self.groups.over(p)?.map(|groups| Box::new(Self { groups }) as Box<dyn Penalty<T>>))
    }

    fn lambda_max(&self, g0: &[T]) -> Option<T> {
        by_blocks::lambda_max(self, g0)
    }

    fn conjugate(&self, v: &[T], lambda: T) -> T {
        by_blocks::conjugate(self, v, lambda)
    }

    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        by_blocks::dual_scale(self, v, lambda)
    }

    fn block_value(&self, _block: usize, b: &[T], lambda: T) -> T {
        lambda * self.factor::<T>(b.len()) * vector::norm2(b)
    }

    fn block_lambda_max(&self, _block: usize, g0: &[T]) -> Option<T> {
        Some(vector::norm2(g0) / self.factor::<T>(g0.len()))
    }

    fn block_conjugate(&self, _block: usize, v: &[T], lambda: T) -> T {
        indicator(vector::norm2(v), lambda * self.factor::<T>(v.len()))
    }

    fn block_dual_scale(&self, _block: usize, v: &[T], lambda: T) -> T {
        shrink(vector::norm2(v), lambda * self.factor::<T>(v.len()), v.len())
    }

    fn margin(&self, _block: usize, v: &[T], lambda: T) -> T {
        (lambda * self.factor::<T>(v.len()) - vector::norm2(v)).max(T::ZERO)
    }
}
