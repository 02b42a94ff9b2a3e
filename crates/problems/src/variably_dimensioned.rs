//! Variably dimensioned: one direction of very large curvature, which grows with n.
//!
//! Source: Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 25.

use thalweg_core::{Error, Parameter, Real, Result, Scalar, k};

use crate::entry::whole;
use crate::extended::dimension;
use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// r = (xⱼ − 1; s; s²) with s = Σ j(xⱼ − 1); start xⱼ = 1 − j/n, minimum 0 at 1.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct VariablyDimensioned {
    n: usize,
}

const N: Parameter = dimension(10.0, "it must be a positive whole number");

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "variably-dimensioned",
    summary: "one direction of very large curvature",
    parameters: &[N],
    example: "variably-dimensioned:n=10",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(VariablyDimensioned::new(whole(&N, values[0])?)?)))
}

impl VariablyDimensioned {
    /// In n variables.
    ///
    /// # Errors
    /// A size that breaks its rule: n: it must be a positive whole number.
    pub fn new(n: usize) -> Result<Self> {
        if n == 0 {
            return Err(Error::invalid_parameter(N.name, n, N.rule));
        }
        Ok(Self { n })
    }
}

impl ResidualFormula for VariablyDimensioned {
    fn shape(&self) -> (usize, usize) {
        (self.n + 2, self.n)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        let mut sum = S::of(0.0);
        for (j, (r, x)) in r.iter_mut().zip(x).enumerate() {
            *r = *x - S::of(1.0);
            sum = sum + k((j + 1) as f64) * *r;
        }
        r[self.n] = sum;
        r[self.n + 1] = sum.square();
    }

    fn start(&self) -> Vec<f64> {
        (1..=self.n).map(|j| 1.0 - j as f64 / self.n as f64).collect()
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::at(&vec![1.0; self.n], 0.0)]
    }
}
