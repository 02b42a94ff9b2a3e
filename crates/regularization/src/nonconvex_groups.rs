//! Nonconvex penalties of the norms of groups: groups enter or leave together, and large ones are left alone. With MCP and SCAD they are
//! [`BlockMcp`](crate::BlockMcp) and [`BlockScad`](crate::BlockScad).
//!
//! Source: Breheny and Huang, *Group descent algorithms for nonconvex penalized linear and logistic regression models with grouped
//! predictors*, Stat. Comput. 25 (2015); Huang, Breheny and Ma, *A selective review of group selection in high-dimensional models*, Statist.
//! Sci. 27 (2012).

use thalweg_core::{Blocks, Diagonal, Penalty, Real, Result, Step, vector};

use crate::by_blocks;
use crate::groups::Groups;
use crate::nonconvex::{self, Nonconvex};

/// P(b; λ) = Σ p(‖b_g‖₂; λf_g) for a penalty p of one coefficient, [`Mcp`](crate::Mcp), [`Scad`](crate::Scad), [`LogSum`](crate::LogSum) or
/// [`Lq`](crate::Lq), and f_g = √|g| or 1. On a group prox v·prox_p(‖v‖)/‖v‖; violation (‖g‖ − p′(0+))₊ at b = 0 and ‖g + p′(‖b‖)b/‖b‖‖ elsewhere.
/// λ_max is the largest of those of p at ‖g₀‖, over f_g. Not convex. A step a coefficient has no known prox.
///
/// ```
/// use thalweg_core::{Blocks, Penalty, Step};
/// use thalweg_regularization::{Mcp, NonconvexGroups};
/// let groups = NonconvexGroups::new(Mcp::new(2.0)?, Blocks::of_sizes(&[2, 1])?).unit();
/// // MCP takes a coefficient of 5 to (5 − 3)/(1 − ½) = 4 at λ = 3.
/// let mut v = [3.0, 4.0];
/// groups.prox(0, &mut v, Step::Scalar(1.0), 3.0);
/// assert!((v[0] - 2.4_f64).abs() < 1e-15 && (v[1] - 3.2_f64).abs() < 1e-15);
/// // 3·5 − 5²/4 for the norm 5, ½·2·3² beyond γλ = 6.
/// assert_eq!(groups.value(&[3.0, 4.0, -7.0], 3.0), 8.75 + 9.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NonconvexGroups<P> {
    one: P,
    groups: Groups,
}

impl<P> NonconvexGroups<P> {
    /// Over groups, with the factors √|g|, by which a group of pure noise enters as easily as any other.
    #[must_use]
    pub fn new(one: P, blocks: Blocks) -> Self {
        Self::of(one, Groups::new(blocks))
    }

    /// With the factors 1.
    #[must_use]
    pub fn unit(self) -> Self {
        Self { groups: self.groups.unit(), ..self }
    }

    /// Over the rows of B: p×K, held row-major, with the factors 1: a predictor is used for all K outputs or for none.
    ///
    /// # Errors
    /// K = 0.
    pub fn multitask(one: P, p: usize, outputs: usize) -> Result<Self> {
        Ok(Self::of(one, Groups::multitask(p, outputs)?))
    }

    pub(crate) fn of(one: P, groups: Groups) -> Self {
        Self { one, groups }
    }

    /// λf_g of a group of this size.
    fn strength<T: Real>(&self, lambda: T, size: usize) -> T {
        lambda * self.groups.factor::<T>(size)
    }
}

impl<T: Real, P: Nonconvex + Clone + Send + Sync + 'static> Penalty<T> for NonconvexGroups<P> {
    fn blocks(&self) -> &Blocks {
        &self.groups.blocks
    }

    fn value(&self, b: &[T], lambda: T) -> T {
        by_blocks::value(self, b, lambda)
    }

    fn prox(&self, _block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        let norm = vector::norm2(v);
        if norm > T::ZERO {
            let shrunk = self.one.shrink(norm, step.at(0), self.strength(lambda, v.len()));
            vector::scale(shrunk / norm, v);
        }
    }

    fn violation(&self, _block: usize, b: &[T], g: &[T], lambda: T) -> T {
        let (lambda, norm) = (self.strength(lambda, b.len()), vector::norm2(b));
        if norm == T::ZERO {
            return nonconvex::violation(&self.one, T::ZERO, vector::norm2(g), lambda);
        }
        let slope = self.one.slope(norm, lambda);
        b.iter().zip(g).map(|(b, g)| (*g + slope * (*b / norm)).square()).sum::<T>().sqrt()
    }

    fn in_support(&self, _block: usize, b: &[T], lambda: T) -> bool {
        lambda == T::ZERO || b.iter().any(|b| *b != T::ZERO)
    }

    fn quadratic_part(&self, _lambda: T) -> Option<Diagonal<T>> {
        None
    }

    fn is_convex(&self) -> bool {
        false
    }

    fn takes_diagonal_steps(&self) -> bool {
        false
    }

    fn outputs(&self) -> usize {
        self.groups.outputs
    }

    fn over(&self, p: usize) -> Result<Option<Box<dyn Penalty<T>>>> {
        let groups = self.groups.over(p)?;
        Ok(groups.map(|groups| Box::new(Self::of(self.one.clone(), groups)) as Box<dyn Penalty<T>>))
    }

    fn lambda_max(&self, g0: &[T]) -> Option<T> {
        by_blocks::lambda_max(self, g0)
    }

    fn conjugate(&self, v: &[T], lambda: T) -> T {
        Penalty::conjugate(&crate::None, v, lambda)
    }

    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        Penalty::dual_scale(&crate::None, v, lambda)
    }

    fn block_value(&self, _block: usize, b: &[T], lambda: T) -> T {
        self.one.one(vector::norm2(b), self.strength(lambda, b.len()))
    }

    fn block_lambda_max(&self, _block: usize, g0: &[T]) -> Option<T> {
        Some(self.one.silences(vector::norm2(g0)) / self.groups.factor::<T>(g0.len()))
    }
}
