//! Sharpness-aware minimisation: the gradient is taken where the loss is worst nearby. Two gradients a step, one number an entry.
//!
//! Source: Foret, Kleiner, Mobahi and Neyshabur, *Sharpness-aware minimization for efficiently improving generalization*, ICLR 2021, algorithm 1.

use core::ops::Range;

use thalweg_core::{
    Archive, Checkpoint, Context, Fused, Halt, Layout, Needs, Parameter, Real, Result, Update, visit_scoped,
    visit_slice,
};

use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::nesterov::MOMENTUM;
use super::{Constant, Momentum, check_nonnegative, norms};

/// A whole rule that sees the gradient at w + ρg/‖g‖, g the gradient at w, and steps from w.
///
/// It takes two steps for one of the rule: the first, of even number, goes to the worst place nearby; the second back to w and on. The second asks for the
/// same minibatch ([`Update::repeats`]). The parameters to evaluate are w. Nothing may come before or behind it in a chain.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// use thalweg_optimizers::{Constant, Sam, Sgd};
/// let (layout, rule) = (Layout::flat(1), Sam::new(Fused((Sgd, Constant::new(0.5)?)), 0.25)?);
/// let (mut p, mut state) = ([1.0], Update::<f64>::init(&rule, &layout)?);
/// // The gradient of ½p²: up by ¼, then a step of ½·1.25 from where it was.
/// for (step, expected) in [1.25, 0.375].into_iter().enumerate() {
///     let mut g = p;
///     rule.advance(&mut p, &mut g, &mut state, &Context::new(step as u64, &layout))?;
///     assert_eq!(p, [expected]);
/// }
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Sam<U> {
    /// The rule, complete with its schedule.
    pub rule: U,
    /// ρ ≥ 0, how far away the gradient is taken. The paper's choice is 0.05.
    pub radius: f64,
}

impl<U> Sam<U> {
    /// This rule with gradients taken at a distance ρ.
    ///
    /// # Errors
    /// ρ negative or not finite.
    pub fn new(rule: U, radius: f64) -> Result<Self> {
        check_nonnegative("radius", radius)?;
        Ok(Self { rule, radius })
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "sam",
    summary: "momentum on gradients taken where the loss is worst nearby: two gradients a step",
    parameters: PARAMETERS,
    example: "sam:lr=0.01,radius=0.1",
    make: plain!(|v| Sam::new(Fused((Momentum::new(v[4])?, Constant::new(v[0])?)), v[5])),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.01), BATCH, EPOCHS, SEED, MOMENTUM, RADIUS];
const RADIUS: Parameter =
    Parameter { name: "radius", default: 0.05, rule: ">= 0", summary: "how far away the gradient is taken" };

/// The rule's state, and w between the two steps.
#[derive(Clone, Debug, PartialEq)]
pub struct SamState<T, S> {
    inner: S,
    clean: Vec<T>,
    /// 1 between the two steps, else 0.
    away: u64,
    norms: Vec<T>,
}

impl<T: Real, S: Checkpoint> Checkpoint for SamState<T, S> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_scoped(archive, "inner", &mut self.inner)?;
        visit_slice(archive, "clean", &mut self.clean)?;
        archive.count("away", &mut self.away)
    }
}

/// The context of the rule inside, which takes half as many steps.
fn inside<'a, T: Real>(context: &Context<'a, T>) -> Context<'a, T> {
    Context { step: context.step / 2, ..*context }
}

impl<T: Real, U: Update<T>> Update<T> for Sam<U> {
    type State = SamState<T, U::State>;
    const NEEDS: Needs = U::NEEDS.or(Needs { global_norm: true, ..Needs::NOTHING });

    fn init(&self, layout: &Layout) -> Result<Self::State> {
        let (n, inner) = (layout.len(), self.rule.init(layout)?);
        Ok(SamState { inner, clean: vec![T::ZERO; n], away: 0, norms: norms::room(n) })
    }

    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        s: &mut Self::State,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        context.check(u, p)?;
        if context.step.is_multiple_of(2) {
            let norm = norms::finite(norms::norm(u, &mut s.norms, context.par))?;
            s.clean.copy_from_slice(p);
            let factor = if norm > T::ZERO { T::of(self.radius) / norm } else { T::ZERO };
            norms::scale(factor, u, context.par);
            s.away = 1;
            return Ok(());
        }
        self.rule.update(u, &s.clean, &mut s.inner, &inside(context))?;
        for ((u, p), clean) in u.iter_mut().zip(p).zip(&s.clean) {
            *u = (*clean - *p) + *u;
        }
        s.away = 0;
        Ok(())
    }

    fn repeats(&self, step: u64) -> bool {
        step.is_multiple_of(2)
    }

    fn evaluation_view(&self, s: &mut Self::State, view: &mut [T]) {
        if s.away == 1 && view.len() == s.clean.len() {
            view.copy_from_slice(&s.clean);
        }
        self.rule.evaluation_view(&mut s.inner, view);
    }

    fn metric(&self, s: &Self::State, context: &Context<'_, T>, range: Range<usize>, out: &mut [T]) {
        self.rule.metric(&s.inner, &inside(context), range, out);
    }
}
