//! The logarithm and its relatives.
//!
//! The argument is split as `m 2^e` with `m = 1 + f` in `[sqrt(1/2), sqrt(2))`,
//! and with `s = f/(2 + f)`
//! `ln(1 + f) = f - (f^2/2 - s (f^2/2 + R(s^2)))`,
//! the arrangement of Ng's fdlibm (1993), whose leading term is exact.

use super::exp::{exp_parts_fast, half_exp_m1, is_linear, scale};
use super::float::Float;
use super::pair::{Pair, polynomial, select};

/// `(f^2/2, c)` with `ln(1 + f) = f - f^2/2 + c`, for `1 + f` in `[sqrt(1/2), sqrt(2))`.
#[inline(always)]
fn series<T: Float>(f: T) -> (T, T) {
    let s = f / (T::TWO + f);
    let z = s * s;
    let half_square = T::HALF * f * f;
    (half_square, s * z.mul_add(polynomial(z, T::LN), half_square))
}

/// `f - ln(1 + f)` for `1 + f` in `[sqrt(1/2), sqrt(2))`.
#[inline(always)]
fn deficit<T: Float>(f: T) -> T {
    let (half_square, cubic) = series(f);
    half_square - cubic
}

/// `ln x` for finite positive `x`.
#[inline(always)]
pub(crate) fn ln_parts<T: Float>(x: T) -> Pair<T> {
    let (m, e) = x.split();
    let f = m - T::ONE;
    Pair::fast_sum(e * T::LN2_HI, f).plus_small(e.mul_add(T::LN2_LO, -deficit(f)))
}

/// `ln(hi + lo)` for a finite positive, normalised pair.
///
/// If `hi` rounds to 1 the low part survives in full, so this is also `ln_1p`.
#[inline(always)]
pub(crate) fn ln_pair<T: Float>(x: Pair<T>) -> Pair<T> {
    let (e, f, rest) = split_pair(x);
    let (half_square, cubic) = series(f);
    let square_rest = (T::HALF * f).mul_add(f, -half_square);
    let small = e.mul_add(T::LN2_LO, rest - square_rest) + (cubic - half_square);
    Pair::fast_sum(e * T::LN2_HI, f).plus_small(small)
}

/// `(e, f, rest)` with `ln(hi + lo) = e ln 2 + ln(1 + f) + rest`.
#[inline(always)]
fn split_pair<T: Float>(x: Pair<T>) -> (T, T, T) {
    let (m, e) = x.hi.split();
    // Where the clamp acts, lo is far below the error of the result.
    let most = T::from_f64(100.0);
    let lo = x.lo * T::exp2_int(-e.min_of(most).max_of(-most));
    let exact = m - T::ONE;
    let f = exact + lo;
    let rest = (exact - f) + lo;
    // d ln(1 + f) = rest/(1 + f), about rest (1 - f).
    (e, f, (-f).mul_add(rest, rest))
}

/// `ln(1 + e)` for `0 <= e.hi <= 1`, where the scaling by a power of two is a choice
/// between two.
#[inline(always)]
pub(crate) fn ln_1p_unit<T: Float>(e: Pair<T>) -> Pair<T> {
    let u = Pair::fast_sum(T::ONE, e.hi).plus_small(e.lo);
    let large = u.hi > T::from_f64(std::f64::consts::SQRT_2);
    let factor = select(large, T::HALF, T::ONE);
    let exact = u.hi.mul_add(factor, -T::ONE);
    let lo = u.lo * factor;
    let f = exact + lo;
    let rest = (exact - f) + lo;
    let small = select(large, T::LN2_LO, T::ZERO) + ((-f).mul_add(rest, rest) - deficit(f));
    Pair::fast_sum(select(large, T::LN2_HI, T::ZERO), f).plus_small(small)
}

/// The natural logarithm.
///
/// Domain: `x >= 0`, subnormals included. Error: at most 0.8 ulp.
/// `ln(0) = -inf`, `ln(inf) = inf`, NaN for negative `x`.
///
/// ```
/// use thalweg_core::math::ln;
/// assert_eq!(ln(1.0_f64), 0.0);
/// assert_eq!(ln(0.0_f64), f64::NEG_INFINITY);
/// ```
#[inline(always)]
pub fn ln<T: Float>(x: T) -> T {
    at_edges(x, x, ln_parts(x).value())
}

/// `value`, except where the argument `u` of the logarithm is zero, negative,
/// infinite or NaN; `x` carries infinity and NaN.
#[inline(always)]
fn at_edges<T: Float>(u: T, x: T, value: T) -> T {
    let upper = select(u < T::INFINITY, value, x);
    let lower = select(u == T::ZERO, -T::INFINITY, T::NAN);
    select(u > T::ZERO, upper, lower)
}

