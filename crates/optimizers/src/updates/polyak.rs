//! The Polyak step: as long as the loss above its least possible value allows. No state; one norm.
//!
//! Source: Polyak, *Introduction to optimization* (1987), section 5.3; the stochastic form with a greatest step is that of Loizou, Vaswani, Laradji and
//! Lacoste-Julien, *Stochastic Polyak step-size for SGD: an adaptive learning rate for fast convergence*, AISTATS 2021.

use core::ops::Range;

use thalweg_core::{
    Archive, Checkpoint, Context, Error, Halt, Layout, Needs, Parameter, Real, Result, Update, vector,
};

use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{check, check_nonnegative, norms};

/// u ← −γu with γ = min(max(f − f*, 0)/‖u‖², γ_max), f the minibatch loss. Its metric is γ.
///
/// Complete: it needs no schedule behind it. Where the data can be fitted exactly, f* = 0 for every batch and no learning rate is needed; elsewhere γ_max
/// takes over near the minimum. As optax's `sps+`.
///
/// ```
/// use thalweg_core::{Context, Layout, Update};
/// let (layout, rule) = (Layout::flat(2), thalweg_optimizers::Polyak::new(10.0)?);
/// let (mut p, mut state) = ([1.0, 1.0], Update::<f64>::init(&rule, &layout)?);
/// let context = Context { loss: Some(5.0), ..Context::new(0, &layout) };
/// rule.advance(&mut p, &mut [3.0, 4.0], &mut state, &context)?;
/// assert!((p[0] - 0.4).abs() < 1e-15 && (p[1] - 0.2).abs() < 1e-15); // γ = 5/25.
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Polyak {
    /// γ_max ≥ 0, the greatest step length.
    pub greatest: f64,
    /// f*, the least value that the loss of a minibatch can have. Default 0.
    pub least: f64,
}

impl Polyak {
    /// With this greatest step, for losses not below 0.
    ///
    /// # Errors
    /// γ_max negative or not finite.
    pub fn new(greatest: f64) -> Result<Self> {
        check_nonnegative("lr", greatest)?;
        Ok(Self { greatest, least: 0.0 })
    }

    /// With another least loss.
    ///
    /// # Errors
    /// f* not finite.
    pub fn with_least(self, least: f64) -> Result<Self> {
        check("least", least, least.is_finite(), "it must be a finite number")?;
        Ok(Self { least, ..self })
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "polyak",
    summary: "step lengths from how far the loss is above its least value",
    parameters: PARAMETERS,
    example: "polyak:lr=1,least=0.1",
    make: plain!(|v| Polyak::new(v[0])?.with_least(v[4])),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.1), BATCH, EPOCHS, SEED, LEAST];
const LEAST: Parameter = Parameter {
    name: "least",
    default: 0.0,
    rule: "finite",
    summary: "the least value that a minibatch's loss can have",
};

/// Room for norms, and the last step length.
#[derive(Clone, Debug, PartialEq)]
pub struct PolyakState<T> {
    norms: Vec<T>,
    step: T,
}

impl<T: Real> Checkpoint for PolyakState<T> {
    fn visit(&mut self, _: &mut dyn Archive) -> Result<()> {
        Ok(())
    }
}

impl<T: Real> Update<T> for Polyak {
    type State = PolyakState<T>;
    const NEEDS: Needs = Needs { loss: true, global_norm: true, ..Needs::NOTHING };

    fn init(&self, layout: &Layout) -> Result<PolyakState<T>> {
        Ok(PolyakState { norms: norms::room(layout.len()), step: T::ONE })
    }

    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        s: &mut PolyakState<T>,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        context.check(u, p)?;
        let Some(loss) = context.loss else {
            return Err(Error::Unsupported {
                what: "the Polyak step".to_owned(),
                why: "it needs the loss at every step, and the context has none".to_owned(),
                remedy: "set `loss` in the context".to_owned(),
            }
            .into());
        };
        let norm = norms::finite(norms::norm(u, &mut s.norms, context.par))?;
        if !loss.is_finite() {
            return Err(Halt::NonFinite("the loss of the minibatch"));
        }
        let above = (loss - T::of(self.least)).max(T::ZERO);
        let bound = T::of(self.greatest);
        // Divided twice, for ‖u‖² may leave the range where ‖u‖ does not.
        s.step = if norm > T::ZERO { (above / norm / norm).min(bound) } else { T::ZERO };
        norms::scale(-s.step, u, context.par);
        Ok(())
    }

    fn metric(&self, s: &PolyakState<T>, _: &Context<'_, T>, _: Range<usize>, out: &mut [T]) {
        vector::scale(s.step, out);
    }
}
