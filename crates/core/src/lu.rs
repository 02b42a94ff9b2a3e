//! [`Lu`]: the factorisation P A = L U of a small square matrix, with partial pivoting. faer runs sequentially in here.
//!
//! Cost: 2n³/3 to factor, 2n² to solve. Source: Golub and Van Loan, *Matrix Computations*, 4th ed., section 3.4.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::lu::partial_pivoting::{factor, solve};
use faer::perm::PermRef;
use faer::{Mat, MatMut, MatRef};

use crate::real::Real;
use crate::scalar::Scalar;

/// The factors of a square matrix. All memory is taken by [`Lu::new`].
///
/// ```
/// use thalweg_core::Lu;
/// let mut lu = Lu::new(2);
/// assert!(lu.factor(faer::mat![[0.0, 2.0], [4.0, 2.0]].as_ref()).is_some());
/// let mut x = [2.0, 10.0];
/// lu.solve(&mut x);
/// assert_eq!(x, [2.0, 1.0]);
/// let mut x = [4.0, 4.0];
/// lu.solve_transpose(&mut x);
/// assert_eq!(x, [1.0, 1.0]);
/// assert!(lu.factor(faer::mat![[1.0, 2.0], [2.0, 4.0]].as_ref()).is_none());
/// ```
pub struct Lu<T: Real> {
    factors: Mat<T>,
    forward: Vec<usize>,
    backward: Vec<usize>,
    memory: MemBuffer,
}

impl<T: Real> Lu<T> {
    /// For matrices of size n.
    #[must_use]
    pub fn new(n: usize) -> Self {
        let factoring = factor::lu_in_place_scratch::<usize, T>(n, n, faer::Par::Seq, Default::default());
        let solving = solve::solve_in_place_scratch::<usize, T>(n, 1, faer::Par::Seq);
        let transposed = solve::solve_transpose_in_place_scratch::<usize, T>(n, 1, faer::Par::Seq);
        Self {
            factors: Mat::zeros(n, n),
            forward: (0..n).collect(),
            backward: (0..n).collect(),
            memory: MemBuffer::new(factoring.or(solving).or(transposed)),
        }
    }

    /// Factorises `a`, n×n, and returns the smallest pivot by the largest, which bounds the reciprocal condition from above up to a factor of the
    /// size; `None` if the matrix is singular to working precision or holds a number that is not finite.
    pub fn factor(&mut self, a: MatRef<'_, T>) -> Option<T> {
        let n = self.forward.len();
        self.factors.copy_from(a);
        factor::lu_in_place(
            self.factors.as_mut(),
            &mut self.forward,
            &mut self.backward,
            faer::Par::Seq,
            MemStack::new(&mut self.memory),
            Default::default(),
        );
        let (mut least, mut most) = (T::INFINITY, T::ZERO);
        for j in 0..n {
            let pivot = Scalar::abs(self.factors[(j, j)]);
            if !pivot.is_finite() {
                return None;
            }
            least = if pivot < least { pivot } else { least };
            most = if pivot > most { pivot } else { most };
        }
        let ratio = if n == 0 { T::ONE } else { least / most };
        (ratio > T::EPSILON * T::of(n as f64)).then_some(ratio)
    }

    /// A⁻¹ rhs in place, for `rhs` of length n and after a successful [`Lu::factor`].
    pub fn solve(&mut self, rhs: &mut [T]) {
        let n = self.forward.len();
        solve::solve_in_place(
            self.factors.as_ref(),
            self.factors.as_ref(),
            PermRef::new_checked(&self.forward, &self.backward, n),
            MatMut::from_column_major_slice_mut(rhs, n, 1),
            faer::Par::Seq,
            MemStack::new(&mut self.memory),
        );
    }

    /// A⁻ᵀ rhs in place, for `rhs` of length n and after a successful [`Lu::factor`].
    pub fn solve_transpose(&mut self, rhs: &mut [T]) {
        let n = self.forward.len();
        solve::solve_transpose_in_place(
            self.factors.as_ref(),
            self.factors.as_ref(),
            PermRef::new_checked(&self.forward, &self.backward, n),
            MatMut::from_column_major_slice_mut(rhs, n, 1),
            faer::Par::Seq,
            MemStack::new(&mut self.memory),
        );
    }
}
