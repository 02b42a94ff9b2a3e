//! Spedicato's trigonometric function: many local minima.
//!
//! Source: Spedicato (1975); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 26 (there *trigonometric*).

use thalweg_core::{Error, Parameter, Real, Result, Scalar, k};

use crate::entry::whole;
use crate::extended::dimension;
use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = n − Σⱼ cos xⱼ + i(1 − cos xᵢ) − sin xᵢ; start 1/n, minimum 0 at 0 and elsewhere; 2.79506…e-5 for n = 10.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Spedicato {
    n: usize,
}

const N: Parameter = dimension(10.0, "it must be a positive whole number");

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "spedicato",
    summary: "sines and cosines, many local minima",
    parameters: &[N],
    example: "spedicato:n=10",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(Spedicato::new(whole(&N, values[0])?)?)))
}

impl Spedicato {
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

impl ResidualFormula for Spedicato {
    fn shape(&self) -> (usize, usize) {
        (self.n, self.n)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        // 1 − cos = 2 sin²(½·) keeps its digits near 0.
        let versine = |v: S| k(2.0) * (k(0.5) * v).sin().square();
        let sum = x.iter().fold(S::of(0.0), |sum, x| sum + versine(*x));
        for (i, (r, x)) in r.iter_mut().zip(x).enumerate() {
            *r = sum + k((i + 1) as f64) * versine(*x) - x.sin();
        }
    }

    fn start(&self) -> Vec<f64> {
        vec![1.0 / self.n as f64; self.n]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        let mut all = vec![Minimum::at(&vec![0.0; self.n], 0.0)];
        if self.n == 10 {
            all.push(Minimum::of_value(2.7950614e-5));
        }
        all
    }

    fn is_flat(&self) -> bool {
        true
    }
}
