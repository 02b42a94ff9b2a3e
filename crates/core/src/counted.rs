//! [`Counted`]: an objective that counts its evaluations and refuses the one that would exceed the budget.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use faer::MatMut;

use crate::certificate::Verification;
use crate::composite::{Composite, LinearComposite, OutputsComposite, RowComposite};
use crate::design::Design;
use crate::formula::Properties;
use crate::linear_sum::{LinearSum, Terms};
use crate::loss::Want;
use crate::minimizer::Halt;
use crate::objective::{FiniteSum, Gradient, Hessian, HessianVector, Objective, Residuals, Rows, Subsample};
use crate::penalty::{Penalty, Step};
use crate::real::Real;
use crate::update::Layout;

/// Evaluations by kind. A fused evaluation counts once, under its highest order.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Default)]
pub struct Counts {
    /// Values alone.
    pub values: u64,
    /// Values with gradients, assessments of a finite sum among them.
    pub gradients: u64,
    /// Values with gradients and Hessians (or their roots).
    pub hessians: u64,
    /// Hessian-vector products.
    pub hessian_vectors: u64,
    /// Minibatch gradients.
    pub batches: u64,
}

impl Counts {
    /// All evaluations.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.values + self.gradients + self.hessians + self.hessian_vectors + self.batches
    }
}

impl core::ops::Add for Counts {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            values: self.values + other.values,
            gradients: self.gradients + other.gradients,
            hessians: self.hessians + other.hessians,
            hessian_vectors: self.hessian_vectors + other.hessian_vectors,
            batches: self.batches + other.batches,
        }
    }
}

/// Hard limits of a run; `None` is no limit.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Budget {
    /// Steps.
    pub iterations: Option<u64>,
    /// Evaluations of any kind; never exceeded.
    pub evaluations: Option<u64>,
    /// Wall-clock time; checked before each evaluation. The one limit whose results depend on the machine.
    pub time: Option<Duration>,
}

impl Default for Budget {
    /// 1000 iterations.
    fn default() -> Self {
        Self { iterations: Some(1000), evaluations: None, time: None }
    }
}

/// Forwards each capability of the objective it wraps, counts, and refuses what the budget does not cover.
pub struct Counted<'a, O: ?Sized> {
    objective: &'a mut O,
    counts: Counts,
    budget: Budget,
    started: Instant,
    interrupt: Option<Arc<AtomicBool>>,
}

impl<'a, O: ?Sized> Counted<'a, O> {
    /// Starts the clock. Raising `interrupt` (from a signal handler, say) refuses the next evaluation.
    pub fn new(objective: &'a mut O, budget: Budget, interrupt: Option<Arc<AtomicBool>>) -> Self {
        Self { objective, counts: Counts::default(), budget, started: Instant::now(), interrupt }
    }

    /// Evaluations so far.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// Goes on from the counts of a run that is resumed.
    pub(crate) fn set_counts(&mut self, counts: Counts) {
        self.counts = counts;
    }

    /// Seconds since the start.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// The objective itself, past the count: for certificates.
    pub fn uncounted(&mut self) -> &mut O {
        self.objective
    }

    fn admit(&self) -> Result<(), Halt> {
        if self.interrupt.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Err(Halt::Interrupted);
        }
        let spent = self.budget.evaluations.is_some_and(|limit| self.counts.total() >= limit);
        let late = self.budget.time.is_some_and(|limit| self.started.elapsed() >= limit);
        if spent || late { Err(Halt::Budget) } else { Ok(()) }
    }
}

impl<T: Real, O: Objective<T> + ?Sized> Objective<T> for Counted<'_, O> {
    fn dim(&self) -> usize {
        self.objective.dim()
    }
    fn value(&mut self, x: &[T]) -> Result<T, Halt> {
        self.admit()?;
        self.counts.values += 1;
        self.objective.value(x)
    }
    fn verify(&mut self, x: &[T]) -> Result<Verification, Halt> {
        self.objective.verify(x)
    }
}

impl<T: Real, O: Gradient<T> + ?Sized> Gradient<T> for Counted<'_, O> {
    fn value_gradient(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt> {
        self.admit()?;
        self.counts.gradients += 1;
        self.objective.value_gradient(x, g)
    }
}

/// Residuals count as values, with their Jacobian as gradients.
impl<T: Real, O: Residuals<T> + ?Sized> Residuals<T> for Counted<'_, O> {
    fn shape(&self) -> (usize, usize) {
        self.objective.shape()
    }
    fn residuals(&mut self, x: &[T], r: &mut [T]) -> Result<(), Halt> {
        self.admit()?;
        self.counts.values += 1;
        self.objective.residuals(x, r)
    }
    fn residuals_jacobian(&mut self, x: &[T], r: &mut [T], j: MatMut<'_, T>) -> Result<(), Halt> {
        self.admit()?;
        self.counts.gradients += 1;
        self.objective.residuals_jacobian(x, r, j)
    }
}

impl<T: Real, O: HessianVector<T> + ?Sized> HessianVector<T> for Counted<'_, O> {
    fn linearize(&mut self, x: &[T]) -> Result<(), Halt> {
        self.admit()?;
        self.counts.gradients += 1;
        self.objective.linearize(x)
    }
    fn hessian_vector(&mut self, v: &[T], out: &mut [T]) -> Result<(), Halt> {
        self.admit()?;
        self.counts.hessian_vectors += 1;
        self.objective.hessian_vector(v, out)
    }
    fn hessian_diagonal(&mut self, out: &mut [T]) -> Result<bool, Halt> {
        self.objective.hessian_diagonal(out)
    }
}

