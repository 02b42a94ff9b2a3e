//! Box in three dimensions: two exponentials and a contrast, with a line of minima.
//!
//! Source: Box, Comput. J. 9 (1966); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 12.

use thalweg_core::{Real, Result, Scalar, k};

use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = e^−ta − e^−tb − c(e^−t − e^−10t) with t = i/10, i = 1 to 10; start (0, 10, 20), minima 0 at (1, 10, 1), (10, 1, −1) and wherever
/// a = b, c = 0.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Box3d;

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "box3d",
    summary: "two exponentials, a line of minima",
    parameters: &[],
    example: "box3d",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(Box3d)))
}

impl ResidualFormula for Box3d {
    fn shape(&self) -> (usize, usize) {
        (10, 3)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        for (i, r) in r.iter_mut().enumerate() {
            let t = 0.1 * (i + 1) as f64;
            *r = (k(-t) * x[0]).exp() - (k(-t) * x[1]).exp() - x[2] * S::of((-t).exp() - (-10.0 * t).exp());
        }
    }

    fn start(&self) -> Vec<f64> {
        vec![0.0, 10.0, 20.0]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::of_value(0.0), Minimum::of_value(0.07558874)]
    }

    fn is_flat(&self) -> bool {
        true
    }
}
