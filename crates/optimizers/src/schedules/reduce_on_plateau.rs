//! A factor of the learning rate that falls when the loss no longer does.
//!
//! Source: optax's `contrib.reduce_on_plateau`; Keras' and PyTorch's `ReduceLROnPlateau`.

use core::ops::Range;

use thalweg_core::{Archive, Checkpoint, Context, Error, Halt, Layout, Needs, Real, Result, Update, vector};

use crate::updates::{check_nonnegative, check_positive, check_share};

/// Entries a task scales at a time; a function of nothing, so that threads change no bit.
const PIECE: usize = 1 << 14;

/// u ← s·u, where s = 1 at first and s ← max(q·s, least) when the loss has not improved `patience` times in a row. Its metric is s.
///
/// What counts is the mean loss of `every` steps, such as those of an epoch; it improves if it is below (1 − relative)·best − absolute.
/// After a reduction the next `cooldown` means count neither way, though the best one is kept. A NaN is no improvement. A
/// [`Schedule`](thalweg_core::Schedule) is a function of the step; this one reads the loss, so that it has a state and stands in the chain
/// beside the learning rate.
///
/// ```
/// use thalweg_core::{Context, Layout, Update};
/// let rule = thalweg_optimizers::ReduceOnPlateau { patience: 2, ..Default::default() }.with_factor(0.5)?;
/// let (layout, mut factors) = (Layout::flat(1), vec![]);
/// let mut state = Update::<f64>::init(&rule, &layout)?;
/// for (step, loss) in [3.0, 2.0, 2.0, 2.5, 1.0].into_iter().enumerate() {
///     let mut u = [1.0];
///     let context = Context { loss: Some(loss), ..Context::new(step as u64, &layout) };
///     rule.update(&mut u, &[0.0], &mut state, &context)?;
///     factors.push(u[0]);
/// }
/// assert_eq!(factors, [1.0, 1.0, 1.0, 0.5, 0.5]);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct ReduceOnPlateau {
    /// q in (0, 1), the factor of a reduction. Default 0.1.
    pub factor: f64,
    /// Means without improvement before a reduction; 0 counts as 1. Default 10.
    pub patience: u64,
    /// Share of the best mean by which a better one must lie below it, in [0, 1). Default 1e-4.
    pub relative: f64,
    /// Amount by which it must lie below it, ≥ 0. Default 0.
    pub absolute: f64,
    /// Means after a reduction that do not count. Default 0.
    pub cooldown: u64,
    /// Steps in a mean; 0 counts as 1. Default 1.
    pub every: u64,
    /// The least factor, in [0, 1). Default 0.
    pub least: f64,
}

impl Default for ReduceOnPlateau {
    fn default() -> Self {
        Self { factor: 0.1, patience: 10, relative: 1e-4, absolute: 0.0, cooldown: 0, every: 1, least: 0.0 }
    }
}

impl ReduceOnPlateau {
    /// With this factor.
    ///
    /// # Errors
    /// Outside (0, 1).
    pub fn with_factor(self, factor: f64) -> Result<Self> {
        check_positive("factor", factor)?;
        check_share("factor", factor)?;
        Ok(Self { factor, ..self })
    }

    /// With these margins of an improvement.
    ///
    /// # Errors
    /// A share outside [0, 1); an amount negative or not finite.
    pub fn with_margins(self, relative: f64, absolute: f64) -> Result<Self> {
        check_share("relative", relative)?;
        check_nonnegative("absolute", absolute)?;
        Ok(Self { relative, absolute, ..self })
    }

    /// Reducing to no less than `least`.
    ///
    /// # Errors
    /// Outside [0, 1).
    pub fn with_least(self, least: f64) -> Result<Self> {
        check_share("least", least)?;
        Ok(Self { least, ..self })
    }

    /// The state after the mean of `every` losses.
    fn judge(&self, s: &mut PlateauState, mean: f64) {
        let improved = mean < (1.0 - self.relative) * s.best - self.absolute;
        if improved {
            s.best = mean;
        }
        if s.cooldown > 0 {
            (s.cooldown, s.bad) = (s.cooldown - 1, 0);
            return;
        }
        s.bad = if improved { 0 } else { s.bad + 1 };
        if s.bad >= self.patience.max(1) {
            (s.bad, s.cooldown) = (0, self.cooldown);
            s.scale = (s.scale * self.factor).max(self.least);
        }
    }
}

/// The factor and what it depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct PlateauState {
    scale: f64,
    best: f64,
    /// Means in a row without improvement, and those left that do not count.
    bad: u64,
    cooldown: u64,
    /// The mean so far and how many losses it holds.
    mean: f64,
    count: u64,
}

impl Checkpoint for PlateauState {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        archive.number("scale", &mut self.scale)?;
        archive.number("best", &mut self.best)?;
        archive.count("bad", &mut self.bad)?;
        archive.count("cooldown", &mut self.cooldown)?;
        archive.number("mean", &mut self.mean)?;
        archive.count("count", &mut self.count)
    }
}

impl<T: Real> Update<T> for ReduceOnPlateau {
    type State = PlateauState;
    const NEEDS: Needs = Needs { loss: true, ..Needs::NOTHING };

    fn init(&self, _: &Layout) -> Result<PlateauState> {
        Ok(PlateauState { scale: 1.0, best: f64::INFINITY, bad: 0, cooldown: 0, mean: 0.0, count: 0 })
    }

    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        s: &mut PlateauState,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        context.check(u, p)?;
        let Some(loss) = context.loss else {
            return Err(Halt::Input(Error::Unsupported {
                what: "reducing on a plateau".to_owned(),
                why: "the step came without a loss".to_owned(),
                remedy: "set `Context::loss`, as `Stochastic` does".to_owned(),
            }));
        };
        s.mean = (s.count as f64 * s.mean + loss.to_f64()) / (s.count + 1) as f64;
        s.count += 1;
        if s.count >= self.every.max(1) {
            let mean = s.mean;
            self.judge(s, mean);
            (s.mean, s.count) = (0.0, 0);
        }
        if s.scale != 1.0 {
            context.par.for_each_chunk(u, PIECE, |_, piece| vector::scale(T::of(s.scale), piece));
        }
        Ok(())
    }

    fn metric(&self, s: &PlateauState, _: &Context<'_, T>, _: Range<usize>, out: &mut [T]) {
        vector::scale(T::of(s.scale), out);
    }
}
