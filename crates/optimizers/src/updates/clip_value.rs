//! Clipping entry by entry. No state.
//!
//! Source: Mikolov, *Statistical language models based on neural networks* (2012), section 3.3; optax's `clip`, PyTorch's `clip_grad_value_`.

use thalweg_core::{Context, Elementwise, Real, Result, Tensor};

use super::check_positive;

/// u ← max(−δ, min(u, δ)). A NaN stays one.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// let (layout, rule) = (Layout::flat(3), Fused(thalweg_optimizers::ClipValue::new(0.5)?));
/// let (mut u, mut state) = ([3.0, -0.25, -2.0], Update::<f64>::init(&rule, &layout)?);
/// rule.update(&mut u, &[0.0; 3], &mut state, &Context::new(0, &layout))?;
/// assert_eq!(u, [0.5, -0.25, -0.5]);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct ClipValue {
    /// δ > 0, the largest size that passes.
    pub limit: f64,
}

impl ClipValue {
    /// With this limit.
    ///
    /// # Errors
    /// A limit that is not positive or not finite.
    pub fn new(limit: f64) -> Result<Self> {
        check_positive("limit", limit)?;
        Ok(Self { limit })
    }
}

impl<T: Real> Elementwise<T> for ClipValue {
    type Slots = ();
    type Constants = T;

    fn constants(&self, _: &Context<'_, T>, _: &Tensor) -> T {
        T::of(self.limit)
    }

    #[inline(always)]
    fn apply(limit: &T, u: T, _p: T, (): &mut ()) -> T {
        // Comparisons, so that a NaN is not taken for the limit.
        let u = if u > *limit { *limit } else { u };
        if u < -*limit { -*limit } else { u }
    }
}
