//! NAdam: Adam with Nesterov's momentum, whose memory grows over the first steps. Two numbers, one root and one division an entry.
//!
//! Source: Dozat, *Incorporating Nesterov momentum into Adam*, ICLR workshop 2016, with the schedule of section 2.

use thalweg_core::{Context, Elementwise, Fused, Parameter, Real, Result, Tensor, math};

use super::adam::{BETA1, BETA2, Constants as Moments, EPSILON};
use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{Adam, Constant, check_nonnegative};

/// Moments m and v as [`Adam`]'s; with μₜ = β₁(1 − ½·0.96^(tψ)) and Mₜ = μ₁ … μₜ,
/// u ← ((1 − μₜ)/(1 − Mₜ)·g + μₜ₊₁/(1 − Mₜ₊₁)·m)/(√v̂ + ε). Its metric is the diagonal 1/(√v̂ + ε).
///
/// As PyTorch counts it; optax's form has no schedule.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// use thalweg_optimizers::{Adam, Nadam};
/// let (layout, rule) = (Layout::flat(1), Fused(Nadam::new(Adam::new(0.5, 0.5, 1e-12)?, 0.0)?));
/// let (mut u, mut state) = ([3.0_f64], Update::<f64>::init(&rule, &layout)?);
/// rule.update(&mut u, &[0.0], &mut state, &Context::new(0, &layout))?;
/// // μ = ¼: (¾/¾)·1 + ¼/(15/16)·½ times the sign of g.
/// assert!((u[0] - (1.0 + 2.0 / 15.0)).abs() < 1e-11);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Nadam {
    /// Memories and ε; defaults 0.9, 0.999 and 1e-8.
    pub adam: Adam,
    /// ψ ≥ 0: how fast the momentum grows from ½β₁ to β₁. Default 0.004.
    pub warming: f64,
}

impl Default for Nadam {
    fn default() -> Self {
        Self { adam: Adam::default(), warming: WARMING.default }
    }
}

impl Nadam {
    /// With these memories and ψ.
    ///
    /// # Errors
    /// ψ negative or not finite.
    pub fn new(adam: Adam, warming: f64) -> Result<Self> {
        check_nonnegative("warming", warming)?;
        Ok(Self { adam, warming })
    }

    /// μₜ, μₜ₊₁ and Mₜ at t = 1, 2, …
    fn momenta(&self, t: u64) -> (f64, f64, f64) {
        let ln = self.warming * math::ln(0.96);
        let at = |t: u64| self.adam.beta1 * (1.0 - 0.5 * math::exp(t as f64 * ln));
        // The product is at most β₁ᵗ; once no bit of 1 − M can see it, the factors need not be counted.
        let mut product = 1.0;
        let vanishes = t as f64 * math::ln(self.adam.beta1) < -46.0;
        for i in 1..=t {
            if vanishes || product < 1e-20 {
                return (at(t), at(t + 1), 0.0);
            }
            product *= at(i);
        }
        (at(t), at(t + 1), product)
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "nadam",
    summary: "Adam with Nesterov's momentum",
    parameters: PARAMETERS,
    example: "nadam:lr=0.002",
    make: plain!(|v| { Ok(Fused((Nadam::new(Adam::new(v[4], v[5], v[6])?, v[7])?, Constant::new(v[0])?))) }),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.01), BATCH, EPOCHS, SEED, BETA1, BETA2, EPSILON, WARMING];
const WARMING: Parameter = Parameter {
    name: "warming",
    default: 0.004,
    rule: ">= 0",
    summary: "how fast the momentum grows to beta1",
};

/// What [`Nadam`] computes once a step.
#[derive(Copy, Clone, Debug)]
pub struct Constants<T> {
    moments: Moments<T>,
    /// (1 − μₜ)/(1 − Mₜ).
    gradient: T,
    /// μₜ₊₁/(1 − Mₜ₊₁).
    mean: T,
}

impl<T: Real> Elementwise<T> for Nadam {
    type Slots = [T; 2];
    type Constants = Constants<T>;

    fn constants(&self, context: &Context<'_, T>, tensor: &Tensor) -> Constants<T> {
        let (mu, next, product) = self.momenta(context.step + 1);
        Constants {
            moments: self.adam.constants(context, tensor),
            gradient: T::of((1.0 - mu) / (1.0 - product)),
            mean: T::of(next / (1.0 - product * next)),
        }
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, g: T, _p: T, [m, v]: &mut [T; 2]) -> T {
        c.moments.moments(g, m, v);
        (c.gradient * g + c.mean * *m) / (c.moments.root * (*v).sqrt() + c.moments.epsilon)
    }

    #[inline(always)]
    fn metric(c: &Constants<T>, [_, v]: &[T; 2]) -> T {
        (c.moments.root * v.sqrt() + c.moments.epsilon).recip()
    }
}
