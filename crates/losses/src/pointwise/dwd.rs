//! Generalised distance weighted discrimination, a loss of the margin a = sη with the label s = ±1: linear near and beyond the boundary, falling as
//! a^−q on the right side, so that every row keeps some weight. q = 1 is distance weighted discrimination; q → ∞ is the hinge. Not the negative
//! log-likelihood of any distribution.
//!
//! Source: Wang and Zou, *Another look at distance-weighted discrimination*, J. R. Statist. Soc. B 80 (2018).

use thalweg_core::{Error, Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target};

use super::margin::label;
use crate::entry::check_precision;
use crate::{LossEntry, Make};

/// With c = q/(q + 1) and ρ = c/max(a, c): ℓ = 1 − a for a ≤ c and ρ^q/(q + 1) beyond; ℓ′ = −sρ^(q+1); ℓ″ = (q + 1)ρ^(q+2)/c beyond c, else
/// 0; ℓ*(u) = −(−v)^c at v = su in [−1, 0]. The label s is 1 where y > 0, else −1.
///
/// ```
/// use thalweg_core::Pointwise;
/// let loss = thalweg_losses::Dwd::new(1.0)?;
/// // 1/(4a) at a = 1.
/// assert_eq!(loss.derivatives(1.0, 1.0), (0.25, -0.25, 0.5));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Dwd {
    q: f64,
}

impl Dwd {
    /// With exponent q.
    ///
    /// # Errors
    /// q not positive and finite.
    pub fn new(q: f64) -> Result<Self> {
        if q > 0.0 && q.is_finite() { Ok(Self { q }) } else { Err(Error::invalid_parameter("q", q, Q.rule)) }
    }

    /// The margin c = q/(q + 1) up to which the loss is linear.
    fn corner(self) -> f64 {
        self.q / (self.q + 1.0)
    }
}

const Q: Parameter = Parameter {
    name: "q",
    default: 1.0,
    rule: "it must be a finite number > 0",
    summary: "power by which the loss falls with the margin",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "dwd",
    summary: "linear before margin q/(q+1), a power of it after: distance weighted discrimination",
    parameters: &[Q],
    example: "dwd:q=0.5",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    check_precision::<T>(&Q, values[0])?;
    Ok(Box::new(Dwd::new(values[0])?))
}

impl Formula for Dwd {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let (a, corner) = (label(y) * eta, S::of(self.corner()));
        let power = (corner / a).powf(S::of(self.q)) / S::of(self.q + 1.0);
        S::select(a.le(corner), S::of(1.0) - a, power)
    }
}

impl<T: Real> Pointwise<T> for Dwd {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (s, q, corner) = (label(y), T::of(self.q), T::of(self.corner()));
        let a = s * eta;
        let beyond = a.max(corner);
        let ratio = corner / beyond;
        let power = ratio.powf(q);
        let slope = power * ratio;
        let second = (q + T::ONE) * slope / beyond;
        // Before the corner the power has its value at it, 1/(q + 1) = 1 − c.
        let value = T::select(a.le(corner), T::ONE - a, power / (q + T::ONE));
        (value, -s * slope, T::select(a.le(corner), T::ZERO, second))
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let v = label(y) * u;
        let inside = (-T::ONE).le(v) & v.le(T::ZERO);
        T::select(inside, -(-v).max(T::ZERO).powf(T::of(self.corner())), T::INFINITY)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            twice_differentiable: false,
            // ℓ″ falls with a, from (q + 1)/c at the corner.
            curvature_bound: Some(T::of((self.q + 1.0) / self.corner())),
            lipschitz: Some(T::ONE),
            conjugate_known: true,
            ..Properties::convex(Target::Binary)
        }
    }
}
