//! Derivative rules: the value and the slope of every operation of [`Scalar`], each written once.
//!
//! A unary rule returns (f(x), f′(x)), a binary rule (f(x, y), ∂f/∂x, ∂f/∂y). They are straight-line code over any [`Scalar`], so that a
//! rule applied to a [`Dual`](crate::Dual) is its own derivative. [`Dual`](crate::Dual) applies them forwards, a tape backwards.
//!
//! Where a function has no derivative, the rules take these conventions:
//!
//! | where | slope |
//! |---|---|
//! | \|x\| at 0 | 0 |
//! | √x at 0, arcsin and arccos at ±1, xᵉ at 0 for 0 < e < 1 | ±∞, the limit |
//! | ln x, 1/x, xᵉ with e < 0, at 0 | the limit from the right |
//! | x⁰ at 0, in x | 0 |
//! | xᵉ for x ≤ 0, in e | 0, so that a constant exponent harms no other derivative |
//! | atan2 at the origin | 0, 0 |
//! | min and max of equal numbers | that of the first |
//!
//! Outside the domain of a function its value is NaN and its slope means nothing.
//!
//! Source: Griewank and Walther, *Evaluating Derivatives*, 2nd ed., chapter 2; the special functions from DLMF 5, 7.

use core::f64::consts::FRAC_2_SQRT_PI;

use crate::scalar::Scalar;

/// (|x|)′ = sign x, 0 at 0.
#[inline(always)]
pub fn abs<S: Scalar>(x: S) -> (S, S) {
    let (zero, one) = (S::of(0.0), S::of(1.0));
    let sign = S::select(x.lt(zero), -one, S::select(zero.lt(x), one, zero));
    (x.abs(), sign)
}
/// (1/x)′ = −1/x².
#[inline(always)]
pub fn recip<S: Scalar>(x: S) -> (S, S) {
    let value = x.recip();
    (value, -value / x)
}
/// (x²)′ = 2x.
#[inline(always)]
pub fn square<S: Scalar>(x: S) -> (S, S) {
    (x.square(), x + x)
}
/// (eˣ)′ = eˣ.
#[inline(always)]
pub fn exp<S: Scalar>(x: S) -> (S, S) {
    let e = x.exp();
    (e, e)
}
/// (eˣ − 1)′ = eˣ.
#[inline(always)]
pub fn exp_m1<S: Scalar>(x: S) -> (S, S) {
    (x.exp_m1(), x.exp())
}
/// (ln x)′ = 1/x.
#[inline(always)]
pub fn ln<S: Scalar>(x: S) -> (S, S) {
    (x.ln(), x.recip())
}
/// (ln(1 + x))′ = 1/(1 + x).
#[inline(always)]
pub fn ln_1p<S: Scalar>(x: S) -> (S, S) {
    (x.ln_1p(), (S::of(1.0) + x).recip())
}
/// (√x)′ = 1/(2√x).
#[inline(always)]
pub fn sqrt<S: Scalar>(x: S) -> (S, S) {
    let root = x.sqrt();
    (root, S::of(0.5) / root)
}
/// (sin x)′ = cos x.
#[inline(always)]
pub fn sin<S: Scalar>(x: S) -> (S, S) {
    (x.sin(), x.cos())
}
/// (cos x)′ = −sin x.
#[inline(always)]
pub fn cos<S: Scalar>(x: S) -> (S, S) {
    (x.cos(), -x.sin())
}
/// (tan x)′ = 1 + tan² x.
#[inline(always)]
pub fn tan<S: Scalar>(x: S) -> (S, S) {
    let t = x.tan();
    (t, S::of(1.0) + t * t)
}
/// (arcsin x)′ = 1/√(1 − x²).
#[inline(always)]
pub fn asin<S: Scalar>(x: S) -> (S, S) {
    (x.asin(), ((S::of(1.0) - x) * (S::of(1.0) + x)).sqrt().recip())
}
/// (arccos x)′ = −1/√(1 − x²).
#[inline(always)]
pub fn acos<S: Scalar>(x: S) -> (S, S) {
    (x.acos(), -((S::of(1.0) - x) * (S::of(1.0) + x)).sqrt().recip())
}
/// (arctan x)′ = 1/(1 + x²).
#[inline(always)]
pub fn atan<S: Scalar>(x: S) -> (S, S) {
    (x.atan(), (S::of(1.0) + x * x).recip())
}
/// (sinh x)′ = cosh x.
#[inline(always)]
pub fn sinh<S: Scalar>(x: S) -> (S, S) {
    (x.sinh(), x.cosh())
}
/// (cosh x)′ = sinh x.
#[inline(always)]
pub fn cosh<S: Scalar>(x: S) -> (S, S) {
    (x.cosh(), x.sinh())
}
/// (tanh x)′ = 1 − tanh² x = 4σ(2x)σ(−2x), which does not cancel where tanh x nears 1.
#[inline(always)]
pub fn tanh<S: Scalar>(x: S) -> (S, S) {
    let twice = S::of(2.0) * x;
    (x.tanh(), S::of(4.0) * twice.sigmoid() * (-twice).sigmoid())
}
/// (erf x)′ = 2/√π · e^(−x²).
#[inline(always)]
pub fn erf<S: Scalar>(x: S) -> (S, S) {
    (x.erf(), S::of(FRAC_2_SQRT_PI) * (-(x * x)).exp())
}
/// (erfc x)′ = −2/√π · e^(−x²).
#[inline(always)]
pub fn erfc<S: Scalar>(x: S) -> (S, S) {
    (x.erfc(), S::of(-FRAC_2_SQRT_PI) * (-(x * x)).exp())
}
/// (ln Γ(x))′ = ψ(x).
#[inline(always)]
pub fn ln_gamma<S: Scalar>(x: S) -> (S, S) {
    (x.ln_gamma(), x.polygamma(0))
}
/// (σ(x))′ = σ(x)σ(−x), which does not cancel in the upper tail.
#[inline(always)]
pub fn sigmoid<S: Scalar>(x: S) -> (S, S) {
    let s = x.sigmoid();
    (s, s * (-x).sigmoid())
}
/// (ln(1 + eˣ))′ = σ(x).
#[inline(always)]
pub fn softplus<S: Scalar>(x: S) -> (S, S) {
    (x.softplus(), x.sigmoid())
}
/// (Φ(x))′ = φ(x) = e^(−x²/2)/√(2π).
#[inline(always)]
pub fn normal_cdf<S: Scalar>(x: S) -> (S, S) {
    let density = (S::of(-0.5) * x * x).exp() * S::of(0.398_942_280_401_432_7);
    (x.normal_cdf(), density)
}
/// (ln Φ(x))′ = φ(x)/Φ(x).
#[inline(always)]
pub fn normal_ln_cdf<S: Scalar>(x: S) -> (S, S) {
    (x.normal_ln_cdf(), x.inverse_mills())
}
/// m′ = −m(x + m) for m(x) = φ(x)/Φ(x). In the lower tail x + m cancels: m′ loses a factor x² in accuracy and m″ a factor x³, until at −32 the
/// asymptotic series P in w = 1/x² takes over, with x + m = P/|x| and m′ = −(1 + P w) P.
#[inline(always)]
pub fn inverse_mills<S: Scalar>(x: S) -> (S, S) {
    let m = x.inverse_mills();
    let w = (x * x).recip();
    let mut p = S::of(ASYMPTOTIC_MILLS[0]);
    for &c in &ASYMPTOTIC_MILLS[1..] {
        p = p * w + S::of(c);
    }
    let far = -(S::of(1.0) + p * w) * p;
    // At the other end 0 · ∞.
    let near = where_zero(m, S::of(0.0), -m * (x + m));
    (m, S::select(x.lt(S::of(-32.0)), far, near))
}

