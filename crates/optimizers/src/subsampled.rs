//! [`Subsampled`]: any minimiser, warm-started on a deterministic subsample of the rows.
//!
//! Where the rows far outnumber the parameters, a tenth of them gives the solution to within its own statistical error at a tenth of the
//! cost, and the method's last, fast phase runs on all of them.

use core::num::NonZeroUsize;

use thalweg_core::{Halt, Iterate, Minimizer, Real, Rows, StepInfo, Subsample};

/// Options of the warm start.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Subsampled<M> {
    /// The method.
    pub inner: M,
    /// Every k-th block of rows is read. Default 10.
    pub every: NonZeroUsize,
    /// Steps on the subsample at most. Default 12.
    pub steps: u32,
    /// The subsample is left once a step gains less than this share of |F|: more would be noise. Default 1e-3.
    pub gain: f64,
}

impl<M> Subsampled<M> {
    /// With the default options. One row in ten, unless that leaves fewer than twenty rows a parameter; `None` if no useful subsample is
    /// left.
    pub fn new(inner: M, rows: usize, parameters: usize) -> Option<Self> {
        Some(Self { inner, every: stride(rows, parameters)?, steps: 12, gain: 1e-3 })
    }
}

/// One row in how many still leaves twenty a parameter: ten at most, `None` below four.
pub(crate) fn stride(rows: usize, parameters: usize) -> Option<NonZeroUsize> {
    NonZeroUsize::new((rows / (20 * parameters.max(50))).min(10)).filter(|k| k.get() >= 4)
}

impl<T: Real, O: Subsample<T> + ?Sized, M: Minimizer<T, O>> Minimizer<T, O> for Subsampled<M> {
    type State = M::State;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<M::State, Halt> {
        objective.restrict(Rows::EveryBlock(self.every));
        let gained = |_: &M::State, last: Option<&StepInfo<T>>| {
            last.is_some_and(|info| {
                info.predicted_decrease.unwrap_or(info.decrease) <= T::of(self.gain) * info.value.abs()
            })
        };
        let warm = until_noise(&self.inner, objective, x0, self.steps, gained);
        objective.restrict(Rows::All);
        match warm {
            // A subsample may be singular or separated where the data are not; then it has nothing to say.
            Err(halt @ (Halt::Budget | Halt::Interrupted | Halt::Input(_))) => Err(halt),
            Err(_) => self.inner.init(objective, x0),
            Ok(state) => match self.inner.init(objective, self.inner.iterate(&state).x) {
                Err(Halt::NonFinite(_)) => self.inner.init(objective, x0),
                outcome => outcome,
            },
        }
    }

    fn step(&self, objective: &mut O, state: &mut M::State) -> Result<StepInfo<T>, Halt> {
        self.inner.step(objective, state)
    }

    fn iterate<'s>(&self, state: &'s M::State) -> Iterate<'s, T> {
        self.inner.iterate(state)
    }

    fn name(&self) -> &'static str {
        self.inner.name()
    }
}

/// Steps from x0 until `noise` says of the state, and of the last step if there was one, that more would fit the noise of a subsample, or
/// `steps` are taken, or none lowers the objective.
pub(crate) fn until_noise<T: Real, O: ?Sized, M: Minimizer<T, O>>(
    minimizer: &M,
    objective: &mut O,
    x0: &[T],
    steps: u32,
    noise: impl Fn(&M::State, Option<&StepInfo<T>>) -> bool,
) -> Result<M::State, Halt> {
    let mut state = minimizer.init(objective, x0)?;
    let mut last = None;
    for _ in 0..steps {
        if noise(&state, last.as_ref()) {
            break;
        }
        match minimizer.step(objective, &mut state) {
            Ok(info) => last = Some(info),
            Err(Halt::Stalled(_)) => break,
            Err(halt) => return Err(halt),
        }
    }
    Ok(state)
}
