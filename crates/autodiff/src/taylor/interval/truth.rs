//! [`Truth`]: the outcome of comparing two intervals.

use super::Interval;

/// Whether a relation holds between the numbers of two intervals.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Truth {
    /// For all of them.
    True,
    /// For none of them.
    False,
    /// For some.
    Unknown,
    /// An interval is undefined.
    Undefined,
}

impl Truth {
    /// Whether x < y.
    #[must_use]
    pub fn less(x: Interval, y: Interval) -> Self {
        Self::of(x, y, x.hi < y.lo, x.lo >= y.hi)
    }

    /// Whether x ≤ y.
    #[must_use]
    pub fn at_most(x: Interval, y: Interval) -> Self {
        Self::of(x, y, x.hi <= y.lo, x.lo > y.hi)
    }

    fn of(x: Interval, y: Interval, always: bool, never: bool) -> Self {
        match (x.is_defined() && y.is_defined(), always, never) {
            (false, ..) => Self::Undefined,
            (true, true, _) => Self::True,
            (true, _, true) => Self::False,
            _ => Self::Unknown,
        }
    }
}
