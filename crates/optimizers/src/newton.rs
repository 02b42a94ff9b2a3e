//! Newton's method with step halving; on a likelihood with expected information it is Fisher scoring (IRLS).
//!
//! One fused value, gradient and Hessian a step and n³/3 flops for the solve. The system is solved by the Cholesky factor of the
//! column-scaled Hessian while its reciprocal condition allows; beyond that by an orthogonal root of the Hessian, whose condition is not
//! squared.
//!
//! Source: Nocedal and Wright, *Numerical Optimization*, 2nd ed., section 3.3; Green (1984) for IRLS.

use faer::Mat;
use thalweg_core::{
    Archive, Checkpoint, Halt, Hessian, Iterate, Minimizer, Real, Result, Scalar, ScaledCholesky, StepInfo,
    vector, visit_real, visit_slice,
};

use crate::entry::{Make, MinimizerEntry};

/// Options of Newton's method.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Newton {
    /// Step halvings before giving up. Default 50.
    pub halvings: u32,
    /// Reciprocal condition below which the orthogonal root replaces the Cholesky factor. Default 1e-10.
    pub min_rcond: f64,
    /// Once a step promises a decrease below this share of |F|, it is taken without evaluating there: convergence is quadratic, so the
    /// square of the share remains, and a whole pass is saved. `None` evaluates every point. Default `None`.
    pub polish: Option<f64>,
}

impl Default for Newton {
    fn default() -> Self {
        Self { halvings: 50, min_rcond: 1e-10, polish: None }
    }
}

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "newton",
    summary: "Newton or IRLS with step halving; needs Hessians, quadratic convergence",
    parameters: &[],
    example: "newton",
    make: Make {
        f64: |driver, objective, x0| driver.minimize(&Newton::default(), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&Newton::default(), objective, x0),
    },
};

/// The smallest |r_jj|/‖r_j‖ at which an orthogonal root still counts as regular.
const ROOT_TOLERANCE: f64 = 1e-13;

/// Point, derivatives and the direction that leads on from there.
pub struct State<T: Real> {
    x: Vec<T>,
    gradient: Vec<T>,
    value: T,
    direction: Vec<T>,
    /// −gᵀd/2: the decrease of the quadratic model along the direction.
    predicted: T,
    rcond: T,
    /// The point was polished: value and derivatives are those of the point before.
    stale: bool,
    hessian: Mat<T>,
    cholesky: ScaledCholesky<T>,
    trial: Vec<T>,
    trial_gradient: Vec<T>,
}

impl<T: Real> State<T> {
    /// The estimated reciprocal condition of the column-scaled Hessian at the last point; 0 if it was not positive definite.
    pub fn rcond(&self) -> T {
        self.rcond
    }

    /// True once a step promises less than this share of |F|.
    pub(crate) fn promises_less_than(&self, share: T) -> bool {
        self.predicted <= share * self.value.abs()
    }

    /// The point that the last quadratic model points at, and its Hessian.
    pub(crate) fn into_model(mut self) -> (Vec<T>, Mat<T>) {
        vector::axpy(T::ONE, &self.direction, &mut self.x);
        (self.x, self.hessian)
    }
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        let mut stale = u64::from(self.stale);
        archive.count("stale", &mut stale)?;
        self.stale = stale != 0;
        visit_slice(archive, "x", &mut self.x)?;
        visit_slice(archive, "gradient", &mut self.gradient)?;
        visit_real(archive, "value", &mut self.value)?;
        visit_slice(archive, "direction", &mut self.direction)?;
        visit_real(archive, "predicted", &mut self.predicted)?;
        visit_real(archive, "rcond", &mut self.rcond)
    }
}

impl<T: Real, O: Hessian<T> + ?Sized> Minimizer<T, O> for Newton {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let n = x0.len();
        let zeros = || vec![T::ZERO; n];
        let mut s = State {
            x: x0.to_vec(),
            gradient: zeros(),
            value: T::INFINITY,
            direction: zeros(),
            predicted: T::INFINITY,
            rcond: T::ZERO,
            stale: true,
            hessian: Mat::zeros(n, n),
            cholesky: ScaledCholesky::new(n),
            trial: zeros(),
            trial_gradient: zeros(),
        };
        self.refresh(objective, &mut s)?;
        Ok(s)
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        if s.stale {
            self.refresh(objective, s)?;
        }
        if s.predicted == T::ZERO {
            return Err(Halt::Stalled("the gradient is exactly zero"));
        }
        let old = s.value;
        let t = self.halve(objective, s)?;
        let mut step_inf = t * vector::norm_inf(&s.direction);
        core::mem::swap(&mut s.x, &mut s.trial);
        core::mem::swap(&mut s.gradient, &mut s.trial_gradient);
        self.solve(objective, s)?;
        if self.polish.is_some_and(|share| s.predicted <= T::of(share) * s.value.abs()) {
            vector::axpy(T::ONE, &s.direction, &mut s.x);
            step_inf = step_inf.max(vector::norm_inf(&s.direction));
            s.stale = true;
        }
        Ok(StepInfo {
            value: s.value,
            decrease: old - s.value,
            gradient_inf: vector::norm_inf(&s.gradient),
            step_inf,
            predicted_decrease: Some(s.predicted),
        })
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.x, value: s.value, gradient: Some(&s.gradient) }
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}

