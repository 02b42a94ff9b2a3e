//! Powers.
//!
//! `x^y = e^(y ln x)` loses as many bits as the exponent has before the point,
//! up to ten. So `ln x` is computed to about 66 bits: the series of
//! `2 atanh(s)`, `s = f/(2 + f)`, with `s`, its cube and the coefficient 2/3 in
//! double precision pairs and only the terms from `s^5` on rounded.

use super::exp::{exp_parts, scale};
use super::float::Float;
use super::pair::{Pair, polynomial, select};
use super::special_tables::LN_TAIL;

const TWO_THIRDS: Pair<f64> = Pair { hi: 2.0 / 3.0, lo: 3.700743415417188e-17 };

/// `ln a` for finite `a > 0`, relative error about 2^-66.
#[inline(always)]
fn ln_extended(a: f64) -> Pair<f64> {
    let (m, e) = a.split();
    let f = m - 1.0;
    let s = Pair::new(f, 0.0).divided_by(Pair::sum(2.0, f)).normalised();
    let z = s.times(s);
    let factor = Pair::fast_sum(TWO_THIRDS.hi, z.hi * polynomial(z.hi, LN_TAIL)).plus_small(TWO_THIRDS.lo);
    let cubic = s.times(z).times(factor);
    let exponent = Pair::new(e * f64::LN2_HI, 0.0);
    let exponent_lo = Pair::product(e, f64::LN2_LO);
    exponent.plus(s.scaled(2.0)).plus(cubic).plus(exponent_lo)
}

/// `a^y` for `a >= 0`, where `1^y` and `a^0` may be NaN.
#[inline(always)]
fn power_of_positive(a: f64, y: f64) -> f64 {
    let l = ln_extended(a);
    let edge = select(a == 0.0, -f64::INFINITY, f64::INFINITY);
    let regular = a > 0.0 && a < f64::INFINITY;
    let l_hi = select(regular, l.hi, select(a.is_nan(), a, edge));
    let h = y * l_hi;
    let low = y.mul_add(l_hi, -h) + y * l.lo;
    // Outside, the result is 0 or inf whatever the low part, which may be NaN.
    let low = select(regular && h.abs() < 800.0, low, 0.0);
    let (k, p) = exp_parts(h.min_of(f64::EXP_MAX).max_of(f64::EXP_MIN));
    scale(p.plus_small(low * (p.hi + p.lo)).value(), k)
}

/// `x^y`.
///
/// Domain: `x >= 0`, or negative `x` with integer `y` (else NaN). Error: at most 0.7 ulp (f64), 0.5 ulp (f32), with gradual underflow. `x^0 = 1^y = 1` even for NaN; zeros and
/// infinities as in IEEE 754 `pow`.
///
/// ```
/// use thalweg_core::math::powf;
/// assert_eq!(powf(2.0_f64, 10.0), 1024.0);
/// assert_eq!(powf(-2.0_f64, 3.0), -8.0);
/// assert!(powf(-2.0_f64, 0.5).is_nan());
/// ```
#[inline(always)]
pub fn powf<T: Float>(x: T, y: T) -> T {
    T::from_f64(power(x.to_f64(), y.to_f64()))
}

/// `x^n` for an integer `n`, by the same route as [`powf`]: repeated squaring
/// would lose a bit for every factor of two in `n`.
///
/// Domain: all reals. Error: at most 0.7 ulp (f64), 0.5 ulp (f32). `x^0 = 1`.
///
/// ```
/// use thalweg_core::math::powi;
/// assert_eq!(powi(-3.0_f64, 3), -27.0);
/// assert_eq!(powi(2.0_f32, -2), 0.25);
/// ```
#[inline(always)]
pub fn powi<T: Float>(x: T, n: i32) -> T {
    T::from_f64(power(x.to_f64(), f64::from(n)))
}

#[inline(always)]
fn power(x: f64, y: f64) -> f64 {
    let magnitude = power_of_positive(x.abs(), y);
    let half = 0.5 * y;
    let integer = y.floor() == y;
    let odd = integer && half.floor() != half;
    let signed = select(odd, magnitude.copysign(x), magnitude);
    // Negative zero and infinity take non-integer powers, other negatives do not.
    let undefined = x < 0.0 && x > -f64::INFINITY && !integer;
    let value = select(undefined, f64::NAN, signed);
    let unit = x == 1.0 || y == 0.0 || (x == -1.0 && y.abs() == f64::INFINITY);
    select(unit, 1.0, value)
}
