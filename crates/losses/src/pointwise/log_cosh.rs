//! Log-cosh loss ln cosh(η − y): squared near 0, absolute less ln 2 far out. Minus the log-density of a hyperbolic secant distribution, up
//! to the constant ln π.
//!
//! optax's `log_cosh` and Keras' `LogCosh` have the same scale.
//!
//! Source: Green, *Bayesian reconstructions from emission tomography data using a modified EM algorithm*, IEEE Trans. Med. Imaging 9 (1990).

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Result, Scalar, Target, k};

use crate::logistic::x_ln_x;
use crate::{LossEntry, Make, NegativeLogDensity};

/// With r = η − y: ℓ = ln cosh r, ℓ′ = tanh r, ℓ″ = sech² r, ℓ*(u) = uy + ½((1 + u) ln(1 + u) + (1 − u) ln(1 − u)) on |u| ≤ 1, for any real y.
///
/// ```
/// use thalweg_core::Pointwise;
/// let (value, slope, curvature) = thalweg_losses::LogCosh.derivatives(0.0_f64, 2.0_f64.ln());
/// // cosh ln 2 = 5/4, tanh ln 2 = 3/5.
/// assert!((value - 1.25_f64.ln()).abs() < 1e-15 && (slope - 0.6).abs() < 1e-15 && (curvature - 0.64).abs() < 1e-15);
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct LogCosh;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "log-cosh",
    summary: "ln cosh of the residual: smooth absolute loss, hyperbolic secant likelihood",
    parameters: &[],
    example: "log-cosh",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(LogCosh))
}

impl Formula for LogCosh {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let r = eta - y;
        // cosh r = 1 + 2 sinh² ½r near 0; |r| + ln(1 + e^(−2|r|)) − ln 2 where that overflows.
        let sinh = (k(0.5) * r.min(S::of(1.0)).max(S::of(-1.0))).sinh();
        let far = r.abs() + (S::of(-2.0) * r.abs()).exp().ln_1p() - S::of(core::f64::consts::LN_2);
        S::select(r.abs().lt(S::of(1.0)), (k(2.0) * sinh.square()).ln_1p(), far)
    }
}

impl NegativeLogDensity for LogCosh {
    const DISTRIBUTION: &'static str = "hyperbolic secant with location eta and density 1/(pi cosh(y - eta))";

    /// ln π.
    #[inline(always)]
    fn constant<S: Scalar>(&self, _: S) -> S {
        S::of(1.144_729_885_849_400_2)
    }
}

impl<T: Real> Pointwise<T> for LogCosh {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (value, tanh, sech) = ln_cosh(eta - y);
        (value, tanh, sech * sech)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        u * y + k(0.5) * two_sided_entropy(u)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            curvature_bound: Some(T::ONE),
            lipschitz: Some(T::ONE),
            // ℓ‴ = −2 tanh(r) ℓ″.
            self_concordance: Some(T::of(2.0)),
            conjugate_known: true,
            ..Properties::convex(Target::Real)
        }
    }
}

/// (ln cosh x, tanh x, sech x), with one exponential and one logarithm.
#[inline(always)]
pub(crate) fn ln_cosh<T: Real>(x: T) -> (T, T, T) {
    let a = x.abs();
    let grown = a.exp_m1();
    // h = e^−a from e^a − 1 and not the other way round: 1 + (e^−a − 1) has no digits left in the tail.
    let h = (T::ONE + grown).recip();
    let fallen = T::select(grown.lt(T::INFINITY), grown * h, T::ONE);
    // With t = e^−2a, 1 − t = (1 − h)(1 + h) without cancellation.
    let (t, rise) = (h * h, fallen * (T::ONE + h));
    let inverse = (T::ONE + t).recip();
    let tanh = rise * inverse;
    // ln cosh a is ½ ln(1 + sinh² a) near 0 and a − ln 2 + ln(1 + t) beyond: one logarithm of a selected argument.
    let near = a.lt(T::of(0.75));
    let sinh = T::select(near, k(0.5) * (rise * (T::ONE + grown)), T::ZERO);
    let ln = T::select(near, sinh * sinh, t).ln_1p();
    let value = T::select(near, k(0.5) * ln, a - T::of(core::f64::consts::LN_2) + ln);
    (value, T::select(x.lt(T::ZERO), -tanh, tanh), k(2.0) * h * inverse)
}

/// (1 + u) ln(1 + u) + (1 − u) ln(1 − u) on |u| ≤ 1, +∞ beyond.
#[inline(always)]
pub(crate) fn two_sided_entropy<T: Real>(u: T) -> T {
    // Near 0, where the two terms cancel to u², as u(ln(1 + u) − ln(1 − u)) + ln(1 − u²).
    let near = u * (u.ln_1p() - (-u).ln_1p()) + (-(u * u)).ln_1p();
    let far = x_ln_x(T::ONE + u) + x_ln_x(T::ONE - u);
    T::select(u.abs().le(T::of(0.5)), near, T::select(u.abs().le(T::ONE), far, T::INFINITY))
}
