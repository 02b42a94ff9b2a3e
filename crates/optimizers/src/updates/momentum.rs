//! Momentum, also in Nesterov's form, as PyTorch's SGD counts it. One number an entry.
//!
//! Source: Polyak, *Some methods of speeding up the convergence of iteration methods* (1964); Sutskever, Martens, Dahl and Hinton (2013)
//! for the form with a running buffer.

use thalweg_core::{Context, Elementwise, Error, Fused, Parameter, Real, Result, Tensor};

use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{Constant, check_share};

/// b ← μb + (1 − τ)g, with b = g at the first step; u ← b, or g + μb in Nesterov's form.
///
/// With a constant gradient the step grows to (1 − τ)/(1 − μ) times that of plain descent.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Momentum {
    /// μ in [0, 1), the share of the buffer that is kept. Default 0.9.
    pub momentum: f64,
    /// τ in [0, 1), by which the gradient is dampened. Default 0.
    pub dampening: f64,
    /// Nesterov's form. Default no.
    pub nesterov: bool,
}

impl Default for Momentum {
    fn default() -> Self {
        Self { momentum: 0.9, dampening: 0.0, nesterov: false }
    }
}

impl Momentum {
    /// The heavy ball with momentum μ, undampened.
    ///
    /// # Errors
    /// μ outside [0, 1).
    pub fn new(momentum: f64) -> Result<Self> {
        check_share("momentum", momentum)?;
        Ok(Self { momentum, ..Self::default() })
    }

    /// With dampening τ.
    ///
    /// # Errors
    /// τ outside [0, 1), or together with Nesterov's form, which knows none.
    pub fn with_dampening(self, dampening: f64) -> Result<Self> {
        check_share("dampening", dampening)?;
        Self { dampening, ..self }.checked()
    }

    /// In Nesterov's form.
    ///
    /// # Errors
    /// Together with dampening.
    pub fn with_nesterov(self) -> Result<Self> {
        Self { nesterov: true, ..self }.checked()
    }

    fn checked(self) -> Result<Self> {
        if self.nesterov && self.dampening != 0.0 {
            return Err(Error::invalid_parameter("dampening", self.dampening, "Nesterov's form knows none"));
        }
        Ok(self)
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "momentum",
    summary: "stochastic gradient descent with a heavy ball, or in Nesterov's form",
    parameters: PARAMETERS,
    example: "momentum:lr=0.01,momentum=0.9,nesterov=1",
    make: plain!(|v| {
        let rule = Momentum::new(v[4])?.with_dampening(v[5])?;
        let rule = if v[6] == 0.0 { rule } else { rule.with_nesterov()? };
        Ok(Fused((rule, Constant::new(v[0])?)))
    }),
};

const PARAMETERS: &[Parameter] = &[
    learning_rate(0.01),
    BATCH,
    EPOCHS,
    SEED,
    Parameter {
        name: "momentum",
        default: 0.9,
        rule: "in [0, 1)",
        summary: "share of the buffer that is kept",
    },
    Parameter {
        name: "dampening",
        default: 0.0,
        rule: "in [0, 1)",
        summary: "by which the gradient is dampened",
    },
    Parameter { name: "nesterov", default: 0.0, rule: "0 or 1", summary: "Nesterov's form" },
];

/// What [`Momentum`] computes once a step.
#[derive(Copy, Clone, Debug)]
pub struct Constants<T> {
    mu: T,
    /// 1 − τ, but 1 at the first step.
    gain: T,
    nesterov: bool,
}

impl<T: Real> Elementwise<T> for Momentum {
    type Slots = [T; 1];
    type Constants = Constants<T>;

    fn constants(&self, context: &Context<'_, T>, _: &Tensor) -> Constants<T> {
        let gain = if context.step == 0 { 1.0 } else { 1.0 - self.dampening };
        Constants { mu: T::of(self.momentum), gain: T::of(gain), nesterov: self.nesterov }
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, g: T, _p: T, [b]: &mut [T; 1]) -> T {
        *b = c.mu * *b + c.gain * g;
        if c.nesterov { g + c.mu * *b } else { *b }
    }
}
