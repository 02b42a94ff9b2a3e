//! Broyden, tridiagonal: mildly nonlinear equations with two neighbours each.
//!
//! Source: Broyden, Math. Comp. 19 (1965); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 30.

use thalweg_core::{Error, Parameter, Real, Result, Scalar, k};

use crate::entry::whole;
use crate::extended::dimension;
use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = (3 − 2xᵢ)xᵢ − xᵢ₋₁ − 2xᵢ₊₁ + 1 with x₀ = xₙ₊₁ = 0; start −1, minimum 0.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct BroydenTridiagonal {
    n: usize,
}

const N: Parameter = dimension(10.0, "it must be a positive whole number");

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "broyden-tridiagonal",
    summary: "mildly nonlinear equations with two neighbours",
    parameters: &[N],
    example: "broyden-tridiagonal:n=10",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(BroydenTridiagonal::new(whole(&N, values[0])?)?)))
}

impl BroydenTridiagonal {
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

impl ResidualFormula for BroydenTridiagonal {
    fn shape(&self) -> (usize, usize) {
        (self.n, self.n)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        let at = |i: Option<usize>| i.and_then(|i| x.get(i).copied()).unwrap_or(S::of(0.0));
        for (i, r) in r.iter_mut().enumerate() {
            let own = (k(3.0) - k(2.0) * x[i]) * x[i];
            *r = own - at(i.checked_sub(1)) - k(2.0) * at(Some(i + 1)) + S::of(1.0);
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
