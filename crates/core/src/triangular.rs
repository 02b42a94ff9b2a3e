//! Small dense factorisations: the scaled Cholesky of a Newton system, and the orthogonal root of a weighted design with the rank it
//! reveals. faer runs sequentially in here; the parallelism is the reduction's.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt;
use faer::linalg::qr::no_pivoting::factor as qr;
use faer::{Mat, MatMut, MatRef};

use crate::design::{BLOCK_ROWS, Design, row_chunks};
use crate::loss::Weights;
use crate::par::Par;
use crate::real::Real;
use crate::reduce::reduce;
use crate::vector;

/// The Cholesky factor of a symmetric positive definite matrix scaled to unit diagonal, with its reciprocal condition. All memory is
/// taken by [`ScaledCholesky::new`].
///
/// ```
/// use thalweg_core::ScaledCholesky;
/// let h = faer::mat![[4.0, 2.0], [2.0, 3.0]];
/// let mut cholesky = ScaledCholesky::new(2);
/// assert!(cholesky.factor(h.as_ref()).is_some_and(|rcond| rcond > 0.1));
/// let mut x = [8.0, 7.0];
/// cholesky.solve(&mut x);
/// assert!((x[0] - 1.25_f64).abs() < 1e-15 && (x[1] - 1.5_f64).abs() < 1e-15);
/// ```
pub struct ScaledCholesky<T: Real> {
    factor: Mat<T>,
    /// 1/√hⱼⱼ.
    scale: Vec<T>,
    estimate: [Vec<T>; 2],
    memory: MemBuffer,
}

impl<T: Real> ScaledCholesky<T> {
    /// For matrices of size n.
    #[must_use]
    pub fn new(n: usize) -> Self {
        let need = llt::factor::cholesky_in_place_scratch::<T>(n, faer::Par::Seq, Default::default());
        Self {
            factor: Mat::zeros(n, n),
            scale: vec![T::ZERO; n],
            estimate: [vec![T::ZERO; n], vec![T::ZERO; n]],
            memory: MemBuffer::new(need),
        }
    }

    /// Takes matrices of size n from now on, in the memory for the largest so far; nothing is allocated for a smaller one.
    ///
    /// ```
    /// use thalweg_core::ScaledCholesky;
    /// let mut cholesky = ScaledCholesky::<f64>::new(3);
    /// cholesky.resize(1);
    /// assert_eq!(cholesky.factor(faer::mat![[4.0]].as_ref()), Some(1.0));
    /// let mut x = [8.0];
    /// cholesky.solve(&mut x);
    /// assert_eq!(x, [2.0]);
    /// ```
    pub fn resize(&mut self, n: usize) {
        if n > self.factor.nrows() {
            *self = Self::new(n);
        }
        self.scale.resize(n, T::ZERO);
        self.estimate.iter_mut().for_each(|v| v.resize(n, T::ZERO));
    }

    /// Factorises `h` and estimates the reciprocal 1-norm condition of the scaled matrix (Higham 1988, the method of LAPACK); `None` if `h` is not
    /// numerically positive definite.
    pub fn factor(&mut self, h: MatRef<'_, T>) -> Option<T> {
        self.factor_entries(|i, j| h[(i, j)])
    }

