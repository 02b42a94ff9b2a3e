//! Cone of positive semidefinite matrices: coefficients that are a covariance, or the matrix of a quadratic form that bends upwards.
//!
//! Source: Higham, *Computing a nearest symmetric positive semidefinite matrix*, Linear Algebra Appl. 103 (1988); Boyd and Vandenberghe, *Convex
//! Optimization* (2004), section 8.1.1.

use thalweg_core::{Eigen, Real, Result, Step, vector};

use crate::constraint::{Constraint, Set};
use crate::nuclear::{deflate, deflate_rows};
use crate::scratch::Scratch;

/// P(B) = 0 for B: m×m, symmetric with no eigenvalue below 0 (within rounding), +∞ elsewhere, whatever λ; b holds its m² entries by columns. prox: the
/// eigenvalues of ½(V + Vᵀ) below 0 become 0. Violation: with Q the eigenvectors of B above rounding, all of −½(G + Gᵀ) in their range, and the positive
/// part of what is left of it. Conjugate 0 where ½(V + Vᵀ) has no eigenvalue above 0 (within rounding), +∞ elsewhere. Single precision is computed
/// in double. A step a coefficient has no known prox.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let cone = thalweg_regularization::PositiveSemidefinite::new(2)?;
/// // [[1, 2], [2, 1]] has −1 along (1, −1) and 3 along (1, 1).
/// let mut v = [1.0_f64, 2.0, 2.0, 1.0];
/// cone.prox(0, &mut v, Step::Scalar(1.0), 0.0);
/// assert!(v.iter().all(|v| (v - 1.5).abs() < 1e-15));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub type PositiveSemidefinite = Constraint<PositiveSemidefiniteSet>;

/// {B = Bᵀ ⪰ 0}.
pub struct PositiveSemidefiniteSet {
    memory: Scratch<Memory>,
}

struct Memory {
    eigen: Eigen<f64>,
    matrix: Vec<f64>,
    /// The eigenvectors of the point whose violation is asked for.
    range: Vec<f64>,
}

impl PositiveSemidefinite {
    /// Of matrices with m rows.
    ///
    /// # Errors
    /// m = 0.
    pub fn new(rows: usize) -> Result<Self> {
        Self::of(rows * rows, PositiveSemidefiniteSet::new(rows))
    }
}

impl PositiveSemidefiniteSet {
    fn new(rows: usize) -> Self {
        let entries = || vec![0.0; rows * rows];
        let memory = Memory { eigen: Eigen::new(rows), matrix: entries(), range: entries() };
        Self { memory: Scratch::new(memory) }
    }
}

impl Memory {
    /// Takes sign·½(V + Vᵀ).
    fn load<T: Real>(&mut self, v: &[T], sign: f64) {
        let m = self.eigen.size();
        for (k, x) in self.matrix.iter_mut().enumerate() {
            *x = 0.5 * sign * (v[k].to_f64() + v[k % m * m + k / m].to_f64());
        }
    }

    /// The same, decomposed; false if it has entries that are not finite.
    fn factor<T: Real>(&mut self, v: &[T], sign: f64) -> bool {
        self.load(v, sign);
        self.eigen.factor(&self.matrix).is_ok_and(|converged| converged)
    }

    /// √Σ(λᵢ)₊².
    fn positive(&self) -> f64 {
        (0..self.eigen.size()).map(|i| self.eigen.value(i).max(0.0).powi(2)).sum::<f64>().sqrt()
    }

    /// What of a matrix like V may be rounding.
    fn slack<T: Real>(&self, v: &[T]) -> f64 {
        (8 * self.eigen.size()) as f64 * T::EPSILON.to_f64() * vector::norm2(v).to_f64()
    }
}

impl Set for PositiveSemidefiniteSet {
    /// It is made with its size.
    fn over(&self, p: usize) -> Result<Self> {
        Ok(Self::new(p.isqrt()))
    }

    fn holds<T: Real>(&self, b: &[T]) -> bool {
        let mut memory = self.memory.take();
        if !memory.factor(b, -1.0) {
            return false;
        }
        // The matrix is −½(B + Bᵀ).
        let skew = b.iter().zip(&memory.matrix).map(|(b, x)| (b.to_f64() + x).powi(2)).sum::<f64>().sqrt();
        memory.positive().hypot(skew) <= memory.slack(b)
    }

    fn project<T: Real>(&self, v: &mut [T], _step: Step<'_, T>) {
        let mut memory = self.memory.take();
        if !memory.factor(v, 1.0) {
            return v.fill(T::NAN);
        }
        let Memory { eigen, matrix, .. } = &mut *memory;
        if eigen.size() > 0 && eigen.value(0) < 0.0 {
            matrix.fill(0.0);
            let m = eigen.size();
            for i in (0..m).filter(|i| eigen.value(*i) > 0.0) {
                let q = eigen.vector(i);
                for (column, x) in matrix.chunks_exact_mut(m).zip(q) {
                    vector::axpy(eigen.value(i) * x, q, column);
                }
            }
        }
        for (k, v) in v.iter_mut().enumerate() {
            let m = eigen.size();
            // One triangle for both: the products of the other may round differently.
            *v = T::of(if k % m < k / m { matrix[k % m * m + k / m] } else { matrix[k] });
        }
    }

    fn distance<T: Real>(&self, b: &[T], g: &[T]) -> T {
        let mut memory = self.memory.take();
        let zero = memory.slack(b);
        if !memory.factor(b, 1.0) {
            return T::NAN;
        }
        let Memory { eigen, range, .. } = &mut *memory;
        range.clear();
        for i in (0..eigen.size()).filter(|i| eigen.value(*i) > zero) {
            range.extend_from_slice(eigen.vector(i));
        }
        memory.load(g, -1.0);
        let Memory { eigen, matrix, range } = &mut *memory;
        let m = eigen.size();
        deflate(matrix, m, range);
        deflate_rows(matrix, m, range);
        let whole = |k: usize| -0.5 * (g[k].to_f64() + g[k % m * m + k / m].to_f64());
        let fixed = matrix.iter().enumerate().map(|(k, x)| (whole(k) - x).powi(2)).sum::<f64>().sqrt();
        if !eigen.factor(matrix).is_ok_and(|converged| converged) {
            return T::NAN;
        }
        T::of(memory.positive().hypot(fixed))
    }

    fn moves<T: Real>(&self, b: &[T]) -> bool {
        b.iter().any(|b| *b != T::ZERO)
    }

    fn support<T: Real>(&self, v: &[T]) -> T {
        let mut memory = self.memory.take();
        let inside = memory.factor(v, 1.0) && memory.positive() <= memory.slack(v);
        if inside { T::ZERO } else { T::INFINITY }
    }

    fn takes_diagonal_steps(&self) -> bool {
        false
    }
}
