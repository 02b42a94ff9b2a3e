//! `logistic_parts`: everything that the log-likelihood of a binary outcome needs, from one exponential and one division.

use super::exp::scale;
use super::float::Float;
use super::pair::{polynomial, select};

/// `(ln(1 + t), 1/(1 + t), t/(1 + t))` with `t = e^-|x|`: softplus(±x), less the linear part of the larger one, and the two
/// probabilities.
///
/// With `f = t`, or `(t - 1)/2` where `1 + t > sqrt 2`, `ln(1 + t)` is `ln(1 + f)`, or `ln 2` more, by the series of `ln`; its quotient
/// `f/(2 + f)` and `1/(1 + t)` share one division.
///
/// Domain: all reals. Error: at most 4 ulp, with gradual underflow, where it is an ulp of the subnormal grid. `x = ±inf` gives `(0, 1, 0)`.
///
/// ```
/// use thalweg_core::math::logistic_parts;
/// let (log, large, small) = logistic_parts(0.0_f64);
/// assert_eq!((log, large, small), (std::f64::consts::LN_2, 0.5, 0.5));
/// assert_eq!(logistic_parts(-800.0_f64), (0.0, 1.0, 0.0));
/// ```
#[inline(always)]
pub fn logistic_parts<T: Float>(x: T) -> (T, T, T) {
    let x = (-x.abs()).max_of(T::EXP_MIN);
    let k = x.mul_add(T::from_f64(std::f64::consts::LOG2_E), T::SHIFTER) - T::SHIFTER;
    let r = (-k).mul_add(T::LN2_LO, (-k).mul_add(T::LN2_HI, x));
    let p = T::ONE + (r * r).mul_add(polynomial(r, T::EXP), r);
    let t = scale(p, k);
    let halved = t > T::from_f64(std::f64::consts::SQRT_2 - 1.0);
    let f = select(halved, T::HALF * t - T::HALF, t);
    let (d, e) = (T::ONE + t, T::TWO + f);
    let q = T::ONE / (d * e);
    let large = e * q;
    let s = f * (d * q);
    let z = s * s;
    let series = s * z.mul_add(polynomial(z, T::LN), T::TWO);
    let ln2 = T::from_f64(std::f64::consts::LN_2);
    (select(halved, ln2 + series, series), large, t * large)
}
