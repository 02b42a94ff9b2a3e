//! Heavy-ball momentum v ← βv − t∇F(x), x ← x + v (Polyak 1964). A step that misses Armijo's decrease is taken
//! again from rest (O'Donoghue and Candès 2015), then with half the t. REPLACE: your method, its formula and source.
use thalweg_core::{Archive, Checkpoint, Gradient, Halt, Iterate, Minimizer, Real, Result, StepInfo};
use thalweg_core::{vector, visit_real, visit_slice};

/// REPLACE: your options. β is the share of the velocity that is kept, in [0, 1); t grows by `grow` ≥ 1 a step.
pub struct Momentum { pub beta: f64, pub grow: f64 }

impl Default for Momentum {
    fn default() -> Self {
        Self { beta: 0.9, grow: 1.1 }
    }
}

/// Points, gradients and velocities, `[here, trial]`; F and t here. REPLACE: what your method remembers.
pub struct State<T> { x: [Vec<T>; 2], g: [Vec<T>; 2], v: [Vec<T>; 2], value: T, t: T }

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        [("x", &mut self.x[0]), ("g", &mut self.g[0]), ("v", &mut self.v[0])].into_iter().try_for_each(|(name, v)| visit_slice(archive, name, v))?;
        [("value", &mut self.value), ("t", &mut self.t)].into_iter().try_for_each(|(name, v)| visit_real(archive, name, v))
    }
}

impl<T: Real, O: Gradient<T> + ?Sized> Minimizer<T, O> for Momentum {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let pair = |v: &[T]| [v.to_vec(), v.to_vec()];
        let zeros = vec![T::ZERO; x0.len()];
        let (x, mut g, v) = (pair(x0), pair(&zeros), pair(&zeros));
        let value = objective.value_gradient(x0, &mut g[0])?;
        if !value.is_finite() || !vector::all_finite(&g[0]) {
            return Err(Halt::NonFinite("the start"));
        }
        let t = vector::norm_inf(&g[0]).max(T::ONE).recip();
        Ok(State { x, g, v, value, t })
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        let mut beta = T::of(self.beta);
        s.t *= T::of(self.grow);
        for _ in 0..100 {
            let ([x, x1], [g, g1], [v, v1]) = (&mut s.x, &mut s.g, &mut s.v);
            for i in 0..x.len() {
                v1[i] = beta * v[i] - s.t * g[i];
                x1[i] = x[i] + v1[i];
            }
            let slope = vector::dot(g, v1);
            if slope < T::ZERO {
                let value = objective.value_gradient(x1, g1)?;
                let decrease = s.value - value;
                if decrease >= -T::of(1e-4) * slope && vector::all_finite(g1) {
                    s.x.swap(0, 1);
                    s.g.swap(0, 1);
                    s.v.swap(0, 1);
                    s.value = value;
                    let (gradient_inf, step_inf) = (vector::norm_inf(&s.g[0]), vector::norm_inf(&s.v[0]));
                    return Ok(StepInfo { value, decrease, gradient_inf, step_inf, predicted_decrease: None });
                }
            }
            if beta == T::ZERO {
                s.t *= T::of(0.5);
            }
            beta = T::ZERO;
        }
        Err(Halt::Stalled("no step lowers the objective"))
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.x[0], value: s.value, gradient: Some(&s.g[0]) }
    }

    fn name(&self) -> &'static str {
        "outside-momentum"
    }
}
