//! Wood's function: two coupled valleys with a plateau near which many methods creep.
//!
//! Source: Colville (1968); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 14.

use thalweg_core::{Real, Result, Scalar, k};

use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// r = (10(b − a²), 1 − a, √90(d − c²), 1 − c, √10(b + d − 2), (b − d)/√10); start (−3, −1, −3, −1), minimum 0 at (1, 1, 1, 1).
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Wood;

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "wood",
    summary: "four variables, two coupled curved valleys",
    parameters: &[],
    example: "wood",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(Wood)))
}

impl ResidualFormula for Wood {
    fn shape(&self) -> (usize, usize) {
        (6, 4)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        let (a, b, c, d) = (x[0], x[1], x[2], x[3]);
        r[0] = k(10.0) * (b - a.square());
        r[1] = k(1.0) - a;
        r[2] = k(90.0_f64.sqrt()) * (d - c.square());
        r[3] = k(1.0) - c;
        r[4] = k(10.0_f64.sqrt()) * (b + d - S::of(2.0));
        r[5] = k(0.1_f64.sqrt()) * (b - d);
    }

    fn start(&self) -> Vec<f64> {
        vec![-3.0, -1.0, -3.0, -1.0]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::at(&[1.0, 1.0, 1.0, 1.0], 0.0)]
    }
    // At 7.877 near (−0.968, 0.947, −0.970, 0.951) the gradient vanishes although the point is no minimum.
    fn is_flat(&self) -> bool {
        true
    }
}
