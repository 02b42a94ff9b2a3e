//! [`Svd`]: the thin singular value decomposition, with its memory taken once.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::svd::{ComputeSvdVectors::Thin, svd, svd_scratch};
use faer::{Mat, MatRef};

use crate::error::{Result, check_shape};
use crate::real::Real;

/// A = U diag(s) Vᵀ for A: m×n, with k = min(m, n) columns in U and V and s in falling order. faer runs sequentially, and all memory is taken by
/// [`Svd::new`].
///
/// ```
/// use thalweg_core::Svd;
/// let mut svd = Svd::<f64>::new(2, 2);
/// // [[0, 2], [3, 0]]: the singular values are 3 and 2.
/// assert!(svd.factor(&[0.0, 3.0, 2.0, 0.0])?);
/// assert!((svd.value(0) - 3.0).abs() < 1e-15 && (svd.value(1) - 2.0).abs() < 1e-15);
/// assert!((svd.left(0)[1] * svd.right(0)[0] - 1.0).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct Svd<T: Real> {
    left: Mat<T>,
    values: Diag<T>,
    right: Mat<T>,
    memory: MemBuffer,
}

impl<T: Real> Svd<T> {
    /// For matrices of m rows and n columns.
    #[must_use]
    pub fn new(m: usize, n: usize) -> Self {
        let k = m.min(n);
        let need = svd_scratch::<T>(m, n, Thin, Thin, faer::Par::Seq, Default::default());
        Self {
            left: Mat::zeros(m, k),
            values: Diag::zeros(k),
            right: Mat::zeros(n, k),
            memory: MemBuffer::new(need),
        }
    }

    /// The number k of singular values.
    #[must_use]
    pub fn size(&self) -> usize {
        self.left.ncols()
    }

    /// Decomposes A, column-major; false if the iteration does not converge, as for entries that are not finite.
    ///
    /// # Errors
    /// Another number of entries than m·n.
    pub fn factor(&mut self, a: &[T]) -> Result<bool> {
        let (m, n) = (self.left.nrows(), self.right.nrows());
        check_shape("entries of the matrix", m * n, a.len())?;
        if self.size() == 0 {
            return Ok(true);
        }
        let outcome = svd(
            MatRef::from_column_major_slice(a, m, n),
            self.values.as_mut(),
            Some(self.left.as_mut()),
            Some(self.right.as_mut()),
            faer::Par::Seq,
            MemStack::new(&mut self.memory),
            Default::default(),
        );
        Ok(outcome.is_ok())
    }

    /// The i-th singular value, the largest first.
    ///
    /// # Panics
    /// If i is k or more.
    #[must_use]
    pub fn value(&self, i: usize) -> T {
        self.values.column_vector()[i]
    }

    /// The i-th left singular vector, of length m.
    ///
    /// # Panics
    /// If i is k or more.
    #[must_use]
    pub fn left(&self, i: usize) -> &[T] {
        self.left.col_as_slice(i)
    }

    /// The i-th right singular vector, of length n.
    ///
    /// # Panics
    /// If i is k or more.
    #[must_use]
    pub fn right(&self, i: usize) -> &[T] {
        self.right.col_as_slice(i)
    }
}
