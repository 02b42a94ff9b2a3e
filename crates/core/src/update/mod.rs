//! [`Update`]: stepwise optimizers on one flat slice. [`Elementwise`] rules and their tuples run [`Fused`], in one pass over memory; tuples of
//! updates are chains; [`On`] restricts a rule to some tensors, [`Scheduled`] changes its hyperparameters from step to step.
//!
//! In a chain the vector starts as the gradient; each member rewrites it; the last one leaves the step that is *added* to the
//! parameters. `adam` preconditions and has no learning rate; a schedule comes behind it and multiplies by −lr; a proximal step comes last
//! and receives lr and the metric of the rules before it.

mod chain;
mod elementwise;
mod fused;
mod layout;
mod on;
mod schedule;
mod scheduled;

use core::ops::Range;

use crate::checkpoint::Checkpoint;
use crate::error::{Result, check_shape};
use crate::minimizer::Halt;
use crate::par::Par;
use crate::real::Real;
use crate::vector;

pub use elementwise::{Elementwise, Slots, WIDTH};
pub use fused::{Fused, SlotMemory};
pub use layout::{Layout, Tensor};
pub use on::{On, OnState};
pub use schedule::Schedule;
pub use scheduled::{Scheduled, ScheduledState};

/// Entries a task takes at a time: a multiple of [`WIDTH`], so that the pieces depend on the length alone.
pub(crate) const CHUNK: usize = 1 << 14;

/// What an update rule reads beyond the gradient.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Default)]
pub struct Needs {
    /// The value of the minibatch loss.
    pub loss: bool,
    /// Hessian-vector products.
    pub hessian_vector: bool,
    /// One extra read of the vector for a norm over all of it or over each tensor: an entry depends on others.
    pub global_norm: bool,
}

impl Needs {
    /// Nothing but the gradient.
    pub const NOTHING: Self = Self { loss: false, hessian_vector: false, global_norm: false };

    /// What either of two rules reads.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self {
            loss: self.loss || other.loss,
            hessian_vector: self.hessian_vector || other.hessian_vector,
            global_norm: self.global_norm || other.global_norm,
        }
    }
}

/// A diagonal metric: how much a unit of gradient moves each entry.
pub trait Metric<T: Real>: Sync {
    /// outⱼ ← outⱼ·dⱼ for the entries j of `range`; `out` holds those entries alone.
    fn scale(&self, range: Range<usize>, out: &mut [T]);
}

/// What an update sees of the run.
#[derive(Copy, Clone)]
pub struct Context<'a, T> {
    /// The 0-based step.
    pub step: u64,
    /// The minibatch loss, where [`Needs::loss`] asks for it.
    pub loss: Option<T>,
    /// The tensors inside the flat vector.
    pub layout: &'a Layout,
    /// The metric of the rules that come before in the chain; `None` is the identity.
    pub metric: Option<&'a dyn Metric<T>>,
    /// Whether the rule may use the current thread pool; no bit of the result depends on it.
    pub par: Par,
}

impl<'a, T: Real> Context<'a, T> {
    /// A step without loss and metric, on the current pool.
    #[must_use]
    pub fn new(step: u64, layout: &'a Layout) -> Self {
        Self { step, loss: None, layout, metric: None, par: Par::default() }
    }

    /// `Err` unless vector and parameters are as long as the layout: the first line of an update.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) naming the one that is not.
    pub fn check(&self, u: &[T], p: &[T]) -> Result<()> {
        check_shape("length of the gradient", self.layout.len(), u.len())?;
        check_shape("length of the parameters", self.layout.len(), p.len())
    }

    /// With another choice of parallelism.
    #[must_use]
    pub fn with_par(mut self, par: Par) -> Self {
        self.par = par;
        self
    }
}

impl<T: Real> Metric<T> for Context<'_, T> {
    fn scale(&self, range: Range<usize>, out: &mut [T]) {
        if let Some(metric) = self.metric {
            metric.scale(range, out);
        }
    }
}

