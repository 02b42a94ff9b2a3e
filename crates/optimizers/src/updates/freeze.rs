//! Freezing: parameters that do not move. No state.

use thalweg_core::{Context, Elementwise, Real, Tensor};

/// u ← 0, whatever the gradient is, NaN included; by `.on(..)` for some tensors, last in the chain.
///
/// The zero is the negative one, which changes no parameter, not even 0, by a bit.
///
/// ```
/// use thalweg_core::{Context, Elementwise, Fused, Layout, Tensor, Update};
/// use thalweg_optimizers::{Constant, Freeze};
/// let frozen = Elementwise::<f64>::on(Freeze, |tensor: &Tensor| tensor.name == "embedding");
/// let mut layout = Layout::default();
/// layout.push("embedding", &[1]);
/// layout.push("head", &[1]);
/// let (rule, mut p) = (Fused((Constant::new(0.5)?, frozen)), [2.0, 2.0]);
/// let mut state = Update::<f64>::init(&rule, &layout)?;
/// rule.advance(&mut p, &mut [1.0, 1.0], &mut state, &Context::new(0, &layout))?;
/// assert_eq!(p, [2.0, 1.5]);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Freeze;

impl<T: Real> Elementwise<T> for Freeze {
    type Slots = ();
    type Constants = ();

    fn constants(&self, _: &Context<'_, T>, _: &Tensor) {}

    #[inline(always)]
    fn apply((): &(), _u: T, _p: T, (): &mut ()) -> T {
        -T::ZERO
    }
}
