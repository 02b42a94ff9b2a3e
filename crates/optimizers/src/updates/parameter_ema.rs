//! An exponential moving average of the parameters, to be evaluated and saved in their stead. One number an entry.
//!
//! Source: Polyak and Juditsky, SIAM J. Control Optim. 30 (1992), for averages of iterates; the weights as optax's `ema` with its correction.

use thalweg_core::{
    Archive, Checkpoint, Context, Halt, Layout, Real, Result, Update, check_shape, visit_slice,
};

use super::check_share;

/// Entries a task averages at a time; a function of nothing, so that threads change no bit.
const PIECE: usize = 1 << 14;

/// a ← βa + (1 − β)(p + u), w ← βw + (1 − β); the evaluation view is a/w. The steps pass unchanged, to the bit.
///
/// It stands last in the chain, where p + u are the new parameters. Division by the sum w of the weights corrects for the start, whatever
/// schedule β follows.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// use thalweg_optimizers::{Constant, ParameterEma};
/// let (layout, rule) = (Layout::flat(1), (Fused(Constant::new(1.0)?), ParameterEma::new(0.5)?));
/// let (mut p, mut state) = ([0.0], rule.init(&layout)?);
/// for step in 0..2 {
///     rule.advance(&mut p, &mut [-3.0], &mut state, &Context::new(step, &layout))?;
/// }
/// let mut view = p;
/// rule.evaluation_view(&mut state, &mut view);
/// assert_eq!((p, view), ([6.0], [(0.25 * 3.0 + 0.5 * 6.0) / 0.75]));
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct ParameterEma {
    /// β in [0, 1), what a step keeps of the average: about the last 1/(1 − β) steps count.
    pub decay: f64,
}

impl ParameterEma {
    /// With this β, such as 0.999.
    ///
    /// # Errors
    /// β outside [0, 1).
    pub fn new(decay: f64) -> Result<Self> {
        check_share("decay", decay)?;
        Ok(Self { decay })
    }
}

/// The weighted sum of the parameters so far, and the sum of its weights.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterEmaState<T> {
    sum: Vec<T>,
    weight: f64,
}

impl<T: Real> Checkpoint for ParameterEmaState<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "sum", &mut self.sum)?;
        archive.number("weight", &mut self.weight)
    }
}

impl<T: Real> Update<T> for ParameterEma {
    type State = ParameterEmaState<T>;

    fn init(&self, layout: &Layout) -> Result<Self::State> {
        Ok(ParameterEmaState { sum: vec![T::ZERO; layout.len()], weight: 0.0 })
    }

    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        s: &mut Self::State,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        context.check(u, p)?;
        check_shape("length of the average", s.sum.len(), u.len())?;
        let (keep, gain) = (T::of(self.decay), T::of(1.0 - self.decay));
        let u = &*u;
        context.par.for_each_chunk(&mut s.sum, PIECE, |piece, sum| {
            let range = piece * PIECE..piece * PIECE + sum.len();
            for ((sum, u), p) in sum.iter_mut().zip(&u[range.clone()]).zip(&p[range]) {
                *sum = keep * *sum + gain * (*p + *u);
            }
        });
        s.weight = self.decay * s.weight + (1.0 - self.decay);
        Ok(())
    }

    fn evaluation_view(&self, s: &mut Self::State, view: &mut [T]) {
        // Before the first step there is no average.
        if s.weight > 0.0 {
            let weight = T::of(s.weight);
            view.iter_mut().zip(&s.sum).for_each(|(view, sum)| *view = *sum / weight);
        }
    }
}
