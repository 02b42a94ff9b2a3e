//! Rprop: only the signs of the gradient count; each entry's step grows while its sign stays and shrinks where it turns. Two numbers an entry.
//!
//! Source: Riedmiller and Braun, *A direct adaptive method for faster backpropagation learning: the RPROP algorithm*, ICNN 1993, in the form
//! iRprop− of Igel and Hüsken (2000).

use thalweg_core::{Context, Elementwise, Error, Fused, Parameter, Real, Result, Tensor};

use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{check_positive, check_share, sign};

/// u ← −sign(g)·s, where s is multiplied by η₊ if g has the sign it had last, and by η₋ if it has turned, within [least, greatest]. Where it has
/// turned the entry rests for a step and its sign is forgotten.
///
/// Complete: it needs no schedule behind it. A method for whole gradients: the signs of small minibatches turn all the time. As PyTorch's.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// let (layout, rule) = (Layout::flat(1), Fused(thalweg_optimizers::Rprop::new(0.5)?));
/// let (mut p, mut state) = ([0.0], Update::<f64>::init(&rule, &layout)?);
/// // A step of ½ down, one of ½·1.2, and none where the sign turns.
/// for (step, (g, expected)) in [(3.0, -0.5), (0.1, -1.1), (-2.0, -1.1)].into_iter().enumerate() {
///     rule.advance(&mut p, &mut [g], &mut state, &Context::new(step as u64, &layout))?;
///     assert!((p[0] - expected).abs() < 1e-15);
/// }
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Rprop {
    /// The first step of every entry, > 0. Default 0.01.
    pub lr: f64,
    /// η₋ in [0, 1). Default 0.5.
    pub shrink: f64,
    /// η₊ ≥ 1. Default 1.2.
    pub grow: f64,
    /// The shortest step, > 0. Default 1e-6.
    pub least: f64,
    /// The longest step. Default 50.
    pub greatest: f64,
}

impl Default for Rprop {
    fn default() -> Self {
        Self { lr: FIRST.default, shrink: SHRINK.default, grow: GROW.default, least: 1e-6, greatest: 50.0 }
    }
}

impl Rprop {
    /// With this first step.
    ///
    /// # Errors
    /// A step that is not positive.
    pub fn new(lr: f64) -> Result<Self> {
        check_positive("lr", lr)?;
        Ok(Self { lr, ..Self::default() })
    }

    /// With these factors η₋ and η₊.
    ///
    /// # Errors
    /// η₋ outside [0, 1); η₊ below 1.
    pub fn with_factors(self, shrink: f64, grow: f64) -> Result<Self> {
        check_share("shrink", shrink)?;
        super::check("grow", grow, grow.is_finite() && grow >= 1.0, "it must be a finite number >= 1")?;
        Ok(Self { shrink, grow, ..self })
    }

    /// With steps between `least` and `greatest`.
    ///
    /// # Errors
    /// Limits that are not positive or not in order.
    pub fn with_limits(self, least: f64, greatest: f64) -> Result<Self> {
        check_positive("least step", least)?;
        check_positive("greatest step", greatest)?;
        if greatest < least {
            let rule = format!("it must not be below the least step, {least}");
            return Err(Error::invalid_parameter("greatest step", greatest, &rule));
        }
        Ok(Self { least, greatest, ..self })
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "rprop",
    summary: "signs alone, with a step for each entry that grows and shrinks: for batches of all rows",
    parameters: PARAMETERS,
    example: "rprop:lr=0.01,batch=1000000",
    make: plain!(|v| Ok(Fused(Rprop::new(v[0])?.with_factors(v[4], v[5])?))),
};

const PARAMETERS: &[Parameter] = &[FIRST, BATCH, EPOCHS, SEED, SHRINK, GROW];
const FIRST: Parameter =
    Parameter { rule: "> 0", summary: "the first step of every entry", ..learning_rate(0.01) };
const SHRINK: Parameter = Parameter {
    name: "shrink",
    default: 0.5,
    rule: "in [0, 1)",
    summary: "factor of a step whose sign turned",
};
const GROW: Parameter =
    Parameter { name: "grow", default: 1.2, rule: ">= 1", summary: "factor of a step whose sign stayed" };

/// What [`Rprop`] computes once a step.
#[derive(Copy, Clone, Debug)]
pub struct Constants<T> {
    /// The first step at step 0, then 0: what is added to the slot.
    start: T,
    shrink: T,
    grow: T,
    least: T,
    greatest: T,
}

impl<T: Real> Elementwise<T> for Rprop {
    type Slots = [T; 2];
    type Constants = Constants<T>;

    fn constants(&self, context: &Context<'_, T>, _: &Tensor) -> Constants<T> {
        Constants {
            start: T::of(if context.step == 0 { self.lr } else { 0.0 }),
            shrink: T::of(self.shrink),
            grow: T::of(self.grow),
            least: T::of(self.least),
            greatest: T::of(self.greatest),
        }
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, g: T, _p: T, [last, s]: &mut [T; 2]) -> T {
        let turn = g * *last;
        let same = if turn > T::ZERO { c.grow } else { T::ONE };
        let factor = if turn < T::ZERO { c.shrink } else { same };
        *s = ((*s + c.start) * factor).max(c.least).min(c.greatest);
        *last = if turn < T::ZERO { T::ZERO } else { g };
        -sign(*last) * *s
    }
}
