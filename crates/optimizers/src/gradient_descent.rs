//! Gradient descent x ← x − t∇F(x) with backtracking. One value and gradient a trial step, usually one or two.
//!
//! Source: Cauchy (1847); Armijo (1966) for the step.

use thalweg_core::{
    Archive, Checkpoint, Gradient, Halt, Iterate, Minimizer, Real, Result, StepInfo, vector, visit_real,
    visit_slice,
};

use crate::entry::{Make, MinimizerEntry};
use crate::line_search::{Backtracking, Line};

/// Options of gradient descent.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct GradientDescent {
    /// The step rule.
    pub search: Backtracking,
    /// The factor by which the next trial step exceeds the last accepted one, so that steps can grow again. Default 2.
    pub grow: f64,
}

impl Default for GradientDescent {
    fn default() -> Self {
        Self { search: Backtracking::default(), grow: 2.0 }
    }
}

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "gradient-descent",
    summary: "steepest descent with Armijo backtracking; needs gradients, linear convergence",
    parameters: &[],
    example: "gradient-descent",
    make: Make {
        f64: |driver, objective, x0| driver.minimize(&GradientDescent::default(), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&GradientDescent::default(), objective, x0),
    },
};

/// Point, gradient and the last step length.
#[derive(Clone, Debug)]
pub struct State<T> {
    x: Vec<T>,
    gradient: Vec<T>,
    value: T,
    /// The last accepted step length.
    t: T,
    direction: Vec<T>,
    trial: Vec<T>,
    trial_gradient: Vec<T>,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "x", &mut self.x)?;
        visit_slice(archive, "gradient", &mut self.gradient)?;
        visit_real(archive, "value", &mut self.value)?;
        visit_real(archive, "t", &mut self.t)
    }
}

impl<T: Real, O: Gradient<T> + ?Sized> Minimizer<T, O> for GradientDescent {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let zeros = || vec![T::ZERO; x0.len()];
        let mut gradient = zeros();
        let value = objective.value_gradient(x0, &mut gradient)?;
        if !value.is_finite() || !vector::all_finite(&gradient) {
            return Err(Halt::NonFinite("the objective or its gradient at the start"));
        }
        // The first trial step moves x by at most 1 in any coordinate.
        let t = vector::norm_inf(&gradient).max(T::ONE).recip() * T::of(self.grow).recip();
        Ok(State {
            x: x0.to_vec(),
            gradient,
            value,
            t,
            direction: zeros(),
            trial: zeros(),
            trial_gradient: zeros(),
        })
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        for (d, g) in s.direction.iter_mut().zip(&s.gradient) {
            *d = -*g;
        }
        let slope = -vector::norm2_squared(&s.gradient);
        if slope == T::ZERO {
            return Err(Halt::Stalled("the gradient is exactly zero"));
        }
        let mut line = Line {
            x: &s.x,
            direction: &s.direction,
            value: s.value,
            slope,
            trial: &mut s.trial,
            gradient: &mut s.trial_gradient,
        };
        let probe = self.search.search(objective, &mut line, s.t * T::of(self.grow))?;
        core::mem::swap(&mut s.x, &mut s.trial);
        core::mem::swap(&mut s.gradient, &mut s.trial_gradient);
        let decrease = s.value - probe.value;
        (s.value, s.t) = (probe.value, probe.t);
        Ok(StepInfo {
            value: s.value,
            decrease,
            gradient_inf: vector::norm_inf(&s.gradient),
            step_inf: probe.t * vector::norm_inf(&s.direction),
            predicted_decrease: None,
        })
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.x, value: s.value, gradient: Some(&s.gradient) }
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}
