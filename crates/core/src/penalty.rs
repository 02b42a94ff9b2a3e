//! [`Penalty`]: what keeps the parameters small. The penalised objective is (weighted mean of losses) + P(b; λ).

use core::ops::Range;

use crate::error::{Error, Result};
use crate::real::Real;

mod blocks;
mod boxed;
pub(crate) mod each_output;
mod vertex;

pub use blocks::Blocks;
pub use vertex::Vertex;

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

    /// The steps of some coefficients of the block.
    #[must_use]
    pub fn part(self, range: Range<usize>) -> Self {
        match self {
            Self::Scalar(t) => Self::Scalar(t),
            Self::Diagonal(t) => Self::Diagonal(&t[range]),
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

/// A penalty P(b; λ) over the coefficients b (length p, the intercept not among them). Convex penalties are λ·Ω(b), constraints apart.
///
/// P is a sum over [`Penalty::blocks`]. Methods of the whole vector have a counterpart of one block, `block_*`; a penalty whose blocks are
/// single coefficients, all alike, or all coefficients together, has it for nothing.
pub trait Penalty<T: Real>: Send + Sync {
    /// The blocks on which [`Penalty::prox`] and [`Penalty::violation`] act.
    fn blocks(&self) -> &Blocks;

    /// P(b; λ).
    fn value(&self, b: &[T], lambda: T) -> T;

    /// v ← argmin_z P(z; λ) + Σ (zᵢ − vᵢ)²/(2tᵢ) on one block, the global one where P is not convex. Where every coefficient is a block, `v` may
    /// hold a run of neighbouring coefficients, the first of which is `block`: one call then serves them all.
    ///
    /// Where [`Penalty::takes_diagonal_steps`] is false the steps within a block must be equal; the first is taken.
    fn prox(&self, block: usize, v: &mut [T], step: Step<'_, T>, lambda: T);

    /// The distance of −g to the subdifferential of P at the block's coefficients b: 0 exactly at a stationary point, +∞ outside a constraint.
    /// A nonconvex penalty takes its limiting one; where that is all of ℝ because P is infinitely steep at b = 0, |prox(−g)| for the step 1.
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

    /// True if P is convex in b for every λ. Duality ([`Penalty::conjugate`], [`Penalty::dual_scale`]) means nothing otherwise: a conjugate is
    /// then that of the convex hull, +∞ if need be, and proves nothing.
    fn is_convex(&self) -> bool {
        true
    }

    /// True if the prox is exact for a step a coefficient; false where only equal steps within a block have a known prox. A method that
    /// scales coefficients asks before its first iteration.
    fn takes_diagonal_steps(&self) -> bool {
        true
    }

    /// The number K of outputs whose coefficients P ties together: b is then p×K *row-major*, the K coefficients of a column of X side by side.
    /// A penalty of one output acts on the coefficients of each alike.
    fn outputs(&self) -> usize {
        1
    }

    /// Whether P is a penalty over p coefficients (p·K for [`Penalty::outputs`] K): asked once, before the first iteration.
    ///
    /// # Errors
    /// Groups, weights or orders of another length.
    fn check(&self, p: usize) -> Result<()> {
        self.blocks().check(p)
    }

    /// This penalty over p coefficients, if it was made without knowing p (its groups are then empty) and needs to. `None` where it serves as it is.
    ///
    /// # Errors
    /// A p that does not fit, such as one that is no multiple of the size of groups.
    fn over(&self, _p: usize) -> Result<Option<Box<dyn Penalty<T>>>> {
        Ok(None)
    }

    /// The smallest λ at which b = 0 is optimal, given the gradient of the cost at 0; for a nonconvex penalty, at which the violation at 0
    /// is 0. `None` if there is no such λ.
    fn lambda_max(&self, g0: &[T]) -> Option<T>;

    /// P*(v; λ) = sup_b (vᵀb − P(b; λ)), +∞ outside its domain.
    fn conjugate(&self, v: &[T], lambda: T) -> T;

    /// The largest s ≤ 1 such that s·v lies in the domain of the conjugate.
    fn dual_scale(&self, v: &[T], lambda: T) -> T;

    /// P of one block; P is the sum.
    fn block_value(&self, _block: usize, b: &[T], lambda: T) -> T {
        self.value(b, lambda)
    }

    /// [`Penalty::lambda_max`] of one block; that of all is the largest.
    fn block_lambda_max(&self, _block: usize, g0: &[T]) -> Option<T> {
        self.lambda_max(g0)
    }

    /// P* of one block; P* is the sum.
    fn block_conjugate(&self, _block: usize, v: &[T], lambda: T) -> T {
        self.conjugate(v, lambda)
    }

    /// [`Penalty::dual_scale`] of one block; that of all is the least.
    fn block_dual_scale(&self, _block: usize, v: &[T], lambda: T) -> T {
        self.dual_scale(v, lambda)
    }

    /// How far v may move, at least, while b = 0 stays optimal for the block: every v + δ with ‖δ‖ < margin lies inside ∂P(0). 0 if v is outside
    /// or nothing is known. A safe screening rule drops a block whose v cannot move that far.
    fn margin(&self, _block: usize, _v: &[T], _lambda: T) -> T {
        T::ZERO
    }

    /// s ← argmin gᵀs over the set that P keeps the block in, a vertex if it is a polytope: the linear minimisation oracle of Frank–Wolfe
    /// methods. The least value is −P*(−g). Where every coefficient is a block, `g` and `s` may hold a run of neighbours. By default nothing
    /// is known.
    fn linear_minimizer(&self, _block: usize, _g: &[T], _s: &mut [T]) -> Vertex {
        Vertex::Unknown
    }
}
