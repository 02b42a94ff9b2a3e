//! Clipping by the root mean square of each tensor: one more read, and a write where it is too large.
//!
//! Source: Shazeer and Stern, *Adafactor*, ICML 2018, section 6; optax's `clip_by_block_rms`.

use thalweg_core::{Context, Halt, Layout, Needs, Real, Result, Update, vector};

use super::blockwise::Ranges;
use super::check_positive;

/// u ← u/max(1, RMS(u)/limit) in each tensor, RMS(u) = ‖u‖₂/√n. Unlike a norm's, the limit means the same for tensors of any size.
///
/// A tensor that is not finite halts the run: no factor would mend it.
///
/// ```
/// use thalweg_core::{Context, Layout, Update};
/// let (layout, rule) = (Layout::flat(4), thalweg_optimizers::ClipRms::new(0.5)?);
/// let (mut u, mut state) = ([1.0, -1.0, 1.0, -1.0], Update::<f64>::init(&rule, &layout)?);
/// rule.update(&mut u, &[0.0; 4], &mut state, &Context::new(0, &layout))?;
/// assert_eq!(u, [0.5, -0.5, 0.5, -0.5]);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct ClipRms {
    /// The largest root mean square that passes, > 0; Adafactor's is 1.
    pub limit: f64,
}

impl ClipRms {
    /// With this limit.
    ///
    /// # Errors
    /// A limit that is not positive or not finite.
    pub fn new(limit: f64) -> Result<Self> {
        check_positive("limit", limit)?;
        Ok(Self { limit })
    }
}

impl<T: Real> Update<T> for ClipRms {
    type State = Ranges;
    const NEEDS: Needs = Needs { global_norm: true, ..Needs::NOTHING };

    fn init(&self, layout: &Layout) -> Result<Ranges> {
        Ok(Ranges::tensors(layout))
    }

    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        tensors: &mut Ranges,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        context.check(u, p)?;
        let limit = T::of(self.limit);
        let finite = tensors.each(context.par, u, &|_, u| {
            let rms = vector::norm2(u) / T::of((u.len() as f64).sqrt().max(1.0));
            if rms > limit {
                vector::scale(limit / rms, u);
            }
            rms.is_finite()
        })?;
        if finite { Ok(()) } else { Err(Halt::NonFinite("a tensor of the gradient")) }
    }
}
