//! [`Minimizer`]: an optimizer of whole smooth problems, as `init` and `step`; the driver owns the loop.

use crate::checkpoint::Checkpoint;
use crate::error::Error;
use crate::real::Real;

/// Why an oracle or a step cannot go on. None of these is a panic, and all but [`Halt::Input`] end in a
/// [`Status`](crate::Status) with the best point so far.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Halt {
    /// The next evaluation would exceed the budget.
    #[error("the evaluation budget is used up")]
    Budget,
    /// The caller asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// Wrong input.
    #[error(transparent)]
    Input(#[from] Error),
    /// A value or gradient is NaN or infinite where the optimizer needs a finite one.
    #[error("{0} is not finite")]
    NonFinite(&'static str),
    /// No further decrease is possible in this precision.
    #[error("no further decrease: {0}")]
    Stalled(&'static str),
    /// The objective falls without bound along a direction.
    #[error("the objective is unbounded below")]
    Unbounded,
}

/// What a step reports; the driver's stopping rules read it.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct StepInfo<T> {
    /// F at the new point.
    pub value: T,
    /// F(old) − F(new).
    pub decrease: T,
    /// max |∇F| at the new point; of a composite objective the largest violation of its optimality conditions, which is the same where F
    /// is differentiable.
    pub gradient_inf: T,
    /// max |x_new − x_old|.
    pub step_inf: T,
    /// gᵀH⁻¹g/2 at the new point, for methods that solve with a Hessian: the decrease a further step promises.
    pub predicted_decrease: Option<T>,
}

/// The optimizer's current point.
#[derive(Copy, Clone, Debug)]
pub struct Iterate<'s, T> {
    /// The parameters.
    pub x: &'s [T],
    /// F(x).
    pub value: T,
    /// ∇F(x), if the method computes it; `None` for a composite objective.
    pub gradient: Option<&'s [T]>,
}

/// A minimiser of smooth problems. It says in its bound on `O` what it needs of the objective, so that a wrong pairing does not
/// compile; it cannot forget to stop and cannot claim convergence, because it does neither.
///
/// `O` is the driver's [`Counted`](crate::Counted) objective in a run, and any objective in a test.
pub trait Minimizer<T: Real, O: ?Sized> {
    /// Buffers and point; all memory is allocated by [`Minimizer::init`].
    type State: Checkpoint;

    /// Evaluates the start and allocates.
    ///
    /// # Errors
    /// [`Halt::NonFinite`] if F(x0) is not finite; whatever the oracle returns.
    fn init(&self, objective: &mut O, x0: &[T]) -> Result<Self::State, Halt>;

    /// One iteration. The state holds the best point if it fails.
    ///
    /// # Errors
    /// Why no step was taken.
    fn step(&self, objective: &mut O, state: &mut Self::State) -> Result<StepInfo<T>, Halt>;

    /// The current point.
    fn iterate<'s>(&self, state: &'s Self::State) -> Iterate<'s, T>;

    /// What a report calls this method.
    fn name(&self) -> &'static str;
}
