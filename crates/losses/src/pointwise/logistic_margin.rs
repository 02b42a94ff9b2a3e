//! Logistic loss of a margin, ln(1 + e^−a) with a = sη and the label s = ±1: minus the log-likelihood of a Bernoulli label with log-odds η.
//!
//! The same function as [`Logistic`] at y = 0 or 1, for labels in either convention. PyTorch's `SoftMarginLoss` and scikit-learn's `log_loss` of
//! `SGDClassifier` are this loss.
//!
//! Source: Friedman, Hastie and Tibshirani, *Additive logistic regression*, Ann. Statist. 28 (2000).

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Result, Scalar, Target};

use super::margin::label;
use crate::{Logistic, LossEntry, Make, NegativeLogDensity};

/// ℓ = ln(1 + e^−a), ℓ′ = −sσ(−a), ℓ″ = σ(a)σ(−a) ≤ ¼, with σ(a) = 1/(1 + e^−a); ℓ*(u) = −v ln(−v) + (1 + v) ln(1 + v) at v = su in
/// [−1, 0]. The label s is 1 where y > 0, else −1.
///
/// ```
/// use thalweg_core::Pointwise;
/// let (value, slope, _) = thalweg_losses::LogisticMargin.derivatives(-1.0_f64, 0.0);
/// assert_eq!((value, slope), (2.0_f64.ln(), 0.5));
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct LogisticMargin;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "logistic-margin",
    summary: "log-loss of two classes with log-odds eta, labels 0/1 or -1/1: logistic regression",
    parameters: &[],
    example: "logistic-margin",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(LogisticMargin))
}

impl Formula for LogisticMargin {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        (-label(y) * eta).softplus()
    }
}

impl<T: Real> Pointwise<T> for LogisticMargin {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        Logistic.derivatives(outcome(y), eta)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        Pointwise::conjugate(&Logistic, outcome(y), u)
    }

    fn properties(&self) -> Properties<T> {
        Properties { target: Target::Binary, response: None, ..Pointwise::properties(&Logistic) }
    }
}

/// The label as an outcome 0 or 1.
#[inline(always)]
fn outcome<T: Real>(y: T) -> T {
    T::select(T::ZERO.lt(y), T::ONE, T::ZERO)
}

impl NegativeLogDensity for LogisticMargin {
    const DISTRIBUTION: &'static str = "Bernoulli label with log-odds eta";

    #[inline(always)]
    fn constant<S: Scalar>(&self, _: S) -> S {
        S::of(0.0)
    }
}
