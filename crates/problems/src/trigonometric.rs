//! A separable oscillating bowl: convex near its minima, not between them, so that a Newton step may point uphill.
//!
//! After Rastrigin, *Systems of Extremal Control* (1974), with an amplitude too small for further minima.

use thalweg_core::{Parameter, Real, Result, Scalar, k};

use crate::entry::whole;
use crate::extended::{Extended, Term, dimension};
use crate::{Make, Problem, ProblemEntry};

/// Over single variables, ½a² + 2(1 − cos a): ℓ″ = 1 + 2 cos a < 0 for |a| in (2π/3, 4π/3), yet 0 is the only stationary point; start 2.5,
/// minimum 0 at 0.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Trigonometric;

const N: Parameter = dimension(3.0, "it must be a positive whole number");

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "trigonometric",
    summary: "a^2/2 + 2 (1 - cos a): nonconvex at the start, one minimum",
    parameters: &[N],
    example: "trigonometric:n=3",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Extended::new(Trigonometric, whole(&N, values[0])?)?))
}

impl Term<1> for Trigonometric {
    fn eval<S: Scalar>(&self, [a]: [S; 1]) -> S {
        // 2(1 − cos a) = 4 sin²(a/2) keeps its digits near 0.
        k(0.5) * a.square() + k(4.0) * (k(0.5) * a).sin().square()
    }

    fn start(&self) -> [f64; 1] {
        [2.5]
    }

    fn minima(&self) -> Vec<([f64; 1], f64)> {
        vec![([0.0], 0.0)]
    }
}
