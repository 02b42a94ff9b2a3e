//! The standard normal distribution.

use super::erf::{erfcx_parts, exp_of_minus, tail};
use super::exp::scale;
use super::float::Float;
use super::ln::{ln, ln_pair, ln_parts};
use super::pair::{Pair, polynomial, polynomial_pair, select};
use super::special_tables::{QUANTILE_CENTRE, QUANTILE_TAIL};

/// 1/sqrt(2 pi).
const DENSITY: Pair<f64> = Pair { hi: 0.3989422804014327, lo: -2.49232720227773e-17 };
/// 1/sqrt(2).
const SQRT_HALF: Pair<f64> = Pair { hi: std::f64::consts::FRAC_1_SQRT_2, lo: -4.833646656726457e-17 };
/// sqrt(2 pi).
const CENTRE_SLOPE: Pair<f64> = Pair { hi: 2.5066282746310007, lo: -1.8328579980459167e-16 };

/// `x^2/2`.
#[inline(always)]
fn half_square(x: f64) -> Pair<f64> {
    Pair::product(x, x).scaled(0.5)
}

/// `a / sqrt(2)`.
#[inline(always)]
fn over_sqrt_two(a: f64) -> Pair<f64> {
    Pair::product(a, SQRT_HALF.hi).plus_small(a * SQRT_HALF.lo)
}

/// The density `exp(-x^2/2) / sqrt(2 pi)`.
///
/// Domain: all reals, with gradual underflow. Error: at most 0.7 ulp (f64), 0.5 ulp (f32).
///
/// ```
/// use thalweg_core::math::normal_pdf;
/// assert_eq!(normal_pdf(0.0_f64), 0.3989422804014327);
/// ```
#[inline(always)]
pub fn normal_pdf<T: Float>(x: T) -> T {
    let (k, p) = exp_of_minus(half_square(x.to_f64().abs().min_of(40.0)));
    T::from_f64(scale(DENSITY.times(p).value(), k))
}

/// The distribution function `erfc(-x/sqrt(2))/2`.
///
/// Domain: all reals, with gradual underflow below -37.5. Error: at most 1.4 ulp (f64), 0.5 ulp (f32).
///
/// ```
/// use thalweg_core::math::normal_cdf;
/// assert_eq!(normal_cdf(0.0_f64), 0.5);
/// assert_eq!(normal_cdf(-40.0_f64), 0.0);
/// ```
#[inline(always)]
pub fn normal_cdf<T: Float>(x: T) -> T {
    let x = x.to_f64();
    let a = x.abs().min_of(40.0);
    let (k, p) = tail(over_sqrt_two(a), half_square(a));
    let lower = scale(p.value(), k - 1.0);
    T::from_f64(select(x > 0.0, 1.0 - lower, lower))
}

/// The logarithm of [`normal_cdf`].
///
/// Left of zero it is `ln(erfcx(|x|/sqrt(2))/2) - x^2/2`, two terms of one sign;
/// right of zero `ln(1 - Q)` with the upper tail `Q`. They share one logarithm.
///
/// Domain: all reals; `-inf` where `x^2` overflows. Error: at most 1.8 ulp (f64), 0.5 ulp (f32).
///
/// ```
/// use thalweg_core::math::normal_ln_cdf;
/// assert_eq!(normal_ln_cdf(0.0_f64), -std::f64::consts::LN_2);
/// ```
#[inline(always)]
pub fn normal_ln_cdf<T: Float>(x: T) -> T {
    let x = x.to_f64();
    let left = x <= 0.0;
    let scaled = erfcx_parts(over_sqrt_two(x.abs().min_of(1e200)));
    let (k, p) = exp_of_minus(half_square(x.abs().min_of(40.0)));
    let upper = Pair::fast_sum(1.0, -scale(scaled.times(p).value(), k - 1.0));
    let scaled = scaled.scaled(0.5).normalised();
    let l = ln_pair(Pair::new(select(left, scaled.hi, upper.hi), select(left, scaled.lo, upper.lo)));
    let square = half_square(select(left, x.max_of(-1e150), 0.0));
    let sum = Pair::sum(-square.hi, l.hi);
    let value = sum.hi + (sum.lo + (l.lo - square.lo));
    let value = select(x < -1e150, -0.5 * x * x, value);
    T::from_f64(select(x.is_nan(), x, value))
}

/// The quantile function, the inverse of [`normal_cdf`].
///
/// For `|p - 1/2| <= 0.34375` an odd polynomial in `p - 1/2`; in the tails
/// `r = sqrt(-2 ln p)` (with its rounding error) less a correction that is a
/// polynomial in `ln r^2`, down to the smallest subnormal `p`.
///
/// Domain: `0 <= p <= 1`. Error: at most 2 ulp (f64), 0.5 ulp (f32). The quantiles of 0 and 1 are
/// `-inf` and `inf`; NaN outside.
///
/// ```
/// use thalweg_core::math::normal_quantile;
/// assert_eq!(normal_quantile(0.5_f64), 0.0);
/// assert_eq!(normal_quantile(0.0_f64), f64::NEG_INFINITY);
/// ```
#[inline(always)]
pub fn normal_quantile<T: Float>(p: T) -> T {
    let p = p.to_f64();
    let q = p - 0.5;
    let w = q * q;
    let small = q.mul_add(CENTRE_SLOPE.lo, q * w * polynomial(w, QUANTILE_CENTRE));
    let centre = Pair::product(q, CENTRE_SLOPE.hi).plus_small(small).value();

    let outer = select(q < 0.0, p, 1.0 - p);
    let square = ln_parts(outer).scaled(-2.0).normalised();
    let r = square.hi.sqrt();
    let r_lo = ((-r).mul_add(r, square.hi) + square.lo) * (0.5 / r);
    let u = (ln(square.hi) - 4.3125) * (1.0 / 3.0);
    let correction = polynomial_pair(u, QUANTILE_TAIL);
    let distance = Pair::fast_sum(r, -correction.hi);
    let distance = distance.plus_small(r_lo - correction.lo).value();
    let tail = distance.copysign(q);

    let inside = select(q.abs() <= 0.34375, centre, tail);
    let edge = select(q.abs() == 0.5, f64::INFINITY.copysign(q), f64::NAN);
    T::from_f64(select(q.abs() < 0.5 && outer > 0.0, inside, select(p > 0.0 && p < 1.0, inside, edge)))
}
