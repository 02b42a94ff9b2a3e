//! Unevaluated sums `hi + lo`, for the few places where one rounding too many shows.
//!
//! The error-free transformations are those of Dekker (1971) and Knuth (TAOCP
//! vol. 2, 4.2.2). A [`Pair`] need not be normalised: `lo` is small against
//! `hi`, but may exceed half an ulp of it.

use super::float::Float;

/// The number `hi + lo`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair<T> {
    /// Leading part.
    pub hi: T,
    /// Correction.
    pub lo: T,
}

impl<T: Float> Pair<T> {
    /// The pair `hi + lo`.
    #[inline(always)]
    pub fn new(hi: T, lo: T) -> Self {
        Self { hi, lo }
    }

    /// `a + b` exactly, whatever the magnitudes (Knuth's TwoSum).
    #[inline(always)]
    pub fn sum(a: T, b: T) -> Self {
        let hi = a + b;
        let seen = hi - a;
        Self::new(hi, (a - (hi - seen)) + (b - seen))
    }

    /// `a + b` exactly if `|a| >= |b|` or `a = 0` (Dekker's FastTwoSum).
    #[inline(always)]
    pub fn fast_sum(a: T, b: T) -> Self {
        let hi = a + b;
        Self::new(hi, b - (hi - a))
    }

    /// `a * b` exactly, barring underflow.
    #[inline(always)]
    pub fn product(a: T, b: T) -> Self {
        let hi = a * b;
        Self::new(hi, a.mul_add(b, -hi))
    }

    /// `self + c`, the small term going to the low part.
    #[inline(always)]
    pub fn plus_small(self, c: T) -> Self {
        Self::new(self.hi, self.lo + c)
    }

    /// `self * b`, to about twice the working precision less two bits.
    #[inline(always)]
    pub fn times(self, b: Self) -> Self {
        let p = Self::product(self.hi, b.hi);
        p.plus_small(self.hi.mul_add(b.lo, self.lo * b.hi))
    }

    /// `self * b` for a single number, to about twice the working precision less two bits.
    #[inline(always)]
    pub fn times_single(self, b: T) -> Self {
        let p = Self::product(self.hi, b);
        p.plus_small(self.lo * b)
    }

    /// `-self`.
    #[inline(always)]
    pub fn negated(self) -> Self {
        Self::new(-self.hi, -self.lo)
    }

    /// `self + other`, to about twice the working precision barring cancellation.
    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        Self::sum(self.hi, other.hi).plus_small(self.lo + other.lo).normalised()
    }

    /// `self * s` for a power of two `s`.
    #[inline(always)]
    pub fn scaled(self, s: T) -> Self {
        Self::new(self.hi * s, self.lo * s)
    }

    /// The quotient `self / d`, with one division.
    #[inline(always)]
    pub fn divided_by(self, d: Self) -> Self {
        let reciprocal = T::ONE / d.hi;
        let q = self.hi * reciprocal;
        let rest = (-q).mul_add(d.hi, self.hi) + (-q).mul_add(d.lo, self.lo);
        Self::new(q, rest * reciprocal)
    }

    /// The quotient `self / d` rounded to one number.
    #[inline(always)]
    pub fn over(self, d: Self) -> T {
        let reciprocal = T::ONE / d.hi;
        let q = self.hi * reciprocal;
        let rest = (-q).mul_add(d.hi, self.hi) + (-q).mul_add(d.lo, self.lo);
        rest.mul_add(reciprocal, q)
    }

    /// `self` with `lo` at most half an ulp of `hi`.
    #[inline(always)]
    pub fn normalised(self) -> Self {
        Self::fast_sum(self.hi, self.lo)
    }

    /// The nearest single number (up to double rounding).
    #[inline(always)]
    pub fn value(self) -> T {
        self.hi + self.lo
    }
}

/// `c[0] + c[1] x + ...`.
///
/// Two or four interleaved Horner chains instead of one: a vector loop over a
/// long kernel is limited by latency, as the reorder buffer holds only about
/// three iterations. With a constant table everything unrolls.
#[inline(always)]
pub(crate) fn polynomial<T: Float>(x: T, c: &[T]) -> T {
    let square = x * x;
    if c.len() <= 4 {
        chain(x, c, 0, 1)
    } else if c.len() <= 12 {
        chain(square, c, 1, 2).mul_add(x, chain(square, c, 0, 2))
    } else {
        let fourth = square * square;
        let low = chain(fourth, c, 1, 4).mul_add(x, chain(fourth, c, 0, 4));
        let high = chain(fourth, c, 3, 4).mul_add(x, chain(fourth, c, 2, 4));
        high.mul_add(square, low)
    }
}

/// [`polynomial`] with the constant term, which must dominate, added exactly.
#[inline(always)]
pub(crate) fn polynomial_pair<T: Float>(x: T, c: &[T]) -> Pair<T> {
    match c {
        [first, others @ ..] => Pair::fast_sum(*first, x * polynomial(x, others)),
        [] => Pair::new(T::ZERO, T::ZERO),
    }
}

/// `c[start] + c[start + step] y + ...` by Horner's rule.
#[inline(always)]
fn chain<T: Float>(y: T, c: &[T], start: usize, step: usize) -> T {
    let last = (c.len() - 1 - start) / step;
    let mut sum = c[start + last * step];
    for k in (0..last).rev() {
        sum = sum.mul_add(y, c[start + k * step]);
    }
    sum
}

/// `if condition { a } else { b }` for values that are both at hand, so that a
/// vectorised loop blends.
#[inline(always)]
pub(crate) fn select<T>(condition: bool, a: T, b: T) -> T {
    if condition { a } else { b }
}
