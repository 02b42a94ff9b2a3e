//! [`Scheduled`]: a rule whose hyperparameters change from step to step.

use core::ops::Range;

use super::{Context, Elementwise, Layout, Needs, Tensor, Update};
use crate::checkpoint::{Archive, Checkpoint, visit_scoped};
use crate::error::Result;
use crate::minimizer::Halt;
use crate::real::Real;

/// A rule as a function of the 0-based step: the one way to schedule a hyperparameter, any of any rule, several together.
///
/// A rule is a handful of numbers and what it remembers lies in its state, so that another rule of the same type goes on with that state. The
/// function depends on the step alone: a run resumed anywhere goes on to the same bits. It has to give options that obey the rule's own
/// limits; check those at both ends of a schedule before the run.
///
/// ```
/// use thalweg_core::{Context, Elementwise, Fused, Halt, Layout, Scheduled, Tensor, Update};
///
/// /// m ← βm + (1 − β)g, u ← m
/// #[derive(Copy, Clone)]
/// struct Mean { beta: f64 }
/// impl Elementwise<f64> for Mean {
///     type Slots = [f64; 1];
///     type Constants = f64;
///     fn constants(&self, _: &Context<'_, f64>, _: &Tensor) -> f64 { self.beta }
///     #[inline(always)]
///     fn apply(beta: &f64, g: f64, _: f64, [m]: &mut [f64; 1]) -> f64 {
///         *m = beta * *m + (1.0 - beta) * g;
///         *m
///     }
/// }
/// // β = k/(k + 1) makes it the mean of all gradients so far.
/// let rule = Fused(Scheduled::new(|k| Mean { beta: k as f64 / (k as f64 + 1.0) }));
/// let layout = Layout::flat(1);
/// let mut state = Update::<f64>::init(&rule, &layout)?;
/// let mut u = [0.0];
/// for (step, g) in [3.0, 4.0, 8.0].into_iter().enumerate() {
///     u = [g];
///     rule.update(&mut u, &[0.0], &mut state, &Context::new(step as u64, &layout))?;
/// }
/// assert!((u[0] - 5.0).abs() < 1e-15);
/// # Ok::<(), Halt>(())
/// ```
///
/// An elementwise rule stays one, in its fused pass; any other [`Update`] remains that.
#[derive(Copy, Clone, Debug)]
pub struct Scheduled<F>(F);

impl<F> Scheduled<F> {
    /// The rule that `rule` makes for every step.
    pub fn new<R>(rule: F) -> Self
    where
        F: Fn(u64) -> R,
    {
        Self(rule)
    }
}

impl<T: Real, E: Elementwise<T>, F: Fn(u64) -> E + Copy + Send + Sync> Elementwise<T> for Scheduled<F> {
    type Slots = E::Slots;
    type Constants = E::Constants;
    const NEEDS: Needs = E::NEEDS;

    fn constants(&self, context: &Context<'_, T>, tensor: &Tensor) -> E::Constants {
        (self.0)(context.step).constants(context, tensor)
    }

    #[inline(always)]
    fn apply(constants: &E::Constants, g: T, p: T, slots: &mut E::Slots) -> T {
        E::apply(constants, g, p, slots)
    }

    #[inline(always)]
    fn metric(constants: &E::Constants, slots: &E::Slots) -> T {
        E::metric(constants, slots)
    }

    const VIEWS: bool = E::VIEWS;

    /// That of the first step: what a view needs beyond the slots may not change.
    #[inline(always)]
    fn view(&self, slots: &E::Slots, p: T) -> T {
        (self.0)(0).view(slots, p)
    }
}

/// The state of the rule, and the last step it made.
#[derive(Clone, Debug, PartialEq)]
pub struct ScheduledState<S> {
    step: u64,
    inner: S,
}

impl<S: Checkpoint> Checkpoint for ScheduledState<S> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        archive.count("step", &mut self.step)?;
        visit_scoped(archive, "rule", &mut self.inner)
    }
}

impl<T: Real, U: Update<T>, F: Fn(u64) -> U + Send + Sync> Update<T> for Scheduled<F> {
    type State = ScheduledState<U::State>;
    const NEEDS: Needs = U::NEEDS;

    fn init(&self, layout: &Layout) -> Result<Self::State> {
        Ok(ScheduledState { step: 0, inner: (self.0)(0).init(layout)? })
    }

    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        s: &mut Self::State,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        s.step = context.step;
        (self.0)(s.step).update(u, p, &mut s.inner, context)
    }

    fn advance(
        &self,
        p: &mut [T],
        u: &mut [T],
        s: &mut Self::State,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        s.step = context.step;
        (self.0)(s.step).advance(p, u, &mut s.inner, context)
    }

    fn repeats(&self, step: u64) -> bool {
        (self.0)(step).repeats(step)
    }

    fn evaluation_view(&self, s: &mut Self::State, view: &mut [T]) {
        (self.0)(s.step).evaluation_view(&mut s.inner, view);
    }

    fn metric(&self, s: &Self::State, context: &Context<'_, T>, range: Range<usize>, out: &mut [T]) {
        (self.0)(s.step).metric(&s.inner, context, range, out);
    }
}
