//! The logarithm of the gamma function.
//!
//! `0 < x < 5/2`: recurrence to `2 + d`, `|d| <= 1/2`, and a polynomial in `d`,
//! so both zeros, at 1 and 2, are approached with relative accuracy.
//! `x >= 5/2`: Stirling's form with a polynomial in `1/x^2` for the remainder.
//! One logarithm serves both. `x <= 0`: reflection (DLMF 5.5.3).

use super::float::Float;
use super::ln::{ln, ln_pair};
use super::pair::{Pair, polynomial, polynomial_pair, select};
use super::special_tables::{LN_GAMMA, STIRLING};
use super::trigonometric::sin;

/// 1 - Euler's constant, the slope at 2.
const SLOPE: Pair<f64> = Pair { hi: 0.42278433509846713, lo: 4.942915152430645e-18 };
/// ln(2 pi)/2 - 1/2.
const OFFSET: Pair<f64> = Pair { hi: 0.4189385332046727, lo: 1.6728209650585413e-17 };

/// [`ln_gamma`] without the reflection: NaN for negative `x`, but branch-free.
///
/// Domain: `x >= 0`. Error: at most 2 ulp (f64), 0.5 ulp (f32), including the zeros at 1 and 2.
///
/// ```
/// use thalweg_core::math::ln_gamma_positive;
/// assert_eq!(ln_gamma_positive(1.0_f64), 0.0);
/// ```
#[inline(always)]
pub fn ln_gamma_positive<T: Float>(x: T) -> T {
    let x = x.to_f64();
    let (low, middle) = (x < 0.5, x < 1.5);
    // ln_gamma(2 + d) - ln(x (x + 1)), - ln x or - 0.
    let d = select(low, x, select(middle, x - 1.0, x - 2.0));
    let successor = Pair::sum(1.0, x);
    let product = Pair::product(x, successor.hi).plus_small(x * successor.lo);
    let large = x >= 2.5;
    let factor = select(middle || large, x, 1.0);
    let l = ln_pair(Pair::new(select(low, product.hi, factor), select(low, product.lo, 0.0)));
    let slope = Pair::product(d, SLOPE.hi);
    let curvature = polynomial_pair(d, LN_GAMMA);
    let square = Pair::product(d, d);
    let bend_lo = square.hi.mul_add(curvature.lo, square.lo * curvature.hi);
    let bend = square.hi.mul_add(curvature.hi, d.mul_add(SLOPE.lo, bend_lo));
    let base = slope.plus_small(bend);
    let near = Pair::sum(base.hi, -l.hi).plus_small(base.lo - l.lo).value();

    // (x - 1/2)(ln x - 1) + OFFSET + remainder.
    let level = Pair::sum(l.hi, -1.0).plus_small(l.lo).normalised();
    let lead = Pair::product(x, level.hi);
    let reciprocal = 1.0 / x;
    let remainder = reciprocal * polynomial(reciprocal * reciprocal, STIRLING);
    let sum = Pair::sum(lead.hi, OFFSET.hi);
    let small = x.mul_add(level.lo, (-0.5_f64).mul_add(level.hi, remainder + OFFSET.lo));
    let far = Pair::sum(sum.hi, small).plus_small(lead.lo + sum.lo).value();
    let far = select(lead.hi < f64::INFINITY, far, lead.hi);

    let value = select(large, far, near);
    let edge = select(x == 0.0, f64::INFINITY, select(x == f64::INFINITY, x, f64::NAN));
    T::from_f64(select(x > 0.0 && x < f64::INFINITY, value, edge))
}

/// `ln |gamma(x)|`.
///
/// Domain: all reals. Error: at most 2 ulp (f64), 0.5 ulp (f32) for `x > 0`; for negative `x`
/// 4 ulp of the larger of the value and 1 (the zeros between the poles are
/// irrational and not approached with relative accuracy). `inf` at the poles
/// and at infinity.
///
/// ```
/// use thalweg_core::math::ln_gamma;
/// assert!((ln_gamma(-0.5_f64) - 1.265_512_123_484_645_4).abs() < 1e-15);
/// ```
#[inline(always)]
pub fn ln_gamma<T: Float>(x: T) -> T {
    if x < T::ZERO { reflected(x) } else { ln_gamma_positive(x) }
}

/// `ln_gamma` of a negative number.
#[cold]
fn reflected<T: Float>(x: T) -> T {
    let x = x.to_f64();
    let fraction = x - x.round();
    let sine = sin(std::f64::consts::PI * fraction).abs();
    let value = ln(std::f64::consts::PI / sine) - ln_gamma_positive(1.0 - x);
    T::from_f64(if fraction == 0.0 || x.is_infinite() { f64::INFINITY } else { value })
}
