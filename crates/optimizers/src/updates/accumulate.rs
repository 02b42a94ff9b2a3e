//! Several minibatches for one step of a rule: large batches in little memory. One number an entry.
//!
//! Source: optax's `MultiSteps` with its running mean.

use core::ops::Range;

use thalweg_core::{
    Archive, Checkpoint, Context, Error, Halt, Layout, Needs, Real, Result, Update, check_shape,
    visit_scoped, visit_slice,
};

/// Entries a task averages at a time; a function of nothing, so that threads change no bit.
const PIECE: usize = 1 << 14;

/// u ← 0 in k − 1 of k steps; in the k-th the rule's step from the mean of the k gradients.
///
/// The rule counts its own steps, one for k: its schedules run over them, its bias corrections too. It sees the mean of the k losses. Wrap
/// the whole chain, learning rate included.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// use thalweg_optimizers::{Accumulate, Constant};
/// let (layout, rule) = (Layout::flat(1), Accumulate::new(2, Fused(Constant::new(0.5)?))?);
/// let (mut p, mut state) = ([1.0], Update::<f64>::init(&rule, &layout)?);
/// let mut step = |g| rule.advance(&mut p, &mut [g], &mut state, &Context::new(0, &layout)).map(|()| p[0]);
/// assert_eq!([step(4.0)?, step(2.0)?], [1.0, 1.0 - 0.5 * 3.0]);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Accumulate<U> {
    every: u64,
    rule: U,
}

impl<U> Accumulate<U> {
    /// `every` gradients for a step of `rule`.
    ///
    /// # Errors
    /// None of them.
    pub fn new(every: u64, rule: U) -> Result<Self> {
        if every == 0 {
            return Err(Error::invalid_parameter("every", every, "a step takes at least 1 gradient"));
        }
        Ok(Self { every, rule })
    }
}

/// The mean of the gradients since the last step, and the rule's own state.
#[derive(Clone, Debug, PartialEq)]
pub struct AccumulateState<T, S> {
    inner: S,
    /// Steps the rule has made.
    steps: u64,
    mean: Vec<T>,
    loss: T,
    /// How many gradients the mean holds.
    count: u64,
}

impl<T: Real, S: Checkpoint> Checkpoint for AccumulateState<T, S> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_scoped(archive, "rule", &mut self.inner)?;
        archive.count("steps", &mut self.steps)?;
        visit_slice(archive, "mean", &mut self.mean)?;
        thalweg_core::visit_real(archive, "loss", &mut self.loss)?;
        archive.count("count", &mut self.count)
    }
}

impl<U> Accumulate<U> {
    /// Takes a gradient in. At the last of k, puts the mean into `u` and gives the context of the rule's step.
    fn take<'c, T: Real, S>(
        &self,
        u: &mut [T],
        p: &[T],
        s: &mut AccumulateState<T, S>,
        context: &Context<'c, T>,
    ) -> Result<Option<Context<'c, T>>, Halt> {
        context.check(u, p)?;
        check_shape("length of the mean gradient", s.mean.len(), u.len())?;
        let share = T::of((s.count + 1) as f64).recip();
        let gradient = &*u;
        context.par.for_each_chunk(&mut s.mean, PIECE, |piece, mean| {
            for (mean, g) in mean.iter_mut().zip(&gradient[piece * PIECE..]) {
                *mean += (*g - *mean) * share;
            }
        });
        let loss = context.loss.map(|loss| s.loss + (loss - s.loss) * share);
        s.count += 1;
        if s.count < self.every {
            s.loss = loss.unwrap_or(T::ZERO);
            return Ok(None);
        }
        u.copy_from_slice(&s.mean);
        s.mean.fill(T::ZERO);
        (s.count, s.loss, s.steps) = (0, T::ZERO, s.steps + 1);
        Ok(Some(Context { step: s.steps - 1, loss, ..*context }))
    }
}

impl<T: Real, U: Update<T>> Update<T> for Accumulate<U> {
    type State = AccumulateState<T, U::State>;
    const NEEDS: Needs = U::NEEDS;

    fn init(&self, layout: &Layout) -> Result<Self::State> {
        let mean = vec![T::ZERO; layout.len()];
        Ok(AccumulateState { inner: self.rule.init(layout)?, steps: 0, mean, loss: T::ZERO, count: 0 })
    }

    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        s: &mut Self::State,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        match self.take(u, p, s, context)? {
            Some(context) => self.rule.update(u, p, &mut s.inner, &context),
            None => {
                // The negative zero, which changes no parameter by a bit.
                u.fill(-T::ZERO);
                Ok(())
            }
        }
    }

    fn advance(
        &self,
        p: &mut [T],
        u: &mut [T],
        s: &mut Self::State,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        match self.take(u, p, s, context)? {
            Some(context) => self.rule.advance(p, u, &mut s.inner, &context),
            None => Ok(()),
        }
    }

    fn evaluation_view(&self, s: &mut Self::State, view: &mut [T]) {
        self.rule.evaluation_view(&mut s.inner, view);
    }

    fn metric(&self, s: &Self::State, context: &Context<'_, T>, range: Range<usize>, out: &mut [T]) {
        let context = Context { step: s.steps.saturating_sub(1), ..*context };
        self.rule.metric(&s.inner, &context, range, out);
    }
}
