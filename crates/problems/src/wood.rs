//! Wood's function: two coupled valleys with a plateau near which many methods creep.
//!
//! Source: Colville (1968); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 14.

use thalweg_core::{Real, Result, Scalar, k};

use crate::extended::{Extended, Term};
use crate::{Make, Problem, ProblemEntry};

/// 100(b − a²)² + (1 − a)² + 90(d − c²)² + (1 − c)² + 10(b + d − 2)² + (b − d)²/10; start (−3, −1, −3, −1), minimum 0 at (1, 1, 1, 1).
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Wood;

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "wood",
    summary: "four variables, two coupled curved valleys",
    parameters: &[],
    example: "wood",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Extended::new(Wood, 4)?))
}

impl Term<4> for Wood {
    fn eval<S: Scalar>(&self, [a, b, c, d]: [S; 4]) -> S {
        let valley = |steep: f64, x: S, y: S| k(steep) * (y - x.square()).square() + (k(1.0) - x).square();
        let coupling = k(10.0) * (b + d - S::of(2.0)).square() + k(0.1) * (b - d).square();
        valley(100.0, a, b) + valley(90.0, c, d) + coupling
    }

    fn start(&self) -> [f64; 4] {
        [-3.0, -1.0, -3.0, -1.0]
    }

    fn minima(&self) -> Vec<([f64; 4], f64)> {
        vec![([1.0; 4], 0.0)]
    }
}
