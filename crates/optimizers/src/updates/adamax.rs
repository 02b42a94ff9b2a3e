//! AdaMax: Adam in the limit of the ∞-norm. Two numbers and one division an entry, no root.
//!
//! Source: Kingma and Ba, *Adam: a method for stochastic optimization*, ICLR 2015, algorithm 2.

use thalweg_core::{Context, Elementwise, Fused, Parameter, Real, Result, Tensor};

use super::adam::{BETA1, BETA2, Constants};
use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{Adam, Constant};

/// m ← β₁m + (1 − β₁)g, s ← max(β₂s, |g| + ε), u ← m̂/s with m̂ = m/(1 − β₁ᵗ). Its metric is the diagonal 1/s.
///
/// The paper has no ε; PyTorch and optax add it where it is here, so that an entry without any gradient stays.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// let (layout, rule) = (Layout::flat(1), Fused(thalweg_optimizers::Adamax::new(0.5, 0.5, 1e-12)?));
/// let mut state = Update::<f64>::init(&rule, &layout)?;
/// // s = 4, then 2 and not 1; m = 2, then 1½, corrected by ¾.
/// for (step, (g, expected)) in [(4.0, 1.0), (1.0, 1.0)].into_iter().enumerate() {
///     let mut u = [g];
///     rule.update(&mut u, &[0.0], &mut state, &Context::new(step as u64, &layout))?;
///     assert!((u[0] - expected).abs() < 1e-11);
/// }
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Adamax {
    /// β₁ in [0, 1), the memory of the mean. Default 0.9.
    pub beta1: f64,
    /// β₂ in [0, 1), the memory of the ∞-norm. Default 0.999.
    pub beta2: f64,
    /// ε > 0, added to |g|. Default 1e-8.
    pub epsilon: f64,
}

impl Default for Adamax {
    fn default() -> Self {
        let Adam { beta1, beta2, epsilon } = Adam::default();
        Self { beta1, beta2, epsilon }
    }
}

impl Adamax {
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
    name: "adamax",
    summary: "Adam in the limit of the maximum norm",
    parameters: PARAMETERS,
    example: "adamax:lr=0.002",
    make: plain!(|v| Ok(Fused((Adamax::new(v[4], v[5], v[6])?, Constant::new(v[0])?)))),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.01), BATCH, EPOCHS, SEED, BETA1, BETA2, EPSILON];
const EPSILON: Parameter =
    Parameter { name: "epsilon", default: 1e-8, rule: "> 0", summary: "added to the gradient's magnitude" };

impl<T: Real> Elementwise<T> for Adamax {
    type Slots = [T; 2];
    type Constants = Constants<T>;

    fn constants(&self, context: &Context<'_, T>, _: &Tensor) -> Constants<T> {
        Constants::new(self.beta1, self.beta2, self.epsilon, context.step)
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, g: T, _p: T, [m, s]: &mut [T; 2]) -> T {
        *m = c.beta1 * *m + c.gain1 * g;
        *s = (c.beta2 * *s).max(g.abs() + c.epsilon);
        c.mean * *m / *s
    }

    #[inline(always)]
    fn metric(_: &Constants<T>, [_, s]: &[T; 2]) -> T {
        s.recip()
    }
}
