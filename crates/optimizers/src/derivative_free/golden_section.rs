//! Golden-section search along a line: one value a step, and the bracket shrinks by 0.618; sure and slow.
//!
//! Source: Kiefer, *Sequential minimax search for a maximum*, Proc. AMS 4 (1953).

use thalweg_core::{
    Archive, Checkpoint, Halt, Iterate, Minimizer, Objective, Real, Result, StepInfo, visit_slice,
};

use super::bracket::{GOLDEN, bracket};
use super::{DerivativeFreeEntry, MakeDerivativeFree, info, value};

/// Golden-section search.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct GoldenSection;

pub(crate) const ENTRY: DerivativeFreeEntry = DerivativeFreeEntry {
    name: "golden-section",
    summary: "a bracket along a line, cut in the golden ratio; needs values alone, one parameter",
    parameters: &[],
    example: "golden-section",
    make: MakeDerivativeFree {
        f64: |driver, objective, x0| driver.minimize(&GoldenSection, objective, x0),
        f32: |driver, objective, x0| driver.minimize(&GoldenSection, objective, x0),
    },
};

/// The bracket.
#[derive(Clone, Debug)]
pub struct State<T> {
    /// a, b and c, b between the others.
    x: [T; 3],
    /// F there.
    f: [T; 3],
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "x", &mut self.x)?;
        visit_slice(archive, "F", &mut self.f)
    }
}

impl<T: Real, O: Objective<T> + ?Sized> Minimizer<T, O> for GoldenSection {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let [a, b, c] = bracket(objective, x0, ENTRY.name)?;
        Ok(State { x: [a.0, b.0, c.0], f: [a.1, b.1, c.1] })
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        let ([a, b, c], before) = (s.x, s.f[1]);
        // Values differ by the square of a step: below √ε they do not.
        let width = (c - a).abs();
        if width <= T::EPSILON.sqrt() * (b.abs() + T::EPSILON.sqrt()) {
            return Err(Halt::Stalled("the bracket is as narrow as values can tell"));
        }
        let share = T::of(2.0 - GOLDEN);
        let outer = if (c - b).abs() > (b - a).abs() { c } else { a };
        let x = b + share * (outer - b);
        let f = value(objective, &[x])?;
        // The far end moves to the middle or to the new point, whichever is higher.
        let far = usize::from(outer == c) * 2;
        if f < before {
            (s.x[2 - far], s.f[2 - far]) = (b, before);
            (s.x[1], s.f[1]) = (x, f);
        } else {
            (s.x[far], s.f[far]) = (x, f);
        }
        Ok(info(before, s.f[1], width))
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.x[1..2], value: s.f[1], gradient: None }
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}
