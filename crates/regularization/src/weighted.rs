//! [`Weighted`]: weights of single coefficients or groups, for any penalty: penalty factors, unpenalised coefficients, the adaptive lasso.
//!
//! Source: Zou, *The adaptive lasso and its oracle properties*, J. Am. Statist. Assoc. 101 (2006); Friedman, Hastie and Tibshirani, J. Stat.
//! Softw. 33 (2010), for `penalty.factor` (which glmnet rescales to mean 1; these weights are taken as they are).

use thalweg_core::{Blocks, Diagonal, Error, Penalty, Real, Result, Step, check_shape};

use crate::norm::larger;
use crate::{L1, by_blocks};

/// P(b; λ) = Σₖ Pₖ(bₖ; wₖλ) over the blocks k of a penalty: a weight each, 0 for blocks that are not penalised. λ is what is weighted, in MCP, SCAD
/// and others too whose value is not proportional to it. A constraint knows no λ, and its weights mean nothing.
///
/// λ_max = max λ_max,ₖ/wₖ over the penalised blocks, the gradient taken at the fit of the others.
///
/// ```
/// use thalweg_core::Penalty;
/// use thalweg_regularization::{L1, Weighted};
/// let lasso = Weighted::new(L1, vec![1.0, 0.0, 2.0])?;
/// assert_eq!(lasso.value(&[1.0, -50.0, 3.0], 0.5), 3.5);
/// assert_eq!(lasso.lambda_max(&[0.5, 9.0, 2.0]), Some(1.0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Weighted<P> {
    inner: P,
    weights: Vec<f64>,
}

const RULE: &str = "it must be a finite number >= 0; 0 leaves the block unpenalised";

impl<P> Weighted<P> {
    /// With the weight wₖ of every block of `inner`.
    ///
    /// # Errors
    /// A weight negative or not finite. Their number is checked against the coefficients by [`Penalty::check`].
    pub fn new(inner: P, weights: Vec<f64>) -> Result<Self> {
        match weights.iter().position(|w| !(*w >= 0.0 && w.is_finite())) {
            Some(at) => Err(Error::invalid_parameter(&format!("penalty weight {at}"), weights[at], RULE)),
            None => Ok(Self { inner, weights }),
        }
    }

    /// All blocks weigh 1 except some that are not penalised.
    ///
    /// # Errors
    /// A block number of `blocks` or more.
    pub fn unpenalised(inner: P, blocks: usize, free: &[usize]) -> Result<Self> {
        let mut weights = vec![1.0; blocks];
        for at in free {
            let Some(weight) = weights.get_mut(*at) else {
                let rule = format!("the penalty has {blocks} blocks, counted from 0");
                return Err(Error::invalid_parameter("unpenalised block", at, &rule));
            };
            *weight = 0.0;
        }
        Ok(Self { inner, weights })
    }

    /// The weights.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    fn at<T: Real>(&self, block: usize, lambda: T) -> T {
        lambda * T::of(self.weights[block])
    }
}

impl Weighted<L1> {
    /// The adaptive lasso λ Σ|bⱼ|/|b̂ⱼ|^γ around estimates b̂ of another fit (least squares, ridge). The weight of an estimate near 0 is held
    /// at 1e30, which excludes its column at any λ of use.
    ///
    /// ```
    /// let lasso = thalweg_regularization::Weighted::adaptive(&[2.0, -0.5], 1.0)?;
    /// assert_eq!(lasso.weights(), [0.5, 2.0]);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An estimate that is not finite; γ negative or not finite.
    pub fn adaptive(estimates: &[f64], gamma: f64) -> Result<Self> {
        const LARGEST: f64 = 1e30;
        if !(gamma >= 0.0 && gamma.is_finite()) {
            return Err(Error::invalid_parameter("gamma", gamma, "it must be a finite number >= 0"));
        }
        if let Some(row) = estimates.iter().position(|b| !b.is_finite()) {
            return Err(Error::NonFinite { what: "estimate".to_owned(), row, value: estimates[row] });
        }
        Self::new(L1, estimates.iter().map(|b| b.abs().powf(-gamma).min(LARGEST)).collect())
    }
}

