//! A constant learning rate. No state.

use thalweg_core::{Context, Elementwise, Real, Result, Tensor};

use super::check_nonnegative;

/// u ← −lr·u. Its metric is lr.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Constant {
    /// lr ≥ 0, the step length.
    pub lr: f64,
}

impl Constant {
    /// With learning rate lr.
    ///
    /// # Errors
    /// lr negative or not finite.
    pub fn new(lr: f64) -> Result<Self> {
        check_nonnegative("lr", lr)?;
        Ok(Self { lr })
    }
}

impl<T: Real> Elementwise<T> for Constant {
    type Slots = ();
    type Constants = T;

    fn constants(&self, _: &Context<'_, T>, _: &Tensor) -> T {
        T::of(self.lr)
    }

    #[inline(always)]
    fn apply(lr: &T, u: T, _p: T, (): &mut ()) -> T {
        -*lr * u
    }

    #[inline(always)]
    fn metric(lr: &T, (): &()) -> T {
        *lr
    }
}
