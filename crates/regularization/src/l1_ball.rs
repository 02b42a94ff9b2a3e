//! L1 ball ‖b‖₁ ≤ r: the lasso in its constrained form.
//!
//! Source: Duchi, Shalev-Shwartz, Singer and Chandra, *Efficient projections onto the ℓ₁-ball for learning in high dimensions*, ICML (2008);
//! Condat, Math. Program. 158 (2016). The solver is in `knapsack`.

use thalweg_core::{Penalty, Real, Result, Step, Vertex, vector};

use crate::constraint::{Constraint, Set};
use crate::knapsack::{cone_distance, knapsack};
use crate::l1::soft_threshold;
use crate::l2_ball::{RADIUS, check_radius};
use crate::whole::rounding;
use crate::{Make, PenaltyEntry};

/// P(b) = 0 where ‖b‖₁ ≤ r (within rounding), +∞ elsewhere, whatever λ. prox soft(vᵢ, τtᵢ) with the τ that brings the norm to r; violation ‖g‖
/// inside, on the sphere the distance of −g to {τ∂‖b‖₁: τ ≥ 0}; conjugate r‖v‖∞. The intercept is free.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let ball = thalweg_regularization::L1Ball::new(3, 2.0)?;
/// let mut v = [3.0, -2.0, 0.25];
/// ball.prox(0, &mut v, Step::Scalar(1.0), 0.0);
/// assert_eq!(v, [1.5, -0.5, 0.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub type L1Ball = Constraint<L1BallSet>;

/// {‖b‖₁ ≤ r}.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct L1BallSet {
    radius: f64,
}

impl L1Ball {
    /// Of p coefficients.
    ///
    /// # Errors
    /// p = 0; a radius that is not positive and finite.
    pub fn new(p: usize, radius: f64) -> Result<Self> {
        Self::of(p, L1BallSet { radius: check_radius(radius)? })
    }
}

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "l1-ball",
    summary: "keeps the sum of absolute values below a radius; lambda has no effect",
    parameters: &[RADIUS],
    example: "l1-ball:radius=2",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(L1Ball::later(L1BallSet { radius: check_radius(values[0])? })))
}

impl Set for L1BallSet {
    fn over(&self, _p: usize) -> Result<Self> {
        Ok(*self)
    }

    fn holds<T: Real>(&self, b: &[T]) -> bool {
        let within = T::of(self.radius) * (T::ONE + rounding::<T>(b.len()));
        vector::norm1(b) <= within
    }

    fn project<T: Real>(&self, v: &mut [T], step: Step<'_, T>) {
        let radius = T::of(self.radius);
        if vector::norm1(v) <= radius {
            return;
        }
        let tau = knapsack(v.len(), |i| (v[i].abs(), step.at(i), T::ONE), radius, T::ZERO);
        for (i, v) in v.iter_mut().enumerate() {
            *v = soft_threshold(*v, tau * step.at(i));
        }
        // As in the simplex: differences of large numbers round by more than the ball allows.
        let norm = vector::norm1(v);
        if norm > T::ZERO {
            vector::scale(radius / norm, v);
        }
    }

    fn distance<T: Real>(&self, b: &[T], g: &[T]) -> T {
        if self.moves(b) {
            return vector::norm2(g);
        }
        let term = |i: usize| match b[i] {
            b if b > T::ZERO => (-g[i], true),
            b if b < T::ZERO => (g[i], true),
            _ => (g[i].abs(), false),
        };
        cone_distance(b.len(), term, T::ZERO)
    }

    fn moves<T: Real>(&self, b: &[T]) -> bool {
        vector::norm1(b) < T::of(self.radius) * (T::ONE - rounding::<T>(b.len()))
    }

    fn support<T: Real>(&self, v: &[T]) -> T {
        T::of(self.radius) * vector::norm_inf(v)
    }

    fn dual_scale<T: Real>(&self, _v: &[T]) -> T {
        T::ONE
    }

    fn linear_minimizer<T: Real>(&self, g: &[T], s: &mut [T]) -> Vertex {
        let steeper = |m: usize, k: usize| if g[k].abs() > g[m].abs() { k } else { m };
        let Some(k) = (0..g.len()).reduce(steeper) else { return Vertex::Unknown };
        s.fill(T::ZERO);
        s[k] = T::of(if g[k] > T::ZERO { -self.radius } else { self.radius });
        Vertex::Axis(k)
    }
}
