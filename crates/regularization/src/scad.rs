//! Smoothly clipped absolute deviation: the lasso for small coefficients, nothing for large ones.
//!
//! Source: Fan and Li, *Variable selection via nonconcave penalized likelihood and its oracle properties*, J. Am. Statist. Assoc. 96 (2001).

use thalweg_core::{Error, Parameter, Penalty, Real, Result, k};

use crate::nonconvex::{Nonconvex, nonconvex};
use crate::{Make, PenaltyEntry};

/// P(b; λ) = Σ λ|b| for |b| ≤ λ, (2aλ|b| − b² − λ²)/(2(a − 1)) for |b| ≤ aλ, ½(a + 1)λ² beyond. prox for t < a − 1: soft(v, λt) up to λ(1 + t),
/// ((a − 1)v − aλt)/(a − 1 − t) up to aλ, v beyond; for larger t the better of the outer two. λ_max = ‖g₀‖∞. Not convex.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let scad = thalweg_regularization::Scad::new(3.0)?;
/// let mut v = [1.5, 2.5, -4.0];
/// scad.prox(0, &mut v, Step::Scalar(1.0), 1.0);
/// assert_eq!(v, [0.5, 2.0, -4.0]);
/// assert_eq!(scad.value(&[0.5, 2.0, 4.0], 1.0), 0.5 + 1.75 + 2.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Scad {
    a: f64,
}

impl Scad {
    /// With a, how far the penalty goes on rising: a coefficient beyond aλ is not shrunk. Fan and Li choose 3.7.
    ///
    /// # Errors
    /// a not above 2 or not finite.
    pub fn new(a: f64) -> Result<Self> {
        if a > 2.0 && a.is_finite() {
            Ok(Self { a })
        } else {
            Err(Error::invalid_parameter(A.name, a, A.rule))
        }
    }
}

pub(crate) const A: Parameter = Parameter {
    name: "a",
    default: 3.7,
    rule: "it must be a finite number > 2",
    summary: "a coefficient beyond a times lambda is not shrunk",
};

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "scad",
    summary: "lasso for small coefficients that fades out for large ones (smoothly clipped); not convex",
    parameters: &[A],
    example: "scad:a=3.7",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(Scad::new(values[0])?))
}

impl Nonconvex for Scad {
    fn one<T: Real>(&self, b: T, lambda: T) -> T {
        let (b, a) = (b.abs(), T::of(self.a));
        if b <= lambda {
            lambda * b
        } else if b <= a * lambda {
            (k(2.0) * a * lambda * b - b.square() - lambda.square()) / (k(2.0) * (a - T::ONE))
        } else {
            k(0.5) * (a + T::ONE) * lambda.square()
        }
    }

    fn shrink<T: Real>(&self, u: T, t: T, lambda: T) -> T {
        let a = T::of(self.a);
        let (low, high) = ((u - lambda * t).max(T::ZERO).min(lambda), u.max(a * lambda));
        if t < a - T::ONE {
            return if u <= lambda * (T::ONE + t) {
                low
            } else if u <= a * lambda {
                ((a - T::ONE) * u - a * lambda * t) / (a - T::ONE - t)
            } else {
                u
            };
        }
        // The piece between is concave: the minimum lies on one of its sides.
        let at = |z: T| self.one(z, lambda) + k(0.5) * (z - u).square() / t;
        if at(low) <= at(high) { low } else { high }
    }

    fn slope<T: Real>(&self, z: T, lambda: T) -> T {
        let a = T::of(self.a);
        if z <= lambda { lambda } else { ((a * lambda - z) / (a - T::ONE)).max(T::ZERO) }
    }

    fn slope_at_zero<T: Real>(&self, lambda: T) -> Option<T> {
        Some(lambda)
    }

    fn silences<T: Real>(&self, g: T) -> T {
        g
    }
}

nonconvex!(Scad);
