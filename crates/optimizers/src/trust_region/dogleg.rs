//! Trust regions with dogleg steps: along the gradient to the model's lowest point on it, from there towards the Newton step, to the edge.
//!
//! One Cholesky factorisation of n³/3 operations a step. Where the Hessian is not positive definite it is replaced by |H|, its eigenvalues by
//! their sizes, and the step along the lowest eigenvector to the edge is taken instead if the model falls further there, so that saddles are
//! left: an eigendecomposition, about 9n³, at such points only.
//!
//! Source: Powell, *A hybrid method for nonlinear equations* (1970); Nocedal and Wright, *Numerical Optimization*, 2nd ed., section 4.1;
//! Conn, Gould and Toint, *Trust-Region Methods* (2000), section 6.6 for the eigenpoint.

use thalweg_core::{Archive, Checkpoint, Eigen, Halt, Hessian, Real, Result, ScaledCholesky, vector};

use super::model::{DenseModel, forward};
use super::{Named, Promise, Subproblem, TrustRegion};
use crate::entry::{Make, MinimizerEntry};

/// Options of the dogleg.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Dogleg {
    /// The reciprocal condition of the column-scaled Hessian below which eigenvalues are looked at. Default 1e-14; never below ε.
    pub min_rcond: f64,
}

impl Default for Dogleg {
    fn default() -> Self {
        Self { min_rcond: 1e-14 }
    }
}

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "dogleg",
    summary: "trust region with dogleg steps; needs Hessians, which may be indefinite, quadratic convergence",
    parameters: &[],
    example: "dogleg",
    make: Make {
        f64: |driver, objective, x0| driver.minimize(&TrustRegion::<Dogleg>::default(), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&TrustRegion::<Dogleg>::default(), objective, x0),
    },
};

impl Named for Dogleg {
    const NAME: &'static str = ENTRY.name;
}

/// The Hessian, its factors and the legs.
pub struct DoglegModel<T: Real> {
    pub(super) dense: DenseModel<T>,
    cholesky: ScaledCholesky<T>,
    /// For Hessians that are not positive definite.
    eigen: Eigen<T>,
    newton: Vec<T>,
    leg: Vec<T>,
}

impl<T: Real> Checkpoint for DoglegModel<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.dense.visit(archive)
    }
}

impl<T: Real, O: Hessian<T> + ?Sized> Subproblem<T, O> for Dogleg {
    type Model = DoglegModel<T>;
    const AHEAD: bool = true;

    fn model(&self, n: usize) -> DoglegModel<T> {
        DoglegModel {
            dense: DenseModel::new(n),
            cholesky: ScaledCholesky::new(n),
            eigen: Eigen::new(n),
            newton: vec![T::ZERO; n],
            leg: vec![T::ZERO; n],
        }
    }

    fn evaluate(
        &self,
        objective: &mut O,
        x: &[T],
        g: &mut [T],
        model: &mut DoglegModel<T>,
    ) -> Result<T, Halt> {
        model.dense.evaluate(objective, x, g)
    }

    fn accept(&self, model: &mut DoglegModel<T>) {
        model.dense.accept();
    }

    fn solve(
        &self,
        _: &mut O,
        g: &[T],
        radius: T,
        model: &mut DoglegModel<T>,
        s: &mut [T],
    ) -> Result<Promise<T>, Halt> {
        self.minimise(g, radius, model, s)
    }
}

impl Dogleg {
    /// The step for the model's Hessian.
    ///
    /// # Errors
    /// [`Halt::NonFinite`] for a Hessian that is not finite.
    pub(super) fn minimise<T: Real>(
        &self,
        g: &[T],
        radius: T,
        model: &mut DoglegModel<T>,
        s: &mut [T],
    ) -> Result<Promise<T>, Halt> {
        if !vector::all_finite(model.dense.hessian()) {
            return Err(Halt::NonFinite("the Hessian"));
        }
        let DoglegModel { dense, cholesky, eigen, newton, leg } = model;
        let rcond = cholesky.factor(dense.matrix()).unwrap_or(T::ZERO);
        if rcond >= T::of(self.min_rcond).max(T::EPSILON) {
            for (newton, g) in newton.iter_mut().zip(g) {
                *newton = -*g;
            }
            cholesky.solve(newton);
            let curvature = dense.curvature(g);
            let inside = dogleg(g, curvature, newton, radius, leg, s);
            return promise(dense.decrease(g, s), !inside);
        }
        if !eigen.factor(dense.hessian())? {
            return Err(Halt::NonFinite("the eigenvalues of the Hessian"));
        }
        let curvature = newton_of_sizes(eigen, g, newton);
        let inside = dogleg(g, curvature, newton, radius, leg, s);
        let decrease = dense.decrease(g, s);
        if g.is_empty() || eigen.value(0) >= T::ZERO {
            return promise(decrease, !inside);
        }
        // The eigenpoint, on the side where the gradient falls.
        let lowest = eigen.vector(0);
        let to = if vector::dot(g, lowest) > T::ZERO { -radius } else { radius };
        for (leg, v) in leg.iter_mut().zip(lowest) {
            *leg = to * *v;
        }
        let beyond = dense.decrease(g, leg);
        if beyond > decrease || decrease.is_nan() {
            s.copy_from_slice(leg);
        }
        promise(beyond.max(decrease), true)
    }
}

fn promise<T: Real>(decrease: T, at_edge: bool) -> Result<Promise<T>, Halt> {
    if decrease.is_nan() {
        return Err(Halt::NonFinite("the model of the trust region"));
    }
    Ok(Promise { decrease, at_edge })
}

/// p ← −|H|⁻¹g, with eigenvalues raised to √ε of the largest, and gᵀ|H|g.
fn newton_of_sizes<T: Real>(eigen: &Eigen<T>, g: &[T], p: &mut [T]) -> T {
    let n = eigen.size();
    let largest = (0..n).fold(T::ZERO, |most, i| most.max(eigen.value(i).abs()));
    let floor = if largest > T::ZERO { T::EPSILON.sqrt() * largest } else { T::ONE };
    p.fill(T::ZERO);
    let mut curvature = T::ZERO;
    for i in 0..n {
        let (v, size) = (eigen.vector(i), eigen.value(i).abs().max(floor));
        let along = vector::dot(v, g);
        vector::axpy(-along / size, v, p);
        curvature += along * along * size;
    }
    curvature
}

/// s ← the point at distance at most Δ along the path 0, −(gᵀg/gᵀBg)g, p for a positive definite B with `curvature` = gᵀBg and p = −B⁻¹g; whether
/// it is p.
fn dogleg<T: Real>(g: &[T], curvature: T, p: &[T], radius: T, leg: &mut [T], s: &mut [T]) -> bool {
    if vector::norm2(p) <= radius {
        s.copy_from_slice(p);
        return true;
    }
    let norm = vector::norm2(g);
    // The lowest point along the gradient; where its curvature is lost to rounding, the edge.
    let t = norm / curvature * norm;
    let first = if t.is_finite() && t * norm < radius { t } else { radius / norm };
    for (s, g) in s.iter_mut().zip(g) {
        *s = -first * *g;
    }
    if first < t || !t.is_finite() {
        return false;
    }
    vector::step(p, -T::ONE, s, leg);
    let share = forward(s, leg, radius).min(T::ONE);
    vector::axpy(share, leg, s);
    false
}
