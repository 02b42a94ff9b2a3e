//! Matrices in and out: slices and faer views. faer types appear in public signatures only where this crate exposes them.

use faer::{Mat, MatRef};

use crate::error::{Result, check_shape};
use crate::real::Real;

/// Views column-major values as an n×p matrix.
///
/// ```
/// let x = thalweg_core::interop::column_major(&[1.0, 2.0, 3.0, 4.0], 2, 2)?;
/// assert_eq!(x[(0, 1)], 3.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) unless the slice holds n·p values.
pub fn column_major<T: Real>(values: &[T], n: usize, p: usize) -> Result<MatRef<'_, T>> {
    check_shape("number of matrix entries", n * p, values.len())?;
    Ok(MatRef::from_column_major_slice(values, n, p))
}

/// Copies row-major values into a column-major n×p matrix.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) unless the slice holds n·p values.
pub fn from_row_major<T: Real>(values: &[T], n: usize, p: usize) -> Result<Mat<T>> {
    check_shape("number of matrix entries", n * p, values.len())?;
    Ok(Mat::from_fn(n, p, |i, j| values[i * p + j]))
}
