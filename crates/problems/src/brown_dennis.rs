//! Brown and Dennis: residuals so large that Gauss–Newton diverges.
//!
//! Source: Brown and Dennis, Numer. Math. 18 (1971); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 16.

use thalweg_core::{Real, Result, Scalar, k};

use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = (a + tb − eᵗ)² + (c + d sin t − cos t)² with t = i/5, i = 1 to 20; start (25, 5, −5, 1), minimum 85822.2….
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct BrownDennis;

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "brown-dennis",
    summary: "large residuals, where Gauss-Newton fails",
    parameters: &[],
    example: "brown-dennis",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(BrownDennis)))
}

impl ResidualFormula for BrownDennis {
    fn shape(&self) -> (usize, usize) {
        (20, 4)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        for (i, r) in r.iter_mut().enumerate() {
            let t = 0.2 * (i + 1) as f64;
            let first = x[0] + k(t) * x[1] - S::of(t.exp());
            *r = first.square() + (x[2] + k(t.sin()) * x[3] - S::of(t.cos())).square();
        }
    }

    fn start(&self) -> Vec<f64> {
        vec![25.0, 5.0, -5.0, 1.0]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::of_value(85822.20162635628)]
    }

    fn is_flat(&self) -> bool {
        true
    }
}
