//! AdaGrad: steps shrink with the root of the sum of all squares, entry by entry. One number, one root and one division an entry.
//!
//! Source: Duchi, Hazan and Singer, *Adaptive subgradient methods for online learning and stochastic optimization*, JMLR 12 (2011).

use thalweg_core::{Context, Elementwise, Fused, Parameter, Real, Result, Tensor};

use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{Constant, check_nonnegative, check_positive};

/// v ← v + g², u ← g/(√(v₀ + v) + ε): entries with rare gradients keep long steps. Its metric is the diagonal 1/(√(v₀ + v) + ε).
///
/// As PyTorch counts it; optax adds its ε = 1e-7 inside the root.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// let (layout, rule) = (Layout::flat(1), Fused(thalweg_optimizers::Adagrad::new(1.0)?));
/// let (mut u, mut state) = ([3.0], Update::<f64>::init(&rule, &layout)?);
/// rule.update(&mut u, &[0.0], &mut state, &Context::new(0, &layout))?;
/// assert_eq!(u, [0.75]);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Adagrad {
    /// ε > 0, added outside the root. Default 1e-10.
    pub epsilon: f64,
    /// v₀ ≥ 0, the sum before the first step. Default 0.
    pub start: f64,
}

impl Default for Adagrad {
    fn default() -> Self {
        Self { epsilon: EPSILON.default, start: START.default }
    }
}

impl Adagrad {
    /// With this ε, from a sum of 0.
    ///
    /// # Errors
    /// ε not positive.
    pub fn new(epsilon: f64) -> Result<Self> {
        check_positive("epsilon", epsilon)?;
        Ok(Self { epsilon, ..Self::default() })
    }

    /// From another sum than 0.
    ///
    /// # Errors
    /// v₀ negative or not finite.
    pub fn with_start(self, start: f64) -> Result<Self> {
        check_nonnegative("start", start)?;
        Ok(Self { start, ..self })
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "adagrad",
    summary: "steps shrink with the root of the sum of squares, entry by entry: for sparse gradients",
    parameters: PARAMETERS,
    example: "adagrad:lr=0.2,start=0.1",
    make: plain!(|v| Ok(Fused((Adagrad::new(v[4])?.with_start(v[5])?, Constant::new(v[0])?)))),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.1), BATCH, EPOCHS, SEED, EPSILON, START];
const EPSILON: Parameter =
    Parameter { name: "epsilon", default: 1e-10, rule: "> 0", summary: "added to the root of the sum" };
const START: Parameter = Parameter {
    name: "start",
    default: 0.0,
    rule: ">= 0",
    summary: "the sum of squares before the first step",
};

/// What [`Adagrad`] computes once a step.
#[derive(Copy, Clone, Debug)]
pub struct Constants<T> {
    epsilon: T,
    start: T,
}

impl<T: Real> Elementwise<T> for Adagrad {
    type Slots = [T; 1];
    type Constants = Constants<T>;

    fn constants(&self, _: &Context<'_, T>, _: &Tensor) -> Constants<T> {
        Constants { epsilon: T::of(self.epsilon), start: T::of(self.start) }
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, g: T, _p: T, [v]: &mut [T; 1]) -> T {
        *v += g * g;
        g / ((*v + c.start).sqrt() + c.epsilon)
    }

    #[inline(always)]
    fn metric(c: &Constants<T>, [v]: &[T; 1]) -> T {
        ((*v + c.start).sqrt() + c.epsilon).recip()
    }
}
