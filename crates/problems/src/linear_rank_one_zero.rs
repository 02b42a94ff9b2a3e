//! Linear, rank 1, with columns and rows of zeros.
//!
//! Source: Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 34.

use thalweg_core::{Error, Parameter, Real, Result, Scalar, k};

use crate::entry::whole;
use crate::extended::dimension;
use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = (i − 1) Σ_{1<j<n} jxⱼ − 1 for 1 < i < m, −1 for the first and the last; start 1, minimum (m² + 3m − 6)/(2(2m − 3)).
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct LinearRankOneZero {
    n: usize,
    m: usize,
}

const N: Parameter = dimension(5.0, "it must be a whole number >= 3");
const M: Parameter = Parameter {
    name: "m",
    default: 8.0,
    rule: "it must be a whole number >= n",
    summary: "number of residuals",
};

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "linear-rank-one-zero",
    summary: "linear, of rank 1, with zero rows and columns",
    parameters: &[N, M],
    example: "linear-rank-one-zero:n=5,m=8",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(LinearRankOneZero::new(whole(&N, values[0])?, whole(&M, values[1])?)?)))
}

impl LinearRankOneZero {
    /// Of m residuals in n variables.
    ///
    /// # Errors
    /// A size that breaks its rule: n: it must be a whole number >= 3; m: it must be a whole number >= n.
    pub fn new(n: usize, m: usize) -> Result<Self> {
        if n < 3 {
            return Err(Error::invalid_parameter(N.name, n, N.rule));
        }
        if m < n {
            return Err(Error::invalid_parameter(M.name, m, M.rule));
        }
        Ok(Self { n, m })
    }
}

impl ResidualFormula for LinearRankOneZero {
    fn shape(&self) -> (usize, usize) {
        (self.m, self.n)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        let terms = x.iter().enumerate().take(self.n - 1).skip(1);
        let sum = terms.fold(S::of(0.0), |sum, (j, x)| sum + k((j + 1) as f64) * *x);
        for (i, r) in r.iter_mut().enumerate() {
            let factor = if i + 1 < self.m { i as f64 } else { 0.0 };
            *r = k(factor) * sum - S::of(1.0);
        }
    }

    fn start(&self) -> Vec<f64> {
        vec![1.0; self.n]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        let m = self.m as f64;
        vec![Minimum::of_value((m * m + 3.0 * m - 6.0) / (2.0 * (2.0 * m - 3.0)))]
    }
}
