//! Logistic distance loss 2 ln cosh(½(η − y)): squared near 0, absolute far out. Minus the log-density of a logistic distribution with unit
//! scale, up to the constant 2 ln 2.
//!
//! LossFunctions.jl's `LogitDistLoss` is the same. PyTorch, scikit-learn and optax have none.
//!
//! Source: Huber and Ronchetti, *Robust Statistics*, 2nd ed. (2009); Balakrishnan, *Handbook of the Logistic Distribution* (1992).

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Result, Scalar, Target, k};

use crate::log_cosh::{ln_cosh, two_sided_entropy};
use crate::{LossEntry, Make, NegativeLogDensity};

/// With r = η − y: ℓ = 2 ln cosh ½r, ℓ′ = tanh ½r, ℓ″ = ½ sech² ½r, ℓ*(u) = uy + (1 + u) ln(1 + u) + (1 − u) ln(1 − u) on |u| ≤ 1, for any
/// real y.
///
/// ```
/// use thalweg_core::Pointwise;
/// let (value, slope, curvature) = thalweg_losses::LogisticDistance.derivatives(0.0_f64, 4.0_f64.ln());
/// // cosh ln 2 = 5/4, tanh ln 2 = 3/5.
/// assert!((value - 2.0 * 1.25_f64.ln()).abs() < 1e-15 && (slope - 0.6).abs() < 1e-15 && (curvature - 0.32).abs() < 1e-15);
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct LogisticDistance;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "logistic-distance",
    summary: "2 ln cosh of half the residual: logistic likelihood of a real target",
    parameters: &[],
    example: "logistic-distance",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(LogisticDistance))
}

impl Formula for LogisticDistance {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let r = eta - y;
        // −ln(σ(r)σ(−r)) − 2 ln 2, and near 0, where that cancels, ln(1 + sinh² ½r).
        let sinh = (k(0.5) * r.min(S::of(1.0)).max(S::of(-1.0))).sinh();
        let far = r.softplus() + (-r).softplus() - S::of(2.0 * core::f64::consts::LN_2);
        S::select(r.abs().lt(S::of(1.0)), sinh.square().ln_1p(), far)
    }
}

impl NegativeLogDensity for LogisticDistance {
    const DISTRIBUTION: &'static str = "logistic with location eta and scale 1";

    /// 2 ln 2.
    #[inline(always)]
    fn constant<S: Scalar>(&self, _: S) -> S {
        S::of(2.0 * core::f64::consts::LN_2)
    }
}

impl<T: Real> Pointwise<T> for LogisticDistance {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (value, tanh, sech) = ln_cosh(k(0.5) * (eta - y));
        (k(2.0) * value, tanh, k(0.5) * sech * sech)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        u * y + two_sided_entropy(u)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            curvature_bound: Some(T::of(0.5)),
            lipschitz: Some(T::ONE),
            // ℓ‴ = −tanh(½r) ℓ″.
            self_concordance: Some(T::ONE),
            conjugate_known: true,
            ..Properties::convex(Target::Real)
        }
    }
}