impl<T: Real, P: Penalty<T>> Penalty<T> for Weighted<P> {
    fn blocks(&self) -> &Blocks {
        self.inner.blocks()
    }

    fn value(&self, b: &[T], lambda: T) -> T {
        by_blocks::value(self, b, lambda)
    }

    fn prox(&self, block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        if *self.blocks() != Blocks::Coordinates {
            return self.inner.prox(block, v, step, self.at(block, lambda));
        }
        for (i, v) in v.iter_mut().enumerate() {
            let (k, step) = (block + i, step.part(i..i + 1));
            self.inner.prox(k, core::slice::from_mut(v), step, self.at(k, lambda));
        }
    }

    fn violation(&self, block: usize, b: &[T], g: &[T], lambda: T) -> T {
        by_blocks::violation(self.blocks(), block, b, g, |k, b, g| {
            self.inner.violation(k, b, g, self.at(k, lambda))
        })
    }

    fn in_support(&self, block: usize, b: &[T], lambda: T) -> bool {
        self.inner.in_support(block, b, self.at(block, lambda))
    }

    fn quadratic_part(&self, lambda: T) -> Option<Diagonal<T>> {
        let mut each = Vec::new();
        for k in 0..self.weights.len() {
            let part = self.inner.quadratic_part(self.at(k, lambda))?;
            each.extend(self.blocks().range(k).map(|j| part.at(j)));
        }
        Some(Diagonal::Each(each))
    }

    fn is_quadratic(&self) -> bool {
        self.inner.is_quadratic()
    }

    fn is_constraint(&self) -> bool {
        self.inner.is_constraint()
    }

    fn is_convex(&self) -> bool {
        self.inner.is_convex()
    }

    fn takes_diagonal_steps(&self) -> bool {
        self.inner.takes_diagonal_steps()
    }

    fn outputs(&self) -> usize {
        self.inner.outputs()
    }

    fn check(&self, p: usize) -> Result<()> {
        self.inner.check(p)?;
        check_shape("weights of the penalty", self.blocks().count(p), self.weights.len())
    }

    fn over(&self, p: usize) -> Result<Option<Box<dyn Penalty<T>>>> {
        let Some(inner) = self.inner.over(p)? else { return Ok(None) };
        Ok(Some(Box::new(Weighted { inner, weights: self.weights.clone() })))
    }

    fn lambda_max(&self, g0: &[T]) -> Option<T> {
        let mut most = None;
        for (k, w) in self.weights.iter().enumerate().filter(|(_, w)| **w > 0.0) {
            let one = self.inner.block_lambda_max(k, &g0[self.blocks().range(k)])? / T::of(*w);
            most = Some(larger(most.unwrap_or(T::ZERO), one));
        }
        most
    }

    fn conjugate(&self, v: &[T], lambda: T) -> T {
        by_blocks::conjugate(self, v, lambda)
    }

    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        by_blocks::dual_scale(self, v, lambda)
    }

    fn block_value(&self, block: usize, b: &[T], lambda: T) -> T {
        self.inner.block_value(block, b, self.at(block, lambda))
    }

    fn block_lambda_max(&self, block: usize, g0: &[T]) -> Option<T> {
        let w = T::of(self.weights[block]);
        if w > T::ZERO { Some(self.inner.block_lambda_max(block, g0)? / w) } else { None }
    }

    fn block_conjugate(&self, block: usize, v: &[T], lambda: T) -> T {
        self.inner.block_conjugate(block, v, self.at(block, lambda))
    }

    fn block_dual_scale(&self, block: usize, v: &[T], lambda: T) -> T {
        self.inner.block_dual_scale(block, v, self.at(block, lambda))
    }

    fn margin(&self, block: usize, v: &[T], lambda: T) -> T {
        self.inner.margin(block, v, self.at(block, lambda))
    }
}
