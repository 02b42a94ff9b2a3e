//! Nuclear norm λ Σσᵢ(B), the sum of singular values: coefficients of several outputs that share a few directions.
//!
//! Source: Fazel, Hindi and Boyd, *A rank minimization heuristic*, ACC (2001); Cai, Candès and Shen, *A singular value thresholding
//! algorithm for matrix completion*, SIAM J. Optim. 20 (2010), for the prox; Watson, *Characterization of the subdifferential of some
//! matrix norms*, Linear Algebra Appl. 170 (1992).

use thalweg_core::{
    Blocks, Diagonal, Error, Parameter, Penalty, Real, Result, Step, Svd, check_shape, vector,
};

use crate::norm::{indicator, shrink};
use crate::scratch::Scratch;
use crate::whole::{UNKNOWN, whole};
use crate::{Make, PenaltyEntry};

/// P(B; λ) = λ Σσᵢ(B) for B: m×n column-major. prox soft-thresholds the singular values. With U, V the singular vectors of the values above rounding,
/// ∂P = λ{UVᵀ + W: UᵀW = 0, WV = 0, σ₁(W) ≤ 1}, and the violation is the distance of −G to it. Conjugate 0 where σ₁(V) ≤ λ, +∞ beyond; λ_max =
/// σ₁(G₀). A step a coefficient has no known prox. Single precision is computed in double.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let nuclear = thalweg_regularization::Nuclear::new(2, 2)?;
/// let mut v = [0.0_f64, 3.0, 2.0, 0.0];
/// nuclear.prox(0, &mut v, Step::Scalar(1.0), 2.5);
/// assert!((v[1] - 0.5).abs() < 1e-15 && v[2].abs() < 1e-15);
/// assert!((nuclear.value(&[0.0, 3.0, 2.0, 0.0], 2.0) - 10.0_f64).abs() < 1e-14);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct Nuclear {
    blocks: Blocks,
    rows: usize,
    columns: usize,
    memory: Scratch<Memory>,
}

struct Memory {
    svd: Svd<f64>,
    matrix: Vec<f64>,
    /// U and V of the point whose violation is asked for.
    left: Vec<f64>,
    right: Vec<f64>,
}

impl Memory {
    fn new(rows: usize, columns: usize) -> Self {
        let k = rows.min(columns);
        Self {
            svd: Svd::new(rows, columns),
            matrix: vec![0.0; rows * columns],
            left: vec![0.0; rows * k],
            right: vec![0.0; columns * k],
        }
    }

    /// The decomposition of B; false if it has entries that are not finite.
    fn factor<T: Real>(&mut self, b: &[T]) -> bool {
        self.matrix.clear();
        self.matrix.extend(b.iter().map(|b| b.to_f64()));
        self.svd.factor(&self.matrix).is_ok_and(|converged| converged)
    }
}

impl Nuclear {
    /// Of matrices with m rows and n columns.
    ///
    /// # Errors
    /// No rows or no columns.
    pub fn new(rows: usize, columns: usize) -> Result<Self> {
        let memory = Scratch::new(Memory::new(rows, columns));
        Ok(Self { blocks: whole(rows * columns)?, rows, columns, memory })
    }

    /// f of the singular values; NaN where there are none.
    fn of_values<T: Real>(&self, b: &[T], f: impl Fn(&mut dyn Iterator<Item = f64>) -> f64) -> T {
        let mut memory = self.memory.take();
        if !memory.factor(b) {
            return T::NAN;
        }
        let svd = &memory.svd;
        T::of(f(&mut (0..svd.size()).map(|i| svd.value(i))))
    }

    /// σ₁.
    fn spectral<T: Real>(&self, v: &[T]) -> T {
        self.of_values(v, |values| values.fold(0.0, f64::max))
    }
}

const COLUMNS: Parameter = Parameter {
    name: "columns",
    default: 1.0,
    rule: "it must be a whole number >= 1 that divides the number of coefficients",
    summary: "columns of the matrix of coefficients",
};

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "nuclear",
    summary: "lambda times the sum of the singular values of the coefficient matrix: low rank",
    parameters: &[COLUMNS],
    example: "nuclear:columns=2",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    let columns = values[0];
    if !(columns >= 1.0 && columns.fract() == 0.0 && columns < 1e15) {
        return Err(Error::invalid_parameter(COLUMNS.name, columns, COLUMNS.rule));
    }
    let memory = Scratch::new(Memory::new(0, 0));
    Ok(Box::new(Nuclear { blocks: UNKNOWN, rows: 0, columns: columns as usize, memory }))
}

