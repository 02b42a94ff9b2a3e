//! The inverse trigonometric functions.
//!
//! `atan`: with `(n, d)` one of `(y, x)`, `(y - x, x + y)`, `(-x, y)` the quotient
//! `n/d` is at most `tan(pi/8)` in magnitude and the angle is 0, pi/4 or pi/2
//! more than its arctangent; one division, whose error is carried along.
//! `asin`: polynomial to 1/2, beyond it `pi/2 - 2 asin(sqrt((1 - x)/2))`.

use super::float::Float;
use super::pair::{Pair, polynomial, select};

/// pi/2 as a pair.
#[inline(always)]
fn half_pi<T: Float>() -> Pair<T> {
    Pair::new(T::HALF_PI[0], T::HALF_PI[1])
}

/// The angle in `[0, pi/2]` of the point `(x, y)`, both nonnegative, not both
/// zero or infinite, of magnitudes that neither overflow nor underflow.
#[inline(always)]
fn first_quadrant<T: Float>(y: T, x: T) -> Pair<T> {
    let tangent = T::from_f64(std::f64::consts::SQRT_2 - 1.0);
    let low = y <= tangent * x;
    let high = x < tangent * y;
    let (difference, total) = (Pair::sum(y, -x), Pair::sum(x, y));
    let zero = T::ZERO;
    let n =
        Pair::new(select(low, y, select(high, -x, difference.hi)), select(low || high, zero, difference.lo));
    let d = Pair::new(select(low, x, select(high, y, total.hi)), select(low || high, zero, total.lo));
    let t = n.divided_by(d);
    let w = t.hi * t.hi;
    // The derivative of atan is about 1 - w + w^2 here.
    let lo = (-w).mul_add(t.lo * (T::ONE - w), t.lo);
    let cubic = (t.hi * w).mul_add(polynomial(w, T::ATAN), lo);
    let angle = half_pi::<T>();
    let factor = select(low, zero, select(high, T::ONE, T::HALF));
    Pair::fast_sum(factor * angle.hi, t.hi).plus_small(factor.mul_add(angle.lo, cubic))
}

/// The arctangent.
///
/// Domain: all reals. Error: at most 0.7 ulp. `atan(±0) = ±0`,
/// `atan(±inf) = ±pi/2`.
///
/// ```
/// use thalweg_core::math::atan;
/// assert_eq!(atan(1.0_f64), std::f64::consts::FRAC_PI_4);
/// ```
#[inline(always)]
pub fn atan<T: Float>(x: T) -> T {
    // Beyond 1/eps^2 the angle is pi/2 to the last bit.
    let a = x.abs().min_of(T::ONE / (T::EPSILON * T::EPSILON));
    let value = first_quadrant(a, T::ONE).value().copysign(x);
    select(x.abs() < T::EPSILON, x, value)
}

/// The angle of the point `(x, y)` in `[-pi, pi]`.
///
/// Domain: all reals. Error: at most 0.7 ulp (f64), 1 ulp (f32), 2 ulp where `y/x` is subnormal.
/// Zeros and infinities as in IEEE 754 `atan2`, for instance
/// `atan2(±0, -1) = ±pi` and `atan2(inf, inf) = pi/4`.
///
/// ```
/// use thalweg_core::math::atan2;
/// assert_eq!(atan2(0.0_f64, -1.0), std::f64::consts::PI);
/// ```
#[inline(always)]
pub fn atan2<T: Float>(y: T, x: T) -> T {
    let (a, b) = (y.abs(), x.abs());
    let big = b.max_of(a);
    // Bring the larger near 1 by an exact power of two; a finite number is
    // nothing beside an infinite one, and two infinities act as two ones.
    let (_, e) = big.min_of(T::MAX).max_of(T::MIN_POSITIVE).split();
    let limit = -T::LOWEST_EXPONENT;
    let factor = T::exp2_int((-e).max_of(-limit).min_of(limit));
    let infinite = big == T::INFINITY;
    let scaled = |v: T| {
        let against_infinity = select(v == T::INFINITY, T::ONE, T::ZERO);
        select(infinite, against_infinity, v * factor)
    };
    let none = big == T::ZERO;
    let (a, b) = (scaled(a), select(none, T::ONE, scaled(b)));
    let angle = first_quadrant(a, b);
    let pi = half_pi::<T>().scaled(T::TWO);
    let left = T::ONE.copysign(x) < T::ZERO;
    let mirrored = Pair::fast_sum(pi.hi, -angle.hi).plus_small(pi.lo - angle.lo);
    let value = select(left, mirrored.value(), angle.value()).copysign(y);
    select(x.is_nan() || y.is_nan(), x + y, value)
}

/// `(middle, s, asin(s) - s)` for `asin`: `s = |x|` where `middle`, that is
/// `|x| <= 1/2`, else `s = sqrt((1 - |x|)/2)`.
#[inline(always)]
fn asin_parts<T: Float>(x: T) -> (bool, T, T) {
    let a = x.abs();
    let middle = a <= T::HALF;
    let z = select(middle, a * a, T::HALF * (T::ONE - a));
    let root = z.sqrt();
    // The rounding error of the root; the guard only serves z = 0.
    let rest = (-root).mul_add(root, z) / (root + root).max_of(T::MIN_POSITIVE);
    let s = select(middle, a, root);
    let cubic = s * z * polynomial(z, T::ASIN);
    (middle, s, select(middle, cubic, cubic + rest))
}

/// The arcsine, in `[-pi/2, pi/2]`.
///
/// Domain: `-1 <= x <= 1`, NaN outside. Error: at most 0.7 ulp.
///
/// ```
/// use thalweg_core::math::asin;
/// assert_eq!(asin(1.0_f64), std::f64::consts::FRAC_PI_2);
/// ```
#[inline(always)]
pub fn asin<T: Float>(x: T) -> T {
    let (middle, s, tail) = asin_parts(x);
    let angle = half_pi::<T>();
    let sum = Pair::fast_sum(angle.hi, -T::TWO * s);
    let outer = sum.hi + (sum.lo + (-T::TWO).mul_add(tail, angle.lo));
    select(middle, s + tail, outer).copysign(x)
}

/// The arccosine, in `[0, pi]`.
///
/// Domain: `-1 <= x <= 1`, NaN outside. Error: at most 0.7 ulp.
///
/// ```
/// use thalweg_core::math::acos;
/// assert_eq!(acos(1.0_f64), 0.0);
/// ```
#[inline(always)]
pub fn acos<T: Float>(x: T) -> T {
    let (middle, s, tail) = asin_parts(x);
    let angle = half_pi::<T>();
    // pi/2 - asin x; 2 asin(s) for x > 1/2; pi - 2 asin(s) for x < -1/2.
    let right = x > T::HALF;
    let base = select(middle, T::ONE, select(right, T::ZERO, T::TWO));
    let sign = select(middle, -T::ONE.copysign(x), select(right, T::TWO, -T::TWO));
    let sum = Pair::fast_sum(base * angle.hi, sign * s);
    sum.hi + (sum.lo + sign.mul_add(tail, base * angle.lo))
}
