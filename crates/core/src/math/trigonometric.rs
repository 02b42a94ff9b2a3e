//! `sin`, `cos` and `tan`.
//!
//! `x = k pi/2 + r` with pi/2 in three parts (Cody & Waite 1980). With fused
//! multiply-add the first step `x - k P1` is exact for every `k`, so the range
//! of the branch-free form ends only where three parts are too few digits;
//! there the public functions fall back on the standard library.

use super::exp::is_linear;
use super::float::Float;
use super::pair::{Pair, polynomial, select};
use super::tables::Tables;

/// Whether the branch-free kernels cover `x`: `|x| <= 2^30` for f64, `2^17` for f32.
///
/// ```
/// use thalweg_core::math::is_moderate_angle;
/// assert!(is_moderate_angle(1e9_f64) && !is_moderate_angle(1e9_f32));
/// ```
#[inline(always)]
pub fn is_moderate_angle<T: Float>(x: T) -> bool {
    x.abs() <= T::from_f64(if T::MANTISSA_BITS == 52 { 1_073_741_824.0 } else { 131_072.0 })
}

/// `(shifted, sin r, cos r)` with `k = shifted - SHIFTER`.
#[inline(always)]
fn sin_cos_parts<T: Float>(x: T) -> (T, Pair<T>, Pair<T>) {
    let shifted = x.mul_add(T::from_f64(std::f64::consts::FRAC_2_PI), T::SHIFTER);
    let k = shifted - T::SHIFTER;
    let [first, second, third] = T::HALF_PI;
    let near = (-k).mul_add(first, x);
    let w = Pair::product(k, second);
    let sum = Pair::sum(near, -w.hi);
    let r = Pair::fast_sum(sum.hi, (-k).mul_add(third, sum.lo - w.lo));

    let z = r.hi * r.hi;
    let h = T::HALF * z;
    let cubic = r.hi * z * polynomial(z, <T as Tables>::SIN);
    let sine = Pair::new(r.hi, (-h).mul_add(r.lo, r.lo) + cubic);
    let top = Pair::fast_sum(T::ONE, -h);
    let h_lo = T::HALF * r.hi.mul_add(r.hi, -z);
    let quartic = (z * z).mul_add(polynomial(z, <T as Tables>::COS), -h_lo);
    let cosine = top.plus_small((-r.hi).mul_add(r.lo, quartic));
    (shifted, sine, cosine)
}

/// [`sin`] where [`is_moderate_angle`] holds: the same values, branch-free.
///
/// ```
/// use thalweg_core::math::sin_moderate;
/// assert_eq!(sin_moderate(0.0_f64), 0.0);
/// ```
#[inline(always)]
pub fn sin_moderate<T: Float>(x: T) -> T {
    let (shifted, s, c) = sin_cos_parts(x);
    let value = select(T::is_odd(shifted), c.value(), s.value());
    select(is_linear(x), x, value * T::half_turn_sign(shifted))
}

/// [`cos`] where [`is_moderate_angle`] holds: the same values, branch-free.
///
/// ```
/// use thalweg_core::math::cos_moderate;
/// assert_eq!(cos_moderate(0.0_f64), 1.0);
/// ```
#[inline(always)]
pub fn cos_moderate<T: Float>(x: T) -> T {
    let (shifted, s, c) = sin_cos_parts(x);
    // cos x = sin(x + pi/2).
    let value = select(T::is_odd(shifted), s.value(), c.value());
    value * T::half_turn_sign(shifted + T::ONE)
}

/// [`tan`] where [`is_moderate_angle`] holds: the same values, branch-free.
///
/// ```
/// use thalweg_core::math::tan_moderate;
/// assert_eq!(tan_moderate(0.0_f64), 0.0);
/// ```
#[inline(always)]
pub fn tan_moderate<T: Float>(x: T) -> T {
    let (shifted, s, c) = sin_cos_parts(x);
    let odd = T::is_odd(shifted);
    let (s, c) = (s.normalised(), c.normalised());
    let n = Pair::new(select(odd, -c.hi, s.hi), select(odd, -c.lo, s.lo));
    let d = Pair::new(select(odd, s.hi, c.hi), select(odd, s.lo, c.lo));
    select(is_linear(x), x, n.over(d))
}

macro_rules! with_fallback {
    ($name:ident, $kernel:ident, $cold:ident, $title:literal, $bound:literal, $example:literal) => {
        #[doc = concat!("The ", $title, " of an angle in radians.")]
        ///
        #[doc = concat!("Domain: all finite reals; NaN at infinity. Error: at most ", $bound)]
        /// ulp where [`is_moderate_angle`] holds, however close to a multiple of
        /// pi/2; beyond, that of the standard library.
        ///
        /// ```
        #[doc = concat!("use thalweg_core::math::", stringify!($name), ";")]
        #[doc = $example]
        /// ```
        #[inline(always)]
        pub fn $name<T: Float>(x: T) -> T {
            if is_moderate_angle(x) { $kernel(x) } else { $cold(x) }
        }

        #[cold]
        fn $cold<T: Float>(x: T) -> T {
            T::from_f64(x.to_f64().$name())
        }
    };
}

with_fallback!(sin, sin_moderate, sin_cold, "sine", "0.8", "assert_eq!(sin(0.0_f64), 0.0);");
with_fallback!(cos, cos_moderate, cos_cold, "cosine", "0.8", "assert_eq!(cos(0.0_f64), 1.0);");
with_fallback!(tan, tan_moderate, tan_cold, "tangent", "1", "assert_eq!(tan(0.0_f64), 0.0);");
