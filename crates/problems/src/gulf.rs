//! Gulf research and development: a power in an exponent; flat almost everywhere.
//!
//! Source: Cox, in *Comparison of nonlinear programming codes* (1969); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 11.

use thalweg_core::{Real, Result, Scalar, k};

use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = exp(−|yᵢ − b|^c/a) − tᵢ with tᵢ = i/100, yᵢ = 25 + (−50 ln tᵢ)^⅔, i = 1 to 99; start (5, 2.5, 0.15), minimum 0 at (50, 25, 1.5),
/// 0.038 in the limit.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Gulf;

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "gulf",
    summary: "a power in an exponent, flat almost everywhere",
    parameters: &[],
    example: "gulf",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(Gulf)))
}

impl ResidualFormula for Gulf {
    fn shape(&self) -> (usize, usize) {
        (99, 3)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        for (i, r) in r.iter_mut().enumerate() {
            let t = (i + 1) as f64 / 100.0;
            let y = 25.0 + (-50.0 * t.ln()).powf(2.0 / 3.0);
            *r = (-((k(y) - x[1]).abs().ln() * x[2]).exp() / x[0]).exp() - S::of(t);
        }
    }

    fn start(&self) -> Vec<f64> {
        vec![5.0, 2.5, 0.15]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::of_value(0.0)]
    }

    fn is_flat(&self) -> bool {
        true
    }
}
