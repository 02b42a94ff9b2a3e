//! Sums, products and quotients of intervals, rounded outward.

use core::ops::{Add, Div, Mul, Neg, Sub};

use super::Interval;
use super::rounding::{add_down, add_up, div_down, div_up, mul_down, mul_up};

impl Neg for Interval {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Self { lo: -self.hi, hi: -self.lo }
    }
}

impl Add for Interval {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        if !(self.is_defined() && other.is_defined()) {
            return Self::UNDEFINED;
        }
        Self { lo: add_down(self.lo, other.lo), hi: add_up(self.hi, other.hi) }
    }
}

impl Sub for Interval {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Interval {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        if !(self.is_defined() && other.is_defined()) {
            return Self::UNDEFINED;
        }
        let (a, b) = (self, other);
        if a.lo >= 0.0 {
            // A lower end of the other factor below 0 takes the larger end of this one.
            let low = if b.lo >= 0.0 { a.lo } else { a.hi };
            let high = if b.hi >= 0.0 { a.hi } else { a.lo };
            Self { lo: mul_down(low, b.lo), hi: mul_up(high, b.hi) }
        } else if a.hi <= 0.0 {
            -(-a * b)
        } else if b.lo >= 0.0 || b.hi <= 0.0 {
            b * a
        } else {
            let lo = mul_down(a.lo, b.hi).min(mul_down(a.hi, b.lo));
            Self { lo, hi: mul_up(a.lo, b.lo).max(mul_up(a.hi, b.hi)) }
        }
    }
}

/// Undefined if the divisor holds 0.
impl Div for Interval {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let (a, b) = (self, other);
        if !(a.is_defined() && b.is_defined()) || b.contains(0.0) {
            return Self::UNDEFINED;
        }
        if b.hi < 0.0 {
            return -(a / -b);
        }
        let low = if a.lo >= 0.0 { b.hi } else { b.lo };
        let high = if a.hi >= 0.0 { b.lo } else { b.hi };
        Self { lo: div_down(a.lo, low), hi: div_up(a.hi, high) }
    }
}

#[cfg(test)]
mod tests {
    use super::Interval;

    fn raw(lo: f64, hi: f64) -> Interval {
        Interval { lo, hi }
    }

    /// The ends of a product are those of the four products of ends, whatever the signs; a quotient is the product with the reciprocal.
    #[test]
    fn signs() {
        let ends = [-3.0, -1.0, 0.0, 2.0, 5.0];
        let pairs =
            || ends.iter().flat_map(|&lo| ends.iter().filter(move |&&hi| lo <= hi).map(move |&hi| (lo, hi)));
        for (a, b) in pairs() {
            for (c, d) in pairs() {
                let products = [a * c, a * d, b * c, b * d];
                let lo = products.iter().copied().fold(f64::INFINITY, f64::min);
                let hi = products.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let (x, y) = (raw(a, b), raw(c, d));
                assert_eq!(x * y, raw(lo, hi), "{x} {y}");
                let (x, y) = (x * Interval::point(8.0), raw(c, d) * Interval::point(4.0));
                if c * d > 0.0 {
                    let q = x / y;
                    let ratios = [x.lo / y.lo, x.lo / y.hi, x.hi / y.lo, x.hi / y.hi];
                    assert!(ratios.iter().all(|&r| q.contains(r)), "{x} / {y} = {q}");
                    assert!(ratios.iter().any(|&r| (q.lo - r).abs() <= 1e-15 * r.abs()), "{x} / {y} = {q}");
                    assert!(ratios.iter().any(|&r| (q.hi - r).abs() <= 1e-15 * r.abs()), "{x} / {y} = {q}");
                } else {
                    assert!(!(x / y).is_defined());
                }
            }
        }
    }

    /// Exact operations are not widened, others by one step, infinite ends and overflow are kept in order.
    #[test]
    fn rounding() {
        let p = Interval::point;
        assert_eq!(p(0.5) + p(0.25), p(0.75));
        assert_eq!(p(3.0) * p(0.5), p(1.5));
        assert_eq!(p(0.1) + p(0.2), raw(0.3, 0.1 + 0.2));
        let square = p(0.1) * p(0.1);
        assert!(square.hi() == square.lo().next_up());
        assert_eq!(p(f64::MAX) + p(f64::MAX), raw(f64::MAX, f64::INFINITY));
        assert_eq!(p(1e-200) * p(1e-200), raw(0.0, 5e-324));
        assert_eq!(p(1e-200) * p(-1e-200), raw(-5e-324, 0.0));
        assert_eq!(Interval::ENTIRE * Interval::ZERO, Interval::ZERO);
        assert_eq!(Interval::ENTIRE - Interval::ENTIRE, Interval::ENTIRE);
        assert!(!(Interval::UNDEFINED * Interval::ZERO).is_defined());
        assert_eq!(Interval::ONE / raw(1.0, f64::INFINITY), raw(0.0, 1.0));
    }
}
