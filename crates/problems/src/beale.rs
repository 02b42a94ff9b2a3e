//! Beale's function: a narrow valley along which the Hessian is nearly singular.
//!
//! Source: Beale (1958); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 5.

use thalweg_core::{Real, Result, Scalar, k};

use crate::extended::{Extended, Term};
use crate::{Make, Problem, ProblemEntry};

/// (1.5 − a(1 − b))² + (2.25 − a(1 − b²))² + (2.625 − a(1 − b³))²; start (1, 1), minimum 0 at (3, ½).
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Beale;

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "beale",
    summary: "two variables, narrow valley with a nearly singular Hessian",
    parameters: &[],
    example: "beale",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Extended::new(Beale, 2)?))
}

impl Term<2> for Beale {
    fn eval<S: Scalar>(&self, [a, b]: [S; 2]) -> S {
        let residual = |target: f64, power: S| k(target) - a * (k(1.0) - power);
        let (first, second) = (residual(1.5, b), residual(2.25, b.square()));
        first.square() + second.square() + residual(2.625, b.square() * b).square()
    }

    fn start(&self) -> [f64; 2] {
        [1.0, 1.0]
    }

    fn minima(&self) -> Vec<([f64; 2], f64)> {
        vec![([3.0, 0.5], 0.0)]
    }
}
