//! An integral equation by quadrature: a dense Jacobian.
//!
//! Source: Moré and Cosnard, ACM TOMS 5 (1979); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 29.

use thalweg_core::{Error, Parameter, Real, Result, Scalar, k};

use crate::entry::whole;
use crate::extended::dimension;
use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = xᵢ + ½h[(1 − tᵢ) Σ_{j≤i} tⱼ(xⱼ + tⱼ + 1)³ + tᵢ Σ_{j>i} (1 − tⱼ)(xⱼ + tⱼ + 1)³] with h = 1/(n + 1), tᵢ = ih; start tᵢ(tᵢ − 1),
/// minimum 0.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct DiscreteIntegralEquation {
    n: usize,
}

const N: Parameter = dimension(10.0, "it must be a positive whole number");

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "discrete-integral-equation",
    summary: "an integral equation by quadrature",
    parameters: &[N],
    example: "discrete-integral-equation:n=10",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(DiscreteIntegralEquation::new(whole(&N, values[0])?)?)))
}

impl DiscreteIntegralEquation {
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

impl ResidualFormula for DiscreteIntegralEquation {
    fn shape(&self) -> (usize, usize) {
        (self.n, self.n)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        let h = 1.0 / (self.n + 1) as f64;
        let t = |i: usize| h * (i + 1) as f64;
        let cube = |j: usize| (x[j] + S::of(t(j) + 1.0)).powi(3);
        let mut above = (0..self.n).fold(S::of(0.0), |sum, j| sum + k(1.0 - t(j)) * cube(j));
        let mut below = S::of(0.0);
        for (i, r) in r.iter_mut().enumerate() {
            let term = cube(i);
            below = below + k(t(i)) * term;
            above = above - k(1.0 - t(i)) * term;
            *r = x[i] + k(0.5 * h) * (k(1.0 - t(i)) * below + k(t(i)) * above);
        }
    }

    fn start(&self) -> Vec<f64> {
        (1..=self.n).map(|i| i as f64 / (self.n + 1) as f64).map(|t| t * (t - 1.0)).collect()
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::of_value(0.0)]
    }
}
