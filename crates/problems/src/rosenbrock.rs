//! Rosenbrock's valley, extended: a curved, flat-bottomed valley that punishes methods without curvature.
//!
//! Source: Rosenbrock, Comput. J. 3 (1960); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problems 1 and 21.

use thalweg_core::{Parameter, Real, Result, Scalar, k};

use crate::entry::whole;
use crate::extended::{Extended, Term, dimension};
use crate::{Make, Problem, ProblemEntry};

/// Over pairs of variables, (1 − a)² + 100(b − a²)²; start (−1.2, 1), minimum 0 at (1, 1).
///
/// ```
/// use thalweg_core::Objective;
/// let mut valley = thalweg_problems::Extended::new(thalweg_problems::Rosenbrock, 2)?;
/// assert_eq!(valley.value(&[-1.0, 1.0]), Ok(4.0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
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
    Ok(Box::new(Extended::new(Rosenbrock, whole(&N, values[0])?)?))
}

impl Term<2> for Rosenbrock {
    fn eval<S: Scalar>(&self, [a, b]: [S; 2]) -> S {
        (k(1.0) - a).square() + k(100.0) * (b - a.square()).square()
    }

    fn start(&self) -> [f64; 2] {
        [-1.2, 1.0]
    }

    fn minima(&self) -> Vec<([f64; 2], f64)> {
        vec![([1.0, 1.0], 0.0)]
    }
}
