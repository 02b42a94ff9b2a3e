//! Lion: the sign of an interpolation between gradient and momentum. One number an entry, neither root nor division.
//!
//! Source: Chen et al., *Symbolic discovery of optimization algorithms*, NeurIPS 2023, algorithm 2.

use thalweg_core::{Context, Elementwise, Fused, Parameter, Real, Result, Tensor};

use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{Constant, WeightDecay, check_share, sign, sparing_intercept};

/// u ← sign(β₁m + (1 − β₁)g), m ← β₂m + (1 − β₂)g. Every entry moves by the learning rate, which is therefore three to ten times smaller than Adam's.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// let (layout, rule) = (Layout::flat(1), Fused(thalweg_optimizers::Lion::new(0.5, 0.75)?));
/// let mut state = Update::<f64>::init(&rule, &layout)?;
/// // m = 1 after a gradient of 4; then ½ − ½·0.5 is still positive.
/// for (step, (g, expected)) in [(4.0, 1.0), (-0.5, 1.0), (-3.0, -1.0), (0.0, -1.0)].into_iter().enumerate() {
///     let mut u = [g];
///     rule.update(&mut u, &[0.0], &mut state, &Context::new(step as u64, &layout))?;
///     assert_eq!(u, [expected]);
/// }
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Lion {
    /// β₁ in [0, 1), the share of momentum in a step. Default 0.9.
    pub beta1: f64,
    /// β₂ in [0, 1), the memory of the momentum. Default 0.99.
    pub beta2: f64,
}

impl Default for Lion {
    fn default() -> Self {
        Self { beta1: BETA1.default, beta2: BETA2.default }
    }
}

impl Lion {
    /// With these shares.
    ///
    /// # Errors
    /// β₁ or β₂ outside [0, 1).
    pub fn new(beta1: f64, beta2: f64) -> Result<Self> {
        check_share("beta1", beta1)?;
        check_share("beta2", beta2)?;
        Ok(Self { beta1, beta2 })
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "lion",
    summary: "the sign of gradient and momentum together, with decoupled weight decay",
    parameters: PARAMETERS,
    example: "lion:lr=0.001,decay=0.1",
    make: plain!(|v| {
        let decay = sparing_intercept(WeightDecay::new(v[6])?);
        Ok(Fused((Lion::new(v[4], v[5])?, decay, Constant::new(v[0])?)))
    }),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.005), BATCH, EPOCHS, SEED, BETA1, BETA2, DECAY];
const BETA1: Parameter =
    Parameter { name: "beta1", default: 0.9, rule: "in [0, 1)", summary: "share of momentum in a step" };
const BETA2: Parameter =
    Parameter { name: "beta2", default: 0.99, rule: "in [0, 1)", summary: "memory of the momentum" };
pub(super) const DECAY: Parameter = Parameter {
    name: "decay",
    default: 0.0,
    rule: ">= 0",
    summary: "decoupled weight decay, not of the intercept",
};

/// What [`Lion`] computes once a step.
#[derive(Copy, Clone, Debug)]
pub struct Constants<T> {
    beta1: T,
    gain1: T,
    beta2: T,
    gain2: T,
}

impl<T: Real> Elementwise<T> for Lion {
    type Slots = [T; 1];
    type Constants = Constants<T>;

    fn constants(&self, _: &Context<'_, T>, _: &Tensor) -> Constants<T> {
        Constants {
            beta1: T::of(self.beta1),
            gain1: T::of(1.0 - self.beta1),
            beta2: T::of(self.beta2),
            gain2: T::of(1.0 - self.beta2),
        }
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, g: T, _p: T, [m]: &mut [T; 1]) -> T {
        let u = sign(c.gain1 * g + c.beta1 * *m);
        *m = c.beta2 * *m + c.gain2 * g;
        u
    }
}
