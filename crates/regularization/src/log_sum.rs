//! Log-sum penalty λ Σ ln(1 + |bⱼ|/ε): what iteratively reweighted L1 minimises; close to counting coefficients as ε falls.
//!
//! Source: Candès, Wakin and Boyd, *Enhancing sparsity by reweighted ℓ₁ minimization*, J. Fourier Anal. Appl. 14 (2008); Prater-Bennette,
//! Shen and Tripp, *The proximity operator of the log-sum penalty*, J. Sci. Comput. 93 (2022).

use thalweg_core::{Error, Parameter, Penalty, Real, Result, k};

use crate::nonconvex::{Nonconvex, nonconvex};
use crate::{Make, PenaltyEntry};

/// P(b; λ) = λ Σ ln(1 + |bⱼ|/ε). prox: the larger root of (z − |v|)(z + ε) + λt = 0 where it beats 0. λ_max = ε‖g₀‖∞. Not convex.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let log_sum = thalweg_regularization::LogSum::new(1.0)?;
/// let mut v = [3.0, -0.5];
/// // (z − 3)(z + 1) + 3 = 0 at z = 2.
/// log_sum.prox(0, &mut v, Step::Scalar(1.0), 3.0);
/// assert_eq!(v, [2.0, 0.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct LogSum {
    epsilon: f64,
}

impl LogSum {
    /// With ε, the size of a coefficient that counts as large, in its units.
    ///
    /// # Errors
    /// ε not positive and finite.
    pub fn new(epsilon: f64) -> Result<Self> {
        if epsilon > 0.0 && epsilon.is_finite() {
            Ok(Self { epsilon })
        } else {
            Err(Error::invalid_parameter(EPSILON.name, epsilon, EPSILON.rule))
        }
    }
}

const EPSILON: Parameter = Parameter {
    name: "epsilon",
    default: 1.0,
    rule: "it must be a finite number > 0",
    summary: "size of a coefficient that counts as large",
};

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "log-sum",
    summary: "lambda times the sum of ln(1 + |b|/epsilon): sparser than the lasso; not convex",
    parameters: &[EPSILON],
    example: "log-sum:epsilon=0.5",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(LogSum::new(values[0])?))
}

impl Nonconvex for LogSum {
    fn one<T: Real>(&self, b: T, lambda: T) -> T {
        lambda * (b.abs() / T::of(self.epsilon)).ln_1p()
    }

    fn shrink<T: Real>(&self, u: T, t: T, lambda: T) -> T {
        let (epsilon, weight) = (T::of(self.epsilon), lambda * t);
        let discriminant = (u + epsilon).square() - k(4.0) * weight;
        if discriminant <= T::ZERO {
            return T::ZERO;
        }
        // The form of the larger root that does not cancel.
        let (half, root) = (u - epsilon, discriminant.sqrt());
        let z = if half >= T::ZERO {
            k(0.5) * (half + root)
        } else {
            k(2.0) * (u * epsilon - weight) / (root - half)
        };
        let gain = z * (u - k(0.5) * z) - weight * (z / epsilon).ln_1p();
        if z > T::ZERO && gain > T::ZERO { z } else { T::ZERO }
    }

    fn slope<T: Real>(&self, z: T, lambda: T) -> T {
        lambda / (z + T::of(self.epsilon))
    }

    fn slope_at_zero<T: Real>(&self, lambda: T) -> Option<T> {
        Some(lambda / T::of(self.epsilon))
    }

    fn silences<T: Real>(&self, g: T) -> T {
        g * T::of(self.epsilon)
    }
}

nonconvex!(LogSum);
