//! Centred RMSprop: the gradient over its running standard deviation. Two numbers, one root and one division an entry.
//!
//! Source: Graves, *Generating sequences with recurrent neural networks* (2013), equations 38 to 41.

use thalweg_core::{Context, Elementwise, Fused, Real, Result, Tensor};

use super::entry::{UpdateEntry, plain};
use super::rmsprop::{DECAY, EPSILON, PARAMETERS};
use super::{Constant, Momentum, check_positive, check_share};

/// v ← ρv + (1 − ρ)g², a ← ρa + (1 − ρ)g, u ← g/(√(v − a²) + ε): an entry whose gradient is steady takes long steps. Its metric is the diagonal
/// 1/(√(v − a²) + ε).
///
/// As PyTorch counts it, ε outside the root; a variance that rounding makes negative counts as 0.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// let (layout, rule) = (Layout::flat(1), Fused(thalweg_optimizers::CentredRmsprop::new(0.5, 0.5)?));
/// let (mut u, mut state) = ([4.0], Update::<f64>::init(&rule, &layout)?);
/// rule.update(&mut u, &[0.0], &mut state, &Context::new(0, &layout))?;
/// assert_eq!(u, [1.6]); // 4/(√(8 − 2²) + ½)
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct CentredRmsprop {
    /// ρ in [0, 1), the memory of mean and square. Default 0.99.
    pub decay: f64,
    /// ε > 0, added outside the root. Default 1e-8.
    pub epsilon: f64,
}

impl Default for CentredRmsprop {
    fn default() -> Self {
        Self { decay: DECAY.default, epsilon: EPSILON.default }
    }
}

impl CentredRmsprop {
    /// With this memory and ε.
    ///
    /// # Errors
    /// ρ outside [0, 1); ε not positive.
    pub fn new(decay: f64, epsilon: f64) -> Result<Self> {
        check_share("decay", decay)?;
        check_positive("epsilon", epsilon)?;
        Ok(Self { decay, epsilon })
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "centred-rmsprop",
    summary: "the gradient over its running standard deviation, with momentum if asked for",
    parameters: PARAMETERS,
    example: "centred-rmsprop:lr=0.001,momentum=0.9",
    make: plain!(|v| {
        Ok(Fused((CentredRmsprop::new(v[4], v[5])?, Momentum::new(v[6])?, Constant::new(v[0])?)))
    }),
};

/// What [`CentredRmsprop`] computes once a step.
#[derive(Copy, Clone, Debug)]
pub struct Constants<T> {
    decay: T,
    gain: T,
    epsilon: T,
}

impl<T: Real> Constants<T> {
    #[inline(always)]
    fn deviation(&self, v: T, a: T) -> T {
        (v - a * a).max(T::ZERO).sqrt() + self.epsilon
    }
}

impl<T: Real> Elementwise<T> for CentredRmsprop {
    type Slots = [T; 2];
    type Constants = Constants<T>;

    fn constants(&self, _: &Context<'_, T>, _: &Tensor) -> Constants<T> {
        Constants { decay: T::of(self.decay), gain: T::of(1.0 - self.decay), epsilon: T::of(self.epsilon) }
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, g: T, _p: T, [v, a]: &mut [T; 2]) -> T {
        *v = c.decay * *v + c.gain * g * g;
        *a = c.decay * *a + c.gain * g;
        g / c.deviation(*v, *a)
    }

    #[inline(always)]
    fn metric(c: &Constants<T>, [v, a]: &[T; 2]) -> T {
        c.deviation(*v, *a).recip()
    }
}
