//! L0 penalty λ·#{j: bⱼ ≠ 0}: every coefficient in the model costs λ; best subset selection in its Lagrange form.
//!
//! Source: Blumensath and Davies, *Iterative thresholding for sparse approximations*, J. Fourier Anal. Appl. 14 (2008).

use thalweg_core::{Penalty, Real, Result, k};

use crate::nonconvex::{Nonconvex, nonconvex};
use crate::{Make, PenaltyEntry};

/// P(b; λ) = λ·#{bⱼ ≠ 0}. prox: v where |v| > √(2λt), else 0. Violation |g| where b ≠ 0; at 0, |g| where the step 1 would leave it. λ_max = ½‖g₀‖∞²,
/// for that step. Not convex.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let mut v = [2.5, -1.5];
/// thalweg_regularization::L0.prox(0, &mut v, Step::Scalar(1.0), 2.0);
/// assert_eq!(v, [2.5, 0.0]);
/// assert_eq!(thalweg_regularization::L0.value(&v, 2.0), 2.0);
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct L0;

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "l0",
    summary: "lambda for each coefficient in the model (best subset); not convex",
    parameters: &[],
    example: "l0",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(L0))
}

impl Nonconvex for L0 {
    fn one<T: Real>(&self, b: T, lambda: T) -> T {
        if b == T::ZERO { T::ZERO } else { lambda }
    }

    fn shrink<T: Real>(&self, u: T, t: T, lambda: T) -> T {
        if u > (k(2.0) * lambda * t).sqrt() { u } else { T::ZERO }
    }

    fn slope<T: Real>(&self, _z: T, _lambda: T) -> T {
        T::ZERO
    }

    fn slope_at_zero<T: Real>(&self, lambda: T) -> Option<T> {
        (lambda == T::ZERO).then_some(T::ZERO)
    }

    fn silences<T: Real>(&self, g: T) -> T {
        k(0.5) * g.square()
    }
}

nonconvex!(L0);
