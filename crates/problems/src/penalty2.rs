//! Penalty II: exponentials under a penalty of 10⁻⁵, with a valley of nearly equal values.
//!
//! Source: Gill, Murray and Pitfield (1972); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 24.

use thalweg_core::{Error, Parameter, Real, Result, Scalar, k};

use crate::entry::whole;
use crate::extended::dimension;
use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// r₁ = x₁ − ⅕; √10⁻⁵ (e^xᵢ/10 + e^xᵢ₋₁/10 − e^i/10 − e^(i−1)/10) and √10⁻⁵ (e^xᵢ/10 − e^−1/10) for i ≥ 2; Σ (n − j + 1)xⱼ² − 1; start ½,
/// minimum 9.37629…e-6 for n = 4 and 2.93660…e-4 for n = 10.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Penalty2 {
    n: usize,
}

const N: Parameter = dimension(4.0, "it must be a positive whole number");

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "penalty2",
    summary: "exponentials in a valley of nearly equal values",
    parameters: &[N],
    example: "penalty2:n=4",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(Penalty2::new(whole(&N, values[0])?)?)))
}

impl Penalty2 {
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

impl ResidualFormula for Penalty2 {
    fn shape(&self) -> (usize, usize) {
        (2 * self.n, self.n)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        let (n, root) = (self.n, 1e-5_f64.sqrt());
        let grow = |v: S| (k(0.1) * v).exp();
        r[0] = x[0] - S::of(0.2);
        for i in 1..n {
            let y = (0.1 * (i + 1) as f64).exp() + (0.1 * i as f64).exp();
            r[i] = k(root) * (grow(x[i]) + grow(x[i - 1]) - S::of(y));
            r[n + i - 1] = k(root) * (grow(x[i]) - S::of((-0.1_f64).exp()));
        }
        let terms = x.iter().enumerate();
        r[2 * n - 1] = terms.fold(S::of(-1.0), |sum, (j, x)| sum + k((n - j) as f64) * x.square());
    }

    fn start(&self) -> Vec<f64> {
        vec![0.5; self.n]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        match self.n {
            4 => vec![Minimum::of_value(9.376293007e-6)],
            10 => vec![Minimum::of_value(2.936605374e-4)],
            _ => Vec::new(),
        }
    }

    fn is_flat(&self) -> bool {
        true
    }
}