/// `ln(1 + x)`, accurate near zero.
///
/// Domain: `x >= -1`. Error: at most 0.9 ulp. `ln_1p(±0) = ±0`,
/// `ln_1p(-1) = -inf`, NaN below.
///
/// ```
/// use thalweg_core::math::ln_1p;
/// assert_eq!(ln_1p(1e-20_f64), 1e-20);
/// ```
#[inline(always)]
pub fn ln_1p<T: Float>(x: T) -> T {
    let u = Pair::sum(T::ONE, x);
    // The sum 1 + (-0) loses the sign.
    select(x == T::ZERO, x, at_edges(u.hi, x, ln_pair(u).value()))
}

/// `ln(1 + e^x)`, as `max(x, 0) + ln(1 + e^-|x|)`.
///
/// Domain: all reals. Error: at most 1.05 ulp. `softplus(-inf) = 0`,
/// `softplus(x) = x` for large `x`.
///
/// ```
/// use thalweg_core::math::softplus;
/// assert_eq!(softplus(800.0_f64), 800.0);
/// assert_eq!(softplus(-800.0_f64), 0.0);
/// ```
#[inline(always)]
pub fn softplus<T: Float>(x: T) -> T {
    let (k, p) = exp_parts_fast((-x.abs()).max_of(T::EXP_MIN));
    // As in `sigmoid`; the last factor acts where the logarithm is linear.
    let near = k.max_of(T::LOWEST_EXPONENT);
    let l = ln_1p_unit(p.scaled(T::exp2_int(near)));
    let far = T::exp2_int(k - near);
    let sum = Pair::sum(x.max_of(T::ZERO), l.hi * far);
    select(x < T::INFINITY, l.lo.mul_add(far, sum.lo) + sum.hi, x)
}

/// `ln(1 - e^-a)`.
///
/// The branch point ln 2 is Mächler's ("Accurately computing log(1 - exp(-|a|))",
/// Rmpfr vignette, 2012): below it `1 - e^-a` comes from `exp_m1`, above it
/// `e^-a` itself is the small quantity. One logarithm serves both.
///
/// Domain: `a > 0`. Error: at most 1.7 ulp (f64), 1.5 ulp (f32). `log1mexp(0) = -inf`,
/// `log1mexp(inf) = 0`, NaN for negative `a`.
///
/// ```
/// use thalweg_core::math::log1mexp;
/// assert!((log1mexp(std::f64::consts::LN_2) + std::f64::consts::LN_2).abs() < 1e-15);
/// ```
#[inline(always)]
pub fn log1mexp<T: Float>(a: T) -> T {
    let bounded = (-a).max_of(T::EXP_MIN);
    let m = half_exp_m1(bounded.max_of(T::from_f64(-1.0))).normalised().scaled(-T::TWO);
    let linear = is_linear(a);
    let m = Pair::new(select(linear, a, m.hi), select(linear, T::ZERO, m.lo));
    let (k, p) = exp_parts_fast(bounded.min_of(T::ZERO));
    let e = -scale(p.value(), k);
    let far = Pair::fast_sum(T::ONE, e);
    let near = a < T::from_f64(std::f64::consts::LN_2);
    let u = Pair::new(select(near, m.hi, far.hi), select(near, m.lo, far.lo));
    let value = ln_pair(u).value();
    select(a > T::ZERO, value, select(a == T::ZERO, -T::INFINITY, T::NAN))
}

/// `ln(1 + x) - x`, accurate near zero, where it is about `-x^2/2`.
///
/// Domain: `x >= -1`. Error: at most 1.8 ulp. `log1pmx(-1) = -inf`,
/// `log1pmx(inf) = -inf`, NaN below -1.
///
/// ```
/// use thalweg_core::math::log1pmx;
/// assert!((log1pmx(1e-10_f64) / -5e-21 - 1.0).abs() < 1e-10);
/// ```
#[inline(always)]
pub fn log1pmx<T: Float>(x: T) -> T {
    let u = Pair::sum(T::ONE, x);
    let (e, f, rest) = split_pair(u);
    let (half_square, cubic) = series(f);
    let square_rest = (T::HALF * f).mul_add(f, -half_square);
    let small = e.mul_add(T::LN2_LO, rest - square_rest) + cubic;
    // For e = 0, f is x itself and only the series is left.
    let lead = Pair::fast_sum(e * T::LN2_HI, f);
    let linear = Pair::sum(lead.hi, -x);
    let square = Pair::sum(linear.hi, -half_square);
    let difference = square.hi + (square.lo + (linear.lo + (lead.lo + small)));
    let value = select(x < T::INFINITY, difference, -x);
    select(u.hi > T::ZERO, value, select(u.hi == T::ZERO, -T::INFINITY, T::NAN))
}
