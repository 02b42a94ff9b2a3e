//! Penalty I: almost free along a sphere, pulled to a point by a penalty of 10⁻⁵.
//!
//! Source: Gill, Murray and Pitfield (1972); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 23.

use thalweg_core::{Error, Parameter, Real, Result, Scalar, k};

use crate::entry::whole;
use crate::extended::dimension;
use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = √10⁻⁵ (xᵢ − 1) and Σ xⱼ² − ¼; start xᵢ = i, minimum 2.24997…e-5 for n = 4 and 7.08765…e-5 for n = 10.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Penalty1 {
    n: usize,
}

const N: Parameter = dimension(4.0, "it must be a positive whole number");

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "penalty1",
    summary: "almost free along a sphere",
    parameters: &[N],
    example: "penalty1:n=4",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(Penalty1::new(whole(&N, values[0])?)?)))
}

impl Penalty1 {
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

impl ResidualFormula for Penalty1 {
    fn shape(&self) -> (usize, usize) {
        (self.n + 1, self.n)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        let mut sum = S::of(-0.25);
        for (r, x) in r.iter_mut().zip(x) {
            *r = k(1e-5_f64.sqrt()) * (*x - S::of(1.0));
            sum = sum + x.square();
        }
        r[self.n] = sum;
    }

    fn start(&self) -> Vec<f64> {
        (1..=self.n).map(|i| i as f64).collect()
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        match self.n {
            4 => vec![Minimum::of_value(2.249977500899937e-5)],
            10 => vec![Minimum::of_value(7.087651467090369e-5)],
            _ => Vec::new(),
        }
    }

    fn is_flat(&self) -> bool {
        true
    }
}
