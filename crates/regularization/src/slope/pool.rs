//! Sorting, the first step of every SLOPE operation, and the memory of the second.

use crate::isotonic::{self, Level};

/// Indices with values in falling order, and the stack of pooled levels.
#[derive(Debug, Default)]
pub(super) struct Pool {
    pub(super) order: Vec<(usize, f64)>,
    pub(super) levels: Vec<Level>,
}

impl Pool {
    pub(super) fn new(n: usize) -> Self {
        Self { order: Vec::with_capacity(n), levels: Vec::with_capacity(n) }
    }

    /// Takes values and puts them in falling order.
    pub(super) fn sort(&mut self, values: impl Iterator<Item = f64>) {
        self.sort_above(f64::NEG_INFINITY, values);
    }

    /// Takes the values above a bound, NaN among them, and puts them in falling order. The sort needs no memory; equal values end in one pool,
    /// so that their order is no matter.
    pub(super) fn sort_above(&mut self, bound: f64, values: impl Iterator<Item = f64>) {
        self.order.clear();
        self.order.extend(values.enumerate().filter(|(_, v)| *v > bound || v.is_nan()));
        self.order.sort_unstable_by(|a, b| b.1.total_cmp(&a.1));
    }
}

/// values ← the nonincreasing sequence next to them.
pub(super) fn nonincreasing(values: &mut [(usize, f64)], levels: &mut Vec<Level>) {
    isotonic::nonincreasing(values.iter().map(|(_, value)| (*value, 1.0)), levels);
    for ((_, value), mean) in values.iter_mut().zip(isotonic::means(levels)) {
        *value = mean;
    }
}
