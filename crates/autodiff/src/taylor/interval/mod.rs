//! [`Interval`]: a set of real numbers lo ≤ x ≤ hi, and arithmetic that never loses one of them.
//!
//! For every operation ∘ and all x ∈ X, y ∈ Y: x ∘ y ∈ X ∘ Y. Sums, products, quotients and roots are rounded outward (not at all where
//! exact); every other function is enclosed by its values at the ends, each widened by the documented error bound of that function in
//! [`thalweg_core::math`] plus one ulp. The guarantee is therefore as good as those bounds, which are measured against 60-digit references.
//!
//! An operation that is undefined somewhere on its operands (a logarithm reaching 0, a division through 0) gives
//! [`Interval::UNDEFINED`], which every further operation keeps, so that an interval is a [`Scalar`](thalweg_core::Scalar) and serves any
//! formula; [`Intervals`] is the same arithmetic with a typed error instead.
//!
//! Cost: two values of the function, four of one with two arguments. Source: Moore, Kearfott and Cloud, *Introduction to Interval
//! Analysis* (2009); IEEE 1788-2015.

mod algebra;
mod arithmetic;
mod gamma;
mod kernel;
mod rounding;
mod scalar;
mod truth;

pub use algebra::Intervals;
pub(crate) use algebra::{domain, undefined_binary, undefined_unary};
pub use truth::Truth;

use core::fmt;

use thalweg_core::{Error, Result};

use rounding::add_up;

/// The real numbers from `lo` to `hi`. The ends may be infinite, but the numbers are not.
///
/// ```
/// use thalweg_autodiff::taylor::Interval;
/// use thalweg_core::Scalar;
/// let x = Interval::new(-1.0, 2.0)?;
/// assert_eq!(x.square(), Interval::new(0.0, 4.0)?);
/// // 1/3 is no f64: the quotient is enclosed by two neighbours.
/// let third = Interval::point(1.0) / Interval::point(3.0);
/// assert!(third.lo() < third.hi() && third.hi() == third.lo().next_up());
/// assert!(!x.ln().is_defined());
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Interval {
    lo: f64,
    hi: f64,
}

impl Interval {
    /// All real numbers.
    pub const ENTIRE: Self = Self { lo: f64::NEG_INFINITY, hi: f64::INFINITY };
    /// The value of a function that is not defined on all of its argument.
    pub const UNDEFINED: Self = Self { lo: f64::NAN, hi: f64::NAN };
    /// Just 0.
    pub const ZERO: Self = Self { lo: 0.0, hi: 0.0 };
    /// Just 1.
    pub const ONE: Self = Self { lo: 1.0, hi: 1.0 };

    /// The interval from `lo` to `hi`, both finite.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a NaN or infinite end, or lo > hi.
    pub fn new(lo: f64, hi: f64) -> Result<Self> {
        if lo <= hi && lo.is_finite() && hi.is_finite() {
            Ok(Self { lo, hi })
        } else {
            let rule = "an interval has finite ends, the lower one first; swap or limit them";
            Err(Error::invalid_parameter("interval", format!("[{lo}, {hi}]"), rule))
        }
    }

    /// The interval of one number; [`Interval::UNDEFINED`] unless it is finite.
    #[must_use]
    pub fn point(x: f64) -> Self {
        if x.is_finite() { Self { lo: x, hi: x } } else { Self::UNDEFINED }
    }

    /// The lower end.
    #[must_use]
    pub fn lo(self) -> f64 {
        self.lo
    }

    /// The upper end.
    #[must_use]
    pub fn hi(self) -> f64 {
        self.hi
    }

    /// False for [`Interval::UNDEFINED`] only.
    #[must_use]
    pub fn is_defined(self) -> bool {
        self.lo <= self.hi
    }

    /// Whether both ends are finite numbers.
    #[must_use]
    pub fn is_finite(self) -> bool {
        self.lo.is_finite() && self.hi.is_finite()
    }

    /// Whether the interval is a single number.
    #[must_use]
    pub fn is_point(self) -> bool {
        self.lo == self.hi
    }

    /// hi − lo, rounded up.
    #[must_use]
    pub fn width(self) -> f64 {
        add_up(self.hi, -self.lo)
    }

    /// A finite number in the interval, about halfway; NaN if undefined.
    #[must_use]
    pub fn midpoint(self) -> f64 {
        let (lo, hi) = (self.lo.max(f64::MIN), self.hi.min(f64::MAX));
        let middle = 0.5 * lo + 0.5 * hi;
        if self.is_defined() { middle.max(lo).min(hi) } else { f64::NAN }
    }

    /// The largest |x| in the interval.
    #[must_use]
    pub fn magnitude(self) -> f64 {
        self.lo.abs().max(self.hi.abs())
    }

    /// Whether x lies in the interval.
    #[must_use]
    pub fn contains(self, x: f64) -> bool {
        self.lo <= x && x <= self.hi
    }

    /// Whether every number of `other` lies in the interval.
    #[must_use]
    pub fn encloses(self, other: Self) -> bool {
        self.lo <= other.lo && other.hi <= self.hi
    }

    /// The least interval with the numbers of both; undefined if one is.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        if self.is_defined() && other.is_defined() {
            Self { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
        } else {
            Self::UNDEFINED
        }
    }

    /// The numbers in both, if there are any.
    #[must_use]
    pub fn intersection(self, other: Self) -> Option<Self> {
        let common = Self { lo: self.lo.max(other.lo), hi: self.hi.min(other.hi) };
        (self.is_defined() && other.is_defined() && common.is_defined()).then_some(common)
    }

    /// `self`, an enclosure of a value that `other` encloses too: what both leave possible.
    pub(crate) fn refined(self, other: Self) -> Self {
        if other.is_defined() { self.intersection(other).unwrap_or(self) } else { self }
    }
}

impl fmt::Display for Interval {
    /// `[lo, hi]`, or `undefined`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_defined() { write!(f, "[{}, {}]", self.lo, self.hi) } else { f.write_str("undefined") }
    }
}