impl<T: Real, O: Hessian<T> + ?Sized> Hessian<T> for Counted<'_, O> {
    fn value_gradient_hessian(&mut self, x: &[T], g: &mut [T], h: MatMut<'_, T>) -> Result<T, Halt> {
        self.admit()?;
        self.counts.hessians += 1;
        self.objective.value_gradient_hessian(x, g, h)
    }
    fn hessian_root(&mut self, x: &[T], r: MatMut<'_, T>) -> Result<bool, Halt> {
        self.admit()?;
        let known = self.objective.hessian_root(x, r)?;
        self.counts.hessians += u64::from(known);
        Ok(known)
    }
}

impl<T: Real, O: FiniteSum<T> + ?Sized> FiniteSum<T> for Counted<'_, O> {
    fn terms(&self) -> usize {
        self.objective.terms()
    }
    fn layout(&self) -> Layout {
        self.objective.layout()
    }
    fn batch_gradient(&mut self, rows: &[u32], x: &[T], g: &mut [T]) -> Result<T, Halt> {
        self.admit()?;
        self.counts.batches += 1;
        self.objective.batch_gradient(rows, x, g)
    }
    fn assess(&mut self, x: &[T]) -> Result<(T, T), Halt> {
        self.admit()?;
        self.counts.gradients += 1;
        self.objective.assess(x)
    }
}

impl<T: Real, O: LinearSum<T> + ?Sized> LinearSum<T> for Counted<'_, O> {
    fn linear(&self) -> crate::error::Result<Terms<'_, T>> {
        self.objective.linear()
    }
    fn grant(&mut self, wanted: u64) -> Result<u64, Halt> {
        self.admit()?;
        let left = self.budget.evaluations.map_or(wanted, |limit| limit - self.counts.total());
        let granted = self.objective.grant(wanted.min(left))?;
        self.counts.batches += granted;
        Ok(granted)
    }
    fn assess_terms(&mut self, x: &[T], slopes: &mut [T], g: &mut [T]) -> Result<(T, T), Halt> {
        self.admit()?;
        self.counts.gradients += 1;
        self.objective.assess_terms(x, slopes, g)
    }
}

impl<T: Real, O: Subsample<T> + ?Sized> Subsample<T> for Counted<'_, O> {
    fn restrict(&mut self, rows: Rows) {
        self.objective.restrict(rows);
    }
    fn active_rows(&self) -> usize {
        self.objective.active_rows()
    }
}

impl<T: Real, O: Composite<T> + ?Sized> Composite<T> for Counted<'_, O> {
    fn smooth(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt> {
        self.admit()?;
        self.counts.gradients += 1;
        self.objective.smooth(x, g)
    }
    fn penalty_value(&self, x: &[T]) -> T {
        self.objective.penalty_value(x)
    }
    fn prox(&self, v: &mut [T], step: Step<'_, T>) {
        self.objective.prox(v, step);
    }
    fn metric(&self, out: &mut [T]) -> crate::error::Result<()> {
        self.objective.metric(out)
    }
    fn stationarity(&self, x: &[T], g: &[T]) -> T {
        self.objective.stationarity(x, g)
    }
}

impl<T: Real, O: RowComposite<T> + ?Sized> RowComposite<T> for Counted<'_, O> {
    fn design(&self) -> &Design<'_, T> {
        self.objective.design()
    }
    fn outputs(&self) -> usize {
        self.objective.outputs()
    }
    fn penalty(&self) -> &dyn Penalty<T> {
        self.objective.penalty()
    }
    fn lambda(&self) -> T {
        self.objective.lambda()
    }
    fn total_weight(&self) -> T {
        self.objective.total_weight()
    }
    fn weights(&self, out: &mut [T]) {
        self.objective.weights(out);
    }
    fn properties(&self) -> Properties<T> {
        self.objective.properties()
    }
    fn predict(&self, x: &[T], eta: &mut [T]) {
        self.objective.predict(x, eta);
    }
    fn rows(&mut self, eta: &[T], want: Want, slopes: &mut [T], curvature: &mut [T]) -> Result<T, Halt> {
        self.admit()?;
        if want == Want::Value {
            self.counts.values += 1;
        } else {
            self.counts.gradients += 1;
        }
        self.objective.rows(eta, want, slopes, curvature)
    }
    fn apply_transpose(&self, u: &[T], g: &mut [T]) {
        self.objective.apply_transpose(u, g);
    }
    fn predictor_bound(&self, x: &[T]) -> T {
        self.objective.predictor_bound(x)
    }
}

impl<T: Real, O: LinearComposite<T> + ?Sized> LinearComposite<T> for Counted<'_, O> {
    fn prox_rows(&mut self, v: &[T], t: T, out: &mut [T]) -> Result<(), Halt> {
        self.admit()?;
        self.counts.gradients += 1;
        self.objective.prox_rows(v, t, out)
    }
    fn gram_limit(&self) -> usize {
        self.objective.gram_limit()
    }
    fn gram(&mut self, columns: &[usize], h: &[T], out: &mut [T]) -> Result<(), Halt> {
        self.objective.gram(columns, h, out)
    }
}

impl<T: Real, O: OutputsComposite<T> + ?Sized> OutputsComposite<T> for Counted<'_, O> {
    fn place(&self, c: usize) -> (usize, usize) {
        self.objective.place(c)
    }
    fn hessian(
        &mut self,
        coefficients: &[usize],
        curvature: &[T],
        out: &mut [T],
        border: &mut [T],
    ) -> Result<(), Halt> {
        self.objective.hessian(coefficients, curvature, out, border)
    }
}
