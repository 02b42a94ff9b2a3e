//! Logistic loss ln(1 + e^η) − yη: minus the log-likelihood of a Bernoulli outcome with log-odds η.
//!
//! Source: Cox, *The regression analysis of binary sequences*, J. R. Statist. Soc. B 20 (1958).

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Response, Result, Scalar, Target};

use crate::reweighted;
use crate::{LossEntry, Make, NegativeLogDensity};

/// For y in [0, 1] (an outcome 0 or 1, or a share of successes), with σ(η) = 1/(1 + e^−η):
/// ℓ = (1 − y) ln(1 + e^η) + y ln(1 + e^−η), ℓ′ = (1 − y)σ(η) − yσ(−η), ℓ″ = σ(η)σ(−η) ≤ ¼,
/// ℓ*(u) = v ln v + (1 − v) ln(1 − v) at v = u + y in [0, 1].
///
/// ```
/// use thalweg_core::Pointwise;
/// let (value, slope, _) = thalweg_losses::Logistic.derivatives(1.0_f64, 40.0);
/// // e^−40, where softplus(η) − yη would cancel to 0.
/// assert!((value / 4.248354255291589e-18 - 1.0).abs() < 1e-15 && (slope + value).abs() < 1e-30);
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Logistic;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "logistic",
    summary: "log-loss of a 0/1 target with log-odds eta: logistic regression",
    parameters: reweighted::PARAMETERS,
    example: "logistic",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    reweighted::make(Logistic, values)
}

impl Formula for Logistic {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        (S::of(1.0) - y) * eta.softplus() + y * (-eta).softplus()
    }
}

impl NegativeLogDensity for Logistic {
    const DISTRIBUTION: &'static str = "Bernoulli with log-odds eta";

    /// 0. Of a share y of m trials (the row's weight), the binomial's −ln C(m, my) is left out: it is free of η, and the loss does not know m.
    #[inline(always)]
    fn constant<S: Scalar>(&self, _: S) -> S {
        S::of(0.0)
    }
}

impl<T: Real> Pointwise<T> for Logistic {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        from_parts(y, eta, eta.logistic_parts())
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let v = u + y;
        let entropy = x_ln_x(v) + x_ln_x(T::ONE - v);
        T::select(T::ZERO.le(v) & v.le(T::ONE), entropy, T::INFINITY)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            curvature_bound: Some(T::of(0.25)),
            lipschitz: Some(T::ONE),
            // ℓ‴ = ℓ″(1 − 2σ).
            self_concordance: Some(T::ONE),
            conjugate_known: true,
            response: Some(Response::Logistic),
            ..Properties::convex(Target::UnitInterval)
        }
    }
}

/// The value and two derivatives from ln(1 + t), σ(|η|) = 1/(1 + t) and σ(−|η|) = t/(1 + t) with t = e^−|η|: softplus(±η) is
/// max(±η, 0) + ln(1 + t).
#[inline(always)]
pub(crate) fn from_parts<T: Real>(y: T, eta: T, (log, large, small): (T, T, T)) -> (T, T, T) {
    let negative = eta.lt(T::ZERO);
    let (up, down) = (T::select(negative, small, large), T::select(negative, large, small));
    let failure = T::ONE - y;
    let linear = T::select(negative, -(y * eta), failure * eta);
    (linear + log, failure * up - y * down, large * small)
}

/// x ln x, continued by 0 at 0.
#[inline(always)]
pub(crate) fn x_ln_x<T: Real>(x: T) -> T {
    T::select(x.le(T::ZERO), T::ZERO, x * x.ln())
}
