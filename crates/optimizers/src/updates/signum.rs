//! Signum: the sign of the gradient's running mean. One number an entry.
//!
//! Source: Bernstein, Wang, Azizzadenesheli and Anandkumar, *signSGD: compressed optimisation for non-convex problems*, ICML 2018, algorithm 2.

use thalweg_core::{Context, Elementwise, Fused, Parameter, Real, Result, Tensor};

use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{Constant, check_share, sign};

/// m ← βm + (1 − β)g, u ← sign(m).
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// let (layout, rule) = (Layout::flat(1), Fused(thalweg_optimizers::Signum::new(0.5)?));
/// let mut state = Update::<f64>::init(&rule, &layout)?;
/// for (step, (g, expected)) in [(4.0, 1.0), (-1.0, 1.0), (-1.0, -1.0)].into_iter().enumerate() {
///     let mut u = [g];
///     rule.update(&mut u, &[0.0], &mut state, &Context::new(step as u64, &layout))?;
///     assert_eq!(u, [expected]); // m = 2, ½, −¼
/// }
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Signum {
    /// β in [0, 1), the memory of the mean. Default 0.9.
    pub beta: f64,
}

impl Default for Signum {
    fn default() -> Self {
        Self { beta: BETA.default }
    }
}

impl Signum {
    /// With this memory.
    ///
    /// # Errors
    /// β outside [0, 1).
    pub fn new(beta: f64) -> Result<Self> {
        check_share("beta", beta)?;
        Ok(Self { beta })
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "signum",
    summary: "every entry moves by the learning rate against the sign of its gradient's running mean",
    parameters: PARAMETERS,
    example: "signum:lr=0.001,beta=0.95",
    make: plain!(|v| Ok(Fused((Signum::new(v[4])?, Constant::new(v[0])?)))),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.005), BATCH, EPOCHS, SEED, BETA];
const BETA: Parameter =
    Parameter { name: "beta", default: 0.9, rule: "in [0, 1)", summary: "memory of the gradient's mean" };

/// What [`Signum`] computes once a step.
#[derive(Copy, Clone, Debug)]
pub struct Constants<T> {
    beta: T,
    gain: T,
}

impl<T: Real> Elementwise<T> for Signum {
    type Slots = [T; 1];
    type Constants = Constants<T>;

    fn constants(&self, _: &Context<'_, T>, _: &Tensor) -> Constants<T> {
        Constants { beta: T::of(self.beta), gain: T::of(1.0 - self.beta) }
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, g: T, _p: T, [m]: &mut [T; 1]) -> T {
        *m = c.beta * *m + c.gain * g;
        sign(*m)
    }
}
