//! Averaged stochastic gradient descent: the steps of plain descent, and the mean of where they led. One number an entry.
//!
//! Source: Polyak and Juditsky, *Acceleration of stochastic approximation by averaging*, SIAM J. Control Optim. 30 (1992); the step lengths of
//! Bottou, *Stochastic gradient descent tricks* (2012), as in PyTorch.

use thalweg_core::{Context, Elementwise, Fused, Parameter, Real, Result, Tensor, math};

use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, scheduled};
use super::{check_nonnegative, check_share};

/// p ← (1 − λη)p − ηg with η = lr/(1 + λ·lr·t)^α at the 0-based step t, and a ← a + (p − a)/max(1, t − t₀): the parameters to evaluate are a, the mean of
/// all that came after step t₀.
///
/// Complete: it needs no schedule behind it, and the mean is of these parameters, so nothing may follow that changes the step. λ shrinks every
/// parameter and is part of the objective: ½λ‖p‖². Each entry keeps a − p.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// let rule = Fused(thalweg_optimizers::Asgd::new(0.5)?.with_decay(0.0, 0.75)?.with_start(0));
/// let layout = Layout::flat(1);
/// let (mut p, mut state) = ([0.0], Update::<f64>::init(&rule, &layout)?);
/// for step in 0..4 {
///     rule.advance(&mut p, &mut [-2.0], &mut state, &Context::new(step, &layout))?;
/// }
/// assert_eq!(p, [4.0]);
/// Update::<f64>::evaluation_view(&rule, &mut state, &mut p);
/// assert_eq!(p, [3.0]); // The mean of 2, 3 and 4.
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Asgd {
    /// lr ≥ 0, the first step length. Default 0.01.
    pub lr: f64,
    /// λ ≥ 0, the decay of parameters and step lengths. Default 1e-4.
    pub decay: f64,
    /// α in [0, 1), how fast step lengths fall. Default 0.75.
    pub power: f64,
    /// t₀, the last step before the mean begins. Default 1 000 000.
    pub start: u64,
}

impl Default for Asgd {
    fn default() -> Self {
        Self { lr: 0.01, decay: 1e-4, power: POWER.default, start: 1_000_000 }
    }
}

impl Asgd {
    /// With this first step length.
    ///
    /// # Errors
    /// lr negative or not finite.
    pub fn new(lr: f64) -> Result<Self> {
        check_nonnegative("lr", lr)?;
        Ok(Self { lr, ..Self::default() })
    }

    /// With this λ and α.
    ///
    /// # Errors
    /// λ negative or not finite; α outside [0, 1).
    pub fn with_decay(self, decay: f64, power: f64) -> Result<Self> {
        check_nonnegative("decay", decay)?;
        check_share("power", power)?;
        Ok(Self { decay, power, ..self })
    }

    /// With a mean that begins after this step.
    #[must_use]
    pub fn with_start(self, start: u64) -> Self {
        Self { start, ..self }
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "asgd",
    summary: "stochastic gradient descent evaluated at the mean of its later parameters",
    parameters: PARAMETERS,
    example: "asgd:lr=0.1,start=0.8",
    make: scheduled!(|v, steps| {
        check_share("start", v[6])?;
        let rule = Asgd::new(v[0])?.with_decay(v[4], v[5])?;
        Ok(Fused(rule.with_start((v[6] * steps as f64) as u64)))
    }),
};

// PyTorch's λ of 1e-4 would be a penalty that nobody asked for.
const PARAMETERS: &[Parameter] = &[learning_rate(0.05), BATCH, EPOCHS, SEED, DECAY, POWER, START];
const DECAY: Parameter =
    Parameter { name: "decay", default: 0.0, rule: ">= 0", summary: "decay of parameters and step lengths" };
const POWER: Parameter =
    Parameter { name: "power", default: 0.75, rule: "in [0, 1)", summary: "how fast step lengths fall" };
const START: Parameter = Parameter {
    name: "start",
    default: 0.5,
    rule: "in [0, 1)",
    summary: "share of the steps before the mean begins",
};

/// What [`Asgd`] computes once a step.
#[derive(Copy, Clone, Debug)]
pub struct Constants<T> {
    decay: T,
    eta: T,
    /// 1 − 1/max(1, t − t₀).
    kept: T,
}

impl<T: Real> Elementwise<T> for Asgd {
    type Slots = [T; 1];
    type Constants = Constants<T>;
    const VIEWS: bool = true;

    fn constants(&self, context: &Context<'_, T>, _: &Tensor) -> Constants<T> {
        let t = context.step as f64;
        let eta = self.lr / math::powf(1.0 + self.decay * self.lr * t, self.power);
        let kept = 1.0 - ((t - self.start as f64).max(1.0)).recip();
        Constants { decay: T::of(self.decay), eta: T::of(eta), kept: T::of(kept) }
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, g: T, p: T, [ahead]: &mut [T; 1]) -> T {
        let u = -c.eta * (c.decay * p + g);
        *ahead = c.kept * (*ahead - u);
        u
    }

    #[inline(always)]
    fn view(&self, [ahead]: &[T; 1], p: T) -> T {
        p + *ahead
    }
}
