//! Powell's singular function, extended: its Hessian is singular at the minimum, so Newton's method converges only linearly there.
//!
//! Source: Powell, Comput. J. 5 (1962); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 13 and 22.

use thalweg_core::{Parameter, Real, Result, Scalar, k};

use crate::entry::whole;
use crate::extended::dimension;
use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// Over fours, r = (a + 10b, √5(c − d), (b − 2c)², √10(a − d)²); start (3, −1, 0, 1), minimum 0 at the origin.
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
    Ok(Box::new(Squares::copies(PowellSingular, whole(&N, values[0])?)?))
}

impl ResidualFormula for PowellSingular {
    fn shape(&self) -> (usize, usize) {
        (4, 4)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        let (a, b, c, d) = (x[0], x[1], x[2], x[3]);
        r[0] = a + k(10.0) * b;
        r[1] = k(5.0_f64.sqrt()) * (c - d);
        r[2] = (b - k(2.0) * c).square();
        r[3] = k(10.0_f64.sqrt()) * (a - d).square();
    }

    fn start(&self) -> Vec<f64> {
        vec![3.0, -1.0, 0.0, 1.0]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::at(&[0.0, 0.0, 0.0, 0.0], 0.0)]
    }
}
