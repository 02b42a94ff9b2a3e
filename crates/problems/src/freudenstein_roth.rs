//! Freudenstein and Roth: a second minimum that most starts lead to.
//!
//! Source: Freudenstein and Roth, J. ACM 10 (1963); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 2.

use thalweg_core::{Real, Result, Scalar, k};

use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// r = (−13 + a + ((5 − b)b − 2)b, −29 + a + ((b + 1)b − 14)b); start (½, −2), minima 0 at (5, 4) and 48.98… near (11.41, −0.897).
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct FreudensteinRoth;

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "freudenstein-roth",
    summary: "two variables, a local minimum beside the global one",
    parameters: &[],
    example: "freudenstein-roth",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(FreudensteinRoth)))
}

impl ResidualFormula for FreudensteinRoth {
    fn shape(&self) -> (usize, usize) {
        (2, 2)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        let (a, b) = (x[0], x[1]);
        r[0] = a + ((k(5.0) - b) * b - S::of(2.0)) * b - S::of(13.0);
        r[1] = a + ((b + S::of(1.0)) * b - S::of(14.0)) * b - S::of(29.0);
    }

    fn start(&self) -> Vec<f64> {
        vec![0.5, -2.0]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::at(&[5.0, 4.0], 0.0), Minimum::of_value(48.98425367924001)]
    }
}
