//! [`Spy`]: an objective that counts every evaluation that reaches it, whatever the driver's own count says.

use faer::{Mat, MatMut};
use thalweg_core::{Gradient, Halt, Hessian, HessianVector, Objective, Real, vector};

/// Forwards to `inner` and counts. It offers products of the Hessian as well, so that matrix-free methods are seen at their own oracles.
pub struct Spy<'a, T: Real, O: ?Sized> {
    inner: &'a mut O,
    hessian: Mat<T>,
    /// The evaluations so far.
    pub evaluations: u64,
}

impl<'a, T: Real, O: ?Sized> Spy<'a, T, O> {
    /// With the count at 0.
    pub fn new(inner: &'a mut O) -> Self {
        Self { inner, hessian: Mat::zeros(0, 0), evaluations: 0 }
    }
}

impl<T: Real, O: Objective<T> + ?Sized> Objective<T> for Spy<'_, T, O> {
    fn dim(&self) -> usize {
        self.inner.dim()
    }
    fn value(&mut self, x: &[T]) -> Result<T, Halt> {
        self.evaluations += 1;
        self.inner.value(x)
    }
}

impl<T: Real, O: Gradient<T> + ?Sized> Gradient<T> for Spy<'_, T, O> {
    fn value_gradient(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt> {
        self.evaluations += 1;
        self.inner.value_gradient(x, g)
    }
}

impl<T: Real, O: Hessian<T> + ?Sized> Hessian<T> for Spy<'_, T, O> {
    fn value_gradient_hessian(&mut self, x: &[T], g: &mut [T], h: MatMut<'_, T>) -> Result<T, Halt> {
        self.evaluations += 1;
        self.inner.value_gradient_hessian(x, g, h)
    }
    fn hessian_root(&mut self, x: &[T], r: MatMut<'_, T>) -> Result<bool, Halt> {
        let known = self.inner.hessian_root(x, r)?;
        self.evaluations += u64::from(known);
        Ok(known)
    }
    fn products(&mut self) -> Option<&mut dyn HessianVector<T>> {
        Some(self)
    }
}

impl<T: Real, O: Hessian<T> + ?Sized> HessianVector<T> for Spy<'_, T, O> {
    fn linearize(&mut self, x: &[T]) -> Result<(), Halt> {
        self.evaluations += 1;
        let n = x.len();
        self.hessian.resize_with(n, n, |_, _| T::ZERO);
        self.inner.value_gradient_hessian(x, &mut vec![T::ZERO; n], self.hessian.as_mut()).map(drop)
    }
    fn hessian_vector(&mut self, v: &[T], out: &mut [T]) -> Result<(), Halt> {
        self.evaluations += 1;
        out.fill(T::ZERO);
        for (j, v) in v.iter().enumerate() {
            let column: Vec<T> = (0..out.len()).map(|i| self.hessian[(i, j)]).collect();
            vector::axpy(*v, &column, out);
        }
        Ok(())
    }
}
