//! [`Eigen`]: the eigendecomposition of a symmetric matrix, with its memory taken once.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{Mat, MatRef};

use crate::error::{Result, check_shape};
use crate::real::Real;

/// A = Q diag(λ) Qᵀ for a symmetric A: n×n, with λ in rising order. faer runs sequentially, and all memory is taken by [`Eigen::new`].
///
/// ```
/// use thalweg_core::Eigen;
/// let mut eigen = Eigen::<f64>::new(2);
/// // [[1, 2], [2, 1]]: −1 along (1, −1), 3 along (1, 1).
/// assert!(eigen.factor(&[1.0, 2.0, 2.0, 1.0])?);
/// assert!((eigen.value(0) + 1.0).abs() < 1e-15 && (eigen.value(1) - 3.0).abs() < 1e-15);
/// assert!((eigen.vector(1)[0] * eigen.vector(1)[1] - 0.5).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct Eigen<T: Real> {
    vectors: Mat<T>,
    values: Diag<T>,
    memory: MemBuffer,
}

impl<T: Real> Eigen<T> {
    /// For matrices of n rows.
    #[must_use]
    pub fn new(n: usize) -> Self {
        // faer counts on a row at least.
        let (rows, yes) = (n.max(1), ComputeEigenvectors::Yes);
        let need = self_adjoint_evd_scratch::<T>(rows, yes, faer::Par::Seq, Default::default());
        Self { vectors: Mat::zeros(n, n), values: Diag::zeros(n), memory: MemBuffer::new(need) }
    }

    /// The number n of eigenvalues.
    #[must_use]
    pub fn size(&self) -> usize {
        self.vectors.ncols()
    }

    /// Decomposes A, column-major, of which the lower triangle is read; false if the iteration does not converge, as for entries that are not
    /// finite.
    ///
    /// # Errors
    /// Another number of entries than n².
    pub fn factor(&mut self, a: &[T]) -> Result<bool> {
        let n = self.size();
        check_shape("entries of the matrix", n * n, a.len())?;
        let outcome = self_adjoint_evd(
            MatRef::from_column_major_slice(a, n, n),
            self.values.as_mut(),
            Some(self.vectors.as_mut()),
            faer::Par::Seq,
            MemStack::new(&mut self.memory),
            Default::default(),
        );
        Ok(outcome.is_ok())
    }

    /// The i-th eigenvalue, the least first.
    ///
    /// # Panics
    /// If i is n or more.
    #[must_use]
    pub fn value(&self, i: usize) -> T {
        self.values.column_vector()[i]
    }

    /// The i-th eigenvector, of length n and norm 1.
    ///
    /// # Panics
    /// If i is n or more.
    #[must_use]
    pub fn vector(&self, i: usize) -> &[T] {
        self.vectors.col_as_slice(i)
    }
}
