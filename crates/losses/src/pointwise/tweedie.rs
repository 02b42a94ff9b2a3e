//! Tweedie loss of power p with log-mean η: half the deviance, up to a term free of η. With dispersion 1 it is, up to such a term, minus the
//! log-likelihood of a Gaussian (p = 0), Poisson (1), compound Poisson–gamma (between), gamma (2), inverse Gaussian (3) or positive stable (above 2)
//! distribution.
//!
//! scikit-learn's `HalfTweedieLoss` is this loss; only at p = 0 it adds ½y².
//!
//! Source: Jørgensen, *Exponential dispersion models*, J. R. Statist. Soc. B 49 (1987).

use thalweg_core::{
    Error, Formula, Loss, Parameter, Pointwise, Properties, Real, Response, Result, Scalar, Target,
};

use super::{Gamma, Poisson};
use crate::{LossEntry, Make};

/// With A = e^((2−p)η) and B = e^((1−p)η): ℓ = A/(2 − p) − yB/(1 − p), where a term with the divisor 0 is η or −yη, its limit up to a
/// constant; ℓ′ = A − yB; ℓ″ = (2 − p)A + (p − 1)yB, in expectation A. Convex for 1 ≤ p ≤ 2. The conjugate has a closed form for p = 1 and 2.
/// Targets: any for p ≤ 0, y ≥ 0 for 1 ≤ p < 2, y > 0 for p ≥ 2; no such distribution has 0 < p < 1.
///
/// ```
/// use thalweg_core::Pointwise;
/// let loss = thalweg_losses::Tweedie::new(1.5)?;
/// assert_eq!(loss.derivatives(3.0, 0.0), (2.0 + 6.0, 1.0 - 3.0, 0.5 + 1.5));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Tweedie {
    power: f64,
}

impl Tweedie {
    /// With variance proportional to the mean to the power p.
    ///
    /// # Errors
    /// p not finite or strictly between 0 and 1.
    pub fn new(power: f64) -> Result<Self> {
        if power.is_finite() && (power <= 0.0 || power >= 1.0) {
            Ok(Self { power })
        } else {
            Err(Error::invalid_parameter("power", power, POWER.rule))
        }
    }
}

const POWER: Parameter = Parameter {
    name: "power",
    default: 1.5,
    rule: "it must be a finite number that is <= 0 or >= 1",
    summary: "power of the mean that the variance is proportional to",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "tweedie",
    summary: "half the Tweedie deviance with log-mean eta: amounts with many zeros, and every power beyond",
    parameters: &[POWER],
    example: "tweedie:power=1.9",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(Tweedie::new(values[0])?))
}

impl Formula for Tweedie {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let [a, b] = [2.0 - self.power, 1.0 - self.power];
        let term = |c: f64| if c == 0.0 { eta } else { (S::of(c) * eta).exp() / S::of(c) };
        term(a) - y * term(b)
    }
}

impl<T: Real> Pointwise<T> for Tweedie {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let [a, b] = [2.0 - self.power, 1.0 - self.power];
        let mean = (T::of(a) * eta).exp();
        // In two halves: the exponential may overflow where its product with y does not.
        let half = (T::of(0.5 * b) * eta).exp();
        let amount = T::select(y.abs().le(T::ZERO), T::ZERO, y * half * half);
        // Where both overflow, they have opposite signs in ℓ, and the one with the larger exponent outweighs the other.
        let dominated = amount.abs().lt(T::INFINITY) | T::of(self.power).le(T::of(2.0));
        let mean = T::select(dominated, mean, T::ZERO);
        let negligible = T::of(2.0).lt(T::of(self.power)) | mean.lt(T::INFINITY);
        let amount = T::select(negligible, amount, T::ZERO);
        let first = if a == 0.0 { eta } else { mean / T::of(a) };
        let linear = T::select(mean.lt(T::INFINITY), y * eta, T::ZERO);
        let second = if b == 0.0 { linear } else { amount / T::of(b) };
        (first - second, mean - amount, T::of(a) * mean - T::of(b) * amount)
    }

    #[inline(always)]
    fn expected_curvature(&self, _: T, eta: T) -> T {
        (T::of(2.0 - self.power) * eta).exp()
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        if self.power == 1.0 {
            Pointwise::conjugate(&Poisson, y, u)
        } else {
            Pointwise::conjugate(&Gamma, y, u)
        }
    }

    fn properties(&self) -> Properties<T> {
        let p = self.power;
        let convex = (1.0..=2.0).contains(&p);
        let target = match p {
            p if p <= 0.0 => Target::Real,
            p if p < 2.0 => Target::Nonnegative,
            _ => Target::Positive,
        };
        Properties {
            convex,
            // ℓ‴ = (2 − p)²A − (p − 1)²yB, against ℓ″ = (2 − p)A + (p − 1)yB with both terms ≥ 0.
            self_concordance: convex.then(|| T::of((2.0 - p).max(p - 1.0))),
            conjugate_known: p == 1.0 || p == 2.0,
            response: Some(Response::Exponential),
            ..Properties::convex(target)
        }
    }
}
