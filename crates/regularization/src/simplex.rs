//! Simplex constraint b ≥ 0, Σbⱼ = s: shares, mixture weights, portfolios without short sales.
//!
//! Source: Condat, *Fast projection onto the simplex and the ℓ₁ ball*, Math. Program. 158 (2016); the solver is in `knapsack`.

use thalweg_core::{Error, Parameter, Penalty, Real, Result, Step, Vertex, vector};

use crate::constraint::{Constraint, Set};
use crate::knapsack::{cone_distance, knapsack};
use crate::whole::rounding;
use crate::{Make, PenaltyEntry};

/// P(b) = 0 where b ≥ 0 and Σbⱼ = s (within rounding), +∞ elsewhere, whatever λ. prox (vᵢ − τtᵢ)₊ with the τ that makes the sum s; violation: the
/// distance of −g to the normal cone {τ·1 − N: N ≥ 0, N = 0 where b > 0}; conjugate s·max vⱼ. The intercept is free.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let simplex = thalweg_regularization::Simplex::new(3, 1.0)?;
/// let mut v = [1.0, 0.5, -2.0];
/// simplex.prox(0, &mut v, Step::Scalar(1.0), 0.0);
/// assert_eq!(v, [0.75, 0.25, 0.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub type Simplex = Constraint<SimplexSet>;

/// {b ≥ 0, Σbⱼ = s}.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct SimplexSet {
    total: f64,
}

impl Simplex {
    /// Of p coefficients that sum to `total`.
    ///
    /// # Errors
    /// p = 0; a total that is not positive and finite.
    pub fn new(p: usize, total: f64) -> Result<Self> {
        Self::of(p, SimplexSet::new(total)?)
    }
}

impl SimplexSet {
    fn new(total: f64) -> Result<Self> {
        if total > 0.0 && total.is_finite() {
            Ok(Self { total })
        } else {
            Err(Error::invalid_parameter(TOTAL.name, total, TOTAL.rule))
        }
    }
}

const TOTAL: Parameter = Parameter {
    name: "total",
    default: 1.0,
    rule: "it must be a finite number > 0",
    summary: "sum of the coefficients",
};

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "simplex",
    summary: "keeps every coefficient above 0 and their sum fixed; lambda has no effect",
    parameters: &[TOTAL],
    example: "simplex:total=2",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(Simplex::later(SimplexSet::new(values[0])?)))
}

impl Set for SimplexSet {
    fn over(&self, _p: usize) -> Result<Self> {
        Ok(*self)
    }

    fn holds<T: Real>(&self, b: &[T]) -> bool {
        let total = T::of(self.total);
        let meets = (vector::sum(b) - total).abs() <= rounding::<T>(b.len()) * total;
        meets && b.iter().all(|b| *b >= T::ZERO)
    }

    fn project<T: Real>(&self, v: &mut [T], step: Step<'_, T>) {
        let tau = knapsack(v.len(), |i| (v[i], step.at(i), T::ONE), T::of(self.total), -T::INFINITY);
        for (i, v) in v.iter_mut().enumerate() {
            *v = (*v - tau * step.at(i)).max(T::ZERO);
        }
        // The differences round by the size of v, far from the simplex more than its own: what is missing is shared out.
        let sum = vector::sum(v);
        if sum > T::ZERO {
            vector::scale(T::of(self.total) / sum, v);
        }
    }

    fn distance<T: Real>(&self, b: &[T], g: &[T]) -> T {
        cone_distance(b.len(), |i| (-g[i], b[i] > T::ZERO), -T::INFINITY)
    }

    fn moves<T: Real>(&self, _b: &[T]) -> bool {
        false
    }

    fn support<T: Real>(&self, v: &[T]) -> T {
        T::of(self.total) * v.iter().fold(-T::INFINITY, |m, v| m.max(*v))
    }

    fn dual_scale<T: Real>(&self, _v: &[T]) -> T {
        T::ONE
    }

    fn linear_minimizer<T: Real>(&self, g: &[T], s: &mut [T]) -> Vertex {
        let lower = |m: usize, k: usize| if g[k] < g[m] { k } else { m };
        let Some(k) = (0..g.len()).reduce(lower) else { return Vertex::Unknown };
        s.fill(T::ZERO);
        s[k] = T::of(self.total);
        Vertex::Axis(k)
    }
}
