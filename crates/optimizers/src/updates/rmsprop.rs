//! RMSprop: the gradient over the root of its running square. One number, one root and one division an entry.
//!
//! Source: Tieleman and Hinton, *Lecture 6.5 — rmsprop*, COURSERA: Neural networks for machine learning (2012).

use thalweg_core::{Context, Elementwise, Fused, Parameter, Real, Result, Tensor};

use super::adam::correction;
use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{Constant, Momentum, check_positive, check_share};

/// v ← ρv + (1 − ρ)g², u ← g/(√v + ε). Its metric is the diagonal 1/(√v + ε).
///
/// As PyTorch counts it: ε lies outside the root and v starts at 0, so that the first steps are 1/√(1 − ρ) times the others;
/// [`Rmsprop::corrected`] divides that bias out. For the form with momentum put [`Momentum`] between it and the schedule.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// let (layout, rule) = (Layout::flat(1), Fused(thalweg_optimizers::Rmsprop::new(0.75, 0.5)?));
/// let (mut u, mut state) = ([3.0], Update::<f64>::init(&rule, &layout)?);
/// rule.update(&mut u, &[0.0], &mut state, &Context::new(0, &layout))?;
/// assert_eq!(u, [1.5]); // 3/(√(¼·9) + ½)
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Rmsprop {
    /// ρ in [0, 1), the memory of the square. Default 0.99.
    pub decay: f64,
    /// ε > 0, added outside the root. Default 1e-8.
    pub epsilon: f64,
    /// Whether v is divided by 1 − ρᵗ at the t-th step. Default no.
    pub corrected: bool,
}

impl Default for Rmsprop {
    fn default() -> Self {
        Self { decay: DECAY.default, epsilon: EPSILON.default, corrected: false }
    }
}

impl Rmsprop {
    /// With this memory and ε.
    ///
    /// # Errors
    /// ρ outside [0, 1); ε not positive.
    pub fn new(decay: f64, epsilon: f64) -> Result<Self> {
        check_share("decay", decay)?;
        check_positive("epsilon", epsilon)?;
        Ok(Self { decay, epsilon, corrected: false })
    }

    /// With the bias of the start divided out: Adam without its first moment.
    #[must_use]
    pub fn corrected(self) -> Self {
        Self { corrected: true, ..self }
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "rmsprop",
    summary: "the gradient over the root of its running square, with momentum if asked for",
    parameters: PARAMETERS,
    example: "rmsprop:lr=0.001,momentum=0.9",
    make: plain!(|v| Ok(Fused((Rmsprop::new(v[4], v[5])?, Momentum::new(v[6])?, Constant::new(v[0])?)))),
};

pub(super) const PARAMETERS: &[Parameter] =
    &[learning_rate(0.01), BATCH, EPOCHS, SEED, DECAY, EPSILON, MOMENTUM];
pub(super) const DECAY: Parameter =
    Parameter { name: "decay", default: 0.99, rule: "in [0, 1)", summary: "memory of the gradient's square" };
pub(super) const EPSILON: Parameter =
    Parameter { name: "epsilon", default: 1e-8, rule: "> 0", summary: "added to the root of the square" };
const MOMENTUM: Parameter = Parameter { default: 0.0, ..super::nesterov::MOMENTUM };

/// What [`Rmsprop`] computes once a step.
#[derive(Copy, Clone, Debug)]
pub struct Constants<T> {
    decay: T,
    gain: T,
    /// 1, or 1/√(1 − ρᵗ).
    root: T,
    epsilon: T,
}

impl<T: Real> Elementwise<T> for Rmsprop {
    type Slots = [T; 1];
    type Constants = Constants<T>;

    fn constants(&self, context: &Context<'_, T>, _: &Tensor) -> Constants<T> {
        let share = if self.corrected { correction(self.decay, (context.step + 1) as f64) } else { 1.0 };
        Constants {
            decay: T::of(self.decay),
            gain: T::of(1.0 - self.decay),
            root: T::of(share.sqrt().recip()),
            epsilon: T::of(self.epsilon),
        }
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, g: T, _p: T, [v]: &mut [T; 1]) -> T {
        *v = c.decay * *v + c.gain * g * g;
        g / (c.root * (*v).sqrt() + c.epsilon)
    }

    #[inline(always)]
    fn metric(c: &Constants<T>, [v]: &[T; 1]) -> T {
        (c.root * v.sqrt() + c.epsilon).recip()
    }
}
