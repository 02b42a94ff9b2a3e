//! [`Schedule`]: a number that changes from step to step. In a chain it is the learning rate.

use super::{Context, Elementwise, Tensor};
use crate::real::Real;

/// A number as a plain function of the step, without a state: a learning rate, a momentum, a weight decay.
///
/// A schedule that can be copied is an [`Elementwise`] rule, the learning rate s: u ← −s(k)·u, with metric s(k). It comes behind the rule that
/// makes the direction. [`Scheduled`](super::Scheduled) puts a schedule into any other hyperparameter of any rule.
///
/// ```
/// use thalweg_core::{Context, Fused, Halt, Layout, Schedule, Update};
///
/// /// 1/(k + 1), Robbins and Monro's.
/// #[derive(Copy, Clone)]
/// struct Harmonic;
/// impl Schedule for Harmonic {
///     fn at(&self, step: u64) -> f64 { 1.0 / (step as f64 + 1.0) }
/// }
/// let (layout, rule, mut p) = (Layout::flat(1), Fused(Harmonic), [2.0]);
/// let mut state = Update::<f64>::init(&rule, &layout)?;
/// for step in 0..2 {
///     rule.advance(&mut p, &mut [1.0], &mut state, &Context::new(step, &layout))?;
/// }
/// assert_eq!(p, [2.0 - 1.0 - 0.5]);
/// // One known by name only goes into a chain by reference.
/// let _ = Fused(&Harmonic as &dyn Schedule);
/// # Ok::<(), Halt>(())
/// ```
pub trait Schedule: Send + Sync {
    /// The value at the 0-based step, finite for every step.
    fn at(&self, step: u64) -> f64;
}

impl<S: Schedule + ?Sized> Schedule for &S {
    fn at(&self, step: u64) -> f64 {
        (**self).at(step)
    }
}

impl<T: Real, S: Schedule + Copy> Elementwise<T> for S {
    type Slots = ();
    type Constants = T;

    fn constants(&self, context: &Context<'_, T>, _: &Tensor) -> T {
        T::of(self.at(context.step))
    }

    #[inline(always)]
    fn apply(rate: &T, u: T, _p: T, (): &mut ()) -> T {
        -*rate * u
    }

    #[inline(always)]
    fn metric(rate: &T, (): &()) -> T {
        *rate
    }
}
