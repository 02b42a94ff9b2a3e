//! Gaussian: a bell through fifteen points with almost nothing left over.
//!
//! Source: Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 9.

use thalweg_core::{Real, Result, Scalar, k};

use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = a exp(−b(tᵢ − c)²/2) − yᵢ with tᵢ = (8 − i)/2; start (0.4, 1, 0), minimum 1.12793…e-8.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Gaussian;

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "gaussian",
    summary: "a bell through fifteen points, tiny residuals",
    parameters: &[],
    example: "gaussian",
    make: Make { f64: make, f32: make },
};

const Y: [f64; 8] = [0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989];

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(Gaussian)))
}

impl ResidualFormula for Gaussian {
    fn shape(&self) -> (usize, usize) {
        (15, 3)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        for (i, r) in r.iter_mut().enumerate() {
            let t = 0.5 * (7.0 - i as f64);
            *r = x[0] * (k(-0.5) * x[1] * (k(t) - x[2]).square()).exp() - S::of(Y[i.min(14 - i)]);
        }
    }

    fn start(&self) -> Vec<f64> {
        vec![0.4, 1.0, 0.0]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::of_value(1.1279327696188e-8)]
    }

    fn is_flat(&self) -> bool {
        true
    }
}
