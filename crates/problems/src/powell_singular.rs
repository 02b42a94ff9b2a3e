//! Powell's singular function, extended: its Hessian is singular at the minimum, so Newton's method converges only linearly there.
//!
//! Source: Powell, Comput. J. 5 (1962); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problems 13 and 22.

use thalweg_core::{Parameter, Real, Result, Scalar, k};

use crate::entry::whole;
use crate::extended::{Extended, Term, dimension};
use crate::{Make, Problem, ProblemEntry};

/// Over fours, (a + 10b)² + 5(c − d)² + (b − 2c)⁴ + 10(a − d)⁴; start (3, −1, 0, 1), minimum 0 at the origin.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct PowellSingular;

const N: Parameter = dimension(4.0, "it must be a positive multiple of 4");

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "powell-singular",
    summary: "quartic with a singular Hessian at the minimum, over fours",
    parameters: &[N],
    example: "powell-singular:n=4",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Extended::new(PowellSingular, whole(&N, values[0])?)?))
}

impl Term<4> for PowellSingular {
    fn eval<S: Scalar>(&self, [a, b, c, d]: [S; 4]) -> S {
        let squares = (a + k(10.0) * b).square() + k(5.0) * (c - d).square();
        squares + (b - k(2.0) * c).square().square() + k(10.0) * (a - d).square().square()
    }

    fn start(&self) -> [f64; 4] {
        [3.0, -1.0, 0.0, 1.0]
    }

    fn minima(&self) -> Vec<([f64; 4], f64)> {
        vec![([0.0; 4], 0.0)]
    }
}
