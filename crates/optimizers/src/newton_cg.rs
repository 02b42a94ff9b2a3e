//! Truncated Newton: the Newton system is solved by preconditioned conjugate gradients, only as far as the distance from the solution is worth.
//!
//! One value and gradient, one linearisation and a few Hessian-vector products a step; memory and work outside the oracles are a few vectors
//! of length n, so tens of thousands of parameters are no obstacle. Cauchy's direction where the curvature is not positive.
//!
//! Source: Nocedal and Wright, *Numerical Optimization*, 2nd ed., algorithm 7.1; forcing terms by Eisenstat and Walker (1996), choice 2.

use thalweg_core::{
    Archive, Checkpoint, Halt, HessianVector, Iterate, Minimizer, Real, Result, StepInfo, vector, visit_real,
    visit_slice,
};

use crate::entry::{Make, MinimizerEntry};
use crate::line_search::{Backtracking, LineSearch};
use crate::point::Point;
use crate::products;

/// Options of the truncated Newton method.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct NewtonCg {
    /// Hessian-vector products a step at most. Default 200.
    pub products: u32,
    /// The largest forcing term: the share of the gradient's norm that the residual of the Newton system may keep. Default ½.
    pub forcing: f64,
    /// The share of |F| below which a further decrease is of no use: no step is solved further than it takes to get there. Default 0,
    /// which leaves the last digits to the forcing term.
    pub target: f64,
    /// How a step along the direction is found, from the full step on.
    pub search: Backtracking,
}

impl Default for NewtonCg {
    fn default() -> Self {
        Self { products: 200, forcing: 0.5, target: 0.0, search: Backtracking::default() }
    }
}

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "newton-cg",
    summary: "truncated Newton by conjugate gradients; needs Hessian-vector products, made for many parameters",
    parameters: &[],
    example: "newton-cg",
    make: Make {
        f64: |driver, objective, x0| products::minimize(driver, &NewtonCg::default(), objective, x0),
        f32: |driver, objective, x0| products::minimize(driver, &NewtonCg::default(), objective, x0),
    },
};

/// Point, forcing term and the vectors of the inner iteration.
pub struct State<T> {
    point: Point<T>,
    /// ‖g‖ in the preconditioner's norm at the last linearisation; 0 before the first.
    norm: T,
    forcing: T,
    /// max pᵀMp / pᵀHp over the last inner iteration: 1/λ_min(M⁻¹H) from below.
    stretch: T,
    /// 1/diag(H), or ones.
    inverse: Vec<T>,
    residual: Vec<T>,
    preconditioned: Vec<T>,
    conjugate: Vec<T>,
    product: Vec<T>,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.point.visit(archive)?;
        visit_real(archive, "norm", &mut self.norm)?;
        visit_real(archive, "forcing", &mut self.forcing)?;
        visit_real(archive, "stretch", &mut self.stretch)?;
        visit_slice(archive, "inverse", &mut self.inverse)
    }
}

