//! AdaBelief: Adam that divides by how far gradients are from what it believes, not by how large they are. Two numbers, one root and one division
//! an entry.
//!
//! Source: Zhuang, Tang, Ding, Tatikonda, Dvornek, Papademetris and Duncan, *AdaBelief optimizer: adapting stepsizes by the belief in observed
//! gradients*, NeurIPS 2020, algorithm 2.

use thalweg_core::{Context, Elementwise, Fused, Parameter, Real, Result, Tensor};

use super::adam::{BETA1, BETA2, Constants};
use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{Adam, Constant};

/// m ← β₁m + (1 − β₁)g, s ← β₂s + (1 − β₂)(g − m)² + ε, u ← m̂/(√ŝ + ε). Its metric is the diagonal 1/(√ŝ + ε).
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// let (layout, rule) = (Layout::flat(1), Fused(thalweg_optimizers::Adabelief::new(0.75, 0.5, 1e-30)?));
/// let (mut u, mut state) = ([4.0_f64], Update::<f64>::init(&rule, &layout)?);
/// rule.update(&mut u, &[0.0], &mut state, &Context::new(0, &layout))?;
/// assert!((u[0] - 4.0 / 3.0).abs() < 1e-14); // m = 1, s = ½·3², corrected 4 and 9.
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Adabelief {
    /// β₁ in [0, 1), the memory of the mean. Default 0.9.
    pub beta1: f64,
    /// β₂ in [0, 1), the memory of the square. Default 0.999.
    pub beta2: f64,
    /// ε > 0, added to s at every step and to its root. Default 1e-16.
    pub epsilon: f64,
}

impl Default for Adabelief {
    fn default() -> Self {
        Self { beta1: BETA1.default, beta2: BETA2.default, epsilon: EPSILON.default }
    }
}

impl Adabelief {
    /// With these memories and ε.
    ///
    /// # Errors
    /// β₁ or β₂ outside [0, 1); ε not positive.
    pub fn new(beta1: f64, beta2: f64, epsilon: f64) -> Result<Self> {
        let Adam { beta1, beta2, epsilon } = Adam::new(beta1, beta2, epsilon)?;
        Ok(Self { beta1, beta2, epsilon })
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "adabelief",
    summary: "Adam that takes long steps where gradients are as expected",
    parameters: PARAMETERS,
    example: "adabelief:lr=0.001",
    make: plain!(|v| Ok(Fused((Adabelief::new(v[4], v[5], v[6])?, Constant::new(v[0])?)))),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.01), BATCH, EPOCHS, SEED, BETA1, BETA2, EPSILON];
const EPSILON: Parameter = Parameter {
    name: "epsilon",
    default: 1e-16,
    rule: "> 0",
    summary: "added to the square and to its root",
};

impl<T: Real> Elementwise<T> for Adabelief {
    type Slots = [T; 2];
    type Constants = Constants<T>;

    fn constants(&self, context: &Context<'_, T>, _: &Tensor) -> Constants<T> {
        Constants::new(self.beta1, self.beta2, self.epsilon, context.step)
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, g: T, _p: T, [m, s]: &mut [T; 2]) -> T {
        *m = c.beta1 * *m + c.gain1 * g;
        let surprise = g - *m;
        *s = c.beta2 * *s + c.gain2 * surprise * surprise + c.epsilon;
        c.mean * *m / (c.root * (*s).sqrt() + c.epsilon)
    }

    #[inline(always)]
    fn metric(c: &Constants<T>, [_, s]: &[T; 2]) -> T {
        (c.root * s.sqrt() + c.epsilon).recip()
    }
}
