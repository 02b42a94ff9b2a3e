//! The first two derivatives of the logarithm of the gamma function.
//!
//! Both are evaluated directly on `x >= 1` and by one step of the recurrence on
//! `0 < x < 1`; negative arguments by reflection (DLMF 5.5.4).

use super::float::Float;
use super::ln::ln_parts;
use super::pair::{Pair, polynomial, polynomial_pair, select};
use super::special_tables::{DIGAMMA, DIGAMMA_TAIL, TRIGAMMA};
use super::trigonometric::{sin, tan};
use std::f64::consts::PI;

/// The positive zero of digamma.
const ROOT: Pair<f64> = Pair { hi: 1.4616321449683622, lo: 9.549995429965697e-17 };

/// `1/x` with its rounding error.
#[inline(always)]
fn reciprocal(x: f64) -> Pair<f64> {
    let r = 1.0 / x;
    let rest = (-x).mul_add(r, 1.0) * r;
    Pair::new(r, select(r < f64::INFINITY, rest, 0.0))
}

/// [`digamma`] without the reflection: NaN for negative `x`, but branch-free.
///
/// On `1 <= x <= 2` a polynomial times `x - root`, with the root to twice the
/// precision, so that the zero is approached with relative accuracy; beyond,
/// `ln x - 1/(2x)` less a polynomial in `1/x^2`.
///
/// Domain: `x >= 0`. Error: at most 1.6 ulp (f64), 0.5 ulp (f32).
///
/// ```
/// use thalweg_core::math::digamma_positive;
/// assert!((digamma_positive(1.0_f64) + 0.577_215_664_901_532_9).abs() < 1e-16);
/// ```
#[inline(always)]
pub fn digamma_positive<T: Float>(x: T) -> T {
    let x = x.to_f64();
    let below = x < 1.0;
    let inverse = reciprocal(x);
    // The shift by one goes into the constants, which keeps x exact.
    let from_centre = x - select(below, 0.5, 1.5);
    let distance = Pair::sum(x, -select(below, ROOT.hi - 1.0, ROOT.hi)).plus_small(-ROOT.lo);
    let slope = polynomial_pair(from_centre, DIGAMMA);
    let base = distance.times(slope);
    let shift = select(below, inverse.hi, 0.0);
    let shift_lo = select(below, inverse.lo, 0.0);
    let near = Pair::sum(base.hi, -shift).plus_small(base.lo - shift_lo).value();

    let l = ln_parts(x);
    let w = inverse.hi * inverse.hi;
    let sum = Pair::fast_sum(l.hi, -0.5 * inverse.hi);
    let small = (-0.5_f64).mul_add(inverse.lo, l.lo) - w * polynomial(w, DIGAMMA_TAIL);
    let far = sum.hi + (sum.lo + small);

    let value = select(x < 2.0, select(inverse.hi < f64::INFINITY, near, -f64::INFINITY), far);
    let edge = select(x == 0.0, -f64::INFINITY.copysign(x), select(x == f64::INFINITY, x, f64::NAN));
    T::from_f64(select(x > 0.0 && x < f64::INFINITY, value, edge))
}

/// [`trigamma`] without the reflection: NaN for negative `x`, but branch-free.
///
/// `x trigamma(x)` is a polynomial in `(x - 3)/(x + 1)` on `x >= 1`.
///
/// Domain: `x >= 0`. Error: at most 1.8 ulp (f64), 0.5 ulp (f32).
///
/// ```
/// use thalweg_core::math::trigamma_positive;
/// let basel = std::f64::consts::PI.powi(2) / 6.0;
/// assert!((trigamma_positive(1.0_f64) - basel).abs() < 3e-16);
/// ```
#[inline(always)]
pub fn trigamma_positive<T: Float>(x: T) -> T {
    let x = x.to_f64();
    let below = x < 1.0;
    let y = Pair::sum(x, select(below, 1.0, 0.0));
    // Beyond 2^60 the variable is 1 to the last bit.
    let bounded = y.hi.min_of(1e30);
    let t = (bounded - 3.0) / (bounded + 1.0);
    let value = polynomial_pair(t, TRIGAMMA).divided_by(y);
    let inverse = reciprocal(select(below, x, f64::INFINITY));
    let pole = Pair::product(inverse.hi, inverse.hi);
    let pole_lo = (2.0 * inverse.hi).mul_add(inverse.lo, pole.lo);
    let sum = Pair::sum(pole.hi, value.hi);
    let result = sum.hi + (sum.lo + (value.lo + pole_lo));
    let result = select(below, select(pole.hi < f64::INFINITY, result, f64::INFINITY), value.value());
    let edge = select(x == 0.0, f64::INFINITY, select(x == f64::INFINITY, 0.0, f64::NAN));
    T::from_f64(select(x > 0.0 && x < f64::INFINITY, result, edge))
}

/// The digamma function, the derivative of `ln_gamma`.
///
/// Domain: all reals but the poles 0, -1, -2, ... Error: at most 1.6 ulp (f64), 0.5 ulp (f32) for
/// `x > 0`; for negative `x` 4 ulp of the larger of the value, `pi` and
/// `ln |x|`. `digamma(±0) = ∓inf`, NaN at the other poles and at `-inf`.
///
/// ```
/// use thalweg_core::math::digamma;
/// assert!((digamma(-0.5_f64) - 0.036_489_973_978_576_52).abs() < 1e-15);
/// ```
#[inline(always)]
pub fn digamma<T: Float>(x: T) -> T {
    if x < T::ZERO { digamma_reflected(x) } else { digamma_positive(x) }
}

/// The trigamma function, the second derivative of `ln_gamma`.
///
/// Domain: all reals but the poles 0, -1, -2, ..., where it is `inf`. Error: at most 1.8 ulp (f64), 0.5 ulp (f32) for `x > 0`, 6 ulp for negative `x`. NaN at `-inf`.
///
/// ```
/// use thalweg_core::math::trigamma;
/// assert_eq!(trigamma(-1.0_f64), f64::INFINITY);
/// ```
#[inline(always)]
pub fn trigamma<T: Float>(x: T) -> T {
    if x < T::ZERO { trigamma_reflected(x) } else { trigamma_positive(x) }
}

/// `digamma` of a negative number.
#[cold]
fn digamma_reflected<T: Float>(x: T) -> T {
    let x = x.to_f64();
    let fraction = x - x.round();
    let value = digamma_positive(1.0 - x) - PI / tan(PI * fraction);
    T::from_f64(if fraction == 0.0 { f64::NAN } else { value })
}

/// `trigamma` of a negative number.
#[cold]
fn trigamma_reflected<T: Float>(x: T) -> T {
    let x = x.to_f64();
    let ratio = PI / sin(PI * (x - x.round()));
    T::from_f64(ratio * ratio - trigamma_positive(1.0 - x))
}
