//! Adan: Adam with Nesterov's momentum from differences of gradients. Four numbers, one root and one division an entry.
//!
//! Source: Xie, Zhou, Li, Lin and Yan, *Adan: adaptive Nesterov momentum algorithm for faster optimizing deep models*, IEEE TPAMI 46 (2024),
//! algorithm 1.

use thalweg_core::{Context, Elementwise, Fused, Parameter, Real, Result, Tensor};

use super::adam::{EPSILON, correction};
use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::lion::DECAY;
use super::{Constant, WeightDecay, check_positive, check_share, sparing_intercept};

/// With d = g − g₋₁, 0 at the first step, and γ = 1 − β₂: m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)d, n ← β₃n + (1 − β₃)(g + γd)²,
/// u ← (m̂ + γv̂)/(√n̂ + ε), hats as [`Adam`](super::Adam)'s. Its metric is the diagonal 1/(√n̂ + ε).
///
/// The betas are memories, as in optax; the paper's are 1 minus these.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// let (layout, rule) = (Layout::flat(1), Fused(thalweg_optimizers::Adan::new([0.5, 0.5, 0.5], 1e-12)?));
/// let mut state = Update::<f64>::init(&rule, &layout)?;
/// // d = 0, then 1: m̂ = 8/3, v̂ = 2/3, n̂ = (1 + ½·3.5²)/¾.
/// for (step, (g, expected)) in [(2.0, 1.0), (3.0, 3.0 / 9.5_f64.sqrt())].into_iter().enumerate() {
///     let mut u = [g];
///     rule.update(&mut u, &[0.0], &mut state, &Context::new(step as u64, &layout))?;
///     assert!((u[0] - expected).abs() < 1e-11, "{u:?}");
/// }
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Adan {
    /// β₁, β₂ and β₃ in [0, 1): the memories of gradient, difference and square. Default 0.98, 0.92 and 0.99.
    pub betas: [f64; 3],
    /// ε > 0, added outside the root. Default 1e-8.
    pub epsilon: f64,
}

impl Default for Adan {
    fn default() -> Self {
        Self { betas: [BETA1.default, BETA2.default, BETA3.default], epsilon: EPSILON.default }
    }
}

impl Adan {
    /// With these memories and ε.
    ///
    /// # Errors
    /// A β outside [0, 1); ε not positive.
    pub fn new(betas: [f64; 3], epsilon: f64) -> Result<Self> {
        for (name, beta) in ["beta1", "beta2", "beta3"].into_iter().zip(betas) {
            check_share(name, beta)?;
        }
        check_positive("epsilon", epsilon)?;
        Ok(Self { betas, epsilon })
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "adan",
    summary: "Adam with Nesterov's momentum from differences of gradients",
    parameters: PARAMETERS,
    example: "adan:lr=0.01,decay=0.02",
    make: plain!(|v| {
        let decay = sparing_intercept(WeightDecay::new(v[8])?);
        Ok(Fused((Adan::new([v[4], v[5], v[6]], v[7])?, decay, Constant::new(v[0])?)))
    }),
};

const PARAMETERS: &[Parameter] =
    &[learning_rate(0.01), BATCH, EPOCHS, SEED, BETA1, BETA2, BETA3, EPSILON, DECAY];
const BETA1: Parameter = Parameter { default: 0.98, ..super::adam::BETA1 };
const BETA2: Parameter = Parameter {
    name: "beta2",
    default: 0.92,
    rule: "in [0, 1)",
    summary: "memory of the difference of gradients",
};
const BETA3: Parameter = Parameter {
    name: "beta3",
    default: 0.99,
    rule: "in [0, 1)",
    summary: "memory of the square of the gradient looked ahead",
};

/// What [`Adan`] computes once a step.
#[derive(Copy, Clone, Debug)]
pub struct Constants<T> {
    beta: [T; 3],
    gain: [T; 3],
    /// 1/(1 − β₁ᵗ), γ/(1 − β₂ᵗ) and 1/√(1 − β₃ᵗ).
    mean: T,
    ahead: T,
    root: T,
    epsilon: T,
    first: bool,
}

impl<T: Real> Elementwise<T> for Adan {
    type Slots = [T; 4];
    type Constants = Constants<T>;

    fn constants(&self, context: &Context<'_, T>, _: &Tensor) -> Constants<T> {
        let t = (context.step + 1) as f64;
        let [filled1, filled2, filled3] = self.betas.map(|beta| correction(beta, t));
        Constants {
            beta: self.betas.map(T::of),
            gain: self.betas.map(|beta| T::of(1.0 - beta)),
            mean: T::of(filled1.recip()),
            ahead: T::of((1.0 - self.betas[1]) / filled2),
            root: T::of(filled3.sqrt().recip()),
            epsilon: T::of(self.epsilon),
            first: context.step == 0,
        }
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, g: T, _p: T, [m, v, n, last]: &mut [T; 4]) -> T {
        let d = if c.first { T::ZERO } else { g - *last };
        let ahead = g + c.gain[1] * d;
        *m = c.beta[0] * *m + c.gain[0] * g;
        *v = c.beta[1] * *v + c.gain[1] * d;
        *n = c.beta[2] * *n + c.gain[2] * ahead * ahead;
        *last = g;
        (c.mean * *m + c.ahead * *v) / (c.root * (*n).sqrt() + c.epsilon)
    }

    #[inline(always)]
    fn metric(c: &Constants<T>, [_, _, n, _]: &[T; 4]) -> T {
        (c.root * n.sqrt() + c.epsilon).recip()
    }
}
