//! Biggs EXP6: three exponentials with exact data.
//!
//! Source: Biggs, Math. Programming 1 (1971); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 18.

use thalweg_core::{Real, Result, Scalar, k};

use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = c e^−ta − d e^−tb + f e^−te − (e^−t − 5e^−10t + 3e^−4t) with t = i/10, i = 1 to 13; start (1, 2, 1, 1, 1, 1), minima 0 at (1, 10,
/// 1, 5, 4, 3), 5.65565…e-3, 0.30636….
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct BiggsExp6;

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "biggs-exp6",
    summary: "three exponentials with exact data, local minima",
    parameters: &[],
    example: "biggs-exp6",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(BiggsExp6)))
}

impl ResidualFormula for BiggsExp6 {
    fn shape(&self) -> (usize, usize) {
        (13, 6)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        for (i, r) in r.iter_mut().enumerate() {
            let t = 0.1 * (i + 1) as f64;
            let y = (-t).exp() - 5.0 * (-10.0 * t).exp() + 3.0 * (-4.0 * t).exp();
            let fall = |rate: S| (k(-t) * rate).exp();
            *r = x[2] * fall(x[0]) - x[3] * fall(x[1]) + x[5] * fall(x[4]) - S::of(y);
        }
    }

    fn start(&self) -> Vec<f64> {
        vec![1.0, 2.0, 1.0, 1.0, 1.0, 1.0]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![
            Minimum::of_value(0.0),
            Minimum::of_value(5.655649925499929e-3),
            Minimum::of_value(0.306366772624790),
        ]
    }

    fn is_flat(&self) -> bool {
        true
    }
}
