//! [`Spy`]: an objective that counts every evaluation that reaches it, whatever the driver's own count says.

use faer::MatMut;
use thalweg_core::{Gradient, Halt, Hessian, Objective, Real};

/// Forwards to `inner` and counts.
pub struct Spy<'a, O: ?Sized> {
    inner: &'a mut O,
    /// The evaluations so far.
    pub evaluations: u64,
}

impl<'a, O: ?Sized> Spy<'a, O> {
    /// With the count at 0.
    pub fn new(inner: &'a mut O) -> Self {
        Self { inner, evaluations: 0 }
    }
}

impl<T: Real, O: Objective<T> + ?Sized> Objective<T> for Spy<'_, O> {
    fn dim(&self) -> usize {
        self.inner.dim()
    }
    fn value(&mut self, x: &[T]) -> Result<T, Halt> {
        self.evaluations += 1;
        self.inner.value(x)
    }
}

impl<T: Real, O: Gradient<T> + ?Sized> Gradient<T> for Spy<'_, O> {
    fn value_gradient(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt> {
        self.evaluations += 1;
        self.inner.value_gradient(x, g)
    }
}

impl<T: Real, O: Hessian<T> + ?Sized> Hessian<T> for Spy<'_, O> {
    fn value_gradient_hessian(&mut self, x: &[T], g: &mut [T], h: MatMut<'_, T>) -> Result<T, Halt> {
        self.evaluations += 1;
        self.inner.value_gradient_hessian(x, g, h)
    }
    fn hessian_root(&mut self, x: &[T], r: MatMut<'_, T>) -> Result<bool, Halt> {
        let known = self.inner.hessian_root(x, r)?;
        self.evaluations += u64::from(known);
        Ok(known)
    }
}
