//! Linear, full rank: solved by one Gauss–Newton step.
//!
//! Source: Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 32.

use thalweg_core::{Error, Parameter, Real, Result, Scalar, k};

use crate::entry::whole;
use crate::extended::dimension;
use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = xᵢ − (2/m)Σxⱼ − 1 for i ≤ n, −(2/m)Σxⱼ − 1 beyond; start 1, minimum m − n at −1.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct LinearFullRank {
    n: usize,
    m: usize,
}

const N: Parameter = dimension(5.0, "it must be a positive whole number");
const M: Parameter = Parameter {
    name: "m",
    default: 8.0,
    rule: "it must be a whole number >= n",
    summary: "number of residuals",
};

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "linear-full-rank",
    summary: "linear, of full rank",
    parameters: &[N, M],
    example: "linear-full-rank:n=5,m=8",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(LinearFullRank::new(whole(&N, values[0])?, whole(&M, values[1])?)?)))
}

impl LinearFullRank {
    /// Of m residuals in n variables.
    ///
    /// # Errors
    /// A size that breaks its rule: n: it must be a positive whole number; m: it must be a whole number >= n.
    pub fn new(n: usize, m: usize) -> Result<Self> {
        if n == 0 {
            return Err(Error::invalid_parameter(N.name, n, N.rule));
        }
        if m < n {
            return Err(Error::invalid_parameter(M.name, m, M.rule));
        }
        Ok(Self { n, m })
    }
}

impl ResidualFormula for LinearFullRank {
    fn shape(&self) -> (usize, usize) {
        (self.m, self.n)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        let sum = x.iter().fold(S::of(0.0), |sum, x| sum + *x);
        let common = k(-2.0) * sum / S::of(self.m as f64) - S::of(1.0);
        for (i, r) in r.iter_mut().enumerate() {
            *r = x.get(i).map_or(common, |x| *x + common);
        }
    }

    fn start(&self) -> Vec<f64> {
        vec![1.0; self.n]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::at(&vec![-1.0; self.n], (self.m - self.n) as f64)]
    }
}
