//! [`Dual`]: the quadratic model of f plus the penalty, solved in the slopes of the rows.
//!
//! Around a with gradient g and rows' curvature h the model of f is gᵀ(b − a) + ½‖X(b − a)‖²_h. A proximal point step from b_k is found in t, the
//! predictors' change: the rows' slopes are u + h∘t, v = g + Xᵀ(h∘t), b = prox_σP(b_k − σv), and t solves t = X(b − a). That is ∇ψ = 0 of the
//! convex ψ(t) = ½‖t‖²_h − (P(b) + ‖b − b_k‖²/(2σ) + vᵀ(b − a)), and its Newton steps are those of [`Active`]. An intercept is eliminated: all
//! columns are centred by h, and Σht = −g₀ throughout.

use thalweg_core::{Halt, LinearComposite, Par, Real, Step, vector};

use super::Ssnal;
use super::active::Active;
use crate::separable::Separable;

/// Proximal point steps without progress before the model counts as solved.
const IDLE: usize = 3;
/// Newton steps whose decrease rounding hides at most.
const QUIET: u32 = 3;

/// The variables of the dual problem; all memory but that of the Newton systems is taken once.
pub(super) struct Dual<T: Real> {
    /// σ of the next proximal point step, and its largest value.
    pub(super) sigma: T,
    limit: T,
    /// The rows' curvature.
    pub(super) h: Vec<T>,
    /// b, where the last step has led; the intercept's entry means nothing.
    pub(super) b: Vec<T>,
    penalty: Separable<T>,
    /// The largest ‖Xⱼ‖_h.
    widest: T,
    center: Vec<T>,
    t: Vec<T>,
    v: Vec<T>,
    /// t − X(b − a), and h times it; scratch of the Newton step: Δt, XᵀhΔt, t and v on trial.
    residual: Vec<T>,
    weighted: Vec<T>,
    along: Vec<T>,
    change: Vec<T>,
    active: Active<T>,
}

impl<T: Real> Dual<T> {
    pub(super) fn new(n: usize, q: usize, penalty: Separable<T>) -> Self {
        let zeros = |n: usize| vec![T::ZERO; n];
        Self {
            sigma: T::ONE,
            limit: T::INFINITY,
            h: zeros(n),
            b: zeros(q),
            penalty,
            widest: T::ONE,
            center: zeros(q),
            t: zeros(n),
            v: zeros(q),
            residual: zeros(n),
            weighted: zeros(n),
            along: zeros(n),
            change: zeros(q),
            active: Active::new(n, q),
        }
    }

    /// σ for columns of this size: a hundred times the reciprocal of their mean square, which is the step of a gradient method on columns that do
    /// not correlate.
    pub(super) fn start<O: LinearComposite<T> + ?Sized>(&mut self, objective: &O) {
        let (mean, _) = self.squares(objective);
        self.sigma = if mean > T::ZERO { T::of(100.0) / mean } else { T::ONE };
    }

    /// The mean and the largest of the columns' squares Σ h xⱼ², centred if there is an intercept.
    fn squares<O: LinearComposite<T> + ?Sized>(&mut self, objective: &O) -> (T, T) {
        let first = usize::from(objective.design().has_intercept());
        objective.design().weighted_norms(&self.h, &mut self.change, Par::Seq);
        let mass = vector::sum(&self.h);
        if first == 1 && mass > T::ZERO {
            objective.apply_transpose(&self.h, &mut self.v);
            for (square, mean) in self.change.iter_mut().zip(&self.v) {
                *square = (*square - *mean * *mean / mass).max(T::ZERO);
            }
        }
        let squares = &self.change[first..];
        let mean = vector::sum(squares) / T::of(squares.len().max(1) as f64);
        (mean, squares.iter().fold(T::ZERO, |m, s| m.max(*s)))
    }

    /// Minimises the model around a plus P until no violation is above `target`, or as far as rounding lets it. `b` then is the minimiser; returns
    /// how far the intercept moves.
    pub(super) fn solve<O: LinearComposite<T> + ?Sized>(
        &mut self,
        objective: &mut O,
        options: &Ssnal,
        a: &[T],
        gradient: &[T],
        target: T,
    ) -> Result<T, Halt> {
        let first = usize::from(objective.design().has_intercept());
        let mass = if first == 1 { vector::sum(&self.h) } else { T::ZERO };
        self.active.linearise(objective, &self.h, mass);
        let (_, largest) = self.squares(objective);
        self.widest = largest.sqrt();
        // Beyond that a step gains nothing, and the systems lose digits.
        let scale = if largest > T::ZERO { largest } else { T::ONE };
        self.limit = T::EPSILON.sqrt().recip().min(T::of(1e5)) / scale;
        self.t.fill(if mass > T::ZERO { -gradient[0] / mass } else { T::ZERO });
        self.center.copy_from_slice(a);
        self.multiply(objective, gradient);
        let (mut least, mut idle) = (T::INFINITY, 0);
        for _ in 0..options.proximal.max(1) {
            self.sigma = if self.sigma < self.limit { self.sigma } else { self.limit };
            let (intercept, converged) = self.proximal_step(objective, options, a, mass, target)?;
            // ∇ of the model at b: v less what t still misses.
            objective.apply_transpose(&self.weighted, &mut self.change);
            for (change, v) in self.change.iter_mut().zip(&self.v) {
                *change = *v - *change;
            }
            if first == 1 {
                self.change[0] = T::ZERO;
            }
            let left = objective.stationarity(&self.b, &self.change);
            let moved = self.moved();
            self.center.copy_from_slice(&self.b);
            // Below what rounding leaves of the gradient it no longer falls.
            idle = if left < T::of(0.9) * least { 0 } else { idle + 1 };
            least = least.min(left);
            if left <= target || (moved == T::ZERO && converged) || idle > IDLE {
                return Ok(intercept);
            }
            let growth = T::of(options.growth);
            self.sigma *= if converged { growth } else { (growth * growth).recip() };
        }
        Ok(self.intercept(objective, a, mass))
    }

