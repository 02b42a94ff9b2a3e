//! Fletcher and Powell's helical valley: the minimum lies at the end of a spiral.
//!
//! Source: Fletcher and Powell, Comput. J. 6 (1963); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 7.

use thalweg_core::{Real, Result, Scalar, k};

use crate::extended::{Extended, Term};
use crate::{Make, Problem, ProblemEntry};

/// 100(c − 10θ)² + 100(r − 1)² + c² with r = √(a² + b²) and θ the angle of (a, b) in turns, cut at a = 0 > b so that θ lies in (−¼, ¾];
/// start (−1, 0, 0), minimum 0 at (1, 0, 0).
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
    Ok(Box::new(Extended::new(HelicalValley, 3)?))
}

impl Term<3> for HelicalValley {
    fn eval<S: Scalar>(&self, [a, b, c]: [S; 3]) -> S {
        // The angle of (b, −a) is that of (a, b) less a quarter turn: its cut does not run through the start, as atan2(b, a)'s would.
        let theta = (-a).atan2(b) * S::of(0.5 / core::f64::consts::PI) + S::of(0.25);
        let r = (a.square() + b.square()).sqrt();
        k(100.0) * (c - k(10.0) * theta).square() + k(100.0) * (r - S::of(1.0)).square() + c.square()
    }

    fn start(&self) -> [f64; 3] {
        [-1.0, 0.0, 0.0]
    }

    fn minima(&self) -> Vec<([f64; 3], f64)> {
        vec![([1.0, 0.0, 0.0], 0.0)]
    }
}
