//! [`Point`]: where a line-search method stands, and the buffers to move on.

use thalweg_core::{
    Archive, Checkpoint, Gradient, Halt, Iterate, Real, Result, StepInfo, vector, visit_real, visit_slice,
};

use crate::descent::Moved;
use crate::line_search::{Line, Probe};

/// Point, value, gradient, and the direction and trial point of the next step.
#[derive(Clone, Debug)]
pub(crate) struct Point<T> {
    x: Vec<T>,
    pub(crate) gradient: Vec<T>,
    value: T,
    pub(crate) direction: Vec<T>,
    trial: Vec<T>,
    trial_gradient: Vec<T>,
}

impl<T: Real> Point<T> {
    /// Evaluates the start.
    pub(crate) fn start(objective: &mut (impl Gradient<T> + ?Sized), x0: &[T]) -> Result<Self, Halt> {
        let zeros = || vec![T::ZERO; x0.len()];
        let mut point = Self {
            x: x0.to_vec(),
            gradient: zeros(),
            value: T::INFINITY,
            direction: zeros(),
            trial: zeros(),
            trial_gradient: zeros(),
        };
        point.refresh(objective)?;
        Ok(point)
    }

    /// Evaluates where the point stands.
    pub(crate) fn refresh(&mut self, objective: &mut (impl Gradient<T> + ?Sized)) -> Result<(), Halt> {
        self.value = objective.value_gradient(&self.x, &mut self.gradient)?;
        if !self.value.is_finite() || !vector::all_finite(&self.gradient) {
            return Err(Halt::NonFinite("the objective or its gradient at the start"));
        }
        Ok(())
    }

    /// Moves along the whole direction without evaluating there.
    pub(crate) fn advance(&mut self) {
        vector::axpy(T::ONE, &self.direction, &mut self.x);
    }

    /// The line from here along the direction, for a search.
    pub(crate) fn line(&mut self, slope: T) -> Line<'_, T> {
        Line {
            x: &self.x,
            direction: &self.direction,
            value: self.value,
            slope,
            trial: &mut self.trial,
            gradient: &mut self.trial_gradient,
            bounds: None,
        }
    }

    /// The points and gradients before and after the step a search has found.
    pub(crate) fn step(&self) -> ([&[T]; 2], [&[T]; 2]) {
        ([&self.x, &self.trial], [&self.gradient, &self.trial_gradient])
    }

    /// The step of length t that a search has found.
    pub(crate) fn moved(&self, t: T) -> Moved<'_, T> {
        let (x, gradient) = self.step();
        Moved { x, gradient, direction: &self.direction, t }
    }

    /// False where max|g| ≤ √ε·max(1, |F|), which a driver accepts as stationary.
    pub(crate) fn is_far_from_stationary(&self) -> bool {
        vector::norm_inf(&self.gradient) > T::EPSILON.sqrt() * self.value.abs().max(T::ONE)
    }

    /// Moves to the trial point.
    pub(crate) fn accept(&mut self, probe: Probe<T>) -> StepInfo<T> {
        core::mem::swap(&mut self.x, &mut self.trial);
        core::mem::swap(&mut self.gradient, &mut self.trial_gradient);
        let decrease = self.value - probe.value;
        self.value = probe.value;
        StepInfo {
            value: self.value,
            decrease,
            gradient_inf: vector::norm_inf(&self.gradient),
            step_inf: probe.t * vector::norm_inf(&self.direction),
            predicted_decrease: None,
        }
    }

    pub(crate) fn iterate(&self) -> Iterate<'_, T> {
        Iterate { x: &self.x, value: self.value, gradient: Some(&self.gradient) }
    }
}

impl<T: Real> Checkpoint for Point<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "x", &mut self.x)?;
        visit_slice(archive, "gradient", &mut self.gradient)?;
        visit_real(archive, "value", &mut self.value)
    }
}
