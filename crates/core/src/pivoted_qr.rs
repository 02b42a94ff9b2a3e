//! [`PivotedQr`]: the orthogonal factorisation of a dense matrix that reveals its rank, in memory taken once.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::householder;
use faer::linalg::qr::col_pivoting::factor as qr;
use faer::{Conj, Mat, MatMut};

use crate::real::Real;

/// AP = QR with P choosing the column of largest remainder at each step, and Qᵀb. faer runs sequentially in here.
///
/// ```
/// use thalweg_core::PivotedQr;
/// let mut qr = PivotedQr::<f64>::new(3, 2);
/// qr.matrix().copy_from(faer::mat![[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]]);
/// qr.decompose(&[3.0, 4.0, 5.0]);
/// assert_eq!(qr.order(), [1, 0]);
/// // The second unknown, ±4/±2; what no column explains stays in the remainder.
/// assert!((qr.rotated()[0] / qr.r(0, 0) - 2.0).abs() < 1e-15 && (qr.rotated()[2].abs() - 5.0).abs() < 1e-15);
/// ```
pub struct PivotedQr<T: Real> {
    /// A, then the Householder vectors below R.
    factor: Mat<T>,
    coefficients: Mat<T>,
    order: Vec<usize>,
    inverse: Vec<usize>,
    /// Qᵀb.
    rotated: Mat<T>,
    memory: MemBuffer,
}

impl<T: Real> PivotedQr<T> {
    /// For matrices of m rows and n columns.
    #[must_use]
    pub fn new(m: usize, n: usize) -> Self {
        let size = m.min(n);
        let block = qr::recommended_block_size::<T>(m, n).clamp(1, size.max(1));
        let factor = qr::qr_in_place_scratch::<usize, T>(m, n, block, faer::Par::Seq, Default::default());
        let apply = householder::apply_block_householder_sequence_transpose_on_the_left_in_place_scratch::<T>(
            m, block, 1,
        );
        Self {
            factor: Mat::zeros(m, n),
            coefficients: Mat::zeros(block, size),
            order: (0..n).collect(),
            inverse: (0..n).collect(),
            rotated: Mat::zeros(m, 1),
            memory: MemBuffer::new(factor.or(apply)),
        }
    }

    /// A, to be written before [`PivotedQr::decompose`] overwrites it.
    pub fn matrix(&mut self) -> MatMut<'_, T> {
        self.factor.as_mut()
    }

    /// Factorises A and rotates b (length m).
    pub fn decompose(&mut self, b: &[T]) {
        let size = self.factor.nrows().min(self.factor.ncols());
        for (i, b) in b.iter().enumerate() {
            self.rotated[(i, 0)] = *b;
        }
        if size == 0 {
            return;
        }
        let stack = MemStack::new(&mut self.memory);
        qr::qr_in_place(
            self.factor.as_mut(),
            self.coefficients.as_mut(),
            &mut self.order,
            &mut self.inverse,
            faer::Par::Seq,
            stack,
            Default::default(),
        );
        householder::apply_block_householder_sequence_transpose_on_the_left_in_place_with_conj(
            self.factor.as_ref().subcols(0, size),
            self.coefficients.as_ref(),
            Conj::No,
            self.rotated.as_mut(),
            faer::Par::Seq,
            stack,
        );
    }

    /// The column of A that stands at each place of R.
    #[must_use]
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// R at row i, column j; 0 below the diagonal and beyond the last row.
    #[must_use]
    pub fn r(&self, i: usize, j: usize) -> T {
        if i <= j && i < self.factor.nrows() { self.factor[(i, j)] } else { T::ZERO }
    }

    /// Qᵀb, length m.
    #[must_use]
    pub fn rotated(&self) -> &[T] {
        self.rotated.col_as_slice(0)
    }
}
