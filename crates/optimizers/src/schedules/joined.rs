//! One schedule after another.
//!
//! Source: optax's `join_schedules`; PyTorch's `SequentialLR`.

use thalweg_core::Schedule;

/// s(k) = a(k) for k < m, then b(k − m): the second counts from where it begins. More than two are joined by joining again.
///
/// ```
/// use thalweg_core::Schedule;
/// use thalweg_optimizers::{Constant, Joined, Linear};
/// let schedule = Joined::new(Linear::new(0.0, 1.0, 4)?, 4, Joined::new(Constant::new(1.0)?, 10, Linear::new(1.0, 0.0, 2)?));
/// assert_eq!([0, 2, 4, 13, 14, 15, 16].map(|k| schedule.at(k)), [0.0, 0.5, 1.0, 1.0, 1.0, 0.5, 0.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Joined<A, B> {
    first: A,
    boundary: u64,
    second: B,
}

impl<A: Schedule, B: Schedule> Joined<A, B> {
    /// `first` before the step `boundary`, `second` from it on.
    #[must_use]
    pub fn new(first: A, boundary: u64, second: B) -> Self {
        Self { first, boundary, second }
    }
}

impl<A: Schedule, B: Schedule> Schedule for Joined<A, B> {
    fn at(&self, step: u64) -> f64 {
        match step.checked_sub(self.boundary) {
            None => self.first.at(step),
            Some(later) => self.second.at(later),
        }
    }
}
