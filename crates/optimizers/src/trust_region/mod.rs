//! Trust regions: x ← x + s with s the minimiser of a quadratic model within ‖s‖₂ ≤ Δ, where Δ follows how well the model foretells F.
//!
//! [`TrustRegion`] is the loop, a [`Subproblem`] says how the model is minimised: [`Dogleg`] and [`MoreSorensen`] from the Hessian,
//! [`Steihaug`] from its products. Unlike a line search none of them asks for a positive definite Hessian: directions of negative curvature are
//! followed to the edge of the region. One evaluation a step, and one more for each rejection.
//!
//! Source: Conn, Gould and Toint, *Trust-Region Methods* (2000), algorithm 6.1.1, and section 17.4.2 for the test near round-off; Nocedal and
//! Wright, *Numerical Optimization*, 2nd ed., chapter 4.

pub(crate) mod dogleg;
mod factor;
mod model;
pub(crate) mod more_sorensen;
pub(crate) mod steihaug;

pub use dogleg::{Dogleg, DoglegModel};
pub use model::DenseModel;
pub use more_sorensen::{ExactModel, MoreSorensen};
pub use steihaug::{Steihaug, SteihaugModel};

use thalweg_core::{
    Archive, Checkpoint, Gradient, Halt, Iterate, Minimizer, Real, Result, StepInfo, vector, visit_real,
    visit_slice,
};

/// The loop of a trust-region method around the solver `S` of its subproblem.
///
/// ```
/// use thalweg_core::Driver;
/// use thalweg_optimizers::{MoreSorensen, TrustRegion};
/// let mut valley = thalweg_problems::problem::<f64>("rosenbrock")?;
/// let method = TrustRegion::<MoreSorensen>::default();
/// let found = Driver::new().minimize(&method, &mut *valley, &[-1.2, 1.0])?;
/// assert!(found.status.is_solved() && (found.x[0] - 1.0).abs() < 1e-8);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct TrustRegion<S> {
    /// How the model is minimised within the region.
    pub subproblem: S,
    /// The first radius, in the units of x. Default 1.
    pub radius: f64,
    /// The largest radius. Default 1e10.
    pub largest: f64,
    /// The share of the promised decrease in [0, ¼) that a step must keep to be taken. Default 1e-4.
    pub accept: f64,
    /// Rejections in a row before giving up. Default 60, which passes the smallest relative step of f64.
    pub rejections: u32,
}

impl<S: Default> Default for TrustRegion<S> {
    fn default() -> Self {
        Self { subproblem: S::default(), radius: 1.0, largest: 1e10, accept: 1e-4, rejections: 60 }
    }
}

/// What the minimiser of a model within the region promises.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Promise<T> {
    /// m(0) − m(s) ≥ 0: the decrease of the model.
    pub decrease: T,
    /// Whether the region holds the step back. If not, the decrease is all that the model has to give, as of a Newton step.
    pub at_edge: bool,
}

/// A quadratic model m(s) = gᵀs + ½sᵀHs and how it is minimised within ‖s‖₂ ≤ Δ.
pub trait Subproblem<T: Real, O: Gradient<T> + ?Sized> {
    /// The curvature at the current point and at the last trial point, and buffers.
    type Model: Checkpoint;
    /// Whether [`Subproblem::solve`] evaluates nothing, so that it may be done ahead of the stopping rules.
    const AHEAD: bool;

    /// Memory for n parameters.
    fn model(&self, n: usize) -> Self::Model;

    /// F and its gradient at a trial point, and of the curvature there whatever comes with them.
    ///
    /// # Errors
    /// Whatever the oracle returns.
    fn evaluate(&self, objective: &mut O, x: &[T], g: &mut [T], model: &mut Self::Model) -> Result<T, Halt>;

    /// Makes the point of the last [`Subproblem::evaluate`] the current one.
    fn accept(&self, model: &mut Self::Model);

    /// Called before the first [`Subproblem::solve`] at a point.
    ///
    /// # Errors
    /// Whatever the oracle returns.
    fn prepare(&self, _objective: &mut O, _x: &[T], _model: &mut Self::Model) -> Result<(), Halt> {
        Ok(())
    }

    /// Writes the step s for the gradient `g` and the radius.
    ///
    /// # Errors
    /// [`Halt::NonFinite`] for a Hessian that is not finite; whatever the oracle returns.
    fn solve(
        &self,
        objective: &mut O,
        g: &[T],
        radius: T,
        model: &mut Self::Model,
        s: &mut [T],
    ) -> Result<Promise<T>, Halt>;
}

/// Point, radius and model.
pub struct State<T, M> {
    x: Vec<T>,
    gradient: Vec<T>,
    value: T,
    radius: T,
    model: M,
    /// The step from x and its promise, where they are known already.
    step: Vec<T>,
    promise: Option<Promise<T>>,
    trial: Vec<T>,
    trial_gradient: Vec<T>,
}

impl<T: Real, M: Checkpoint> Checkpoint for State<T, M> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "x", &mut self.x)?;
        visit_slice(archive, "gradient", &mut self.gradient)?;
        visit_real(archive, "value", &mut self.value)?;
        visit_real(archive, "radius", &mut self.radius)?;
        visit_slice(archive, "step", &mut self.step)?;
        // 0: no step yet; 1: inside the region; 2: at its edge.
        let mut known = self.promise.map_or(0, |promise| 1 + u64::from(promise.at_edge));
        archive.count("known", &mut known)?;
        let mut decrease = self.promise.map_or(T::ZERO, |promise| promise.decrease);
        visit_real(archive, "promise", &mut decrease)?;
        self.promise = (known > 0).then_some(Promise { decrease, at_edge: known == 2 });
        self.model.visit(archive)
    }
}

