//! ln Γ and its derivatives on intervals of positive numbers.
//!
//! ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! ζ(n+1, x) for n ≥ 1, where the Hurwitz zeta function ζ(s, x) = Σₖ (x+k)⁻ˢ falls in x. It is summed until x + k is
//! large against s and continued by Euler–Maclaurin. As all derivatives of t⁻ˢ alternate in sign, the rest after any term lies between 0
//! and the next one. Source: NIST DLMF 25.11.5, 5.15.1 and 2.10.1.

use thalweg_core::Scalar;

use super::Interval;
use super::kernel::{DIGAMMA, LN_GAMMA, TRIGAMMA};

/// The positive zero of ψ lies between this number and the next.
const ROOT: f64 = 1.461_632_144_968_362_2;

/// The Bernoulli numbers B₂, B₄, … as numerators and denominators, all of them exact.
const BERNOULLI: [(f64, f64); 13] = [
    (1.0, 6.0),
    (-1.0, 30.0),
    (1.0, 42.0),
    (-1.0, 30.0),
    (5.0, 66.0),
    (-691.0, 2730.0),
    (7.0, 6.0),
    (-3617.0, 510.0),
    (43_867.0, 798.0),
    (-174_611.0, 330.0),
    (854_513.0, 138.0),
    (-236_364_091.0, 2730.0),
    (8_553_103.0, 6.0),
];

/// ln Γ on `x`: it falls to ψ's zero and rises from there.
pub(super) fn ln_gamma(x: Interval) -> Interval {
    if !(x.lo > 0.0 && x.is_defined()) {
        Interval::UNDEFINED
    } else if x.hi <= ROOT {
        LN_GAMMA.decreasing(x)
    } else if x.lo > ROOT {
        LN_GAMMA.increasing(x)
    } else {
        // Within an ulp of a minimum the value changes by less than an ulp squared.
        Interval { lo: LN_GAMMA.down(ROOT), ..LN_GAMMA.ends(x) }
    }
}

/// ψ⁽ⁿ⁾ on `x`.
pub(super) fn polygamma(n: u32, x: Interval) -> Interval {
    if !(x.lo > 0.0 && x.is_defined()) {
        return Interval::UNDEFINED;
    }
    match n {
        0 => DIGAMMA.increasing(x),
        1 => TRIGAMMA.decreasing(x),
        _ => {
            let factorial = (2..=n).fold(Interval::ONE, |p, k| p * Interval::point(f64::from(k)));
            let zeta = Interval { lo: hurwitz(n + 1, x.hi).lo, hi: hurwitz(n + 1, x.lo).hi };
            let value = factorial * zeta;
            if n % 2 == 1 { value } else { -value }
        }
    }
}

/// ζ(s, x) for s ≥ 2 and a number x > 0.
fn hurwitz(s: u32, x: f64) -> Interval {
    if x == f64::INFINITY {
        return Interval::ZERO;
    }
    let order = f64::from(s);
    let power = |base: Interval, n: u32| base.powi(-i32::try_from(n).unwrap_or(i32::MAX));
    let (mut sum, mut shift) = (Interval::ZERO, 0.0);
    let mut a = Interval::point(x);
    while a.lo < order + 12.0 {
        sum = sum + power(a, s);
        shift += 1.0;
        a = Interval::point(x) + Interval::point(shift);
    }
    sum = sum + power(a, s - 1) / Interval::point(order - 1.0) + Interval::point(0.5) * power(a, s);
    // s (s+1) … (s+2j−2) a⁻ˢ⁻²ʲ⁺¹ / (2j)!, times B₂ⱼ.
    let mut factor = Interval::point(0.5 * order) * power(a, s + 1);
    let square = a.square();
    for (j, &(numerator, denominator)) in (1_u32..).zip(&BERNOULLI) {
        let term = factor * Interval::point(numerator) / Interval::point(denominator);
        let last = j as usize == BERNOULLI.len();
        sum = sum + if last { term.hull(Interval::ZERO) } else { term };
        let k = f64::from(2 * j);
        let rising = Interval::point(order + k - 1.0) * Interval::point(order + k);
        factor = factor * rising / (Interval::point((k + 1.0) * (k + 2.0)) * square);
    }
    sum
}
