//! Powell, badly scaled: the parameters at the minimum differ by six orders of magnitude.
//!
//! Source: Powell (1970); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 3.

use thalweg_core::{Real, Result, Scalar, k};

use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// r = (10⁴ab − 1, e^−a + e^−b − 1.0001); start (0, 1), minimum 0 near (1.098e-5, 9.106).
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct PowellBadlyScaled;

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "powell-badly-scaled",
    summary: "two variables that differ by six orders of magnitude",
    parameters: &[],
    example: "powell-badly-scaled",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(PowellBadlyScaled)))
}

impl ResidualFormula for PowellBadlyScaled {
    fn shape(&self) -> (usize, usize) {
        (2, 2)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        let (a, b) = (x[0], x[1]);
        r[0] = k(1e4) * a * b - S::of(1.0);
        r[1] = (-a).exp() + (-b).exp() - S::of(1.0001);
    }

    fn start(&self) -> Vec<f64> {
        vec![0.0, 1.0]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::of_value(0.0)]
    }

    fn is_flat(&self) -> bool {
        true
    }
}
