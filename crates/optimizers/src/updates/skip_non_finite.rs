//! Skipping gradients that are not finite, so that one bad batch does not end a run or poison an average. One more read of the gradient.
//!
//! Source: optax's `apply_if_finite`; the dynamic loss scaling of Micikevicius et al., *Mixed precision training*, ICLR 2018, skips so.

use core::ops::Range;

use thalweg_core::{Archive, Checkpoint, Context, Halt, Layout, Needs, Real, Result, Update, visit_scoped};

use super::blockwise::all_finite;

/// The rule's step where every entry of the gradient is finite, else u ← 0 and the rule has seen nothing; its own count of steps stands
/// still too. Wrap the whole chain.
///
/// After more than `limit` such gradients in a row the run halts as not finite. (optax's rule takes the NaN then.)
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// use thalweg_optimizers::{Constant, Momentum, SkipNonFinite};
/// let rule = SkipNonFinite::new(1, Fused((Momentum::new(0.5)?, Constant::new(1.0)?)));
/// let (layout, mut p) = (Layout::flat(1), [0.0]);
/// let mut state = Update::<f64>::init(&rule, &layout)?;
/// let mut step = |g| rule.advance(&mut p, &mut [g], &mut state, &Context::new(0, &layout)).map(|()| p[0]);
/// assert_eq!([step(-1.0)?, step(f64::NAN)?, step(-1.0)?], [1.0, 1.0, 2.5]);
/// assert!(step(f64::NAN).is_ok() && step(f64::INFINITY).is_err());
/// assert_eq!(state.skipped(), 3);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct SkipNonFinite<U> {
    /// Gradients in a row that may be skipped.
    pub limit: u64,
    /// The rule.
    pub rule: U,
}

impl<U> SkipNonFinite<U> {
    /// `rule`, spared up to `limit` bad gradients in a row.
    #[must_use]
    pub fn new(limit: u64, rule: U) -> Self {
        Self { limit, rule }
    }
}

/// The counts and the rule's own state.
#[derive(Clone, Debug, PartialEq)]
pub struct SkipState<S> {
    inner: S,
    /// Steps the rule has made.
    steps: u64,
    /// Bad gradients since the last good one, and in all.
    row: u64,
    skipped: u64,
}

impl<S> SkipState<S> {
    /// How many gradients were not finite.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }
}

impl<S: Checkpoint> Checkpoint for SkipState<S> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_scoped(archive, "rule", &mut self.inner)?;
        archive.count("steps", &mut self.steps)?;
        archive.count("row", &mut self.row)?;
        archive.count("skipped", &mut self.skipped)
    }
}

impl<U> SkipNonFinite<U> {
    /// The context of the rule's step, or `None` to skip it.
    fn judge<'c, T: Real, S>(
        &self,
        u: &[T],
        p: &[T],
        s: &mut SkipState<S>,
        context: &Context<'c, T>,
    ) -> Result<Option<Context<'c, T>>, Halt> {
        context.check(u, p)?;
        if all_finite(context.par, u) {
            (s.row, s.steps) = (0, s.steps + 1);
            return Ok(Some(Context { step: s.steps - 1, ..*context }));
        }
        (s.row, s.skipped) = (s.row + 1, s.skipped + 1);
        if s.row > self.limit {
            return Err(Halt::NonFinite("the gradient, more often in a row than it may be skipped,"));
        }
        Ok(None)
    }
}

impl<T: Real, U: Update<T>> Update<T> for SkipNonFinite<U> {
    type State = SkipState<U::State>;
    const NEEDS: Needs = U::NEEDS;

    fn init(&self, layout: &Layout) -> Result<Self::State> {
        Ok(SkipState { inner: self.rule.init(layout)?, steps: 0, row: 0, skipped: 0 })
    }

    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        s: &mut Self::State,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        match self.judge(u, p, s, context)? {
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
        match self.judge(u, p, s, context)? {
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
