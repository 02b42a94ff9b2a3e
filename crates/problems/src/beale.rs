//! Beale's function: a narrow valley along which the Hessian is nearly singular.
//!
//! Source: Beale (1958); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 5.

use thalweg_core::{Real, Result, Scalar, k};

use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = yᵢ − a(1 − bⁱ) with y = (1.5, 2.25, 2.625); start (1, 1), minimum 0 at (3, ½).
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
    Ok(Box::new(Squares::new(Beale)))
}

impl ResidualFormula for Beale {
    fn shape(&self) -> (usize, usize) {
        (3, 2)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        let (a, b) = (x[0], x[1]);
        let residual = |target: f64, power: S| k(target) - a * (k(1.0) - power);
        r[0] = residual(1.5, b);
        r[1] = residual(2.25, b.square());
        r[2] = residual(2.625, b.square() * b);
    }

    fn start(&self) -> Vec<f64> {
        vec![1.0, 1.0]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::at(&[3.0, 0.5], 0.0)]
    }
}
