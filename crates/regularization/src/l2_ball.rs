//! L2 ball ‖b‖₂ ≤ r: ridge in its constrained form (Ivanov), the max-norm rule of networks.
//!
//! Source: Beck, *First-Order Methods in Optimization* (2017), section 6.4.

use thalweg_core::{Error, Parameter, Penalty, Real, Result, Step, Vertex, vector};

use crate::constraint::{Constraint, Set};
use crate::secular::secular;
use crate::whole::rounding;
use crate::{Make, PenaltyEntry};

/// P(b) = 0 where ‖b‖₂ ≤ r (within rounding), +∞ elsewhere, whatever λ. prox v·min(1, r/‖v‖), or vᵢ/(1 + μtᵢ) with norm r for a step a coefficient;
/// violation ‖g‖ inside, on the sphere what remains of g without its part along −b; conjugate r‖v‖₂. The intercept is free.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let ball = thalweg_regularization::L2Ball::new(2, 2.5)?;
/// let mut v = [3.0, -4.0];
/// ball.prox(0, &mut v, Step::Scalar(1.0), 0.0);
/// assert_eq!(v, [1.5, -2.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub type L2Ball = Constraint<L2BallSet>;

/// {‖b‖₂ ≤ r}.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct L2BallSet {
    radius: f64,
}

impl L2Ball {
    /// Of p coefficients.
    ///
    /// # Errors
    /// p = 0; a radius that is not positive and finite.
    pub fn new(p: usize, radius: f64) -> Result<Self> {
        Self::of(p, L2BallSet { radius: check_radius(radius)? })
    }
}

pub(crate) fn check_radius(radius: f64) -> Result<f64> {
    if radius > 0.0 && radius.is_finite() {
        Ok(radius)
    } else {
        Err(Error::invalid_parameter(RADIUS.name, radius, RADIUS.rule))
    }
}

pub(crate) const RADIUS: Parameter = Parameter {
    name: "radius",
    default: 1.0,
    rule: "it must be a finite number > 0",
    summary: "largest norm of the coefficients",
};

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "l2-ball",
    summary: "keeps the Euclidean norm of the coefficients below a radius; lambda has no effect",
    parameters: &[RADIUS],
    example: "l2-ball:radius=2",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(L2Ball::later(L2BallSet { radius: check_radius(values[0])? })))
}

impl Set for L2BallSet {
    fn over(&self, _p: usize) -> Result<Self> {
        Ok(*self)
    }

    fn holds<T: Real>(&self, b: &[T]) -> bool {
        let within = T::of(self.radius) * (T::ONE + rounding::<T>(b.len()));
        vector::norm2(b) <= within
    }

    fn project<T: Real>(&self, v: &mut [T], step: Step<'_, T>) {
        let (n, radius) = (v.len(), T::of(self.radius));
        let norm = vector::norm2(v);
        if norm <= radius {
            return;
        }
        if (1..n).all(|i| step.at(i) == step.at(0)) {
            return vector::scale(radius / norm, v);
        }
        let mu = secular(n, |i| (v[i], T::ONE, step.at(i)), radius);
        for (i, v) in v.iter_mut().enumerate() {
            *v /= T::ONE + mu * step.at(i);
        }
    }

    fn distance<T: Real>(&self, b: &[T], g: &[T]) -> T {
        if self.moves(b) {
            return vector::norm2(g);
        }
        let norm = vector::norm2(b);
        let outwards = (-vector::dot(g, b) / norm).max(T::ZERO);
        g.iter().zip(b).map(|(g, b)| (*g + outwards * (*b / norm)).square()).sum::<T>().sqrt()
    }

    fn moves<T: Real>(&self, b: &[T]) -> bool {
        vector::norm2(b) < T::of(self.radius) * (T::ONE - rounding::<T>(b.len()))
    }

    fn support<T: Real>(&self, v: &[T]) -> T {
        T::of(self.radius) * vector::norm2(v)
    }

    fn dual_scale<T: Real>(&self, _v: &[T]) -> T {
        T::ONE
    }

    fn linear_minimizer<T: Real>(&self, g: &[T], s: &mut [T]) -> Vertex {
        let norm = vector::norm2(g);
        // Where every point is as good, the centre is.
        let reach = if norm > T::ZERO { -T::of(self.radius) / norm } else { T::ZERO };
        for (s, g) in s.iter_mut().zip(g) {
            *s = reach * *g;
        }
        Vertex::Point
    }
}
