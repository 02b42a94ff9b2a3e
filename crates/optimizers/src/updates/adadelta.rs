//! AdaDelta: steps in the units of the parameters, from the running squares of gradients and of steps. Two numbers, two roots and one division
//! an entry.
//!
//! Source: Zeiler, *ADADELTA: an adaptive learning rate method* (2012), algorithm 1.

use thalweg_core::{Context, Elementwise, Fused, Parameter, Real, Result, Tensor};

use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{Constant, check_positive, check_share};

/// v ← ρv + (1 − ρ)g², u ← g·√(s + ε)/√(v + ε), s ← ρs + (1 − ρ)u². The learning rate behind it is 1 in the paper.
///
/// Its first steps have length √ε/√(1 − ρ), so that it starts slowly.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// let (layout, rule) = (Layout::flat(1), Fused(thalweg_optimizers::Adadelta::new(0.75, 1.0)?));
/// let (mut u, mut state) = ([2.0_f64], Update::<f64>::init(&rule, &layout)?);
/// rule.update(&mut u, &[0.0], &mut state, &Context::new(0, &layout))?;
/// assert!((u[0] - 2.0 / 2.0_f64.sqrt()).abs() < 1e-15); // 2·√1/√(¼·4 + 1)
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Adadelta {
    /// ρ in [0, 1), the memory of both squares. Default 0.9.
    pub decay: f64,
    /// ε > 0, added inside both roots. Default 1e-6.
    pub epsilon: f64,
}

impl Default for Adadelta {
    fn default() -> Self {
        Self { decay: DECAY.default, epsilon: EPSILON.default }
    }
}

impl Adadelta {
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
    name: "adadelta",
    summary: "steps in the parameters' own units, from the running squares of gradients and steps",
    parameters: PARAMETERS,
    example: "adadelta:decay=0.95",
    make: plain!(|v| Ok(Fused((Adadelta::new(v[4], v[5])?, Constant::new(v[0])?)))),
};

const PARAMETERS: &[Parameter] = &[learning_rate(1.0), BATCH, EPOCHS, SEED, DECAY, EPSILON];
const DECAY: Parameter =
    Parameter { name: "decay", default: 0.9, rule: "in [0, 1)", summary: "memory of both squares" };
const EPSILON: Parameter =
    Parameter { name: "epsilon", default: 1e-6, rule: "> 0", summary: "added inside both roots" };

/// What [`Adadelta`] computes once a step.
#[derive(Copy, Clone, Debug)]
pub struct Constants<T> {
    decay: T,
    gain: T,
    epsilon: T,
}

impl<T: Real> Elementwise<T> for Adadelta {
    type Slots = [T; 2];
    type Constants = Constants<T>;

    fn constants(&self, _: &Context<'_, T>, _: &Tensor) -> Constants<T> {
        Constants { decay: T::of(self.decay), gain: T::of(1.0 - self.decay), epsilon: T::of(self.epsilon) }
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, g: T, _p: T, [v, s]: &mut [T; 2]) -> T {
        *v = c.decay * *v + c.gain * g * g;
        let u = (*s + c.epsilon).sqrt() / (*v + c.epsilon).sqrt() * g;
        *s = c.decay * *s + c.gain * u * u;
        u
    }
}
