//! Watson: the best polynomial solution of a differential equation; its Hessian is singular to rounding from n = 9 on.
//!
//! Source: Kowalik and Osborne (1968); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 20.

use thalweg_core::{Error, Parameter, Real, Result, Scalar, k};

use crate::entry::whole;
use crate::extended::dimension;
use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = Σⱼ (j − 1)xⱼtʲ⁻² − (Σⱼ xⱼtʲ⁻¹)² − 1 with t = i/29, then x₁ and x₂ − x₁² − 1; start 0; minima 2.28767…e-3, 1.39976…e-6 and
/// 4.72238…e-10 for n = 6, 9, 12.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Watson {
    n: usize,
}

const N: Parameter = dimension(6.0, "it must be a whole number from 2 to 31");

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "watson",
    summary: "polynomial solution of a differential equation, ill-conditioned",
    parameters: &[N],
    example: "watson:n=6",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(Watson::new(whole(&N, values[0])?)?)))
}

impl Watson {
    /// In n variables.
    ///
    /// # Errors
    /// A size that breaks its rule: n: it must be a whole number from 2 to 31.
    pub fn new(n: usize) -> Result<Self> {
        if !(2..=31).contains(&n) {
            return Err(Error::invalid_parameter(N.name, n, N.rule));
        }
        Ok(Self { n })
    }
}

impl ResidualFormula for Watson {
    fn shape(&self) -> (usize, usize) {
        (31, self.n)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        for (i, r) in r[..29].iter_mut().enumerate() {
            let t = (i + 1) as f64 / 29.0;
            let (mut sum, mut slope) = (S::of(0.0), S::of(0.0));
            for (j, x) in x.iter().enumerate().rev() {
                // Horner, with the derivative, which is one degree lower, beside it.
                if j > 0 {
                    slope = slope * S::of(t) + k(j as f64) * *x;
                }
                sum = sum * S::of(t) + *x;
            }
            *r = slope - sum.square() - S::of(1.0);
        }
        r[29] = x[0];
        r[30] = x[1] - x[0].square() - S::of(1.0);
    }

    fn start(&self) -> Vec<f64> {
        vec![0.0; self.n]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        match self.n {
            6 => vec![Minimum::of_value(2.287670053552372e-3)],
            9 => vec![Minimum::of_value(1.399760138e-6)],
            12 => vec![Minimum::of_value(4.722381e-10)],
            _ => Vec::new(),
        }
    }

    fn is_flat(&self) -> bool {
        true
    }
}
