//! Two optimizers with one fault each. Their laws fail by name: the point of this crate is the message.
//!
//! Both are `outside-momentum`, except that [`Boastful`] reports a value lower than F(x) and the state of [`Forgetful`] is saved without
//! value and step length.

use outside_momentum::{Momentum, State};
use thalweg_core::{Archive, Checkpoint, Gradient, Halt, Iterate, Minimizer, Real, Result, StepInfo};

/// Reports values that are too low.
#[derive(Copy, Clone, Debug, Default)]
pub struct Boastful;

impl<T: Real, O: Gradient<T> + ?Sized> Minimizer<T, O> for Boastful {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        Momentum.init(objective, x0)
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        let info = Momentum.step(objective, s)?;
        // The fault.
        Ok(StepInfo { value: info.value - T::of(1e-3), ..info })
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Minimizer::<T, O>::iterate(&Momentum, s)
    }

    fn name(&self) -> &'static str {
        "boastful"
    }
}

/// Forgets part of its state when it is saved.
#[derive(Copy, Clone, Debug, Default)]
pub struct Forgetful;

/// The whole state, of which only the vectors are saved.
pub struct Partial<T>(State<T>);

impl<T: Real> Checkpoint for Partial<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.0.visit(&mut Vectors(archive))
    }
}

/// Passes vectors on.
struct Vectors<'a>(&'a mut dyn Archive);

impl Archive for Vectors<'_> {
    fn number(&mut self, name: &str, value: &mut f64) -> Result<()> {
        // The fault.
        if name == "F, t" { Ok(()) } else { self.0.number(name, value) }
    }

    fn count(&mut self, name: &str, value: &mut u64) -> Result<()> {
        self.0.count(name, value)
    }
}

impl<T: Real, O: Gradient<T> + ?Sized> Minimizer<T, O> for Forgetful {
    type State = Partial<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<Partial<T>, Halt> {
        Momentum.init(objective, x0).map(Partial)
    }

    fn step(&self, objective: &mut O, s: &mut Partial<T>) -> Result<StepInfo<T>, Halt> {
        Momentum.step(objective, &mut s.0)
    }

    fn iterate<'s>(&self, s: &'s Partial<T>) -> Iterate<'s, T> {
        Minimizer::<T, O>::iterate(&Momentum, &s.0)
    }

    fn name(&self) -> &'static str {
        "forgetful"
    }
}