    /// v ← g + Xᵀ(h∘t).
    fn multiply<O: LinearComposite<T> + ?Sized>(&mut self, objective: &O, gradient: &[T]) {
        for (weighted, (h, t)) in self.weighted.iter_mut().zip(self.h.iter().zip(&self.t)) {
            *weighted = *h * *t;
        }
        objective.apply_transpose(&self.weighted, &mut self.v);
        vector::axpy(T::ONE, gradient, &mut self.v);
    }

    /// ‖b − b_k‖∞.
    fn moved(&self) -> T {
        let steps = self.b.iter().zip(&self.center).skip(self.active.first());
        steps.fold(T::ZERO, |m, (b, c)| m.max((*b - *c).abs()))
    }

    /// One proximal point step by Newton's method on ψ; returns how far the intercept moves, and whether t meets its equation.
    fn proximal_step<O: LinearComposite<T> + ?Sized>(
        &mut self,
        objective: &mut O,
        options: &Ssnal,
        a: &[T],
        mass: T,
        target: T,
    ) -> Result<(T, bool), Halt> {
        let mut quiet = 0;
        let mut value = self.psi(objective, a, T::ZERO);
        let mut intercept = self.intercept(objective, a, mass);
        for _ in 0..options.newton {
            let residual = vector::weighted_square(&self.residual, &self.h).sqrt() * self.widest;
            let enough = T::of(0.1) * self.moved() / self.sigma;
            if residual <= enough.max(T::of(0.3) * target) {
                return Ok((intercept, true));
            }
            self.active.choose(&self.penalty, &self.b, self.sigma);
            if !self.active.solve(objective, &self.h, &self.residual, &self.weighted, &mut self.along)? {
                break;
            }
            let slope = vector::dot(&self.weighted, &self.along);
            // Where the decrease drowns in rounding a few steps more do what can be done.
            quiet += u32::from(slope.abs() <= T::of(64.0) * T::EPSILON * value.1);
            if quiet > QUIET || slope.is_nan() {
                break;
            }
            for (weighted, (h, d)) in self.weighted.iter_mut().zip(self.h.iter().zip(&self.along)) {
                *weighted = *h * *d;
            }
            objective.apply_transpose(&self.weighted, &mut self.change);
            let mut length = T::ONE;
            let mut found = None;
            for _ in 0..=options.halvings {
                let there = self.psi(objective, a, length);
                // What rounding alone can do is no rise.
                let noise = T::of(64.0) * T::EPSILON * (value.1 + there.1);
                if there.0 <= value.0 + T::of(1e-4) * length * slope + noise {
                    found = Some(there);
                    break;
                }
                length *= T::of(0.5);
            }
            let Some(there) = found else {
                // b at t itself.
                self.psi(objective, a, T::ZERO);
                self.intercept(objective, a, mass);
                break;
            };
            value = there;
            vector::axpy(length, &self.along, &mut self.t);
            vector::axpy(length, &self.change, &mut self.v);
            intercept = self.intercept(objective, a, mass);
        }
        Ok((intercept, false))
    }

    /// ψ at t + `length`·Δt, with b there, and the size of its terms.
    fn psi<O: LinearComposite<T> + ?Sized>(&mut self, objective: &O, a: &[T], length: T) -> (T, T) {
        let first = self.active.first();
        let v = |k: usize| if length == T::ZERO { self.v[k] } else { self.v[k] + length * self.change[k] };
        for (k, b) in self.b.iter_mut().enumerate() {
            *b = self.center[k] - self.sigma * v(k);
        }
        objective.prox(&mut self.b, Step::Scalar(self.sigma));
        let half = T::of(0.5);
        let mut square = T::ZERO;
        for (i, h) in self.h.iter().enumerate() {
            let t = if length == T::ZERO { self.t[i] } else { self.t[i] + length * self.along[i] };
            square += *h * t * t;
        }
        let (mut near, mut linear, mut size) = (T::ZERO, T::ZERO, T::ZERO);
        for k in first..self.b.len() {
            near += (self.b[k] - self.center[k]).square();
            let term = v(k) * (self.b[k] - a[k]);
            linear += term;
            size += term.abs();
        }
        let (penalty, near) = (objective.penalty_value(&self.b), half * near / self.sigma);
        (half * square - (penalty + near + linear), half * square + penalty.abs() + near + size)
    }

    /// residual ← t − X(b − a), less the mean that the intercept takes, and `weighted` ← h∘residual; returns that step of the intercept.
    fn intercept<O: LinearComposite<T> + ?Sized>(&mut self, objective: &O, a: &[T], mass: T) -> T {
        let mut shift = T::ZERO;
        self.residual.copy_from_slice(&self.t);
        for k in self.active.first()..a.len() {
            let step = a[k] - self.b[k];
            if step != T::ZERO {
                objective.design().column_axpy(k, step, &mut self.residual, &mut shift);
            }
        }
        self.residual.iter_mut().for_each(|r| *r += shift);
        let mean = if mass > T::ZERO { vector::dot(&self.residual, &self.h) / mass } else { T::ZERO };
        for (r, (weighted, h)) in self.residual.iter_mut().zip(self.weighted.iter_mut().zip(&self.h)) {
            *r -= mean;
            *weighted = *h * *r;
        }
        mean
    }
}
