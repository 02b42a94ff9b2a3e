//! Levenberg–Marquardt: Gauss–Newton steps within an ellipsoid in which the linearised residuals are trusted. One value a trial step, one Jacobian an accepted
//! one, mn² flops for its orthogonal factorisation.
//!
//! The ellipsoid's axes are the largest norms so far of the Jacobian's columns, so that the units of the parameters do not matter.
//!
//! Source: Levenberg (1944), Marquardt (1963); Moré, *The Levenberg-Marquardt algorithm: implementation and theory*, Lecture Notes in Mathematics 630 (1978).

use thalweg_core::{
    Archive, Checkpoint, Halt, Iterate, Minimizer, PivotedQr, Real, Residuals, Result, StepInfo, half_square,
    pull_back, vector, visit_real, visit_slice,
};

use super::triangle::{Triangle, scaled_norm};
use super::{LeastSquaresEntry, MakeLeastSquares};

/// Changes of F below this multiple of what its rounding may be are not looked at.
const DROWNED: f64 = 4.0;

/// Options of Levenberg–Marquardt.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct LevenbergMarquardt {
    /// The first radius, as a multiple of ‖Dx₀‖: a first step further than the start is from 0 is rarely a good one. Default 1.
    pub radius: f64,
    /// The share of the predicted decrease that a step must keep. Default 1e-4.
    pub share: f64,
}

impl Default for LevenbergMarquardt {
    fn default() -> Self {
        Self { radius: 1.0, share: 1e-4 }
    }
}

pub(crate) const ENTRY: LeastSquaresEntry = LeastSquaresEntry {
    name: "levenberg-marquardt",
    summary: "damped Gauss-Newton by orthogonal factorisation, scale-invariant; the first choice for least squares",
    parameters: &[],
    example: "levenberg-marquardt",
    make: MakeLeastSquares {
        f64: |driver, objective, x0| driver.minimize(&LevenbergMarquardt::default(), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&LevenbergMarquardt::default(), objective, x0),
    },
};

/// Point, linearised residuals, and the region of trust.
pub struct State<T: Real> {
    x: Vec<T>,
    value: T,
    gradient: Vec<T>,
    triangle: Triangle<T>,
    /// D, δ and α.
    scale: Vec<T>,
    delta: T,
    alpha: T,
    /// 1 before the first step, whose length bounds δ.
    first: T,
    /// Scratch.
    qr: PivotedQr<T>,
    trial: Vec<T>,
    residuals: Vec<T>,
    trial_gradient: Vec<T>,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "x", &mut self.x)?;
        visit_real(archive, "value", &mut self.value)?;
        visit_slice(archive, "gradient", &mut self.gradient)?;
        self.triangle.visit(archive)?;
        visit_slice(archive, "scale", &mut self.scale)?;
        visit_real(archive, "delta", &mut self.delta)?;
        visit_real(archive, "alpha", &mut self.alpha)?;
        visit_real(archive, "first", &mut self.first)
    }
}

impl<T: Real> State<T> {
    /// Moves to the trial point, with residuals, gradient and factorised Jacobian there; `false`, and no move, if one of them is not finite.
    fn arrive(&mut self, objective: &mut (impl Residuals<T> + ?Sized)) -> Result<bool, Halt> {
        objective.residuals_jacobian(&self.trial, &mut self.residuals, self.qr.matrix())?;
        let value = half_square(&self.residuals);
        pull_back(self.qr.matrix().as_ref(), &self.residuals, &mut self.trial_gradient);
        let finite = value.is_finite() && vector::all_finite(&self.trial_gradient);
        if !finite || !self.triangle.factorise(&mut self.qr, &self.residuals) {
            return Ok(false);
        }
        core::mem::swap(&mut self.x, &mut self.trial);
        core::mem::swap(&mut self.gradient, &mut self.trial_gradient);
        self.value = value;
        self.scale.iter_mut().zip(self.triangle.norms()).for_each(|(d, norm)| *d = d.max(*norm));
        Ok(true)
    }
}

impl<T: Real> State<T> {
    /// What rounding can feign in F: a residual is a difference of data and a model, whose terms are of the size of J_jx_j.
    fn noise(&self) -> T {
        let size = (self.value + self.value).sqrt();
        T::of(DROWNED) * T::EPSILON * size * (size + scaled_norm(self.triangle.norms(), &self.x))
    }

    fn info(&self, before: T, step_inf: T) -> StepInfo<T> {
        StepInfo {
            value: self.value,
            decrease: before - self.value,
            gradient_inf: vector::norm_inf(&self.gradient),
            step_inf,
            predicted_decrease: Some(self.triangle.promise()),
        }
    }

