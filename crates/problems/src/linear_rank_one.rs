//! Linear, rank 1: the minimum is a plane.
//!
//! Source: Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 33.

use thalweg_core::{Error, Parameter, Real, Result, Scalar, k};

use crate::entry::whole;
use crate::extended::dimension;
use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = i Σ jxⱼ − 1; start 1, minimum m(m − 1)/(2(2m + 1)) wherever Σ jxⱼ = 3/(2m + 1).
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct LinearRankOne {
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
    name: "linear-rank-one",
    summary: "linear, of rank 1",
    parameters: &[N, M],
    example: "linear-rank-one:n=5,m=8",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(LinearRankOne::new(whole(&N, values[0])?, whole(&M, values[1])?)?)))
}

impl LinearRankOne {
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

impl ResidualFormula for LinearRankOne {
    fn shape(&self) -> (usize, usize) {
        (self.m, self.n)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        let terms = x.iter().enumerate();
        let sum = terms.fold(S::of(0.0), |sum, (j, x)| sum + k((j + 1) as f64) * *x);
        for (i, r) in r.iter_mut().enumerate() {
            *r = k((i + 1) as f64) * sum - S::of(1.0);
        }
    }

    fn start(&self) -> Vec<f64> {
        vec![1.0; self.n]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        let m = self.m as f64;
        vec![Minimum::of_value(m * (m - 1.0) / (2.0 * (2.0 * m + 1.0)))]
    }
}
