//! The exponential and its relatives: `exp`, `exp_m1`, `sigmoid`, `tanh`.
//!
//! All reduce `x = k ln 2 + r`, `|r| <= ln(2)/2`, with a two-part ln 2 whose
//! leading part times `k` is exact (Cody & Waite 1980), and evaluate one
//! polynomial for `(e^r - 1 - r)/r^2`. The leading terms `1 + r` are kept as an
//! unevaluated sum, so the only sizeable error is the final rounding.

use super::float::Float;
use super::pair::{Pair, polynomial, select};

/// `(k, r, tail)` with `x = k ln 2 + r + ...` and `e^x = 2^k (1 + r + tail)`.
///
/// `x` must lie in `[EXP_MIN, EXP_MAX]` or be NaN.
#[inline(always)]
fn reduced<T: Float>(x: T) -> (T, T, T) {
    let log2_e = T::from_f64(std::f64::consts::LOG2_E);
    let k = x.mul_add(log2_e, T::SHIFTER) - T::SHIFTER;
    let near = (-k).mul_add(T::LN2_HI, x);
    let far = -k * T::LN2_LO;
    let r = near + far;
    let rest = (near - r) + far;
    // d e^r = e^r rest, about (1 + r) rest.
    let rest = r.mul_add(rest, rest);
    (k, r, (r * r).mul_add(polynomial(r, T::EXP), rest))
}

/// `e^x = 2^k (hi + lo)` for `x` in `[EXP_MIN, EXP_MAX]` or NaN, to about
/// twelve bits more than the working precision.
#[inline(always)]
pub(crate) fn exp_parts<T: Float>(x: T) -> (T, Pair<T>) {
    let (k, r, tail) = reduced(x);
    (k, Pair::fast_sum(T::ONE, r).plus_small(tail))
}

/// As [`exp_parts`] without the rounding error of `r`, which is worth 0.18 ulp
/// and three operations.
#[inline(always)]
pub(crate) fn exp_parts_fast<T: Float>(x: T) -> (T, Pair<T>) {
    let log2_e = T::from_f64(std::f64::consts::LOG2_E);
    let k = x.mul_add(log2_e, T::SHIFTER) - T::SHIFTER;
    let r = (-k).mul_add(T::LN2_LO, (-k).mul_add(T::LN2_HI, x));
    (k, Pair::fast_sum(T::ONE, r).plus_small(r * r * polynomial(r, T::EXP)))
}

/// `p 2^k` for `|k|` up to twice the exponent range. The second factor alone
/// can round, so gradual underflow costs one rounding.
#[inline(always)]
pub(crate) fn scale<T: Float>(p: T, k: T) -> T {
    let half = k.mul_add(T::HALF, T::SHIFTER) - T::SHIFTER;
    p * T::exp2_int(half) * T::exp2_int(k - half)
}

/// `e^x - 1 = 2 (hi + lo)` for `x` in `[-40, EXP_MAX]` or NaN. Half the value,
/// because the value itself may overflow where `tanh` and `sinh` do not.
#[inline(always)]
pub(crate) fn half_exp_m1<T: Float>(x: T) -> Pair<T> {
    let (k, r, tail) = reduced(x);
    let t = T::exp2_int(k - T::ONE);
    let base = t - T::HALF;
    let lost = (t - base) - T::HALF;
    // |base| >= |t r| unless k = 0, where base = 0.
    Pair::fast_sum(base, t * r).plus_small(t.mul_add(tail, lost))
}

/// Whether `x` is so small that odd functions of unit slope, and `e^x - 1`, round to it
/// (within a quarter ulp).
#[inline(always)]
pub(crate) fn is_linear<T: Float>(x: T) -> bool {
    x.abs() < T::EPSILON * T::from_f64(0.25)
}

/// The exponential `e^x`.
///
/// Domain: all reals. Error: at most 0.7 ulp, with
/// gradual underflow (there at most one ulp of the subnormal grid).
/// `exp(-inf) = 0`, `exp(inf) = inf`, overflow gives `inf`.
///
/// ```
/// use thalweg_core::math::exp;
/// assert_eq!(exp(0.0_f64), 1.0);
/// assert_eq!(exp(710.0_f64), f64::INFINITY);
/// ```
#[inline(always)]
pub fn exp<T: Float>(x: T) -> T {
    let (k, p) = exp_parts(x.min_of(T::EXP_MAX).max_of(T::EXP_MIN));
    scale(p.value(), k)
}

/// `e^x - 1`, accurate near zero.
///
/// Domain: all reals. Error: at most 1.35 ulp (f64), 1.1 ulp (f32). `exp_m1(±0) = ±0`,
/// `exp_m1(-inf) = -1`.
///
/// ```
/// use thalweg_core::math::exp_m1;
/// assert_eq!(exp_m1(1e-20_f64), 1e-20);
/// ```
#[inline(always)]
pub fn exp_m1<T: Float>(x: T) -> T {
    let lowest = T::from_f64(-40.0);
    let h = half_exp_m1(x.min_of(T::EXP_MAX).max_of(lowest));
    // Keeps the sign of zero, and half of a subnormal would round.
    select(is_linear(x), x, T::TWO * h.value())
}

/// The hyperbolic tangent, as `E/(E + 2)` with `E = e^(2|x|) - 1`.
///
/// Domain: all reals. Error: at most 1 ulp (f64), 0.8 ulp (f32). `tanh(±0) = ±0`,
/// `tanh(±inf) = ±1`.
///
/// ```
/// use thalweg_core::math::tanh;
/// assert_eq!(tanh(-30.0_f64), -1.0);
/// ```
#[inline(always)]
pub fn tanh<T: Float>(x: T) -> T {
    let a = x.abs().min_of(T::from_f64(20.0));
    let h = half_exp_m1(T::TWO * a).normalised();
    let d = Pair::sum(h.hi, T::ONE).plus_small(h.lo);
    select(is_linear(x), x, h.over(d).copysign(x))
}

/// The logistic function `1/(1 + e^-x)`.
///
/// With `e = e^-|x|` this is `1/(1 + e)` or `e/(1 + e)`, and the power of two
/// in the second numerator is applied last, so the left tail underflows as
/// gradually as `e^x` itself.
///
/// Domain: all reals. Error: at most 1.45 ulp. `sigmoid(-inf) = 0`,
/// `sigmoid(inf) = 1`.
///
/// ```
/// use thalweg_core::math::sigmoid;
/// assert_eq!(sigmoid(0.0_f64), 0.5);
/// assert_eq!(sigmoid(-800.0_f64), 0.0);
/// ```
#[inline(always)]
pub fn sigmoid<T: Float>(x: T) -> T {
    let (k, p) = exp_parts_fast((-x.abs()).max_of(T::EXP_MIN));
    // e = p 2^near 2^far, where far = 0 unless e is beyond the normal numbers.
    let near = k.max_of(T::LOWEST_EXPONENT);
    let e = p.value() * T::exp2_int(near);
    let d = Pair::fast_sum(T::ONE, e);
    let left = x < T::ZERO;
    let n = Pair::new(select(left, e, T::ONE), T::ZERO);
    let reciprocal = T::ONE / d.hi;
    let q = n.hi * reciprocal;
    let rest = (-q).mul_add(d.lo, (-q).mul_add(d.hi, n.hi));
    rest.mul_add(reciprocal, q) * select(left, T::exp2_int(k - near), T::ONE)
}
