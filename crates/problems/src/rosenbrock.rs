//! Rosenbrock's valley, extended: a curved, flat-bottomed valley that punishes methods without curvature.
//!
//! Source: Rosenbrock, Comput. J. 3 (1960); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 1 and 21.

use thalweg_core::{Parameter, Real, Result, Scalar, k};

use crate::entry::whole;
use crate::extended::dimension;
use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// Over pairs of variables, r = (10(b − a²), 1 − a); start (−1.2, 1), minimum 0 at (1, 1).
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Rosenbrock;

const N: Parameter = dimension(2.0, "it must be a positive multiple of 2");

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "rosenbrock",
    summary: "curved flat valley, (1 - a)^2 + 100 (b - a^2)^2 over pairs",
    parameters: &[N],
    example: "rosenbrock:n=2",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::copies(Rosenbrock, whole(&N, values[0])?)?))
}

impl ResidualFormula for Rosenbrock {
    fn shape(&self) -> (usize, usize) {
        (2, 2)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        let (a, b) = (x[0], x[1]);
        r[0] = k(10.0) * (b - a.square());
        r[1] = k(1.0) - a;
    }

    fn start(&self) -> Vec<f64> {
        vec![-1.2, 1.0]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::at(&[1.0, 1.0], 0.0)]
    }
}
