//! Broyden, banded: nonlinear equations with six neighbours each.
//!
//! Source: Broyden, Math. Comp. 25 (1971); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 31.

use thalweg_core::{Error, Parameter, Real, Result, Scalar, k};

use crate::entry::whole;
use crate::extended::dimension;
use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = xᵢ(2 + 5xᵢ²) + 1 − Σ xⱼ(1 + xⱼ) over j ≠ i from i − 5 to i + 1; start −1, minimum 0.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct BroydenBanded {
    n: usize,
}

const N: Parameter = dimension(10.0, "it must be a positive whole number");

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "broyden-banded",
    summary: "nonlinear equations with six neighbours",
    parameters: &[N],
    example: "broyden-banded:n=10",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(BroydenBanded::new(whole(&N, values[0])?)?)))
}

impl BroydenBanded {
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

impl ResidualFormula for BroydenBanded {
    fn shape(&self) -> (usize, usize) {
        (self.n, self.n)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        for (i, r) in r.iter_mut().enumerate() {
            let band = (i.saturating_sub(5)..self.n.min(i + 2)).filter(|j| *j != i);
            let sum = band.fold(S::of(0.0), |sum, j| sum + x[j] * (k(1.0) + x[j]));
            *r = x[i] * (k(2.0) + k(5.0) * x[i].square()) + S::of(1.0) - sum;
        }
    }

    fn start(&self) -> Vec<f64> {
        vec![-1.0; self.n]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::of_value(0.0)]
    }

    fn is_flat(&self) -> bool {
        true
    }
}
