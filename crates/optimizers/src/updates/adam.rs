//! Adam: the gradient's running mean over the root of its running square. Two numbers, one root and one division an entry.
//!
//! Source: Kingma and Ba, *Adam: a method for stochastic optimization*, ICLR 2015, algorithm 1.

use thalweg_core::{Context, Elementwise, Fused, Parameter, Real, Result, Tensor, math};

use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{Constant, check_positive, check_share};

/// m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², u ← m̂/(√v̂ + ε) with m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ) at the t-th step, t = 1, 2, …
///
/// Its metric is the diagonal 1/(√v̂ + ε).
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Adam {
    /// β₁ in [0, 1), the memory of the mean. Default 0.9.
    pub beta1: f64,
    /// β₂ in [0, 1), the memory of the square. Default 0.999.
    pub beta2: f64,
    /// ε > 0, added outside the root. Default 1e-8.
    pub epsilon: f64,
}

impl Default for Adam {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
    }
}

impl Adam {
    /// With these memories and ε.
    ///
    /// # Errors
    /// β₁ or β₂ outside [0, 1); ε not positive.
    pub fn new(beta1: f64, beta2: f64, epsilon: f64) -> Result<Self> {
        check_share("beta1", beta1)?;
        check_share("beta2", beta2)?;
        check_positive("epsilon", epsilon)?;
        Ok(Self { beta1, beta2, epsilon })
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "adam",
    summary: "adaptive moments: each entry has its own step length",
    parameters: PARAMETERS,
    example: "adam:lr=0.001,beta2=0.99",
    make: plain!(|v| Ok(Fused((Adam::new(v[4], v[5], v[6])?, Constant::new(v[0])?)))),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.01), BATCH, EPOCHS, SEED, BETA1, BETA2, EPSILON];
pub(super) const BETA1: Parameter =
    Parameter { name: "beta1", default: 0.9, rule: "in [0, 1)", summary: "memory of the gradient's mean" };
pub(super) const BETA2: Parameter = Parameter {
    name: "beta2",
    default: 0.999,
    rule: "in [0, 1)",
    summary: "memory of the gradient's square",
};
pub(super) const EPSILON: Parameter =
    Parameter { name: "epsilon", default: 1e-8, rule: "> 0", summary: "added to the root of the square" };

/// What [`Adam`] and its relatives compute once a step.
#[derive(Copy, Clone, Debug)]
pub struct Constants<T> {
    pub(super) beta1: T,
    pub(super) beta2: T,
    /// 1 − β₁ and 1 − β₂.
    pub(super) gain1: T,
    pub(super) gain2: T,
    /// 1/(1 − β₁ᵗ).
    pub(super) mean: T,
    /// 1/√(1 − β₂ᵗ).
    pub(super) root: T,
    pub(super) epsilon: T,
}

/// 1 − βᵗ without cancellation.
pub(super) fn correction(beta: f64, t: f64) -> f64 {
    -math::exp_m1(t * math::ln(beta))
}

impl<T: Real> Constants<T> {
    /// At the 0-based step.
    pub(super) fn new(beta1: f64, beta2: f64, epsilon: f64, step: u64) -> Self {
        let t = (step + 1) as f64;
        Self {
            beta1: T::of(beta1),
            beta2: T::of(beta2),
            gain1: T::of(1.0 - beta1),
            gain2: T::of(1.0 - beta2),
            mean: T::of(correction(beta1, t).recip()),
            root: T::of(correction(beta2, t).sqrt().recip()),
            epsilon: T::of(epsilon),
        }
    }

    /// m ← β₁m + (1 − β₁)g and v ← β₂v + (1 − β₂)g².
    #[inline(always)]
    pub(super) fn moments(&self, g: T, m: &mut T, v: &mut T) {
        *m = self.beta1 * *m + self.gain1 * g;
        *v = self.beta2 * *v + self.gain2 * g * g;
    }
}

impl<T: Real> Elementwise<T> for Adam {
    type Slots = [T; 2];
    type Constants = Constants<T>;

    fn constants(&self, context: &Context<'_, T>, _: &Tensor) -> Constants<T> {
        Constants::new(self.beta1, self.beta2, self.epsilon, context.step)
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, g: T, _p: T, [m, v]: &mut [T; 2]) -> T {
        c.moments(g, m, v);
        c.mean * *m / (c.root * (*v).sqrt() + c.epsilon)
    }

    #[inline(always)]
    fn metric(c: &Constants<T>, [_, v]: &[T; 2]) -> T {
        (c.root * v.sqrt() + c.epsilon).recip()
    }
}
