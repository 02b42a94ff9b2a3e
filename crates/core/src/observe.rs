//! [`Observer`]: what a run shows while it goes on.

use core::ops::ControlFlow;

use crate::counted::Counts;

/// The state of a run after a step.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Progress {
    /// Steps made.
    pub iteration: u64,
    /// F(x).
    pub value: f64,
    /// max |∇F(x)|.
    pub gradient_inf: f64,
    /// The decrease of the last step.
    pub decrease: f64,
    /// max |step|.
    pub step_inf: f64,
    /// The decrease a further Newton step promises, where known.
    pub predicted_decrease: Option<f64>,
    /// Evaluations so far.
    pub counts: Counts,
    /// Seconds so far.
    pub seconds: f64,
}

/// Sees every step of a run and may end it. Closures are observers:
///
/// ```
/// use std::ops::ControlFlow;
/// use thalweg_core::{Observer, Progress};
/// let mut last = 0;
/// let mut observer = |p: &Progress| { last = p.iteration; ControlFlow::Continue(()) };
/// fn takes(_: &mut dyn Observer) {}
/// takes(&mut observer);
/// ```
pub trait Observer {
    /// Called after the start and after every step. `Break` ends the run as [`Status::Interrupted`](crate::Status).
    fn on_step(&mut self, progress: &Progress) -> ControlFlow<()>;
}

impl<F: FnMut(&Progress) -> ControlFlow<()>> Observer for F {
    fn on_step(&mut self, progress: &Progress) -> ControlFlow<()> {
        self(progress)
    }
}
