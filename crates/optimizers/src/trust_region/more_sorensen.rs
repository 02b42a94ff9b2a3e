//! Trust regions with an exact step: the minimiser of the model by the secular equation, whatever the Hessian.
//!
//! s solves (H + λI)s = −g with H + λI positive semidefinite, λ ≥ 0 and λ(Δ − ‖s‖) = 0. A few factorisations of n³/3 operations a step. Where g
//! has no part along the lowest curvature (the *hard case*, as at a saddle) the direction of that curvature is added, so that saddles are left.
//!
//! Source: Moré and Sorensen, *Computing a trust region step*, SIAM J. Sci. Stat. Comput. 4 (1983); Nocedal and Wright, *Numerical
//! Optimization*, 2nd ed., section 4.3.

use thalweg_core::{Archive, Checkpoint, Halt, Hessian, Real, Result, vector, visit_real};

use super::factor::Factor;
use super::model::{DenseModel, to_edge};
use super::{Named, Promise, Subproblem, TrustRegion};
use crate::entry::{Make, MinimizerEntry};

/// Options of the exact solver.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct MoreSorensen {
    /// How far ‖s‖ may be from the radius, relative to it. Default 0.1.
    pub length: f64,
    /// The share of the largest decrease within the region that the step may leave. Default 0.01.
    pub loss: f64,
    /// Factorisations a solve at most. Default 60.
    pub factorisations: u32,
}

impl Default for MoreSorensen {
    fn default() -> Self {
        Self { length: 0.1, loss: 0.01, factorisations: 60 }
    }
}

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "more-sorensen",
    summary: "trust region with exact steps; needs Hessians, which may be indefinite, quadratic convergence",
    parameters: &[],
    example: "more-sorensen",
    make: Make {
        f64: |driver, objective, x0| driver.minimize(&TrustRegion::<MoreSorensen>::default(), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&TrustRegion::<MoreSorensen>::default(), objective, x0),
    },
};

impl Named for MoreSorensen {
    const NAME: &'static str = ENTRY.name;
}

/// The Hessian, the last multiplier and the buffers of a solve.
#[derive(Clone, Debug)]
pub struct ExactModel<T> {
    pub(super) dense: DenseModel<T>,
    /// λ of the last solve, from which the next one starts.
    pub(super) lambda: T,
    factor: Factor<T>,
    null: Vec<T>,
    work: Vec<T>,
}

impl<T: Real> Checkpoint for ExactModel<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_real(archive, "lambda", &mut self.lambda)?;
        self.dense.visit(archive)
    }
}

impl<T: Real, O: Hessian<T> + ?Sized> Subproblem<T, O> for MoreSorensen {
    type Model = ExactModel<T>;
    const AHEAD: bool = true;

    fn model(&self, n: usize) -> ExactModel<T> {
        ExactModel {
            dense: DenseModel::new(n),
            lambda: T::ZERO,
            factor: Factor::new(n),
            null: vec![T::ZERO; n],
            work: vec![T::ZERO; n],
        }
    }

    fn evaluate(
        &self,
        objective: &mut O,
        x: &[T],
        g: &mut [T],
        model: &mut ExactModel<T>,
    ) -> Result<T, Halt> {
        model.dense.evaluate(objective, x, g)
    }

    fn accept(&self, model: &mut ExactModel<T>) {
        model.dense.accept();
    }

    fn solve(
        &self,
        _: &mut O,
        g: &[T],
        radius: T,
        model: &mut ExactModel<T>,
        s: &mut [T],
    ) -> Result<Promise<T>, Halt> {
        self.minimise(g, radius, model, s)
    }
}

/// Numbers between which λ lies: `low` ≤ λ ≤ `high`, and −λ₁(H) ≥ `floor`.
#[derive(Copy, Clone, Debug)]
struct Limits<T> {
    low: T,
    high: T,
    floor: T,
}