/// A stepwise rule: gradient in, step out.
///
/// ```
/// use thalweg_core::{Archive, Checkpoint, Context, Halt, Layout, Result, Update};
///
/// /// u ← −lr·sign(u)
/// struct SignDescend { lr: f64 }
/// impl Update<f64> for SignDescend {
///     type State = ();
///     fn init(&self, _: &Layout) -> Result<()> { Ok(()) }
///     fn update(&self, u: &mut [f64], _: &[f64], _: &mut (), _: &Context<'_, f64>) -> Result<(), Halt> {
///         u.iter_mut().for_each(|u| *u = -self.lr * u.signum());
///         Ok(())
///     }
/// }
/// let layout = Layout::flat(2);
/// let (rule, mut p, mut g) = (SignDescend { lr: 0.5 }, [1.0, 1.0], [3.0, -2.0]);
/// let mut state = rule.init(&layout)?;
/// rule.advance(&mut p, &mut g, &mut state, &Context::new(0, &layout))?;
/// assert_eq!(p, [0.5, 1.5]);
/// # Ok::<(), Halt>(())
/// ```
pub trait Update<T: Real>: Send + Sync {
    /// The buffers the rule carries from step to step; all memory is allocated by [`Update::init`].
    type State: Checkpoint + Send + Sync;
    /// What the rule reads beyond the gradient.
    const NEEDS: Needs = Needs::NOTHING;

    /// The state before the first step.
    ///
    /// # Errors
    /// A layout that the rule cannot work on.
    fn init(&self, layout: &Layout) -> Result<Self::State>;

    /// Rewrites `u`, which holds the gradient or what the rules before this one made of it. `p` holds the parameters before the step: an
    /// argument and not a field of the context, because [`Update::advance`] writes them.
    ///
    /// # Errors
    /// [`Halt::NonFinite`] if the rule cannot go on from this vector; [`Halt::Input`] for lengths that differ from the layout's.
    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        state: &mut Self::State,
        context: &Context<'_, T>,
    ) -> Result<(), Halt>;

    /// [`Update::update`], then p ← p + u: a whole step, to the same bits. It leaves `u` unspecified, so that a fused rule writes the
    /// parameters in its one pass and the step never.
    ///
    /// # Errors
    /// As [`Update::update`].
    fn advance(
        &self,
        p: &mut [T],
        u: &mut [T],
        state: &mut Self::State,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        self.update(u, p, state, context)?;
        let u = &*u;
        context.par.for_each_chunk(p, CHUNK, |chunk, p| {
            vector::axpy(T::ONE, &u[chunk * CHUNK..chunk * CHUNK + p.len()], p);
        });
        Ok(())
    }

    /// True if the step after the 0-based `step` is to see the gradient of the same minibatch, at the parameters where this one leaves them:
    /// sharpness-aware minimisation takes its second gradient so. The default is no.
    fn repeats(&self, _step: u64) -> bool {
        false
    }

    /// Turns the parameters that are stepped, in `view`, into those to evaluate and save, where they differ (schedule-free, averages). In
    /// place, so that the views of a chain compose without a buffer.
    fn evaluation_view(&self, _state: &mut Self::State, _view: &mut [T]) {}

    /// outⱼ ← outⱼ·dⱼ for the entries j of `range`, where d is the diagonal by which the last [`Update::update`] turned an estimate of the
    /// gradient into a step: Adam's 1/(√v̂ + ε), a schedule's lr. It multiplies, so that the metrics of a chain compose; it works on ranges,
    /// so that a proximal step behind the rule asks for a cached piece at a time and nobody stores d. The default is the identity: a rule
    /// that averages or clips the gradient changes no metric.
    fn metric(&self, _state: &Self::State, _context: &Context<'_, T>, _range: Range<usize>, _out: &mut [T]) {}

    /// This rule on some tensors only; the others pass unchanged, to the bit.
    fn on<F: Fn(&Tensor) -> bool + Send + Sync>(self, tensors: F) -> On<Self, F>
    where
        Self: Sized,
    {
        On::new(self, tensors)
    }
}
