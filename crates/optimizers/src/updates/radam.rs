//! RAdam: Adam that waits with its second moment until enough gradients are in it. Two numbers, one root and one division an entry.
//!
//! Source: Liu, Jiang, He, Chen, Liu, Gao and Han, *On the variance of the adaptive learning rate and beyond*, ICLR 2020, algorithm 2.

use thalweg_core::{Context, Elementwise, Fused, Real, Result, Tensor};

use super::adam::{Constants as Moments, correction};
use super::amsgrad::PARAMETERS;
use super::entry::{UpdateEntry, plain};
use super::{Adam, Constant};

/// Moments m and v as [`Adam`]'s; with ρ∞ = 2/(1 − β₂) − 1 and ρₜ = ρ∞ − 2tβ₂ᵗ/(1 − β₂ᵗ), the length of v's memory, u ← m̂ while ρₜ ≤ 5, then
/// u ← m̂·r√(1 − β₂ᵗ)/(√v + ε) with r = √((ρₜ − 4)(ρₜ − 2)ρ∞/((ρ∞ − 4)(ρ∞ − 2)ρₜ)). Its metric is the diagonal behind m̂.
///
/// As PyTorch counts it: ε is added to √v before the bias of v is divided out. optax adds it after.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// let (layout, rule) = (Layout::flat(1), Fused(thalweg_optimizers::Radam::default()));
/// let (mut u, mut state) = ([3.0], Update::<f64>::init(&rule, &layout)?);
/// rule.update(&mut u, &[0.0], &mut state, &Context::new(0, &layout))?;
/// assert!((u[0] - 3.0).abs() < 1e-14); // ρ₁ = 1: the mean alone.
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Radam {
    /// Memories and ε; defaults 0.9, 0.999 and 1e-8.
    pub adam: Adam,
}

impl Radam {
    /// With these memories and ε.
    ///
    /// # Errors
    /// β₁ or β₂ outside [0, 1); ε not positive.
    pub fn new(beta1: f64, beta2: f64, epsilon: f64) -> Result<Self> {
        Ok(Self { adam: Adam::new(beta1, beta2, epsilon)? })
    }

    /// r√(1 − β₂ᵗ), or `None` while the memory is too short.
    fn rectification(&self, t: f64) -> Option<f64> {
        let beta2 = self.adam.beta2;
        let (filled, all) = (correction(beta2, t), 2.0 / (1.0 - beta2) - 1.0);
        let length = all - 2.0 * t * (1.0 - filled) / filled;
        let share = (length - 4.0) * (length - 2.0) * all / ((all - 4.0) * (all - 2.0) * length);
        (length > 5.0).then(|| (share * filled).sqrt())
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "radam",
    summary: "Adam that trusts its second moment only when enough gradients are in it: no warmup needed",
    parameters: PARAMETERS,
    example: "radam:lr=0.001",
    make: plain!(|v| Ok(Fused((Radam::new(v[4], v[5], v[6])?, Constant::new(v[0])?)))),
};

/// What [`Radam`] computes once a step.
#[derive(Copy, Clone, Debug)]
pub struct Constants<T> {
    moments: Moments<T>,
    /// What the mean is multiplied by beside the second moment.
    scale: T,
    adaptive: bool,
}

impl<T: Real> Constants<T> {
    #[inline(always)]
    fn diagonal(&self, v: T) -> T {
        let root = v.sqrt() + self.moments.epsilon;
        self.scale / if self.adaptive { root } else { T::ONE }
    }
}

impl<T: Real> Elementwise<T> for Radam {
    type Slots = [T; 2];
    type Constants = Constants<T>;

    fn constants(&self, context: &Context<'_, T>, tensor: &Tensor) -> Constants<T> {
        let rectification = self.rectification((context.step + 1) as f64);
        Constants {
            moments: self.adam.constants(context, tensor),
            scale: T::of(rectification.unwrap_or(1.0)),
            adaptive: rectification.is_some(),
        }
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, g: T, _p: T, [m, v]: &mut [T; 2]) -> T {
        c.moments.moments(g, m, v);
        c.moments.mean * *m * c.diagonal(*v)
    }

    #[inline(always)]
    fn metric(c: &Constants<T>, [_, v]: &[T; 2]) -> T {
        c.diagonal(*v)
    }
}