impl<T: Real, O: Gradient<T> + ?Sized, S: Subproblem<T, O> + Named> Minimizer<T, O> for TrustRegion<S> {
    type State = State<T, S::Model>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<Self::State, Halt> {
        let zeros = || vec![T::ZERO; x0.len()];
        let mut s = State {
            x: x0.to_vec(),
            gradient: zeros(),
            value: T::INFINITY,
            radius: T::of(self.radius),
            model: self.subproblem.model(x0.len()),
            step: zeros(),
            promise: None,
            trial: zeros(),
            trial_gradient: zeros(),
        };
        s.value = self.subproblem.evaluate(objective, x0, &mut s.gradient, &mut s.model)?;
        if !s.value.is_finite() || !vector::all_finite(&s.gradient) {
            return Err(Halt::NonFinite("the objective or its gradient at the start"));
        }
        self.subproblem.accept(&mut s.model);
        Ok(s)
    }

    fn step(&self, objective: &mut O, s: &mut Self::State) -> Result<StepInfo<T>, Halt> {
        if s.promise.is_none() {
            self.subproblem.prepare(objective, &s.x, &mut s.model)?;
        }
        for rejections in 0..=self.rejections {
            let promise = match s.promise.take() {
                Some(promise) => promise,
                None => {
                    let State { gradient, radius, model, step, .. } = s;
                    self.subproblem.solve(objective, gradient, *radius, model, step)?
                }
            };
            if promise.decrease <= T::ZERO {
                return Err(Halt::Stalled("no step within the trust region lowers the model"));
            }
            vector::step(&s.x, T::ONE, &s.step, &mut s.trial);
            if s.trial == s.x {
                return Err(Halt::Stalled("the step is below the rounding of the parameters"));
            }
            // The first trial is nearly always taken, so its derivatives are computed at once; after a rejection the value decides first.
            if rejections > 0 {
                let value = objective.value(&s.trial)?;
                if !self.takes(s.value, value, promise.decrease) {
                    s.radius = self.shrunk(s, value);
                    continue;
                }
            }
            let State { trial, trial_gradient, model, .. } = s;
            let value = self.subproblem.evaluate(objective, trial, trial_gradient, model)?;
            if self.takes(s.value, value, promise.decrease)
                && vector::all_finite(&s.trial_gradient)
                && (value < s.value || vector::norm2(&s.trial_gradient) < vector::norm2(&s.gradient))
            {
                return self.move_on(objective, s, value, promise);
            }
            s.radius = self.shrunk(s, value);
        }
        Err(Halt::Stalled("no step within the trust region lowers the objective"))
    }

    fn iterate<'s>(&self, s: &'s Self::State) -> Iterate<'s, T> {
        Iterate { x: &s.x, value: s.value, gradient: Some(&s.gradient) }
    }

    fn name(&self) -> &'static str {
        S::NAME
    }
}

/// The name of the method that a subproblem makes of the loop.
pub trait Named {
    /// As in the catalogue.
    const NAME: &'static str;
}

impl<S> TrustRegion<S> {
    /// Whether the decrease keeps enough of its promise. Both are raised by the rounding of F, so that a promise below it is kept by any value
    /// that rounding may have made of an equal one; the gradient then decides.
    fn takes<T: Real>(&self, from: T, to: T, promised: T) -> bool {
        let noise = noise(from);
        from - to + noise >= T::of(self.accept) * (promised + noise)
    }

    /// The radius after a rejection: the minimum of the parabola through F, its slope and the trial value, within a tenth and a half of the
    /// step; a quarter where F has no value.
    fn shrunk<T: Real, M>(&self, s: &State<T, M>, value: T) -> T {
        let slope = vector::dot(&s.gradient, &s.step);
        let share = -slope / (T::of(2.0) * (value - s.value - slope));
        let share = if value.is_finite() && share.is_finite() { share } else { T::of(0.25) };
        share.max(T::of(0.1)).min(T::of(0.5)) * vector::norm2(&s.step).min(s.radius)
    }

    fn move_on<T, O>(
        &self,
        objective: &mut O,
        s: &mut State<T, S::Model>,
        value: T,
        promise: Promise<T>,
    ) -> Result<StepInfo<T>, Halt>
    where
        T: Real,
        O: Gradient<T> + ?Sized,
        S: Subproblem<T, O>,
    {
        let decrease = s.value - value;
        let noise = noise(s.value);
        let ratio = (decrease + noise) / (promise.decrease + noise);
        let length = vector::norm2(&s.step);
        if ratio < T::of(0.25) {
            s.radius = (T::of(0.25) * length).min(s.radius);
        } else if ratio > T::of(0.75) && promise.at_edge {
            s.radius = (T::of(2.0) * length).max(s.radius).min(T::of(self.largest));
        }
        let step_inf = vector::norm_inf(&s.step);
        core::mem::swap(&mut s.x, &mut s.trial);
        core::mem::swap(&mut s.gradient, &mut s.trial_gradient);
        s.value = value;
        self.subproblem.accept(&mut s.model);
        if S::AHEAD {
            self.subproblem.prepare(objective, &s.x, &mut s.model)?;
            let State { gradient, radius, model, step, .. } = s;
            s.promise = Some(self.subproblem.solve(objective, gradient, *radius, model, step)?);
        }
        Ok(StepInfo {
            value,
            decrease,
            gradient_inf: vector::norm_inf(&s.gradient),
            step_inf,
            // Held back by the region, or followed into a valley, the model's decrease says nothing about what is left.
            predicted_decrease: s.promise.filter(|promise| !promise.at_edge).map(|promise| promise.decrease),
        })
    }
}

/// The rise of F that its own rounding can feign.
fn noise<T: Real>(value: T) -> T {
    T::of(16.0) * T::EPSILON * value.abs()
}