impl MoreSorensen {
    /// The step for the model's Hessian, within (1 + `length`)Δ, which leaves at most the share `loss` of the largest decrease within Δ.
    ///
    /// # Errors
    /// [`Halt::NonFinite`] for a Hessian that is not finite.
    pub(super) fn minimise<T: Real>(
        &self,
        g: &[T],
        radius: T,
        model: &mut ExactModel<T>,
        s: &mut [T],
    ) -> Result<Promise<T>, Halt> {
        let ExactModel { dense, lambda, factor, null, work } = model;
        if !vector::all_finite(dense.hessian()) {
            return Err(Halt::NonFinite("the Hessian"));
        }
        let norm = vector::norm2(g);
        let mut limits = Limits::of(dense.hessian(), norm, radius);
        let (length, loss) = (T::of(self.length), T::of(self.loss));
        for _ in 0..self.factorisations {
            *lambda = limits.keep(*lambda);
            if let Err(shift) = factor.factor(dense.hessian(), *lambda, null) {
                limits.low = limits.low.max(*lambda);
                let floor = *lambda + shift;
                limits.floor = if floor.is_finite() { limits.floor.max(floor) } else { limits.floor };
                limits.low = limits.low.max(limits.floor);
                if limits.are_tight() {
                    // What is left to shift is rounding: the next λ up is as good as positive definite.
                    limits.high += (limits.high * T::EPSILON * T::of(64.0)).max(T::MIN_POSITIVE);
                    *lambda = limits.high;
                } else {
                    *lambda = limits.floor;
                }
                continue;
            }
            for (s, g) in s.iter_mut().zip(g) {
                *s = -*g;
            }
            factor.forward(s);
            // ‖Lᵀs‖², and then s itself.
            let energy = vector::norm2_squared(s);
            factor.backward(s);
            let size = vector::norm2(s);
            // By duality no step within the region gains more than ½(‖Lᵀs‖² + λΔ²), and this one gains ½(‖Lᵀs‖² + λ‖s‖²).
            let most = energy + *lambda * radius * radius;
            let inside = size <= (T::ONE + length) * radius;
            if inside && *lambda * (radius - size) * (radius + size) <= loss * most {
                break;
            }
            if size < radius {
                let floor = factor.smallest(null);
                let [tau, _] = to_edge(s, null, radius);
                if tau * tau * floor <= loss * most {
                    vector::axpy(tau, null, s);
                    break;
                }
                limits.floor = limits.floor.max(*lambda - floor);
                limits.high = limits.high.min(*lambda);
            } else {
                limits.low = limits.low.max(*lambda);
            }
            limits.low = limits.low.max(limits.floor);
            if limits.are_tight() && inside {
                break;
            }
            // Newton's step for 1/Δ − 1/‖s(λ)‖ = 0.
            work.copy_from_slice(s);
            factor.forward(work);
            let ratio = size / vector::norm2(work);
            let next = *lambda + ratio * ratio * ((size - radius) / radius);
            *lambda = if next.is_finite() { next } else { limits.floor };
        }
        let size = vector::norm2(s);
        if !size.is_finite() {
            return Err(Halt::NonFinite("the step of the trust region"));
        }
        if size > (T::ONE + length) * radius {
            vector::scale(radius / size, s);
        }
        let decrease = dense.decrease(g, s);
        if decrease.is_nan() {
            return Err(Halt::NonFinite("the model of the trust region"));
        }
        // A multiplier that is rounding beside the curvature is none.
        let at_edge = *lambda > T::ZERO && size > T::of(0.9) * radius;
        Ok(Promise { decrease, at_edge })
    }
}

impl<T: Real> Limits<T> {
    /// From Gershgorin's discs and the Frobenius norm.
    fn of(h: &[T], norm: T, radius: T) -> Self {
        let n = h.len().isqrt();
        let (mut least, mut most, mut floor) = (T::INFINITY, -T::INFINITY, -T::INFINITY);
        for (j, column) in h.chunks_exact(n.max(1)).enumerate() {
            let diagonal = column[j];
            let off = vector::norm1(column) - diagonal.abs();
            least = least.min(diagonal - off);
            most = most.max(diagonal + off);
            floor = floor.max(-diagonal);
        }
        let (frobenius, share) = (vector::norm2(h), norm / radius);
        let low = (share - most.min(frobenius)).max(floor).max(T::ZERO);
        let high = (share + (-least).min(frobenius)).max(T::ZERO).max(low);
        Self { low, high, floor }
    }

    /// The λ to try: within the limits, and where the matrix cannot be positive definite, between them.
    fn keep(&self, lambda: T) -> T {
        let lambda = lambda.max(self.low).min(self.high);
        if lambda <= self.floor && self.high > T::ZERO {
            (self.low / self.high).sqrt().max(T::of(1e-3)) * self.high
        } else {
            lambda
        }
    }

    fn are_tight(&self) -> bool {
        self.high - self.low <= T::of(4.0) * T::EPSILON * self.high
    }
}
