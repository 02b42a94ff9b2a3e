//! Lq penalty λ Σ|bⱼ|^q with 0 < q < 1, L1/2 and L2/3 among them: sparser than the lasso, with less shrinkage of large coefficients.
//!
//! Source: Marjanovic and Solo, *On ℓq optimization and matrix completion*, IEEE Trans. Signal Process. 60 (2012), for the threshold; Xu,
//! Chang, Xu and Zhang, *L1/2 regularization*, IEEE Trans. Neural Netw. Learn. Syst. 23 (2012).

use thalweg_core::{Error, Parameter, Penalty, Real, Result};

use crate::nonconvex::{Nonconvex, nonconvex};
use crate::{Make, PenaltyEntry};

/// P(b; λ) = λ Σ|bⱼ|^q. With β = (2λt(1 − q))^(1/(2−q)), prox is 0 up to |v| = β + λtqβ^(q−1) and beyond it the larger root of z + λtqz^(q−1) = |v|. Violation
/// |g + λq|b|^(q−1) sign b| where b ≠ 0; at 0, what the step 1 makes of −g. λ_max is that step's too: (2‖g₀‖∞/3)^1.5 for q = ½. Not convex.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let half = thalweg_regularization::Lq::new(0.5)?;
/// let mut v: [f64; 2] = [5.0, -1.4];
/// // z + 1/√z = 5 at z = 4.54…; 1.4 is below the threshold 1.5·2^(2/3) = 2.38….
/// half.prox(0, &mut v, Step::Scalar(1.0), 2.0);
/// assert!((v[0] + 1.0 / v[0].sqrt() - 5.0).abs() < 1e-14 && v[1] == 0.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Lq {
    q: f64,
}

impl Lq {
    /// With the exponent q.
    ///
    /// # Errors
    /// q outside (0, 1).
    pub fn new(q: f64) -> Result<Self> {
        if q > 0.0 && q < 1.0 { Ok(Self { q }) } else { Err(Error::invalid_parameter(Q.name, q, Q.rule)) }
    }

    /// |v| above which the prox is not 0, and the size from which it then goes on.
    fn threshold<T: Real>(&self, weight: T) -> (T, T) {
        let q = T::of(self.q);
        let beta = (weight * T::of(2.0 * (1.0 - self.q))).powf((T::of(2.0) - q).recip());
        // weight·β^(q−1) = β·weight·β^(q−2) = β/(2(1 − q)).
        (beta * T::of(1.0 + 0.5 * self.q / (1.0 - self.q)), beta)
    }
}

const Q: Parameter = Parameter {
    name: "q",
    default: 0.5,
    rule: "it must be a number above 0 and below 1; use l0 or l1 for these",
    summary: "exponent of the coefficients' sizes",
};

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "lq",
    summary: "lambda times the sum of |b|^q, q below 1 (L1/2, L2/3): sparser than the lasso; not convex",
    parameters: &[Q],
    example: "lq:q=0.6666666666666666",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(Lq::new(values[0])?))
}

impl Nonconvex for Lq {
    fn one<T: Real>(&self, b: T, lambda: T) -> T {
        if b == T::ZERO { T::ZERO } else { lambda * b.abs().powf(T::of(self.q)) }
    }

    fn shrink<T: Real>(&self, u: T, t: T, lambda: T) -> T {
        let (q, weight) = (T::of(self.q), lambda * t);
        if weight == T::ZERO {
            return u;
        }
        let (threshold, least) = self.threshold(weight);
        if u <= threshold {
            return T::ZERO;
        }
        // z + weight q z^(q−1) − u is convex and rises from `least` on: Newton steps from u fall to the root without passing it.
        let mut z = u;
        for _ in 0..50 {
            let pull = weight * q * z.powf(q - T::ONE);
            let next = z - (z + pull - u) / (T::ONE - (T::ONE - q) * pull / z);
            if next >= z || next.is_nan() {
                break;
            }
            z = next.max(least);
        }
        z
    }

    fn slope<T: Real>(&self, z: T, lambda: T) -> T {
        let q = T::of(self.q);
        lambda * q * z.powf(q - T::ONE)
    }

    fn slope_at_zero<T: Real>(&self, lambda: T) -> Option<T> {
        (lambda == T::ZERO).then_some(T::ZERO)
    }

    fn silences<T: Real>(&self, g: T) -> T {
        (g / self.threshold(T::ONE).0).powf(T::of(2.0 - self.q))
    }
}

nonconvex!(Lq);
