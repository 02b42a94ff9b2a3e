//! Osborne 1: two exponentials and a constant through 33 points.
//!
//! Source: Osborne (1972); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 17.

use thalweg_core::{Real, Result, Scalar, k};

use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = yᵢ − (a + b e^−td + c e^−te) with t = 10(i − 1); start (0.5, 1.5, −1, 0.01, 0.02), minimum 5.46489…e-5.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Osborne1;

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "osborne1",
    summary: "two exponentials and a constant through 33 points",
    parameters: &[],
    example: "osborne1",
    make: Make { f64: make, f32: make },
};

const Y: [f64; 33] = [
    0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658, 0.628,
    0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.420,
    0.414, 0.411, 0.406,
];

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(Osborne1)))
}

impl ResidualFormula for Osborne1 {
    fn shape(&self) -> (usize, usize) {
        (33, 5)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        for (i, (r, y)) in r.iter_mut().zip(Y).enumerate() {
            let t = 10.0 * i as f64;
            *r = k(y) - (x[0] + x[1] * (k(-t) * x[3]).exp() + x[2] * (k(-t) * x[4]).exp());
        }
    }

    fn start(&self) -> Vec<f64> {
        vec![0.5, 1.5, -1.0, 0.01, 0.02]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::of_value(5.4648946975e-5)]
    }

    fn is_flat(&self) -> bool {
        true
    }
}
