//! [`Composite`] problems F(Xb) + P(b; λ) and [`CompositeMinimizer`], which solves them with an active set of columns.

use crate::checkpoint::Checkpoint;
use crate::datafit::Datafit;
use crate::design::Design;
use crate::minimizer::{Halt, Iterate, StepInfo};
use crate::penalty::Penalty;
use crate::real::Real;

/// The data of a penalised problem: minimise (1/Σw) Σ w ℓ(y, offset + Xb) + P(b; λ).
#[derive(Copy, Clone)]
pub struct Composite<'a, T: Real> {
    /// X, n×p, with or without an intercept.
    pub design: &'a Design<'a, T>,
    /// Losses, targets, weights and offset.
    pub datafit: &'a dyn Datafit<T>,
    /// P.
    pub penalty: &'a dyn Penalty<T>,
    /// λ ≥ 0.
    pub lambda: T,
}

/// A minimiser of composite problems; the same contract as [`Minimizer`](crate::Minimizer).
pub trait CompositeMinimizer<T: Real> {
    /// Buffers, point and active set; all memory is allocated by [`CompositeMinimizer::init`].
    type State: Checkpoint;

    /// Starts at `b0`, or at 0.
    ///
    /// # Errors
    /// Whatever stops the first evaluation.
    fn init(&self, problem: &Composite<'_, T>, b0: Option<&[T]>) -> Result<Self::State, Halt>;

    /// One outer iteration: choose the active columns, then work on them.
    ///
    /// # Errors
    /// Why no step was taken.
    fn step(&self, problem: &Composite<'_, T>, state: &mut Self::State) -> Result<StepInfo<T>, Halt>;

    /// The current point.
    fn iterate<'s>(&self, state: &'s Self::State) -> Iterate<'s, T>;

    /// The columns the last step worked on.
    fn active<'s>(&self, state: &'s Self::State) -> &'s [u32];
}
