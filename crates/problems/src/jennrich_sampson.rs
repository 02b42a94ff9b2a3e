//! Jennrich and Sampson: the sum of two exponentials that wants both rates equal.
//!
//! Source: Jennrich and Sampson, Technometrics 10 (1968); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 6.

use thalweg_core::{Real, Result, Scalar, k};

use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = 2 + 2i − (e^ia + e^ib) for i = 1 to 10; start (0.3, 0.4), minimum 124.362… near (0.2578, 0.2578).
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct JennrichSampson;

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "jennrich-sampson",
    summary: "two equal exponential rates with large residuals",
    parameters: &[],
    example: "jennrich-sampson",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(JennrichSampson)))
}

impl ResidualFormula for JennrichSampson {
    fn shape(&self) -> (usize, usize) {
        (10, 2)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        for (i, r) in r.iter_mut().enumerate() {
            let i = (i + 1) as f64;
            *r = k(2.0 + 2.0 * i) - ((k(i) * x[0]).exp() + (k(i) * x[1]).exp());
        }
    }

    fn start(&self) -> Vec<f64> {
        vec![0.3, 0.4]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::of_value(124.36218235561474)]
    }

    fn is_flat(&self) -> bool {
        true
    }
}
