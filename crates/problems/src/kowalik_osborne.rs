//! Kowalik and Osborne: an enzyme reaction, with a second limit at infinity.
//!
//! Source: Kowalik and Osborne, *Methods for Unconstrained Optimization Problems* (1968); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981),
//! problem 15.

use thalweg_core::{Real, Result, Scalar, k};

use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = yᵢ − a(u² + ub)/(u² + uc + d), eleven measurements; start (0.25, 0.39, 0.415, 0.39), minimum 3.07505…e-4; 1.02734…e-3 as all but
/// b = −14.07… grow.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct KowalikOsborne;

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "kowalik-osborne",
    summary: "enzyme reaction, a second limit at infinity",
    parameters: &[],
    example: "kowalik-osborne",
    make: Make { f64: make, f32: make },
};

/// (y, u).
const DATA: [(f64, f64); 11] = [
    (0.1957, 4.0),
    (0.1947, 2.0),
    (0.1735, 1.0),
    (0.1600, 0.5),
    (0.0844, 0.25),
    (0.0627, 0.167),
    (0.0456, 0.125),
    (0.0342, 0.1),
    (0.0323, 0.0833),
    (0.0235, 0.0714),
    (0.0246, 0.0625),
];

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(KowalikOsborne)))
}

impl ResidualFormula for KowalikOsborne {
    fn shape(&self) -> (usize, usize) {
        (11, 4)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        for (r, (y, u)) in r.iter_mut().zip(DATA) {
            *r = k(y) - x[0] * (k(u * u) + k(u) * x[1]) / (k(u * u) + k(u) * x[2] + x[3]);
        }
    }

    fn start(&self) -> Vec<f64> {
        vec![0.25, 0.39, 0.415, 0.39]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::of_value(3.0750560385e-4), Minimum::of_value(1.02734e-3)]
    }

    fn is_flat(&self) -> bool {
        true
    }
}
