//! [`Penalty`]: what keeps the parameters small. The penalised objective is (weighted mean of losses) + P(b; λ).

use core::ops::Range;

use crate::error::{Error, Result};
use crate::real::Real;

/// How a penalty splits the coefficients into blocks on which it acts separately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocks {
    /// Every coefficient is a block of its own.
    Coordinates,
    /// Groups of neighbouring coefficients.
    Groups(Vec<Range<usize>>),
}

/// A step length of a proximal operator: one for all coefficients, or one each.
#[derive(Copy, Clone, Debug)]
pub enum Step<'a, T> {
    /// prox of t·P in the Euclidean norm.
    Scalar(T),
    /// prox of P in the norm Σ vⱼ²/tⱼ.
    Diagonal(&'a [T]),
}

impl<T: Real> Step<'_, T> {
    /// The step of the i-th coefficient of the block.
    #[must_use]
    pub fn at(self, i: usize) -> T {
        match self {
            Self::Scalar(t) => t,
            Self::Diagonal(t) => t[i],
        }
    }
}

/// The weights d of a quadratic form ½ Σ dⱼ bⱼ².
#[derive(Clone, Debug, PartialEq)]
pub enum Diagonal<T> {
    /// The same for all coefficients.
    Uniform(T),
    /// One each.
    Each(Vec<T>),
}

impl<T: Real> Diagonal<T> {
    /// The weight of coefficient j.
    #[must_use]
    pub fn at(&self, j: usize) -> T {
        match self {
            Self::Uniform(d) => *d,
            Self::Each(d) => d[j],
        }
    }

    /// Writes the weights to the parameters of every output, `parameters` each, the first `free` of which are not penalised.
    pub(crate) fn spread(&self, parameters: usize, free: usize, out: &mut [T]) {
        for out in out.chunks_exact_mut(parameters.max(1)) {
            for (j, out) in out[free..].iter_mut().enumerate() {
                *out = self.at(j);
            }
        }
    }
}

/// Refuses a strength λ that is no finite number ≥ 0.
///
/// ```
/// assert!(thalweg_core::check_lambda(0.5).is_ok() && thalweg_core::check_lambda(-0.5).is_err());
/// ```
///
/// # Errors
/// λ negative, infinite or NaN.
pub fn check_lambda<T: Real>(lambda: T) -> Result<()> {
    if lambda.is_finite() && lambda >= T::ZERO {
        Ok(())
    } else {
        Err(Error::invalid_parameter("lambda", lambda, "it must be a finite number >= 0"))
    }
}

/// The largest violation over all blocks of the coefficients b, given the gradient g; NaN if one is NaN.
pub(crate) fn largest_violation<T: Real>(penalty: &dyn Penalty<T>, b: &[T], g: &[T], lambda: T) -> T {
    let worse = |m: T, v: T| if v > m || v.is_nan() { v } else { m };
    match penalty.blocks() {
        Blocks::Coordinates => {
            (0..b.len()).map(|j| penalty.violation(j, &b[j..=j], &g[j..=j], lambda)).fold(T::ZERO, worse)
        }
        Blocks::Groups(groups) => groups
            .iter()
            .enumerate()
            .map(|(k, group)| penalty.violation(k, &b[group.clone()], &g[group.clone()], lambda))
            .fold(T::ZERO, worse),
    }
}

/// A penalty P(b; λ) over the coefficients b (length p, the intercept not among them). Convex penalties are λ·Ω(b).
pub trait Penalty<T: Real>: Send + Sync {
    /// The blocks on which [`Penalty::prox`] and [`Penalty::violation`] act.
    fn blocks(&self) -> &Blocks;

    /// P(b; λ).
    fn value(&self, b: &[T], lambda: T) -> T;

    /// v ← argmin_z P(z; λ) + Σ (zᵢ − vᵢ)²/(2tᵢ) on one block. Where every coefficient is a block, `v` may hold a run of neighbouring
    /// coefficients, the first of which is `block`: one call then serves them all.
    fn prox(&self, block: usize, v: &mut [T], step: Step<'_, T>, lambda: T);

    /// The distance of −g to the subdifferential of P at the block's coefficients b: 0 exactly at a stationary point. A nonconvex
    /// penalty gives its fixed-point residual, and a constraint +∞ outside.
    ///
    /// Where every coefficient is a block, a run of neighbours gives the Euclidean norm of their violations.
    fn violation(&self, block: usize, b: &[T], g: &[T], lambda: T) -> T;

    /// True if the block moves freely at b: P is differentiable there, so that only one gradient is stationary. These blocks form the
    /// *generalised support*, on which an active-set method works in any case. By default, the blocks that are not 0.
    fn in_support(&self, _block: usize, b: &[T], _lambda: T) -> bool {
        b.iter().any(|b| *b != T::ZERO)
    }

    /// The part ½ Σ dⱼ bⱼ² of P. Smooth minimisers fold it into the Hessian; composite ones leave P whole, in the prox.
    fn quadratic_part(&self, lambda: T) -> Option<Diagonal<T>>;

    /// True if P is nothing but its quadratic part, so that a smooth minimiser fits it whole.
    fn is_quadratic(&self) -> bool {
        false
    }

    /// True if P is 0 inside a set and +∞ outside, whatever λ is.
    fn is_constraint(&self) -> bool {
        false
    }

    /// The smallest λ at which b = 0 is optimal, given the gradient of the cost at 0. `None` if there is no such λ.
    fn lambda_max(&self, g0: &[T]) -> Option<T>;

    /// P*(v; λ) = sup_b (vᵀb − P(b; λ)), +∞ outside its domain.
    fn conjugate(&self, v: &[T], lambda: T) -> T;

    /// The largest s ≤ 1 such that s·v lies in the domain of the conjugate.
    fn dual_scale(&self, v: &[T], lambda: T) -> T;
}
