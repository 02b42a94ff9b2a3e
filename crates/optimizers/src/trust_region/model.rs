//! [`DenseModel`]: a quadratic model with its Hessian as a matrix.

use faer::{MatMut, MatRef};
use thalweg_core::{Archive, Checkpoint, Halt, Hessian, Real, Result, vector, visit_slice};

/// The Hessian at the current point and the one at the last trial point, n×n and column-major.
#[derive(Clone, Debug)]
pub struct DenseModel<T> {
    hessian: Vec<T>,
    trial: Vec<T>,
    product: Vec<T>,
}

impl<T: Real> Checkpoint for DenseModel<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "hessian", &mut self.hessian)
    }
}

impl<T: Real> DenseModel<T> {
    /// For n parameters.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { hessian: vec![T::ZERO; n * n], trial: vec![T::ZERO; n * n], product: vec![T::ZERO; n] }
    }

    /// F, gradient and Hessian at a trial point.
    ///
    /// # Errors
    /// Whatever the oracle returns.
    pub fn evaluate(
        &mut self,
        objective: &mut (impl Hessian<T> + ?Sized),
        x: &[T],
        g: &mut [T],
    ) -> Result<T, Halt> {
        let n = x.len();
        let hessian = MatMut::from_column_major_slice_mut(&mut self.trial, n, n);
        objective.value_gradient_hessian(x, g, hessian)
    }

    /// Makes the trial point the current one.
    pub fn accept(&mut self) {
        core::mem::swap(&mut self.hessian, &mut self.trial);
    }

    /// The Hessian at the current point, column-major.
    #[must_use]
    pub fn hessian(&self) -> &[T] {
        &self.hessian
    }

    pub(super) fn matrix(&self) -> MatRef<'_, T> {
        let n = self.product.len();
        MatRef::from_column_major_slice(&self.hessian, n, n)
    }

    /// sᵀHs.
    pub(super) fn curvature(&mut self, s: &[T]) -> T {
        multiply(&self.hessian, s, &mut self.product);
        vector::dot(s, &self.product)
    }

    /// m(0) − m(s) = −gᵀs − ½sᵀHs.
    pub(super) fn decrease(&mut self, g: &[T], s: &[T]) -> T {
        -vector::dot(g, s) - T::of(0.5) * self.curvature(s)
    }
}

/// out ← H s.
fn multiply<T: Real>(h: &[T], s: &[T], out: &mut [T]) {
    out.fill(T::ZERO);
    for (column, s) in h.chunks_exact(s.len().max(1)).zip(s) {
        vector::axpy(*s, column, out);
    }
}

/// The two steps τ at which ‖p + τd‖ = Δ, the one of less size first, for ‖p‖ ≤ Δ and d not 0. Neither subtracts what is nearly equal.
pub(super) fn to_edge<T: Real>(p: &[T], d: &[T], radius: T) -> [T; 2] {
    let (pd, dd) = (vector::dot(p, d), vector::norm2_squared(d));
    let length = vector::norm2(p);
    let room = ((radius - length) * (radius + length)).max(T::ZERO);
    let root = (pd * pd + dd * room).sqrt();
    let far = if pd > T::ZERO { -(pd + root) / dd } else { (root - pd) / dd };
    let near = if far == T::ZERO { T::ZERO } else { -room / (dd * far) };
    [near, far]
}

/// The τ ≥ 0 of [`to_edge`].
pub(super) fn forward<T: Real>(p: &[T], d: &[T], radius: T) -> T {
    let [near, far] = to_edge(p, d, radius);
    near.max(far)
}