impl<T: Real, O: HessianVector<T> + ?Sized> Minimizer<T, O> for NewtonCg {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let zeros = || vec![T::ZERO; x0.len()];
        Ok(State {
            point: Point::start(objective, x0)?,
            norm: T::ZERO,
            forcing: T::of(self.forcing),
            stretch: T::ONE,
            inverse: zeros(),
            residual: zeros(),
            preconditioned: zeros(),
            conjugate: zeros(),
            product: zeros(),
        })
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        if vector::norm_inf(&s.point.gradient) == T::ZERO {
            return Err(Halt::Stalled("the gradient is exactly zero"));
        }
        objective.linearize(s.point.iterate().x)?;
        precondition(objective, &mut s.inverse)?;
        let norm = preconditioned_norm(&s.point.gradient, &s.inverse);
        if s.norm > T::ZERO {
            // Eisenstat and Walker's safeguard keeps the forcing term from falling faster than the gradient earns.
            let ratio = norm / s.norm;
            let (raw, last) = (T::of(0.9) * ratio * ratio, T::of(0.9) * s.forcing * s.forcing);
            let guarded = if last > T::of(0.1) { raw.max(last) } else { raw };
            // What the residual keeps of the gradient, the decrease left keeps squared; a third of the target leaves room for the estimate.
            let promised = T::of(0.5) * s.stretch * norm * norm;
            let enough = (T::of(self.target / 3.0) * s.point.iterate().value.abs() / promised).sqrt();
            s.forcing = guarded.max(enough).min(T::of(self.forcing)).max(T::EPSILON);
        }
        s.norm = norm;
        self.conjugate_gradients(objective, s)?;
        let slope = vector::dot(&s.point.gradient, &s.point.direction);
        if !(slope.is_finite() && slope < T::ZERO) {
            return Err(Halt::Stalled("the gradient is below its own rounding"));
        }
        let probe = self.search.search(objective, &mut s.point.line(slope), T::ONE)?;
        let mut info = s.point.accept(probe);
        let left = preconditioned_norm(&s.point.gradient, &s.inverse);
        info.predicted_decrease = Some(T::of(0.5) * s.stretch * left * left);
        Ok(info)
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        s.point.iterate()
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}

impl NewtonCg {
    /// d ≈ −H⁻¹g, until the residual's norm falls below the forcing term's share of the gradient's.
    fn conjugate_gradients<T: Real, O: HessianVector<T> + ?Sized>(
        &self,
        objective: &mut O,
        s: &mut State<T>,
    ) -> Result<(), Halt> {
        let State { point, inverse, residual, preconditioned, conjugate, product, .. } = s;
        point.direction.fill(T::ZERO);
        residual.copy_from_slice(&point.gradient);
        multiply(inverse, residual, preconditioned);
        for (p, z) in conjugate.iter_mut().zip(preconditioned.iter()) {
            *p = -*z;
        }
        let mut rz = vector::dot(residual, preconditioned);
        let goal = s.forcing * s.norm;
        s.stretch = T::ZERO;
        for products in 0..self.products.max(1) {
            objective.hessian_vector(conjugate, product)?;
            let curvature = vector::dot(conjugate, product);
            let length = weighted_square(conjugate, inverse);
            if curvature <= T::EPSILON * length || curvature.is_nan() {
                // Not convex along p, or flat: the model has nothing more to say.
                if products == 0 {
                    point.direction.copy_from_slice(conjugate);
                }
                break;
            }
            s.stretch = s.stretch.max(length / curvature);
            let alpha = rz / curvature;
            vector::axpy(alpha, conjugate, &mut point.direction);
            vector::axpy(alpha, product, residual);
            multiply(inverse, residual, preconditioned);
            let next = vector::dot(residual, preconditioned);
            if next.sqrt() <= goal {
                break;
            }
            let beta = next / rz;
            rz = next;
            for (p, z) in conjugate.iter_mut().zip(preconditioned.iter()) {
                *p = *p * beta - *z;
            }
        }
        s.stretch = if s.stretch > T::ZERO { s.stretch } else { T::ONE };
        Ok(())
    }
}

/// 1/diag(H) where the objective knows a positive diagonal, else 1.
fn precondition<T: Real, O: HessianVector<T> + ?Sized>(
    objective: &mut O,
    inverse: &mut [T],
) -> Result<(), Halt> {
    let known = objective.hessian_diagonal(inverse)?;
    for d in inverse {
        *d = if known && *d > T::ZERO && d.is_finite() { d.recip() } else { T::ONE };
    }
    Ok(())
}

fn multiply<T: Real>(a: &[T], b: &[T], out: &mut [T]) {
    for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
        *out = *a * *b;
    }
}

/// (Σ gⱼ²/dⱼ)^½.
fn preconditioned_norm<T: Real>(g: &[T], inverse: &[T]) -> T {
    vector::weighted_square(g, inverse).sqrt()
}

/// Σ pⱼ²dⱼ.
fn weighted_square<T: Real>(p: &[T], inverse: &[T]) -> T {
    p.iter().zip(inverse).map(|(p, inverse)| *p * *p / *inverse).sum()
}