impl Newton {
    /// Evaluates at x and finds the direction there.
    fn refresh<T: Real, O: Hessian<T> + ?Sized>(
        &self,
        objective: &mut O,
        s: &mut State<T>,
    ) -> Result<(), Halt> {
        s.value = objective.value_gradient_hessian(&s.x, &mut s.gradient, s.hessian.as_mut())?;
        if !s.value.is_finite() || !vector::all_finite(&s.gradient) {
            return Err(Halt::NonFinite("the objective or its gradient at the start"));
        }
        s.stale = false;
        self.solve(objective, s)
    }

    /// Halves the step until the objective does not rise beyond its rounding; leaves derivatives at the trial point.
    fn halve<T: Real, O: Hessian<T> + ?Sized>(&self, objective: &mut O, s: &mut State<T>) -> Result<T, Halt> {
        let mut t = T::ONE;
        let slack = T::of(16.0) * T::EPSILON * s.value.abs();
        for halvings in 0..=self.halvings {
            vector::step(&s.x, t, &s.direction, &mut s.trial);
            // The first trial is nearly always taken, so its derivatives are computed at once; after a rejection values alone decide.
            let accepted = |value: T| value <= s.value - T::of(2e-4) * t * s.predicted + slack;
            if halvings > 0 && !accepted(objective.value(&s.trial)?) {
                t *= T::of(0.5);
                continue;
            }
            let value =
                objective.value_gradient_hessian(&s.trial, &mut s.trial_gradient, s.hessian.as_mut())?;
            if accepted(value) && vector::all_finite(&s.trial_gradient) {
                s.value = value;
                return Ok(t);
            }
            t *= T::of(0.5);
        }
        Err(Halt::Stalled("no step along the Newton direction lowers the objective"))
    }

    /// d ← −H⁻¹g from the Hessian at x.
    fn solve<T: Real, O: Hessian<T> + ?Sized>(
        &self,
        objective: &mut O,
        s: &mut State<T>,
    ) -> Result<(), Halt> {
        for (d, g) in s.direction.iter_mut().zip(&s.gradient) {
            *d = -*g;
        }
        s.rcond = s.cholesky.factor(s.hessian.as_ref()).unwrap_or(T::ZERO);
        if s.rcond >= T::of(self.min_rcond).max(T::EPSILON) {
            s.cholesky.solve(&mut s.direction);
        } else if !self.solve_by_root(objective, s)? {
            solve_regularised(s)?;
        }
        s.predicted = T::of(-0.5) * vector::dot(&s.gradient, &s.direction);
        if s.predicted.is_finite() && s.predicted >= T::ZERO {
            Ok(())
        } else {
            Err(Halt::NonFinite("the Newton direction"))
        }
    }

    /// Solves RᵀR d = −g with an orthogonal root; `false` if the objective has none or it is singular. Rare, so it allocates.
    fn solve_by_root<T: Real, O: Hessian<T> + ?Sized>(
        &self,
        objective: &mut O,
        s: &mut State<T>,
    ) -> Result<bool, Halt> {
        let n = s.x.len();
        let mut r = Mat::<T>::zeros(n, n);
        if !objective.hessian_root(&s.x, r.as_mut())? {
            return Ok(false);
        }
        let tolerance = T::of(ROOT_TOLERANCE).max(T::EPSILON);
        for j in 0..n {
            let norm = vector::norm2(&(0..=j).map(|i| r[(i, j)]).collect::<Vec<_>>());
            if r[(j, j)].abs() <= tolerance * norm || !norm.is_finite() {
                return Ok(false);
            }
        }
        let d = &mut s.direction;
        for j in 0..n {
            let known: T = (0..j).map(|i| r[(i, j)] * d[i]).sum();
            d[j] = (d[j] - known) / r[(j, j)];
        }
        for j in (0..n).rev() {
            let known: T = (j + 1..n).map(|k| r[(j, k)] * d[k]).sum();
            d[j] = (d[j] - known) / r[(j, j)];
        }
        Ok(true)
    }
}

/// Adds τ diag(H) until the factorisation succeeds: a descent direction where the Hessian is singular or indefinite.
fn solve_regularised<T: Real>(s: &mut State<T>) -> Result<(), Halt> {
    let n = s.x.len();
    let largest = (0..n).map(|j| s.hessian[(j, j)].abs()).fold(T::ZERO, Scalar::max);
    let unit = if largest > T::ZERO { largest } else { T::ONE };
    for j in 0..n {
        // No curvature along this coordinate, as where a hinge is linear, hence no scale for τ: the step has the size of the coordinate, until
        // there is some.
        if s.hessian[(j, j)] == T::ZERO {
            s.hessian[(j, j)] = s.gradient[j].abs() / (T::ONE + s.x[j].abs());
        }
    }
    let mut tau = T::EPSILON * T::of(n as f64 * 16.0);
    while tau < T::of(1e6) {
        for j in 0..n {
            let h = s.hessian[(j, j)];
            s.hessian[(j, j)] = h + tau * h.abs().max(unit * T::EPSILON);
        }
        if s.cholesky.factor(s.hessian.as_ref()).is_some_and(|rcond| rcond > T::EPSILON * T::of(16.0)) {
            s.cholesky.solve(&mut s.direction);
            return Ok(());
        }
        tau *= T::of(16.0);
    }
    Err(Halt::NonFinite("the Hessian"))
}