    /// [`ScaledCholesky::factor`] of the symmetric matrix with these entries (row, column), which need not stand in a matrix of its own.
    ///
    /// ```
    /// use thalweg_core::ScaledCholesky;
    /// let mut cholesky = ScaledCholesky::new(2);
    /// assert_eq!(cholesky.factor_entries(|i, j| if i == j { 4.0 } else { 0.0 }), Some(1.0));
    /// ```
    pub fn factor_entries(&mut self, h: impl Fn(usize, usize) -> T) -> Option<T> {
        let n = self.scale.len();
        for j in 0..n {
            let diagonal = h(j, j);
            if !(diagonal > T::ZERO && diagonal.is_finite()) {
                return None;
            }
            self.scale[j] = diagonal.sqrt().recip();
        }
        let mut norm = T::ZERO;
        for j in 0..n {
            let mut sum = T::ZERO;
            for i in 0..n {
                let scaled = h(i, j) * self.scale[i] * self.scale[j];
                sum += scaled.abs();
                self.factor[(i, j)] = scaled;
            }
            norm = if sum > norm || sum.is_nan() { sum } else { norm };
        }
        if !norm.is_finite() {
            return None;
        }
        let stack = MemStack::new(&mut self.memory);
        let outcome = llt::factor::cholesky_in_place(
            self.factor.as_mut().submatrix_mut(0, 0, n, n),
            Default::default(),
            faer::Par::Seq,
            stack,
            Default::default(),
        );
        outcome.ok()?;
        let estimate = (norm * self.inverse_norm()).recip();
        // The smallest squared pivot, what is left of a column of unit norm after the columns before it, bounds 1/κ from above; it sees the
        // exact duplicates that the ascent's symmetric start can miss.
        let pivot = (0..n)
            .map(|j| self.factor[(j, j)])
            .fold(T::INFINITY, |least, pivot| if pivot < least { pivot } else { least });
        let bound = pivot * pivot;
        if estimate.is_nan() { None } else { Some(if bound < estimate { bound } else { estimate }) }
    }

    /// H⁻¹ rhs in place, after a successful [`ScaledCholesky::factor`].
    pub fn solve(&self, rhs: &mut [T]) {
        self.rescale(rhs);
        self.solve_scaled(rhs);
        self.rescale(rhs);
    }

    /// The trace of the inverse of the scaled matrix, an upper bound on 1/λ_min.
    #[must_use]
    pub fn scaled_inverse_trace(&self) -> T {
        let n = self.scale.len();
        let mut trace = T::ZERO;
        let mut column = vec![T::ZERO; n];
        for j in 0..n {
            column.fill(T::ZERO);
            column[j] = T::ONE;
            self.solve_scaled(&mut column);
            trace += column[j];
        }
        trace
    }

    /// H⁻¹, both triangles.
    #[must_use]
    pub fn inverse(&self) -> Mat<T> {
        let n = self.scale.len();
        let mut inverse = Mat::zeros(n, n);
        let mut column = vec![T::ZERO; n];
        for j in 0..n {
            column.fill(T::ZERO);
            column[j] = T::ONE;
            self.solve(&mut column);
            for i in 0..n {
                inverse[(i, j)] = column[i];
            }
        }
        inverse
    }

    /// The upper triangular R with RᵀR = H.
    #[must_use]
    pub fn root(&self) -> Mat<T> {
        let n = self.scale.len();
        Mat::from_fn(n, n, |i, j| if i <= j { self.factor[(j, i)] / self.scale[j] } else { T::ZERO })
    }

    /// 1/√hⱼⱼ of the last factorised matrix.
    #[must_use]
    pub fn scale(&self) -> &[T] {
        &self.scale
    }

    fn rescale(&self, v: &mut [T]) {
        for (v, s) in v.iter_mut().zip(&self.scale) {
            *v *= *s;
        }
    }

    fn solve_scaled(&self, rhs: &mut [T]) {
        let n = rhs.len();
        // solve_in_place asks for no scratch memory.
        let mut none: [core::mem::MaybeUninit<u8>; 0] = [];
        let rhs = MatMut::from_column_major_slice_mut(rhs, n, 1);
        let factor = self.factor.as_ref().submatrix(0, 0, n, n);
        llt::solve::solve_in_place(factor, rhs, faer::Par::Seq, MemStack::new(&mut none));
    }

