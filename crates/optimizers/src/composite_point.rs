//! [`CompositePoint`]: where a gradient method on a composite objective stands, and when it stands still.

use thalweg_core::{
    Archive, Checkpoint, Composite, Halt, Real, Result, Step, StepInfo, vector, visit_real, visit_slice,
    visit_usize,
};

/// x with ∇f(x), F(x) and the violation there.
#[derive(Clone, Debug)]
pub(crate) struct CompositePoint<T> {
    pub(crate) x: Vec<T>,
    /// ∇f(x).
    pub(crate) gradient: Vec<T>,
    /// F(x).
    pub(crate) value: T,
    pub(crate) violation: T,
    /// The least violation so far, and the steps since it or F last fell.
    least: T,
    idle: usize,
}

impl<T: Real> Checkpoint for CompositePoint<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "x", &mut self.x)?;
        visit_slice(archive, "gradient", &mut self.gradient)?;
        visit_real(archive, "value", &mut self.value)?;
        visit_real(archive, "violation", &mut self.violation)?;
        visit_real(archive, "least", &mut self.least)?;
        visit_usize(archive, "idle", &mut self.idle)
    }
}

impl<T: Real> CompositePoint<T> {
    /// Evaluates the start, moved onto a constraint that it lies outside of. Returns f(x) beside the point.
    pub(crate) fn start<O: Composite<T> + ?Sized>(objective: &mut O, x0: &[T]) -> Result<(Self, T), Halt> {
        let (mut x, mut gradient) = (x0.to_vec(), vec![T::ZERO; x0.len()]);
        if !objective.penalty_value(&x).is_finite() {
            objective.prox(&mut x, Step::Scalar(T::ONE));
        }
        let smooth = objective.smooth(&x, &mut gradient)?;
        let value = smooth + objective.penalty_value(&x);
        if !value.is_finite() || !vector::all_finite(&gradient) {
            return Err(Halt::NonFinite("the objective or its gradient at the start"));
        }
        let violation = objective.stationarity(&x, &gradient);
        Ok((Self { x, gradient, value, violation, least: T::INFINITY, idle: 0 }, smooth))
    }

    /// An error where nothing is left to do.
    pub(crate) fn moves_on(&self) -> Result<(), Halt> {
        if self.violation == T::ZERO {
            Err(Halt::Stalled("the optimality conditions hold exactly"))
        } else {
            Ok(())
        }
    }

    /// Moves to the trial point, which takes the old one's place with its gradient; `value` is F there. After more than `patience` steps that
    /// lowered neither F nor the least violation it gives up.
    pub(crate) fn accept<O: Composite<T> + ?Sized>(
        &mut self,
        objective: &O,
        trial: &mut Vec<T>,
        trial_gradient: &mut Vec<T>,
        value: T,
        patience: usize,
    ) -> Result<StepInfo<T>, Halt> {
        let moved = self.x.iter().zip(trial.iter()).fold(T::ZERO, |m, (a, b)| m.max((*a - *b).abs()));
        core::mem::swap(&mut self.x, trial);
        core::mem::swap(&mut self.gradient, trial_gradient);
        let decrease = self.value - value;
        self.value = value;
        self.violation = objective.stationarity(&self.x, &self.gradient);
        self.idle = if decrease > T::ZERO || self.violation < self.least { 0 } else { self.idle + 1 };
        self.least = self.least.min(self.violation);
        if self.idle > patience {
            return Err(Halt::Stalled("neither the objective nor the violation falls further"));
        }
        Ok(StepInfo {
            value,
            decrease,
            gradient_inf: self.violation,
            step_inf: moved,
            predicted_decrease: None,
        })
    }
}
