//! Columns of a design (stand-in until the design offers them).
use crate::design::Design;
use crate::real::Real;
use crate::vector;

impl<T: Real> Design<'_, T> {
    fn raw(&self, k: usize) -> Option<&[T]> {
        k.checked_sub(usize::from(self.has_intercept())).map(|j| self.predictor(j))
    }
    /// X_kᵀu.
    pub fn column_dot(&self, k: usize, u: &[T], total_u: T) -> T {
        self.raw(k).map_or(total_u, |x| vector::dot(x, u))
    }
    /// eta + shift += a X_k.
    pub fn column_axpy(&self, k: usize, a: T, eta: &mut [T], shift: &mut T) {
        match self.raw(k) {
            None => *shift += a,
            Some(x) => vector::axpy(a, x, eta),
        }
    }
    /// t + shift h += a h X_k.
    pub fn column_weighted_axpy(&self, k: usize, a: T, h: &[T], t: &mut [T], shift: &mut T) {
        match self.raw(k) {
            None => *shift += a,
            Some(x) => crate::simd::dispatch(
                #[inline(always)]
                || {
                    for ((t, x), h) in t.iter_mut().zip(x).zip(h) {
                        *t = (*x * a).mul_add(*h, *t);
                    }
                },
            ),
        }
    }
    /// Stored entries.
    pub fn column_entries(&self, k: usize) -> usize {
        self.raw(k).map_or(0, <[T]>::len)
    }
}
