//! A proximal step at the end of a chain, in the metric of the rules before it: sparse problems end with exact zeros.
//!
//! Source: Parikh and Boyd, *Proximal algorithms* (2014), section 4.2; the diagonal metric as in Yun, Lozano and Yang, *Adaptive proximal
//! gradient methods for structured neural networks*, NeurIPS 2021.

use core::cmp::Ordering;
use core::ops::Range;

use thalweg_core::{
    Archive, Blocks, Checkpoint, Context, Error, Halt, Layout, Metric, Penalty, Real, Result, Step, Update,
    check_shape,
};

use super::check_nonnegative;

/// Coordinates whose metric is asked for at a time; a multiple of every block of slots.
const PIECE: usize = 512;

/// u ← prox(p + u) − p, where prox is that of P(·; λ) in the norm Σ vⱼ²/tⱼ and t = lr·d is what the chain before it moves an entry by a unit of
/// gradient: lr from the schedule, d = 1/(√v̂ + ε) from Adam.
///
/// In this norm a fixed point of the chain is a stationary point of F + P whatever d is; the Euclidean prox behind Adam has others. An
/// entry whose prox is 0 ends as exactly 0, for p + (0 − p) is. Block by block: a penalty of groups receives the step of each member; one
/// whose prox is known for equal steps only ([`Penalty::takes_diagonal_steps`]) is refused behind a rule that moves the members of a group
/// differently. The cost is one more pass over parameters and slots. Restrict it with `.on(..)` to spare an intercept; with
/// [`Scheduled`](thalweg_core::Scheduled) λ changes from step to step.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// use thalweg_optimizers::{Constant, Prox, Sgd};
/// # use thalweg_testkit::fixtures::Shrink as L1;
/// let chain = (Fused((Sgd, Constant::new(0.5)?)), Prox::new(&L1, 1.0)?);
/// let (layout, mut p) = (Layout::flat(2), [2.0, -0.25]);
/// let mut state = Update::<f64>::init(&chain, &layout)?;
/// chain.advance(&mut p, &mut [1.0, 0.0], &mut state, &Context::new(0, &layout))?;
/// assert_eq!(p, [2.0 - 0.5 - 0.5, 0.0]);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
pub struct Prox<'a, P: ?Sized> {
    /// P.
    pub penalty: &'a P,
    /// λ ≥ 0.
    pub lambda: f64,
}

impl<P: ?Sized> Clone for Prox<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: ?Sized> Copy for Prox<'_, P> {}

impl<'a, P: ?Sized> Prox<'a, P> {
    /// The prox of P(·; λ); `penalty` may be a `dyn Penalty`.
    ///
    /// # Errors
    /// λ negative or not finite.
    pub fn new(penalty: &'a P, lambda: f64) -> Result<Self> {
        check_nonnegative("lambda", lambda)?;
        Ok(Self { penalty, lambda })
    }
}

/// Room for the steps of the largest group.
#[derive(Clone, Debug, PartialEq)]
pub struct ProxState<T>(Vec<T>);

impl<T: Real> Checkpoint for ProxState<T> {
    fn visit(&mut self, _: &mut dyn Archive) -> Result<()> {
        Ok(())
    }
}

impl<T: Real, P: Penalty<T> + ?Sized> Update<T> for Prox<'_, P> {
    type State = ProxState<T>;

    fn init(&self, layout: &Layout) -> Result<ProxState<T>> {
        let Blocks::Groups(groups) = self.penalty.blocks() else { return Ok(ProxState(Vec::new())) };
        let mut largest = 0;
        for group in groups {
            if group.start > group.end || group.end > layout.len() {
                let rule = format!("the penalty acts on {} parameters, counted from 0", layout.len());
                return Err(Error::invalid_parameter("group", format!("{group:?}"), &rule));
            }
            largest = largest.max(group.len());
        }
        Ok(ProxState(vec![T::ZERO; largest]))
    }

    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        ProxState(steps): &mut ProxState<T>,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        context.check(u, p)?;
        match self.penalty.blocks() {
            Blocks::Coordinates => context.par.for_each_chunk(u, PIECE, |piece, u| {
                let start = piece * PIECE;
                self.coordinates(start..start + u.len(), u, &p[start..start + u.len()], context);
            }),
            Blocks::Groups(groups) => {
                for (block, group) in groups.iter().enumerate() {
                    check_shape("room for the steps of a group", steps.len().max(group.len()), steps.len())?;
                    check_shape("parameters that a group reaches", u.len().max(group.end), u.len())?;
                    let (u, p) = (&mut u[group.clone()], &p[group.clone()]);
                    let steps = &mut steps[..group.len()];
                    steps.fill(T::ONE);
                    context.scale(group.clone(), steps);
                    self.check_steps(steps)?;
                    self.block(block, u, p, Step::Diagonal(steps));
                }
            }
        }
        Ok(())
    }
}

impl<P: ?Sized> Prox<'_, P> {
    /// At most [`PIECE`] coordinates, each a block of its own.
    fn coordinates<T: Real>(&self, range: Range<usize>, u: &mut [T], p: &[T], context: &Context<'_, T>)
    where
        P: Penalty<T>,
    {
        let mut steps = [T::ONE; PIECE];
        let steps = &mut steps[..range.len()];
        context.scale(range.clone(), steps);
        if self.penalty.takes_diagonal_steps() {
            // The whole run in one call.
            return self.block(range.start, u, p, Step::Diagonal(steps));
        }
        for (i, ((u, p), t)) in u.iter_mut().zip(p).zip(steps).enumerate() {
            let (u, p) = (core::slice::from_mut(u), core::slice::from_ref(p));
            self.block(range.start + i, u, p, Step::Scalar(*t));
        }
    }

    /// `Err` where the steps of a group differ and the prox is not known for that.
    fn check_steps<T: Real>(&self, steps: &[T]) -> Result<()>
    where
        P: Penalty<T>,
    {
        // A step that is NaN comes from a gradient that is; it passes, as the gradient does.
        let differ = steps.windows(2).any(|t| t[0].partial_cmp(&t[1]).is_some_and(Ordering::is_ne));
        if !differ || self.penalty.takes_diagonal_steps() {
            return Ok(());
        }
        Err(Error::Unsupported {
            what: "the proximal step of this penalty behind a rule with a step length an entry".to_owned(),
            why: "its prox is known for equal steps within a group only".to_owned(),
            remedy: "take a rule with one step length, such as momentum".to_owned(),
        })
    }

    fn block<T: Real>(&self, block: usize, u: &mut [T], p: &[T], step: Step<'_, T>)
    where
        P: Penalty<T>,
    {
        for (u, p) in u.iter_mut().zip(p) {
            *u += *p;
        }
        self.penalty.prox(block, u, step, T::of(self.lambda));
        for (u, p) in u.iter_mut().zip(p) {
            *u -= *p;
        }
    }
}
