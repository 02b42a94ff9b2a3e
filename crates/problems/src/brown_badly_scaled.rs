//! Brown, badly scaled: one parameter is a million, the other two millionths.
//!
//! Source: Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 4.

use thalweg_core::{Real, Result, Scalar};

use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// r = (a − 10⁶, b − 2·10⁻⁶, ab − 2); start (1, 1), minimum 0 at (10⁶, 2·10⁻⁶).
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct BrownBadlyScaled;

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "brown-badly-scaled",
    summary: "two variables that differ by twelve orders of magnitude",
    parameters: &[],
    example: "brown-badly-scaled",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(BrownBadlyScaled)))
}

impl ResidualFormula for BrownBadlyScaled {
    fn shape(&self) -> (usize, usize) {
        (3, 2)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        let (a, b) = (x[0], x[1]);
        r[0] = a - S::of(1e6);
        r[1] = b - S::of(2e-6);
        r[2] = a * b - S::of(2.0);
    }

    fn start(&self) -> Vec<f64> {
        vec![1.0, 1.0]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::of_value(0.0)]
    }

    fn is_flat(&self) -> bool {
        true
    }
}
