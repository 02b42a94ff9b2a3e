//! L∞ norm λ max|bⱼ|: pulls the largest coefficients together and leaves the others alone.
//!
//! Source: Parikh and Boyd, *Proximal algorithms*, Found. Trends Optim. 1 (2014), section 6.5.2.

use thalweg_core::{Blocks, Diagonal, Penalty, Real, Result, Step, vector};

use crate::knapsack::knapsack;
use crate::norm::{indicator, shrink};
use crate::whole::{UNKNOWN, over, whole};
use crate::{Make, PenaltyEntry};

/// P(b; λ) = λ‖b‖∞. prox clamps to ±r with Σ(|vᵢ| − r)₊/tᵢ = λ, and is 0 where Σ|vᵢ|/tᵢ ≤ λ; conjugate 0 where ‖v‖₁ ≤ λ, +∞ beyond. λ_max = ‖g₀‖₁.
/// Violation: the distance of −g to λ times the L1 ball at b = 0, elsewhere to λ times the signed simplex of the largest entries.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let penalty = thalweg_regularization::LInfinity::new(3)?;
/// let mut v = [5.0, -4.0, 1.0];
/// penalty.prox(0, &mut v, Step::Scalar(1.0), 3.0);
/// assert_eq!(v, [3.0, -3.0, 1.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LInfinity {
    blocks: Blocks,
}

impl LInfinity {
    /// Over p coefficients.
    ///
    /// # Errors
    /// p = 0.
    pub fn new(p: usize) -> Result<Self> {
        Ok(Self { blocks: whole(p)? })
    }
}

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "l-infinity",
    summary: "lambda times the largest absolute coefficient: pulls the largest together",
    parameters: &[],
    example: "l-infinity",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(LInfinity { blocks: UNKNOWN }))
}

impl<T: Real> Penalty<T> for LInfinity {
    fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    fn value(&self, b: &[T], lambda: T) -> T {
        lambda * vector::norm_inf(b)
    }

    fn prox(&self, _block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        if lambda == T::ZERO {
            return;
        }
        let reach: T = v.iter().enumerate().map(|(i, v)| v.abs() / step.at(i)).sum();
        if reach <= lambda {
            return v.fill(T::ZERO);
        }
        let r = knapsack(v.len(), |i| (v[i].abs(), T::ONE, step.at(i).recip()), lambda, T::ZERO);
        for v in v {
            *v = v.max(-r).min(r);
        }
    }

    fn violation(&self, _block: usize, b: &[T], g: &[T], lambda: T) -> T {
        let largest = vector::norm_inf(b);
        if largest == T::ZERO {
            if vector::norm1(g) <= lambda {
                return T::ZERO;
            }
            let tau = knapsack(g.len(), |i| (g[i].abs(), T::ONE, T::ONE), lambda, T::ZERO);
            return g.iter().map(|g| g.abs().min(tau).square()).sum::<T>().sqrt();
        }
        // −g times the signs of the largest entries, which a simplex of size λ holds; no subgradient has other entries.
        let top = |i: usize| {
            let w = if b[i] > T::ZERO { -g[i] } else { g[i] };
            (b[i].abs() == largest).then_some(w)
        };
        let none = -T::INFINITY;
        let tau = if lambda == T::ZERO {
            T::INFINITY
        } else {
            knapsack(b.len(), |i| (top(i).unwrap_or(none), T::ONE, T::ONE), lambda, none)
        };
        (0..b.len()).map(|i| top(i).map_or(g[i], |w| w.min(tau)).square()).sum::<T>().sqrt()
    }

    fn in_support(&self, _block: usize, b: &[T], lambda: T) -> bool {
        lambda == T::ZERO || b.iter().any(|b| *b != T::ZERO)
    }

    fn quadratic_part(&self, _lambda: T) -> Option<Diagonal<T>> {
        None
    }

    fn over(&self, p: usize) -> Result<Option<Box<dyn Penalty<T>>>> {
        over(&self.blocks, p, |blocks| Self { blocks })
    }

    fn lambda_max(&self, g0: &[T]) -> Option<T> {
        Some(vector::norm1(g0))
    }

    fn conjugate(&self, v: &[T], lambda: T) -> T {
        indicator(vector::norm1(v), lambda)
    }

    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        shrink(vector::norm1(v), lambda, v.len())
    }

    fn margin(&self, _block: usize, v: &[T], lambda: T) -> T {
        ((lambda - vector::norm1(v)) / T::of(v.len() as f64).sqrt()).max(T::ZERO)
    }
}