    /// ‖S⁻¹‖₁ from below by Hager's ascent over the unit vectors, at most five steps, and Higham's alternating vector.
    fn inverse_norm(&mut self) -> T {
        let n = self.scale.len();
        if n == 0 {
            return T::ONE;
        }
        let [mut x, mut y] = core::mem::take(&mut self.estimate);
        x.fill(T::of(n as f64).recip());
        let mut norm = T::ZERO;
        for _ in 0..5 {
            y.copy_from_slice(&x);
            self.solve_scaled(&mut y);
            let sum: T = y.iter().map(|v| v.abs()).sum();
            if sum <= norm {
                break;
            }
            norm = sum;
            for v in &mut y {
                *v = if *v < T::ZERO { -T::ONE } else { T::ONE };
            }
            self.solve_scaled(&mut y);
            let at_x: T = y.iter().zip(&x).map(|(a, b)| *a * *b).sum();
            let Some(j) = (0..n)
                .max_by(|a, b| y[*a].abs().partial_cmp(&y[*b].abs()).unwrap_or(core::cmp::Ordering::Equal))
            else {
                break;
            };
            if y[j].abs() <= at_x {
                break;
            }
            x.fill(T::ZERO);
            x[j] = T::ONE;
        }
        let last = T::of((n.max(2) - 1) as f64);
        for (i, x) in x.iter_mut().enumerate() {
            let size = T::ONE + T::of(i as f64) / last;
            *x = if i % 2 == 0 { size } else { -size };
        }
        self.solve_scaled(&mut x);
        let alternating: T = x.iter().map(|v| v.abs()).sum();
        norm = norm.max(alternating * T::of(2.0 / (3.0 * n as f64)));
        self.estimate = [x, y];
        norm
    }
}

/// Upper triangular R with RᵀR = Xᵀ diag(s²) X + diag(d), by a tree of Householder QRs over row blocks (TSQR; Demmel et al. 2012). `s` has
/// length n.
pub(crate) fn root<T: Real>(design: &Design<'_, T>, s: &[T], d: &[T], par: Par, mut r: MatMut<'_, T>) {
    let q = design.parameters();
    let chunks = row_chunks::<T>(design.rows(), q + BLOCK_ROWS);
    let mut partials: Vec<Stacked<T>> = (0..chunks.count).map(|_| Stacked::new(q)).collect();
    let map = |chunk: usize, stacked: &mut Stacked<T>| {
        let rows = chunks.rows_of(chunk);
        for start in rows.clone().step_by(BLOCK_ROWS) {
            let block = start..rows.end.min(start + BLOCK_ROWS);
            design.copy_scaled_rows(block.clone(), &s[block], stacked.lower());
            stacked.eliminate();
        }
    };
    reduce(par, &mut partials, &map, &|a, b| a.absorb(|i, j| b.matrix[(i, j)], q));
    let stacked = &mut partials[0];
    stacked.absorb(|i, j| if i == j { d[i].sqrt() } else { T::ZERO }, q);
    r.copy_from(stacked.matrix.as_ref().subrows(0, q));
}

/// A q×q triangle on top of a block of rows, and the memory to eliminate the block.
struct Stacked<T> {
    matrix: Mat<T>,
    coefficients: Mat<T>,
    memory: MemBuffer,
}

impl<T: Real> Stacked<T> {
    fn new(q: usize) -> Self {
        let height = q + BLOCK_ROWS;
        let size = qr::recommended_block_size::<T>(height, q);
        let need = qr::qr_in_place_scratch::<T>(height, q, size, faer::Par::Seq, Default::default());
        Self {
            matrix: Mat::zeros(height, q),
            coefficients: Mat::zeros(size, q),
            memory: MemBuffer::new(need),
        }
    }

