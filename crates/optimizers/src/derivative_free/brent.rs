//! Brent's minimisation along a line: parabolas through the three best points, golden sections where they do not help; one value a step, superlinear.
//!
//! Source: Brent, *Algorithms for Minimization without Derivatives* (1973), chapter 5.

use thalweg_core::{
    Archive, Checkpoint, Halt, Iterate, Minimizer, Objective, Real, Result, StepInfo, visit_slice,
};

use super::bracket::{GOLDEN, bracket};
use super::{DerivativeFreeEntry, MakeDerivativeFree, info, value};

/// Options of Brent's method.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Brent {
    /// The width, as a share of |x|, to which the minimum is located; `None` is √ε, beyond which values do not differ. Default `None`.
    pub tolerance: Option<f64>,
}

pub(crate) const ENTRY: DerivativeFreeEntry = DerivativeFreeEntry {
    name: "brent",
    summary: "parabolas and golden sections along a line; needs values alone, one parameter",
    parameters: &[],
    example: "brent",
    make: MakeDerivativeFree {
        f64: |driver, objective, x0| driver.minimize(&Brent::default(), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&Brent::default(), objective, x0),
    },
};

/// The bracket and the three best points.
#[derive(Clone, Debug)]
pub struct State<T> {
    /// Ends a < b.
    ends: [T; 2],
    /// The best point, the second and the one before.
    best: [T; 3],
    values: [T; 3],
    /// The last step and the one before it.
    steps: [T; 2],
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "ends", &mut self.ends)?;
        visit_slice(archive, "best", &mut self.best)?;
        visit_slice(archive, "values", &mut self.values)?;
        visit_slice(archive, "steps", &mut self.steps)
    }
}

impl<T: Real, O: Objective<T> + ?Sized> Minimizer<T, O> for Brent {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let [a, b, c] = bracket(objective, x0, ENTRY.name)?;
        Ok(State {
            ends: [a.0.min(c.0), a.0.max(c.0)],
            best: [b.0; 3],
            values: [b.1; 3],
            steps: [T::ZERO; 2],
        })
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        let ([a, b], [x, w, v], [fx, fw, fv]) = (s.ends, s.best, s.values);
        let share = self.tolerance.map_or(T::EPSILON.sqrt(), T::of);
        let least = share * x.abs() + T::EPSILON;
        let middle = T::of(0.5) * (a + b);
        if (x - middle).abs() <= T::of(2.0) * least - T::of(0.5) * (b - a) {
            return Err(Halt::Stalled("the bracket is as narrow as the tolerance"));
        }
        // The parabola through the three points has its minimum at x + p/q.
        let (r, q) = ((x - w) * (fx - fv), (x - v) * (fx - fw));
        let (p, q) = ((x - v) * q - (x - w) * r, T::of(2.0) * (q - r));
        let (p, q) = if q > T::ZERO { (-p, q) } else { (p, -q) };
        let inside = p > q * (a - x) && p < q * (b - x);
        let [last, before_last] = s.steps;
        let fits = before_last.abs() > least && p.abs() < (T::of(0.5) * q * before_last).abs() && inside;
        let (mut step, kept) = if fits {
            let step = p / q;
            // Not too near an end.
            let near = x + step - a < T::of(2.0) * least || b - (x + step) < T::of(2.0) * least;
            (if near { signed(least, middle - x) } else { step }, last)
        } else {
            let room = if x < middle { b - x } else { a - x };
            (T::of(2.0 - GOLDEN) * room, room)
        };
        if step.abs() < least {
            step = signed(least, step);
        }
        s.steps = [step, kept];
        let u = x + step;
        let fu = value(objective, &[u])?;
        if fu <= fx {
            s.ends = if u < x { [a, x] } else { [x, b] };
            (s.best, s.values) = ([u, x, w], [fu, fx, fw]);
        } else {
            s.ends = if u < x { [u, b] } else { [a, u] };
            if fu <= fw || w == x {
                (s.best, s.values) = ([x, u, w], [fx, fu, fw]);
            } else if fu <= fv || v == x || v == w {
                (s.best[2], s.values[2]) = (u, fu);
            }
        }
        Ok(info(fx, s.values[0], step.abs()))
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.best[..1], value: s.values[0], gradient: None }
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}

/// |a| with the sign of b.
fn signed<T: Real>(a: T, b: T) -> T {
    if b < T::ZERO { -a.abs() } else { a.abs() }
}
