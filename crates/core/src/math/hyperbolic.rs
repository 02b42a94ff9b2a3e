//! `sinh` and `cosh`.
//!
//! With `x = k ln 2 + r`, `C = (2^k - 2^-k)/2` and `D = (2^k + 2^-k)/2`,
//! `sinh x = C cosh r + D sinh r` and `cosh x = D cosh r + C sinh r`: two short
//! polynomials, no division, and the leading terms are exact.

use super::exp::is_linear;
use super::float::Float;
use super::pair::{Pair, polynomial, select};

/// Power of two kept back until the end, so that only overflow overflows.
const GUARD: f64 = 32.0;

/// `(C/32, D/32, r, sinh r - r, cosh r - 1)`; the fourth includes the error of `r`.
#[inline(always)]
fn parts<T: Float>(a: T) -> (Pair<T>, Pair<T>, T, T, T) {
    let a = a.min_of(T::EXP_MAX + T::TWO);
    let log2_e = T::from_f64(std::f64::consts::LOG2_E);
    let k = a.mul_add(log2_e, T::SHIFTER) - T::SHIFTER;
    let near = (-k).mul_add(T::LN2_HI, a);
    let far = -k * T::LN2_LO;
    let r = near + far;
    let rest = (near - r) + far;
    let offset = T::from_f64(6.0);
    let up = T::exp2_int(k - offset);
    // Where the clamp acts 2^-k is negligible, and its exponent must stay normal.
    let down = T::exp2_int((-k).max_of(T::from_f64(-90.0)) - offset);
    let w = r * r;
    let odd = (r * w).mul_add(polynomial(w, T::SINH), rest);
    let even = w.mul_add(T::HALF, (w * w).mul_add(polynomial(w, T::COSH), r * rest));
    (Pair::sum(up, -down), Pair::sum(up, down), r, odd, even)
}

/// The hyperbolic sine.
///
/// Domain: all reals; overflows beyond 710.47 (f64). Error: at most 0.8 ulp.
/// `sinh(±0) = ±0`, `sinh(±inf) = ±inf`.
///
/// ```
/// use thalweg_core::math::sinh;
/// assert_eq!(sinh(-0.0_f64).to_bits(), (-0.0_f64).to_bits());
/// ```
#[inline(always)]
pub fn sinh<T: Float>(x: T) -> T {
    let (c, d, r, odd, even) = parts(x.abs());
    let lead = Pair::product(d.hi, r);
    let sum = Pair::fast_sum(c.hi, lead.hi);
    let small = c.hi.mul_add(even, d.hi.mul_add(odd, c.lo + lead.lo + sum.lo));
    let value = (sum.hi + small) * T::from_f64(GUARD);
    select(is_linear(x), x, value.copysign(x))
}

/// The hyperbolic cosine.
///
/// Domain: all reals; overflows beyond 710.47 (f64). Error: at most 0.7 ulp.
///
/// ```
/// use thalweg_core::math::cosh;
/// assert_eq!(cosh(0.0_f64), 1.0);
/// ```
#[inline(always)]
pub fn cosh<T: Float>(x: T) -> T {
    let (c, d, r, odd, even) = parts(x.abs());
    let lead = Pair::product(c.hi, r);
    let sum = Pair::fast_sum(d.hi, lead.hi);
    let small = d.hi.mul_add(even, c.hi.mul_add(odd, d.lo + lead.lo + sum.lo));
    (sum.hi + small) * T::from_f64(GUARD)
}
