//! Sparse group lasso λ(α‖b‖₁ + (1 − α) Σ √|g| ‖b_g‖): few groups, and few coefficients in each.
//!
//! Source: Simon, Friedman, Hastie and Tibshirani, *A sparse-group lasso*, J. Comput. Graph. Statist. 22 (2013); the prox is the composition
//! that Yu, *On decomposing the proximal map*, NeurIPS (2013), justifies; the screening margin follows Ndiaye, Fercoq, Gramfort and Salmon,
//! *GAP safe screening rules for sparse-group lasso*, NeurIPS (2016).

use thalweg_core::{Blocks, Diagonal, Error, Parameter, Penalty, Real, Result, Step, vector};

use crate::by_blocks;
use crate::group_lasso::shrink_group;
use crate::groups::{Groups, SIZE};
use crate::l1::{distance, soft_threshold};
use crate::norm::{indicator, shrink, soft_norm};
use crate::{Make, PenaltyEntry};

/// With s = λα and r = λ(1 − α)√|g|, on a group: prox soft thresholding by stᵢ, then that of r‖·‖₂; violation (‖soft(g, s)‖ − r)₊ at b = 0; conjugate
/// 0 where ‖soft(v, s)‖ ≤ r, +∞ beyond. λ_max is the largest root over groups of ‖soft(g₀, λα)‖ = λ(1 − α)√|g|.
///
/// ```
/// use thalweg_core::{Blocks, Penalty, Step};
/// let penalty = thalweg_regularization::SparseGroupLasso::new(Blocks::of_sizes(&[4])?, 0.5)?;
/// let mut v = [5.0, 6.0, -0.5, 0.0];
/// // λα = 2 leaves (3, 4, 0, 0) of norm 5, and λ(1 − α)√4 = 4 leaves a fifth of it.
/// penalty.prox(0, &mut v, Step::Scalar(1.0), 4.0);
/// assert!((v[0] - 0.6_f64).abs() < 1e-15 && (v[1] - 0.8_f64).abs() < 1e-15 && v[2] == 0.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SparseGroupLasso {
    groups: Groups,
    alpha: f64,
}

impl SparseGroupLasso {
    /// With α, the share of the L1 norm, from 0 (group lasso) to 1 (lasso).
    ///
    /// # Errors
    /// α outside [0, 1].
    pub fn new(blocks: Blocks, alpha: f64) -> Result<Self> {
        Self::of(Groups::new(blocks), alpha)
    }

    fn of(groups: Groups, alpha: f64) -> Result<Self> {
        if (0.0..=1.0).contains(&alpha) {
            Ok(Self { groups, alpha })
        } else {
            Err(Error::invalid_parameter(ALPHA.name, alpha, ALPHA.rule))
        }
    }

    /// (λα, λ(1 − α)√|g|) for a group of this size.
    fn shares<T: Real>(&self, lambda: T, size: usize) -> (T, T) {
        (lambda * T::of(self.alpha), lambda * T::of(1.0 - self.alpha) * self.groups.factor::<T>(size))
    }
}

const ALPHA: Parameter = Parameter {
    name: "alpha",
    default: 0.5,
    rule: "it must be a number from 0 (group lasso) to 1 (lasso)",
    summary: "share of the L1 norm in the penalty",
};

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "sparse-group-lasso",
    summary: "lambda times a mix of L1 norm and group norms: few groups, and few coefficients in each",
    parameters: &[SIZE, ALPHA],
    example: "sparse-group-lasso:size=3,alpha=0.3",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(SparseGroupLasso::of(Groups::sized(values[0])?, values[1])?))
}

/// The root of ‖soft(g, λα)‖ = λr: convex and falling in λ minus linear, so that Newton steps from 0 rise to the root.
fn root<T: Real>(g: &[T], alpha: T, r: T) -> T {
    if r == T::ZERO {
        return vector::norm_inf(g) / alpha;
    }
    let mut lambda = T::ZERO;
    for _ in 0..100 {
        let s = lambda * alpha;
        let norm = soft_norm(g, s);
        let excess: T = g.iter().map(|g| (g.abs() - s).max(T::ZERO)).sum();
        let slope = r + if norm > T::ZERO { alpha * excess / norm } else { T::ZERO };
        let next = lambda + (norm - lambda * r) / slope;
        if next <= lambda || next.is_nan() {
            break;
        }
        lambda = next;
    }
    lambda
}

impl<T: Real> Penalty<T> for SparseGroupLasso {
    fn blocks(&self) -> &Blocks {
        &self.groups.blocks
    }

    fn value(&self, b: &[T], lambda: T) -> T {
        by_blocks::value(self, b, lambda)
    }

    fn prox(&self, _block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        let (s, r) = self.shares(lambda, v.len());
        for (i, v) in v.iter_mut().enumerate() {
            *v = soft_threshold(*v, s * step.at(i));
        }
        shrink_group(v, step, r);
    }

    fn violation(&self, _block: usize, b: &[T], g: &[T], lambda: T) -> T {
        let ((s, r), norm) = (self.shares(lambda, b.len()), vector::norm2(b));
        if norm == T::ZERO {
            return (soft_norm(g, s) - r).max(T::ZERO);
        }
        let one = |b: T, g: T| distance(b, g + r * (b / norm), s).square();
        b.iter().zip(g).map(|(b, g)| one(*b, *g)).sum::<T>().sqrt()
    }

    fn in_support(&self, _block: usize, b: &[T], lambda: T) -> bool {
        lambda == T::ZERO || b.iter().any(|b| *b != T::ZERO)
    }

    fn quadratic_part(&self, _lambda: T) -> Option<Diagonal<T>> {
        None
    }

    fn over(&self, p: usize) -> Result<Option<Box<dyn Penalty<T>>>> {
        let groups = self.groups.over(p)?;
        Ok(groups.map(|groups| Box::new(Self { groups, ..*self }) as Box<dyn Penalty<T>>))
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
        let (s, r) = self.shares(lambda, b.len());
        s * vector::norm1(b) + r * vector::norm2(b)
    }

    fn block_lambda_max(&self, _block: usize, g0: &[T]) -> Option<T> {
        let (alpha, r) = self.shares(T::ONE, g0.len());
        Some(root(g0, alpha, r))
    }

    fn block_conjugate(&self, _block: usize, v: &[T], lambda: T) -> T {
        let (s, r) = self.shares(lambda, v.len());
        indicator(soft_norm(v, s), r)
    }

    fn block_dual_scale(&self, block: usize, v: &[T], lambda: T) -> T {
        if self.block_conjugate(block, v, lambda) == T::ZERO {
            return T::ONE;
        }
        let (alpha, r) = self.shares(T::ONE, v.len());
        // Rounding may put the root below λ where the conjugate is infinite still.
        shrink(root(v, alpha, r).max(lambda * (T::ONE + T::EPSILON)), lambda, v.len())
    }

    fn margin(&self, _block: usize, v: &[T], lambda: T) -> T {
        // Soft thresholding moves no two points apart; where no entry reaches s the way there is free.
        let (s, r) = self.shares(lambda, v.len());
        let largest = vector::norm_inf(v);
        let room = if largest > s { r - soft_norm(v, s) } else { r + s - largest };
        room.max(T::ZERO)
    }
}