/// |x|(x + m(x)) as x falls to −∞, in powers of 1/x², the highest first: from the reciprocal of the series of Mills' ratio, DLMF 7.12.1.
const ASYMPTOTIC_MILLS: [f64; 9] =
    [29_752_066.0, -1_708_394.0, 110_410.0, -8_162.0, 706.0, -74.0, 10.0, -2.0, 1.0];

/// (xⁿ)′ = n xⁿ⁻¹; 0 for n = 0, at 0 included.
#[inline(always)]
pub fn powi<S: Scalar>(x: S, n: i32) -> (S, S) {
    let slope = if n == 0 { S::of(0.0) } else { S::of(f64::from(n)) * x.powi(n.saturating_sub(1)) };
    (x.powi(n), slope)
}
/// (ψ⁽ⁿ⁾(x))′ = ψ⁽ⁿ⁺¹⁾(x).
#[inline(always)]
pub fn polygamma<S: Scalar>(x: S, n: u32) -> (S, S) {
    (x.polygamma(n), x.polygamma(n.saturating_add(1)))
}
/// ∂(x y) = y, x.
#[inline(always)]
pub fn mul<S: Scalar>(x: S, y: S) -> (S, S, S) {
    (x * y, y, x)
}
/// ∂(x / y) = 1/y, −x/y².
#[inline(always)]
pub fn div<S: Scalar>(x: S, y: S) -> (S, S, S) {
    let value = x / y;
    (value, y.recip(), -value / y)
}
/// ∂(xᵉ) = e xᵉ⁻¹, xᵉ ln x.
#[inline(always)]
pub fn powf<S: Scalar>(x: S, e: S) -> (S, S, S) {
    let zero = S::of(0.0);
    let value = x.powf(e);
    // 0 · ∞ at x = e = 0, and only there: elsewhere the product holds the mixed derivative.
    let by_base = e * x.powf(e - S::of(1.0));
    let by_base = where_zero(x, where_zero(e, zero, by_base), by_base);
    // xᵉ ln x tends to 0 as xᵉ does, where the product would be 0 · ∞.
    let by_exponent = S::select(value.le(zero), zero, value * x.ln());
    (value, by_base, S::select(x.le(zero), zero, by_exponent))
}
/// ∂ atan2(y, x) = x/(x² + y²), −y/(x² + y²), by the ratio of the smaller to the larger: no square can overflow or vanish.
#[inline(always)]
pub fn atan2<S: Scalar>(y: S, x: S) -> (S, S, S) {
    let zero = S::of(0.0);
    let flat = y.abs().le(x.abs());
    let large = S::select(flat, x, y);
    let ratio = S::select(flat, y, x) / large;
    let inverse = (large + S::select(flat, y, x) * ratio).recip();
    // At the origin by convention.
    let p = where_zero(large, zero, inverse);
    let q = where_zero(large, zero, ratio * inverse);
    (y.atan2(x), S::select(flat, p, q), -S::select(flat, q, p))
}

/// `then` where x = 0, else `otherwise`.
#[inline(always)]
fn where_zero<S: Scalar>(x: S, then: S, otherwise: S) -> S {
    let zero = S::of(0.0);
    S::select(x.le(zero), S::select(zero.le(x), then, otherwise), otherwise)
}