/// M ← M − QQᵀM, the columns of Q orthonormal and m long.
pub(crate) fn deflate(matrix: &mut [f64], m: usize, q: &[f64]) {
    for column in matrix.chunks_exact_mut(m) {
        for q in q.chunks_exact(m) {
            vector::axpy(-vector::dot(q, column), q, column);
        }
    }
}

/// M ← M − MQQᵀ, the columns of Q as long as M has columns.
pub(crate) fn deflate_rows(matrix: &mut [f64], m: usize, q: &[f64]) {
    let n = matrix.len() / m;
    for q in q.chunks_exact(n) {
        for i in 0..m {
            let dot: f64 = (0..n).map(|j| matrix[j * m + i] * q[j]).sum();
            (0..n).for_each(|j| matrix[j * m + i] -= dot * q[j]);
        }
    }
}

impl<T: Real> Penalty<T> for Nuclear {
    fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    fn value(&self, b: &[T], lambda: T) -> T {
        lambda * self.of_values::<T>(b, |values| values.sum())
    }

    fn prox(&self, _block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        let threshold = if v.is_empty() { 0.0 } else { (lambda * step.at(0)).to_f64() };
        let mut memory = self.memory.take();
        if threshold == 0.0 || !memory.factor(v) {
            return;
        }
        let Memory { svd, matrix, .. } = &mut *memory;
        matrix.fill(0.0);
        for i in (0..svd.size()).take_while(|i| svd.value(*i) > threshold) {
            let left = svd.left(i);
            for (column, right) in matrix.chunks_exact_mut(self.rows).zip(svd.right(i)) {
                vector::axpy((svd.value(i) - threshold) * right, left, column);
            }
        }
        for (v, z) in v.iter_mut().zip(matrix.iter()) {
            *v = T::of(*z);
        }
    }

    fn violation(&self, _block: usize, b: &[T], g: &[T], lambda: T) -> T {
        let (lambda, m) = (lambda.to_f64(), self.rows);
        let mut memory = self.memory.take();
        if !memory.factor(b) {
            return T::NAN;
        }
        let Memory { svd, matrix, left, right } = &mut *memory;
        // Below this a singular value of the stored B is rounding.
        let zero = T::of((8 * (self.rows + self.columns)) as f64 * svd.value(0).max(0.0)) * T::EPSILON;
        let rank = (0..svd.size()).take_while(|i| svd.value(*i) > zero.to_f64()).count();
        left.clear();
        right.clear();
        for i in 0..rank {
            left.extend_from_slice(svd.left(i));
            right.extend_from_slice(svd.right(i));
        }
        // What ∂P fixes: UUᵀM + MVVᵀ − UUᵀMVVᵀ − λUVᵀ, the part of M that is not deflated.
        matrix.clear();
        matrix.extend(g.iter().map(|g| -g.to_f64()));
        deflate(matrix, m, left);
        deflate_rows(matrix, m, right);
        let mut fixed = 0.0;
        for (j, column) in matrix.chunks_exact(m).enumerate() {
            for (i, deflated) in column.iter().enumerate() {
                let product: f64 = (0..rank).map(|k| left[k * m + i] * right[k * self.columns + j]).sum();
                fixed += (-g[j * m + i].to_f64() - deflated - lambda * product).powi(2);
            }
        }
        if !svd.factor(matrix).is_ok_and(|converged| converged) {
            return T::NAN;
        }
        let free: f64 = (0..svd.size()).map(|i| (svd.value(i) - lambda).max(0.0).powi(2)).sum();
        T::of((fixed + free).sqrt())
    }

    fn in_support(&self, _block: usize, b: &[T], lambda: T) -> bool {
        lambda == T::ZERO || b.iter().any(|b| *b != T::ZERO)
    }

    fn quadratic_part(&self, _lambda: T) -> Option<Diagonal<T>> {
        None
    }

    fn takes_diagonal_steps(&self) -> bool {
        false
    }

    fn check(&self, p: usize) -> Result<()> {
        check_shape("entries of the penalty's matrix", p, self.rows * self.columns)
    }

    fn over(&self, p: usize) -> Result<Option<Box<dyn Penalty<T>>>> {
        if self.blocks != UNKNOWN {
            return Ok(None);
        }
        if !p.is_multiple_of(self.columns) {
            let rule = format!("it must divide the number of coefficients, {p}");
            return Err(Error::invalid_parameter(COLUMNS.name, self.columns, &rule));
        }
        Ok(Some(Box::new(Self::new(p / self.columns, self.columns)?)))
    }

    fn lambda_max(&self, g0: &[T]) -> Option<T> {
        Some(self.spectral(g0))
    }

    fn conjugate(&self, v: &[T], lambda: T) -> T {
        indicator(self.spectral(v), lambda)
    }

    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        shrink(self.spectral(v), lambda, v.len())
    }
}
