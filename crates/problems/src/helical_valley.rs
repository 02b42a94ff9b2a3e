//! Fletcher and Powell's helical valley: the minimum lies at the end of a spiral.
//!
//! Source: Fletcher and Powell, Comput. J. 6 (1963); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 7.

use thalweg_core::{Real, Result, Scalar, k};

use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// r = (10(c − 10θ), 10(√(a² + b²) − 1), c), θ the angle of (a, b) in turns, cut at a = 0 > b so that θ lies in (−¼, ¾]; start (−1, 0,
/// 0), minimum 0 at (1, 0, 0).
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct HelicalValley;

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "helical-valley",
    summary: "three variables, a valley that winds around an axis",
    parameters: &[],
    example: "helical-valley",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(HelicalValley)))
}

impl ResidualFormula for HelicalValley {
    fn shape(&self) -> (usize, usize) {
        (3, 3)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        let (a, b, c) = (x[0], x[1], x[2]);
        // The angle of (b, −a) is that of (a, b) less a quarter turn: its cut does not run through the start, as atan2(b, a)'s would.
        let theta = (-a).atan2(b) * S::of(0.5 / core::f64::consts::PI) + S::of(0.25);
        r[0] = k(10.0) * (c - k(10.0) * theta);
        r[1] = k(10.0) * ((a.square() + b.square()).sqrt() - S::of(1.0));
        r[2] = c;
    }

    fn start(&self) -> Vec<f64> {
        vec![-1.0, 0.0, 0.0]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::at(&[1.0, 0.0, 0.0], 0.0)]
    }
}
