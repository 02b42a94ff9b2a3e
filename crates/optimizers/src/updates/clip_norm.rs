//! Clipping by the norm of each tensor: one more read, and a write where it is too long.
//!
//! Source: Pascanu, Mikolov and Bengio, *On the difficulty of training recurrent neural networks*, ICML 2013, algorithm 1, tensor by tensor;
//! TensorFlow's `clip_by_norm`.

use thalweg_core::{Context, Halt, Layout, Needs, Real, Result, Update, vector};

use super::blockwise::Ranges;
use super::check_positive;

/// u ← u·min(1, limit/‖u‖₂) in each tensor. The norm of all of them together is [`ClipGlobalNorm`](super::ClipGlobalNorm)'s.
///
/// A tensor that is not finite halts the run: no factor would mend it.
///
/// ```
/// use thalweg_core::{Context, Layout, Update};
/// let mut layout = Layout::default();
/// layout.push("long", &[2]);
/// layout.push("short", &[2]);
/// let rule = thalweg_optimizers::ClipNorm::new(2.5)?;
/// let (mut u, mut state) = ([3.0, 4.0, 0.3, 0.4], Update::<f64>::init(&rule, &layout)?);
/// rule.update(&mut u, &[0.0; 4], &mut state, &Context::new(0, &layout))?;
/// assert_eq!(u, [1.5, 2.0, 0.3, 0.4]);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct ClipNorm {
    /// The longest norm that passes, > 0.
    pub limit: f64,
}

impl ClipNorm {
    /// With this limit.
    ///
    /// # Errors
    /// A limit that is not positive or not finite.
    pub fn new(limit: f64) -> Result<Self> {
        check_positive("limit", limit)?;
        Ok(Self { limit })
    }
}

impl<T: Real> Update<T> for ClipNorm {
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
            let norm = vector::norm2(u);
            if norm > limit {
                vector::scale(limit / norm, u);
            }
            norm.is_finite()
        })?;
        if finite { Ok(()) } else { Err(Halt::NonFinite("the norm of a tensor of the gradient")) }
    }
}
