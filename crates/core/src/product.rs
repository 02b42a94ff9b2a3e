//! [`product`]: a dense product in the caller's memory.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef};

use crate::real::Real;

/// out ← left·right for left a×b and right b×c, out a×c column-major: sequential, and with no memory of its own that grows.
///
/// ```
/// use faer::MatRef;
/// let (left, mut out) = ([1.0, 3.0, 2.0, 4.0], [0.0; 2]);
/// let (left, right) = (MatRef::from_column_major_slice(&left, 2, 2), [5.0, 6.0]);
/// thalweg_core::product(&mut out, left, MatRef::from_column_major_slice(&right, 2, 1));
/// assert_eq!(out, [17.0, 39.0]);
/// ```
///
/// # Panics
/// If shapes do not fit.
pub fn product<T: Real>(out: &mut [T], left: MatRef<'_, T>, right: MatRef<'_, T>) {
    let out = MatMut::from_column_major_slice_mut(out, left.nrows(), right.ncols());
    matmul(out, Accum::Replace, left, right, T::ONE, faer::Par::Seq);
}
