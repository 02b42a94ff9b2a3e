//! What several families are made of: terms that cancel near y = μ or vanish at y = 0, and incomplete gamma and beta functions.

use thalweg_core::Scalar;

/// y ln(y/μ) − (y − μ) ≥ 0 from y and μ, by ln(1+t) − t where y and μ are close (Loader 2000).
#[inline(always)]
pub(crate) fn divergence(y: f64, mu: f64, ln_mu: f64) -> f64 {
    let t = (mu - y) / y;
    let near = -y * thalweg_core::math::log1pmx(t);
    let far = y * (Scalar::ln(y) - ln_mu) - (y - mu);
    f64::select(y == 0.0, mu, f64::select(t.abs() < 0.5, near, far))
}

/// y ln p with 0 ln 0 = 0: an outcome that did not happen contributes nothing, however unlikely it was. NaN for p < 0, outside the
/// family's range.
#[inline(always)]
pub(crate) fn share<S: Scalar>(y: S, p: S, ln_p: S) -> S {
    let zero = S::of(0.0);
    let absent = S::select(p.lt(zero), S::of(f64::NAN), zero);
    S::select(y.le(zero), absent, y * ln_p)
}

/// The regularised incomplete gamma function P(a, x), NaN outside its domain.
pub(crate) fn lower_gamma(a: f64, x: f64) -> f64 {
    if x <= 0.0 { 0.0 } else { statrs::function::gamma::checked_gamma_lr(a, x).unwrap_or(f64::NAN) }
}

/// Its complement Q(a, x) = 1 − P(a, x).
pub(crate) fn upper_gamma(a: f64, x: f64) -> f64 {
    if x <= 0.0 { 1.0 } else { statrs::function::gamma::checked_gamma_ur(a, x).unwrap_or(f64::NAN) }
}

/// The regularised incomplete beta function I_x(a, b), NaN outside its domain.
pub(crate) fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    statrs::function::beta::checked_beta_reg(a, b, x.clamp(0.0, 1.0)).unwrap_or(f64::NAN)
}
