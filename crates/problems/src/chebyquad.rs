//! Chebyquad: the nodes of Chebyshev's quadrature, which exist for n ≤ 7 and n = 9 only.
//!
//! Source: Fletcher, Comput. J. 8 (1965); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 35.

use thalweg_core::{Error, Parameter, Real, Result, Scalar, k};

use crate::entry::whole;
use crate::extended::dimension;
use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = (1/n) Σⱼ Tᵢ(xⱼ) − ∫Tᵢ with the shifted Chebyshev polynomials of [0, 1], ∫Tᵢ = 0 for odd i and −1/(i² − 1) for even; start j/(n +
/// 1), minimum 0 for n ≤ 7 and n = 9, 3.51687…e-3 for n = 8, 6.50395…e-3 (and 4.77271…e-3) for n = 10.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Chebyquad {
    n: usize,
}

const N: Parameter = dimension(8.0, "it must be a positive whole number");

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "chebyquad",
    summary: "nodes of equal weights, symmetric in its variables",
    parameters: &[N],
    example: "chebyquad:n=8",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(Chebyquad::new(whole(&N, values[0])?)?)))
}

impl Chebyquad {
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

impl ResidualFormula for Chebyquad {
    fn shape(&self) -> (usize, usize) {
        (self.n, self.n)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        r.fill(S::of(0.0));
        for x in x {
            let twice = k(4.0) * *x - S::of(2.0);
            let (mut before, mut now) = (S::of(1.0), k(0.5) * twice);
            for r in r.iter_mut() {
                *r = *r + now;
                (before, now) = (now, twice * now - before);
            }
        }
        for (i, r) in r.iter_mut().enumerate() {
            let i = (i + 1) as f64;
            let integral = if i % 2.0 == 0.0 { -1.0 / (i * i - 1.0) } else { 0.0 };
            *r = k(1.0 / self.n as f64) * *r - S::of(integral);
        }
    }

    fn start(&self) -> Vec<f64> {
        (1..=self.n).map(|j| j as f64 / (self.n + 1) as f64).collect()
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        match self.n {
            1..=7 | 9 => vec![Minimum::of_value(0.0)],
            8 => vec![Minimum::of_value(3.516873725677e-3)],
            10 => vec![Minimum::of_value(4.772713696e-3), Minimum::of_value(6.503954800e-3)],
            _ => Vec::new(),
        }
    }

    fn is_flat(&self) -> bool {
        true
    }
}
