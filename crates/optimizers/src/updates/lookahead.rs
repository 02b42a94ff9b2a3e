//! Lookahead: every k steps the parameters go back part of the way to where they were k steps ago. One number an entry.
//!
//! Source: Zhang, Lucas, Hinton and Ba, *Lookahead optimizer: k steps forward, 1 step back*, NeurIPS 2019, algorithm 1.

use core::num::NonZeroU64;

use thalweg_core::{Context, Elementwise, Fused, Parameter, Real, Result, Tensor};

use super::adam::{BETA1, BETA2, EPSILON};
use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain, whole};
use super::{Adam, Constant, check};

/// Behind a whole rule, whose steps u it passes on; at every k-th step the slow parameters s ← s + α(p + u − s), and p goes there. The parameters to
/// evaluate are s.
///
/// It comes last: (Adam, a schedule, `Lookahead`) runs in one pass. Each entry keeps s − p.
///
/// ```
/// use core::num::NonZeroU64;
/// use thalweg_core::{Context, Fused, Layout, Update};
/// use thalweg_optimizers::{Constant, Lookahead, Sgd};
/// let two = NonZeroU64::new(2).unwrap_or(NonZeroU64::MIN);
/// let (layout, rule) = (Layout::flat(1), Fused((Sgd, Constant::new(1.0)?, Lookahead::new(0.5, two)?)));
/// let (mut p, mut state) = ([0.0], Update::<f64>::init(&rule, &layout)?);
/// for (step, expected) in [-1.0, -1.0, -2.0].into_iter().enumerate() {
///     rule.advance(&mut p, &mut [1.0], &mut state, &Context::new(step as u64, &layout))?;
///     assert_eq!(p, [expected]); // From −2 half of the way back to 0.
/// }
/// Update::<f64>::evaluation_view(&rule, &mut state, &mut p);
/// assert_eq!(p, [-1.0]);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Lookahead {
    /// α in (0, 1], the share of the way that is kept. Default 0.5.
    pub share: f64,
    /// k, steps between two returns. Default 5.
    pub period: NonZeroU64,
}

impl Default for Lookahead {
    fn default() -> Self {
        Self { share: SHARE.default, period: NonZeroU64::new(5).unwrap_or(NonZeroU64::MIN) }
    }
}

impl Lookahead {
    /// With this share and period.
    ///
    /// # Errors
    /// α outside (0, 1].
    pub fn new(share: f64, period: NonZeroU64) -> Result<Self> {
        check("share", share, share > 0.0 && share <= 1.0, "it must lie in (0, 1]")?;
        Ok(Self { share, period })
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "lookahead",
    summary: "Adam that goes back part of the way every few steps",
    parameters: PARAMETERS,
    example: "lookahead:lr=0.01,period=10,share=0.8",
    make: plain!(|v| {
        let period = NonZeroU64::new(whole(&PERIOD, v[8], 1.0)?).unwrap_or(NonZeroU64::MIN);
        let adam = Adam::new(v[4], v[5], v[6])?;
        Ok(Fused((adam, Constant::new(v[0])?, Lookahead::new(v[7], period)?)))
    }),
};

const PARAMETERS: &[Parameter] =
    &[learning_rate(0.01), BATCH, EPOCHS, SEED, BETA1, BETA2, EPSILON, SHARE, PERIOD];
const SHARE: Parameter =
    Parameter { name: "share", default: 0.5, rule: "in (0, 1]", summary: "share of the way that is kept" };
const PERIOD: Parameter = Parameter {
    name: "period",
    default: 5.0,
    rule: "a whole number >= 1",
    summary: "steps between two returns",
};

/// What [`Lookahead`] computes once a step.
#[derive(Copy, Clone, Debug)]
pub struct Constants<T> {
    /// 1 − α.
    lost: T,
    returns: bool,
}

impl<T: Real> Elementwise<T> for Lookahead {
    type Slots = [T; 1];
    type Constants = Constants<T>;
    const VIEWS: bool = true;

    fn constants(&self, context: &Context<'_, T>, _: &Tensor) -> Constants<T> {
        let returns = (context.step + 1).is_multiple_of(self.period.get());
        Constants { lost: T::of(1.0 - self.share), returns }
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, u: T, _p: T, [behind]: &mut [T; 1]) -> T {
        let slow = *behind - u;
        *behind = if c.returns { T::ZERO } else { slow };
        if c.returns { u + c.lost * slow } else { u }
    }

    #[inline(always)]
    fn view(&self, [behind]: &[T; 1], p: T) -> T {
        p + *behind
    }
}
