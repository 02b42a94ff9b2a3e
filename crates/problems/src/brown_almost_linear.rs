//! Brown, almost linear: all equations but one are linear, and that one is a product.
//!
//! Source: Brown, SIAM J. Numer. Anal. 6 (1969); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 27.

use thalweg_core::{Error, Parameter, Real, Result, Scalar};

use crate::entry::whole;
use crate::extended::dimension;
use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = xᵢ + Σ xⱼ − (n + 1) for i < n, rₙ = Π xⱼ − 1; start ½, minima 0 at 1 (and at another point on the diagonal), 1 at (0, …, 0, n +
/// 1).
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct BrownAlmostLinear {
    n: usize,
}

const N: Parameter = dimension(10.0, "it must be a positive whole number");

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "brown-almost-linear",
    summary: "linear but for a product",
    parameters: &[N],
    example: "brown-almost-linear:n=10",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(BrownAlmostLinear::new(whole(&N, values[0])?)?)))
}

impl BrownAlmostLinear {
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

impl ResidualFormula for BrownAlmostLinear {
    fn shape(&self) -> (usize, usize) {
        (self.n, self.n)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        let sum = x.iter().fold(S::of(-((self.n + 1) as f64)), |sum, x| sum + *x);
        r.iter_mut().zip(x).for_each(|(r, x)| *r = *x + sum);
        r[self.n - 1] = x.iter().fold(S::of(1.0), |product, x| product * *x) - S::of(1.0);
    }

    fn start(&self) -> Vec<f64> {
        vec![0.5; self.n]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::at(&vec![1.0; self.n], 0.0), Minimum::of_value(1.0)]
    }

    fn is_flat(&self) -> bool {
        true
    }
}
