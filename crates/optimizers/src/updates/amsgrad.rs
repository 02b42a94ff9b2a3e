//! AMSGrad: Adam whose running square never shrinks. Three numbers, one root and one division an entry.
//!
//! Source: Reddi, Kale and Kumar, *On the convergence of Adam and beyond*, ICLR 2018, algorithm 2.

use thalweg_core::{Context, Elementwise, Fused, Parameter, Real, Result, Tensor};

use super::adam::{BETA1, BETA2, Constants, EPSILON};
use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{Adam, Constant};

/// Moments m and v as [`Adam`]'s, w ← max(w, v), u ← m̂/(√(w/(1 − β₂ᵗ)) + ε). Its metric is the diagonal behind m̂.
///
/// As PyTorch counts it: the greatest v is taken before its bias is corrected. optax takes it after, the paper corrects nothing.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// let (layout, rule) = (Layout::flat(1), Fused(thalweg_optimizers::Amsgrad::new(0.0, 0.5, 1e-12)?));
/// let mut state = Update::<f64>::init(&rule, &layout)?;
/// // v = 2, then 1 + ½: the second step still divides by √(2/(1 − ¼)).
/// for (step, (g, expected)) in [(2.0, 1.0), (1.0, (0.375_f64).sqrt())].into_iter().enumerate() {
///     let mut u = [g];
///     rule.update(&mut u, &[0.0], &mut state, &Context::new(step as u64, &layout))?;
///     assert!((u[0] - expected).abs() < 1e-11);
/// }
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Amsgrad {
    /// Memories and ε; defaults 0.9, 0.999 and 1e-8.
    pub adam: Adam,
}

impl Amsgrad {
    /// With these memories and ε.
    ///
    /// # Errors
    /// β₁ or β₂ outside [0, 1); ε not positive.
    pub fn new(beta1: f64, beta2: f64, epsilon: f64) -> Result<Self> {
        Ok(Self { adam: Adam::new(beta1, beta2, epsilon)? })
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "amsgrad",
    summary: "Adam with a running square that never shrinks, which converges where Adam may not",
    parameters: PARAMETERS,
    example: "amsgrad:lr=0.001,beta2=0.99",
    make: plain!(|v| Ok(Fused((Amsgrad::new(v[4], v[5], v[6])?, Constant::new(v[0])?)))),
};

pub(super) const PARAMETERS: &[Parameter] =
    &[learning_rate(0.01), BATCH, EPOCHS, SEED, BETA1, BETA2, EPSILON];

impl<T: Real> Elementwise<T> for Amsgrad {
    type Slots = [T; 3];
    type Constants = Constants<T>;

    fn constants(&self, context: &Context<'_, T>, tensor: &Tensor) -> Constants<T> {
        self.adam.constants(context, tensor)
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, g: T, _p: T, [m, v, w]: &mut [T; 3]) -> T {
        c.moments(g, m, v);
        *w = (*w).max(*v);
        c.mean * *m / (c.root * (*w).sqrt() + c.epsilon)
    }

    #[inline(always)]
    fn metric(c: &Constants<T>, [_, _, w]: &[T; 3]) -> T {
        (c.root * w.sqrt() + c.epsilon).recip()
    }
}
