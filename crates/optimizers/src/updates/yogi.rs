//! Yogi: Adam whose running square moves by g² at most, so that steps lengthen slowly where gradients become small. Two numbers, one root and one
//! division an entry.
//!
//! Source: Zaheer, Reddi, Sachan, Kale and Kumar, *Adaptive methods for nonconvex optimization*, NeurIPS 2018, algorithm 2.

use thalweg_core::{Context, Elementwise, Fused, Parameter, Real, Result, Tensor};

use super::adam::{BETA1, BETA2, Constants as Moments};
use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{Adam, Constant, check_nonnegative, sign};

/// m ← β₁m + (1 − β₁)g, v ← v − (1 − β₂)·sign(v − g²)·g², u ← m̂/(√v̂ + ε). Its metric is the diagonal 1/(√v̂ + ε).
///
/// As optax counts it: m and v are corrected as Adam's, which the paper leaves out. optax starts m as well as v at 1e-6: `mean` is for that.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// use thalweg_optimizers::Yogi;
/// let (layout, rule) = (Layout::flat(1), Fused(Yogi::new(0.0, 0.75, 1e-12)?.with_start(1.0, 0.0)?));
/// let (mut u, mut state) = ([2.0], Update::<f64>::init(&rule, &layout)?);
/// rule.update(&mut u, &[0.0], &mut state, &Context::new(0, &layout))?;
/// assert!((u[0] - 2.0 / 8.0_f64.sqrt()).abs() < 1e-11); // v = 1 + ¼·4, over ¼.
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Yogi {
    /// β₁ in [0, 1), the memory of the mean. Default 0.9.
    pub beta1: f64,
    /// β₂ in [0, 1): v moves by (1 − β₂)g². Default 0.999.
    pub beta2: f64,
    /// ε > 0, added outside the root. Default 1e-3.
    pub epsilon: f64,
    /// v before the first step, ≥ 0. Default 1e-6.
    pub start: f64,
    /// m before the first step, ≥ 0. Default 0.
    pub mean: f64,
}

impl Default for Yogi {
    fn default() -> Self {
        Self {
            beta1: BETA1.default,
            beta2: BETA2.default,
            epsilon: EPSILON.default,
            start: START.default,
            mean: 0.0,
        }
    }
}

impl Yogi {
    /// With these memories and ε.
    ///
    /// # Errors
    /// β₁ or β₂ outside [0, 1); ε not positive.
    pub fn new(beta1: f64, beta2: f64, epsilon: f64) -> Result<Self> {
        let Adam { beta1, beta2, epsilon } = Adam::new(beta1, beta2, epsilon)?;
        Ok(Self { beta1, beta2, epsilon, ..Self::default() })
    }

    /// From this v and this m.
    ///
    /// # Errors
    /// Either negative or not finite.
    pub fn with_start(self, start: f64, mean: f64) -> Result<Self> {
        check_nonnegative("start", start)?;
        check_nonnegative("mean at the start", mean)?;
        Ok(Self { start, mean, ..self })
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "yogi",
    summary: "Adam whose steps lengthen slowly where gradients become small",
    parameters: PARAMETERS,
    example: "yogi:lr=0.01,start=0.1",
    make: plain!(|v| {
        Ok(Fused((Yogi::new(v[4], v[5], v[6])?.with_start(v[7], 0.0)?, Constant::new(v[0])?)))
    }),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.01), BATCH, EPOCHS, SEED, BETA1, BETA2, EPSILON, START];
const EPSILON: Parameter =
    Parameter { name: "epsilon", default: 1e-3, rule: "> 0", summary: "added to the root of the square" };
const START: Parameter =
    Parameter { name: "start", default: 1e-6, rule: ">= 0", summary: "the square before the first step" };

/// What [`Yogi`] computes once a step.
#[derive(Copy, Clone, Debug)]
pub struct Constants<T> {
    moments: Moments<T>,
    /// v and m before the first step, then 0: what is added to the slots.
    start: T,
    mean: T,
}

impl<T: Real> Elementwise<T> for Yogi {
    type Slots = [T; 2];
    type Constants = Constants<T>;

    fn constants(&self, context: &Context<'_, T>, _: &Tensor) -> Constants<T> {
        let (start, mean) = if context.step == 0 { (self.start, self.mean) } else { (0.0, 0.0) };
        let moments = Moments::new(self.beta1, self.beta2, self.epsilon, context.step);
        Constants { moments, start: T::of(start), mean: T::of(mean) }
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, g: T, _p: T, [m, v]: &mut [T; 2]) -> T {
        let (k, square, before) = (&c.moments, g * g, *v + c.start);
        *m = k.beta1 * (*m + c.mean) + k.gain1 * g;
        *v = before - k.gain2 * sign(before - square) * square;
        k.mean * *m / (k.root * (*v).sqrt() + k.epsilon)
    }

    #[inline(always)]
    fn metric(c: &Constants<T>, [_, v]: &[T; 2]) -> T {
        (c.moments.root * v.sqrt() + c.moments.epsilon).recip()
    }
}
