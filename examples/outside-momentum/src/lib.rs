//! Heavy-ball momentum v ← βv − t∇F(x), x ← x + v; one gradient a trial step. A step that misses Armijo's decrease is
//! taken again from rest, then with t halved. REPLACE: your method, its formula and its cost.
//!
//! Source: Polyak (1964) for the method, O'Donoghue and Candès (2015) for the restart.

use thalweg_core::{Archive, vector, vector::norm_inf, visit_real, visit_slice};
use thalweg_core::{Checkpoint, Gradient, Halt, Iterate, Minimizer, Real, Result, StepInfo};

/// β = 0.95; t grows by 1 % a step. REPLACE: your options, with a `Default`.
#[derive(Copy, Clone, Debug, Default)]
pub struct Momentum;

/// REPLACE: what your method remembers from step to step.
pub struct State<T> {
    /// x, v and ∇F(x).
    here: [Vec<T>; 3],
    /// The same at the end of a trial step; scratch.
    trial: [Vec<T>; 3],
    value: T,
    t: T,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.here.iter_mut().try_for_each(|v| visit_slice(archive, "x, v, g", v))?;
        [&mut self.value, &mut self.t].into_iter().try_for_each(|v| visit_real(archive, "F, t", v))
    }
}

impl<T: Real, O: Gradient<T> + ?Sized> Minimizer<T, O> for Momentum {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let mut here = [x0.to_vec(), vec![T::ZERO; x0.len()], vec![T::ZERO; x0.len()]];
        let value = objective.value_gradient(x0, &mut here[2])?;
        let finite = value.is_finite() && vector::all_finite(&here[2]);
        let state = State { trial: here.clone(), here, value, t: T::ONE };
        if finite { Ok(state) } else { Err(Halt::NonFinite("the objective or its gradient at the start")) }
    }

    // REPLACE: your step. A trial is evaluated beside the current point, which a refused step leaves alone.
    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        // With momentum, then from rest.
        for beta in core::iter::once(T::of(0.95)).chain([T::ZERO; 100]) {
            let ([x, v, g], [x1, v1, g1]) = (&s.here, &mut s.trial);
            (0..x.len()).for_each(|i| v1[i] = beta * v[i] - s.t * g[i]);
            vector::step(x, T::ONE, v1, x1);
            let slope = vector::dot(g, v1);
            let value = if slope < T::ZERO { objective.value_gradient(x1, g1)? } else { T::INFINITY };
            if value <= s.value + T::of(1e-4) * slope && vector::all_finite(g1) {
                let (decrease, gradient_inf, step_inf) = (s.value - value, norm_inf(g1), norm_inf(v1));
                (s.value, s.t) = (value, T::of(1.01) * s.t);
                core::mem::swap(&mut s.here, &mut s.trial);
                return Ok(StepInfo { value, decrease, gradient_inf, step_inf, predicted_decrease: None });
            }
            s.t *= if beta > T::ZERO { T::ONE } else { T::of(0.5) };
        }
        Err(Halt::Stalled("no step lowers the objective"))
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.here[0], value: s.value, gradient: Some(&s.here[2]) }
    }

    fn name(&self) -> &'static str {
        "outside-momentum"
    }
}
