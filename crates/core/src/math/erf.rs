//! The error function and its complements.
//!
//! `erfc(x) = exp(-x^2) erfcx(x)`, where `(1 + 2x) erfcx(x)` is one polynomial in
//! `x/(x + 4)` over the whole half line (Shepherd & Laframboise 1981).
//! Both factors and the square carry their rounding errors along, so the deep
//! tail is as accurate as the centre.

use super::exp::{exp_parts, scale};
use super::float::Float;
use super::pair::{Pair, polynomial, select};
use super::special_tables::{ERF, ERFCX};

/// 2/sqrt(pi).
const SLOPE: Pair<f64> = Pair { hi: std::f64::consts::FRAC_2_SQRT_PI, lo: 1.533545961316588e-17 };

/// 1/sqrt(pi).
const ROOT_RECIPROCAL: Pair<f64> = Pair { hi: 0.5641895835477563, lo: 7.66772980658294e-18 };

/// `exp(z^2) erfc(z)` for finite `z >= 0`, `2z` finite.
#[inline(always)]
pub(super) fn erfcx_parts(z: Pair<f64>) -> Pair<f64> {
    // Beyond 2^60 the variable is 2 to the last bit.
    let bounded = z.hi.min_of(1e30);
    // Relative accuracy in s keeps the value near 1 exact to the last bit.
    let s = 2.0 * bounded / (bounded + 4.0);
    let numerator = Pair::fast_sum(1.0, s * polynomial(s - 1.0, ERFCX));
    let denominator = Pair::sum(1.0, 2.0 * z.hi).plus_small(2.0 * z.lo);
    numerator.divided_by(denominator)
}

/// `(k, p)` with `exp(-square) = 2^k p`; zero below the smallest subnormal.
#[inline(always)]
pub(super) fn exp_of_minus(square: Pair<f64>) -> (f64, Pair<f64>) {
    let (k, p) = exp_parts((-square.hi).max_of(f64::EXP_MIN));
    (k, p.plus_small(-square.lo * (p.hi + p.lo)))
}

/// `(k, p)` with `exp(-square) erfcx(z) = 2^k p`.
#[inline(always)]
pub(super) fn tail(z: Pair<f64>, square: Pair<f64>) -> (f64, Pair<f64>) {
    let (k, p) = exp_of_minus(square);
    (k, erfcx_parts(z).times(p))
}

/// `erfc(|x|)`.
#[inline(always)]
fn erfc_of_abs(x: f64) -> f64 {
    // erfc(28) is below the smallest subnormal; NaN passes.
    let a = x.abs().min_of(28.0);
    let (k, p) = tail(Pair::new(a, 0.0), Pair::product(a, a));
    scale(p.value(), k)
}

/// The error function, `2/sqrt(pi)` times the integral of `exp(-t^2)` from 0 to `x`.
///
/// Domain: all reals. Error: at most 1.2 ulp (f64), 0.5 ulp (f32). `erf(±0) = ±0`, `erf(±inf) = ±1`.
///
/// ```
/// use thalweg_core::math::erf;
/// assert_eq!(erf(6.0_f64), 1.0);
/// ```
#[inline(always)]
pub fn erf<T: Float>(x: T) -> T {
    let x = x.to_f64();
    let w = x * x;
    let lead = Pair::product(x, SLOPE.hi);
    let near = lead.plus_small(x.mul_add(SLOPE.lo, x * w * polynomial(w, ERF))).value();
    let far = (1.0 - erfc_of_abs(x)).copysign(x);
    T::from_f64(select(x.abs() < 0.84, select(x == 0.0, x, near), far))
}

/// The complementary error function `1 - erf(x)`.
///
/// Domain: all reals, with gradual underflow beyond 26.5. Error: at most 1.5 ulp (f64), 0.5 ulp (f32).
/// `erfc(-inf) = 2`, `erfc(inf) = 0`.
///
/// ```
/// use thalweg_core::math::erfc;
/// assert_eq!(erfc(0.0_f64), 1.0);
/// assert_eq!(erfc(28.0_f64), 0.0);
/// ```
#[inline(always)]
pub fn erfc<T: Float>(x: T) -> T {
    let x = x.to_f64();
    let right = erfc_of_abs(x);
    T::from_f64(select(x < 0.0, 2.0 - right, right))
}

/// The scaled complementary error function `exp(x^2) erfc(x)`.
///
/// Domain: all reals; overflows below -26.6. Error: at most 1.5 ulp (f64), 0.5 ulp (f32) for
/// `x >= 0`, 1.3 ulp below. `erfcx(inf) = 0`.
///
/// ```
/// use thalweg_core::math::erfcx;
/// assert_eq!(erfcx(0.0_f64), 1.0);
/// ```
#[inline(always)]
pub fn erfcx<T: Float>(x: T) -> T {
    let x = x.to_f64();
    let right = erfcx_parts(Pair::new(x.abs().min_of(0.25 * f64::MAX), 0.0));
    // exp(x^2) (2 - erfc(|x|)), the square bounded where the result is infinite.
    let a = x.abs().min_of(27.0);
    let square = Pair::product(a, a);
    let (k, p) = exp_parts(square.hi.min_of(f64::EXP_MAX));
    let p = p.plus_small(square.lo * (p.hi + p.lo));
    let growth = Pair::new(scale(2.0 * p.hi, k), scale(2.0 * p.lo, k));
    let left = growth.hi - right.hi + (growth.lo - right.lo);
    let value = select(x < 0.0, select(a < 27.0, left, f64::INFINITY), right.value());
    // The polynomial loses a bit where its variable saturates; there the
    // asymptotic series (DLMF 7.12.1) needs five terms.
    let w = 0.5 / (x * x);
    let series = w * polynomial(w, &[-1.0, 3.0, -15.0, 105.0, -945.0]);
    let far = ROOT_RECIPROCAL.plus_small(ROOT_RECIPROCAL.hi * series);
    let value = select(x > 64.0, far.over(Pair::new(x, 0.0)), value);
    T::from_f64(select(x == f64::INFINITY, 0.0, value))
}
