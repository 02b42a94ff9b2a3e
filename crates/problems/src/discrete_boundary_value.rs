//! A boundary value problem by differences.
//!
//! Source: Moré and Cosnard, ACM TOMS 5 (1979); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 28.

use thalweg_core::{Error, Parameter, Real, Result, Scalar, k};

use crate::entry::whole;
use crate::extended::dimension;
use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = 2xᵢ − xᵢ₋₁ − xᵢ₊₁ + h²(xᵢ + tᵢ + 1)³/2 with h = 1/(n + 1), tᵢ = ih, x₀ = xₙ₊₁ = 0; start tᵢ(tᵢ − 1), minimum 0.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct DiscreteBoundaryValue {
    n: usize,
}

const N: Parameter = dimension(10.0, "it must be a positive whole number");

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "discrete-boundary-value",
    summary: "a boundary value problem by differences",
    parameters: &[N],
    example: "discrete-boundary-value:n=10",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(DiscreteBoundaryValue::new(whole(&N, values[0])?)?)))
}

impl DiscreteBoundaryValue {
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

impl ResidualFormula for DiscreteBoundaryValue {
    fn shape(&self) -> (usize, usize) {
        (self.n, self.n)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        let h = 1.0 / (self.n + 1) as f64;
        let at = |i: Option<usize>| i.and_then(|i| x.get(i).copied()).unwrap_or(S::of(0.0));
        for (i, r) in r.iter_mut().enumerate() {
            let t = h * (i + 1) as f64;
            let cube = (x[i] + S::of(t + 1.0)).powi(3);
            *r = k(2.0) * x[i] - at(i.checked_sub(1)) - at(Some(i + 1)) + k(0.5 * h * h) * cube;
        }
    }

    fn start(&self) -> Vec<f64> {
        (1..=self.n).map(|i| i as f64 / (self.n + 1) as f64).map(|t| t * (t - 1.0)).collect()
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::of_value(0.0)]
    }
}
