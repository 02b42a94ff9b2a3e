//! Bard: fifteen measurements, three parameters, two of which may run off to infinity.
//!
//! Source: Bard, SIAM J. Numer. Anal. 7 (1970); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 8.

use thalweg_core::{Real, Result, Scalar, k};

use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = yᵢ − (a + i/(vb + wc)) with v = 16 − i, w = min(i, v); start (1, 1, 1), minimum 8.2148…e-3; 17.428… as b, c → −∞ with a =
/// 0.8406….
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Bard;

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "bard",
    summary: "fifteen measurements, a second limit at infinity",
    parameters: &[],
    example: "bard",
    make: Make { f64: make, f32: make },
};

const Y: [f64; 15] =
    [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39];

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(Bard)))
}

impl ResidualFormula for Bard {
    fn shape(&self) -> (usize, usize) {
        (15, 3)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        for (i, (r, y)) in r.iter_mut().zip(Y).enumerate() {
            let u = (i + 1) as f64;
            let v = 16.0 - u;
            *r = k(y) - (x[0] + k(u) / (k(v) * x[1] + k(u.min(v)) * x[2]));
        }
    }

    fn start(&self) -> Vec<f64> {
        vec![1.0, 1.0, 1.0]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::of_value(8.214877306578994e-3), Minimum::of_value(17.428692899801)]
    }

    fn is_flat(&self) -> bool {
        true
    }
}
