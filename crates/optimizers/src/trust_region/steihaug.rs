//! Trust regions with truncated conjugate gradients: a few Hessian-vector products a step, no matrix.
//!
//! The iteration for Hs = −g ends where it is exact enough, and at the edge of the region as soon as it gets there or meets a direction of
//! negative curvature. Memory and work outside the oracles are a few vectors of length n. Where the gradient vanishes it has no direction: a
//! saddle that is hit exactly is not left.
//!
//! Source: Steihaug, *The conjugate gradient method and trust regions in large scale optimization*, SIAM J. Numer. Anal. 20 (1983).

use thalweg_core::{Archive, Checkpoint, Halt, HessianVector, Real, Result, vector, visit_real};

use super::model::forward;
use super::{Named, Promise, Subproblem, TrustRegion};
use crate::entry::{Make, MinimizerEntry};
use crate::products;

/// Options of the truncated iteration.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Steihaug {
    /// Hessian-vector products a step at most. Default 200.
    pub products: u32,
    /// The largest share of ‖g‖ that the residual may keep; it is min(this, √(‖g‖/‖g₀‖)) with g₀ the gradient at the start, which makes
    /// convergence superlinear. Default ½.
    pub forcing: f64,
}

impl Default for Steihaug {
    fn default() -> Self {
        Self { products: 200, forcing: 0.5 }
    }
}

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "steihaug",
    summary: "trust region with truncated conjugate gradients; needs Hessian-vector products, made for many parameters",
    parameters: &[],
    example: "steihaug",
    make: Make {
        f64: |driver, objective, x0| {
            products::minimize(driver, &TrustRegion::<Steihaug>::default(), objective, x0)
        },
        f32: |driver, objective, x0| {
            products::minimize(driver, &TrustRegion::<Steihaug>::default(), objective, x0)
        },
    },
};

impl Named for Steihaug {
    const NAME: &'static str = ENTRY.name;
}

/// The gradient's first norm and the vectors of the iteration.
#[derive(Clone, Debug)]
pub struct SteihaugModel<T> {
    /// ‖g₀‖; 0 before the first solve.
    first: T,
    residual: Vec<T>,
    conjugate: Vec<T>,
    product: Vec<T>,
}

impl<T: Real> Checkpoint for SteihaugModel<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_real(archive, "first", &mut self.first)
    }
}

impl<T: Real, O: HessianVector<T> + ?Sized> Subproblem<T, O> for Steihaug {
    type Model = SteihaugModel<T>;
    const AHEAD: bool = false;

    fn model(&self, n: usize) -> SteihaugModel<T> {
        let zeros = || vec![T::ZERO; n];
        SteihaugModel { first: T::ZERO, residual: zeros(), conjugate: zeros(), product: zeros() }
    }

    fn evaluate(&self, objective: &mut O, x: &[T], g: &mut [T], _: &mut SteihaugModel<T>) -> Result<T, Halt> {
        objective.value_gradient(x, g)
    }

    fn accept(&self, _: &mut SteihaugModel<T>) {}

    fn prepare(&self, objective: &mut O, x: &[T], _: &mut SteihaugModel<T>) -> Result<(), Halt> {
        objective.linearize(x)
    }

    fn solve(
        &self,
        objective: &mut O,
        g: &[T],
        radius: T,
        model: &mut SteihaugModel<T>,
        s: &mut [T],
    ) -> Result<Promise<T>, Halt> {
        let norm = vector::norm2(g);
        if model.first == T::ZERO {
            model.first = norm;
        }
        let goal = (norm / model.first).sqrt().min(T::of(self.forcing)) * norm;
        let limit = self.products.max(1);
        steihaug(objective, g, radius, (goal, limit), model, s)
    }
}

/// s ≈ −H⁻¹g within ‖s‖ ≤ Δ, until the residual's norm is below `goal` or `limit` products were taken.
fn steihaug<T: Real, O: HessianVector<T> + ?Sized>(
    objective: &mut O,
    g: &[T],
    radius: T,
    (goal, limit): (T, u32),
    model: &mut SteihaugModel<T>,
    s: &mut [T],
) -> Result<Promise<T>, Halt> {
    let SteihaugModel { residual: r, conjugate: d, product, .. } = model;
    s.fill(T::ZERO);
    r.copy_from_slice(g);
    for (d, g) in d.iter_mut().zip(g) {
        *d = -*g;
    }
    let mut square = vector::norm2_squared(r);
    let mut decrease = T::ZERO;
    if square == T::ZERO {
        return Ok(Promise { decrease, at_edge: false });
    }
    for _ in 0..limit {
        objective.hessian_vector(d, product)?;
        let curvature = vector::dot(d, product);
        if curvature.is_nan() {
            return Err(Halt::NonFinite("a product with the Hessian"));
        }
        let alpha = square / curvature;
        let edge = forward(s, d, radius);
        if curvature <= T::ZERO || alpha >= edge {
            // Along d the model falls by τ‖r‖² − ½τ²dᵀHd, the residual being orthogonal to what came before.
            decrease += edge * (square - T::of(0.5) * edge * curvature);
            vector::axpy(edge, d, s);
            return Ok(Promise { decrease, at_edge: true });
        }
        vector::axpy(alpha, d, s);
        vector::axpy(alpha, product, r);
        decrease += T::of(0.5) * alpha * square;
        let next = vector::norm2_squared(r);
        if next.sqrt() <= goal {
            break;
        }
        let beta = next / square;
        square = next;
        for (d, r) in d.iter_mut().zip(r.iter()) {
            *d = *d * beta - *r;
        }
    }
    Ok(Promise { decrease, at_edge: false })
}