    fn lower(&mut self) -> MatMut<'_, T> {
        let q = self.matrix.ncols();
        self.matrix.as_mut().subrows_mut(q, BLOCK_ROWS)
    }

    /// QR of triangle and block; the triangle becomes R, the block 0.
    fn eliminate(&mut self) {
        let stack = MemStack::new(&mut self.memory);
        let (matrix, coefficients) = (self.matrix.as_mut(), self.coefficients.as_mut());
        qr::qr_in_place(matrix, coefficients, faer::Par::Seq, stack, Default::default());
        for j in 0..self.matrix.ncols() {
            for i in j + 1..self.matrix.nrows() {
                self.matrix[(i, j)] = T::ZERO;
            }
        }
    }

    /// Adds the rows of another q×q triangle, a block at a time.
    fn absorb(&mut self, entry: impl Fn(usize, usize) -> T, q: usize) {
        for start in (0..q).step_by(BLOCK_ROWS) {
            let mut lower = self.lower();
            for j in 0..q {
                for i in 0..BLOCK_ROWS.min(q - start) {
                    lower[(i, j)] = entry(start + i, j);
                }
            }
            self.eliminate();
        }
    }
}

/// Relative residual norm below which a column counts as a combination of the columns before it (as R's `glm` at its default).
const ALIAS_TOLERANCE: f64 = 1e-11;

/// Which columns of an upper triangular R depend linearly on columns before them (limited pivoting: the first independent columns stay,
/// as in R's `lm`). By Gram–Schmidt with reorthogonalisation on R, whose inner products are those of the design.
pub(crate) fn dependent_columns<T: Real>(r: MatRef<'_, T>) -> Vec<bool> {
    let q = r.ncols();
    let mut basis: Vec<Vec<T>> = Vec::with_capacity(q);
    (0..q)
        .map(|j| {
            let mut v: Vec<T> = (0..q).map(|i| r[(i, j)]).collect();
            let norm = vector::norm2(&v);
            for _ in 0..2 {
                for u in &basis {
                    vector::axpy(-vector::dot(u, &v), u, &mut v);
                }
            }
            let rest = vector::norm2(&v);
            // In f32 the rounding of the data itself is larger than the tolerance.
            let tolerance = T::of(ALIAS_TOLERANCE).max(T::EPSILON * T::of(64.0));
            if rest <= norm * tolerance {
                return true;
            }
            vector::scale(rest.recip(), &mut v);
            basis.push(v);
            false
        })
        .collect()
}

impl<T: Real> Design<'_, T> {
    /// Upper triangular R, q×q, with RᵀR = XᵀWX for weights ≥ 0, by a tree of Householder QRs over blocks of rows: the condition of √W X is
    /// never squared, and the bits do not depend on the number of threads. Cost: 2nq² operations.
    ///
    /// ```
    /// use thalweg_core::{Design, Par, Weights};
    /// let design = Design::from_mat(faer::mat![[3.0_f64], [4.0]])?;
    /// let r = design.triangular_root(Weights::Unit, Par::Seq);
    /// assert!((r[(0, 0)].abs() - 5.0).abs() < 1e-15);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Panics
    /// If there are weights and not one a row.
    #[must_use]
    pub fn triangular_root(&self, weights: Weights<'_, T>, par: Par) -> Mat<T> {
        let q = self.parameters();
        let s: Vec<T> = (0..self.rows()).map(|i| weights.get(i).sqrt()).collect();
        let mut r = Mat::zeros(q, q);
        root(self, &s, &vec![T::ZERO; q], par, r.as_mut());
        r
    }

    /// Which parameters' columns are combinations of the columns before them, over the rows of positive weight. Found by an orthogonal
    /// factorisation that never squares the condition.
    #[must_use]
    pub fn aliased(&self, weights: Weights<'_, T>, par: Par) -> Vec<bool> {
        dependent_columns(self.triangular_root(weights, par).as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::ScaledCholesky;

    /// Column 2 is twice column 1: the null vector (2, −1) of the scaled matrix is orthogonal to a vector of ones, the usual start of the
    /// condition estimate.
    #[test]
    fn exact_duplicates_have_no_condition() {
        let h = faer::mat![[4.0, 1.0, 2.0], [1.0, 3.0, 6.0], [2.0, 6.0, 12.0]];
        let rcond: f64 = ScaledCholesky::new(3).factor(h.as_ref()).unwrap_or(0.0);
        assert!(rcond < 1e-15, "{rcond}");
    }
}