    /// A step whose effect on F drowns in rounding is taken if the decrease that remains to be had falls: that is computed without cancellation, and tells
    /// parameters apart to twice as many digits as F does.
    fn refine(&mut self, objective: &mut (impl Residuals<T> + ?Sized)) -> Result<StepInfo<T>, Halt> {
        let (before, promise) = (self.value, self.triangle.promise());
        // So near the minimum the radius, which F has shaped, says nothing any more.
        self.triangle.gauss_newton();
        self.alpha = T::ZERO;
        vector::step(&self.x, -T::ONE, self.triangle.step(), &mut self.trial);
        let step_inf = vector::norm_inf(self.triangle.step());
        if self.arrive(objective)? {
            if self.triangle.promise() < promise {
                // Within its rounding F has not risen; whoever keeps the best point by its value keeps the nearer one.
                self.value = self.value.min(before);
                self.first = T::ZERO;
                return Ok(self.info(before, step_inf));
            }
            core::mem::swap(&mut self.x, &mut self.trial);
            core::mem::swap(&mut self.gradient, &mut self.trial_gradient);
            self.value = before;
        }
        Err(Halt::Stalled("no step brings the residuals nearer to their projection"))
    }
}

impl<T: Real, O: Residuals<T> + ?Sized> Minimizer<T, O> for LevenbergMarquardt {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let (m, n) = objective.shape();
        let zeros = |n: usize| vec![T::ZERO; n];
        let mut s = State {
            x: x0.to_vec(),
            value: T::INFINITY,
            gradient: zeros(n),
            triangle: Triangle::new(n),
            scale: zeros(n),
            delta: T::ZERO,
            alpha: T::ZERO,
            first: T::ONE,
            qr: PivotedQr::new(m, n),
            trial: x0.to_vec(),
            residuals: zeros(m),
            trial_gradient: zeros(n),
        };
        if !s.arrive(objective)? {
            return Err(Halt::NonFinite("the residuals or their Jacobian at the start"));
        }
        let size = scaled_norm(&s.scale, x0);
        s.delta = T::of(self.radius) * if size > T::ZERO { size } else { T::ONE };
        Ok(s)
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        loop {
            s.alpha = s.triangle.within(&s.scale, s.delta, s.alpha);
            for ((trial, x), p) in s.trial.iter_mut().zip(&s.x).zip(s.triangle.step()) {
                *trial = *x - *p;
            }
            let length = scaled_norm(&s.scale, s.triangle.step());
            if s.trial == s.x || !length.is_finite() {
                return Err(Halt::Stalled("the step is lost in the rounding of the parameters"));
            }
            if s.first > T::ZERO {
                s.delta = s.delta.min(length);
            }
            objective.residuals(&s.trial, &mut s.residuals)?;
            let value = half_square(&s.residuals);
            // In units of F, halved so that the sums of squares are those of the paper.
            let image = s.triangle.image();
            let damping = s.alpha * length * length;
            let predicted = T::of(0.5) * image * image + damping;
            let slope = -(image * image + damping);
            let actual = if value < T::of(100.0) * s.value { s.value - value } else { -s.value };
            let (before, step_inf) = (s.value, vector::norm_inf(s.triangle.step()));
            if predicted.max(actual.abs()) <= s.noise() {
                return s.refine(objective);
            }
            let ratio = if predicted > T::ZERO { actual / predicted } else { T::ZERO };
            if ratio <= T::of(0.25) {
                let share =
                    if actual >= T::ZERO { T::of(0.5) } else { T::of(0.5) * slope / (slope + actual) };
                let share = if value >= T::of(100.0) * s.value { T::of(0.1) } else { share.max(T::of(0.1)) };
                s.delta = share * s.delta.min(length * T::of(10.0));
                s.alpha /= share;
            } else if s.alpha == T::ZERO || ratio >= T::of(0.75) {
                s.delta = length * T::of(2.0);
                s.alpha *= T::of(0.5);
            }
            if ratio >= T::of(self.share) && s.arrive(objective)? {
                s.first = T::ZERO;
                return Ok(s.info(before, step_inf));
            }
            if ratio >= T::of(self.share) {
                // A Jacobian that is not finite: nearer to where it was.
                s.delta = T::of(0.1) * s.delta.min(length);
            }
            if s.delta <= T::EPSILON * scaled_norm(&s.scale, &s.x) {
                return Err(Halt::Stalled("no step lowers the sum of squares"));
            }
        }
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.x, value: s.value, gradient: Some(&s.gradient) }
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}
