//! [`Active`]: the Newton systems of the dual, on the columns J that the prox leaves free.
//!
//! (I + X_J K X_Jᵀ h) Δt = −r with K = diag(σ/(1 + σdⱼ)). With no more columns than rows, Δt = −r + X_J (K⁻¹ + X_Jᵀ h X_J)⁻¹ X_Jᵀ h r (Woodbury);
//! else the system of the rows itself, made symmetric by √h.

use faer::MatRef;
use thalweg_core::{Halt, LinearComposite, Real, ScaledCholesky, vector};

use crate::separable::Separable;

/// Columns for which memory is taken at the start; more take it when they come.
const COLUMNS: usize = 512;

/// J and the buffers of its system.
pub(super) struct Active<T: Real> {
    first: usize,
    /// Σh if there is an intercept to eliminate, else 0.
    mass: T,
    columns: Vec<usize>,
    /// 1/Kⱼ.
    inverse: Vec<T>,
    /// X_jᵀh.
    means: Vec<T>,
    /// The system, m×m column by column, and its factor for up to `capacity` unknowns.
    matrix: Vec<T>,
    factor: ScaledCholesky<T>,
    capacity: usize,
    right: Vec<T>,
    row: Vec<T>,
    roots: Vec<T>,
}

impl<T: Real> Active<T> {
    pub(super) fn new(n: usize, q: usize) -> Self {
        let capacity = n.min(q).min(COLUMNS);
        Self {
            first: 0,
            mass: T::ZERO,
            columns: Vec::with_capacity(q),
            inverse: Vec::with_capacity(q),
            means: Vec::with_capacity(q),
            matrix: vec![T::ZERO; capacity * capacity],
            factor: ScaledCholesky::new(capacity),
            capacity,
            right: Vec::with_capacity(n.max(q)),
            row: vec![T::ZERO; n],
            roots: vec![T::ZERO; n],
        }
    }

    /// The index of the first coefficient.
    pub(super) fn first(&self) -> usize {
        self.first
    }

    /// Another model, of curvature h with sum `mass`, 0 without an intercept.
    pub(super) fn linearise<O: LinearComposite<T> + ?Sized>(&mut self, objective: &O, h: &[T], mass: T) {
        self.first = usize::from(objective.design().has_intercept());
        self.mass = mass;
        for (root, h) in self.roots.iter_mut().zip(h) {
            *root = h.sqrt();
        }
    }

    /// J: the coefficients that prox_σP moves with its argument at b.
    pub(super) fn choose(&mut self, penalty: &Separable<T>, b: &[T], sigma: T) {
        self.columns.clear();
        self.inverse.clear();
        for (k, b) in b.iter().enumerate().skip(self.first) {
            let inside = penalty.lower[k] < *b && *b < penalty.upper[k];
            if inside && (*b != T::ZERO || penalty.kink[k] == T::ZERO) {
                self.columns.push(k);
                self.inverse.push(sigma.recip() + penalty.ridge[k]);
            }
        }
    }

    /// Δt for the residual r and `weighted` = h∘r; `false` if the system is singular to working precision.
    pub(super) fn solve<O: LinearComposite<T> + ?Sized>(
        &mut self,
        objective: &mut O,
        h: &[T],
        residual: &[T],
        weighted: &[T],
        out: &mut [T],
    ) -> Result<bool, Halt> {
        let total = if self.mass > T::ZERO { vector::sum(h) } else { T::ZERO };
        self.means.clear();
        for k in &self.columns {
            let mean = if total > T::ZERO { objective.design().column_dot(*k, h, total) } else { T::ZERO };
            self.means.push(mean);
        }
        if self.columns.len() <= h.len() {
            self.by_columns(objective, h, residual, weighted, out)
        } else {
            Ok(self.by_rows(objective, residual, out))
        }
    }

    /// Room for m unknowns.
    fn reserve(&mut self, m: usize) {
        if m > self.capacity {
            self.capacity = m.max(2 * self.capacity);
            self.matrix.resize(self.capacity * self.capacity, T::ZERO);
            self.factor.resize(self.capacity);
        }
        self.factor.resize(m);
    }

    fn by_columns<O: LinearComposite<T> + ?Sized>(
        &mut self,
        objective: &mut O,
        h: &[T],
        residual: &[T],
        weighted: &[T],
        out: &mut [T],
    ) -> Result<bool, Halt> {
        let m = self.columns.len();
        self.right.clear();
        if m == 0 {
            self.combine(objective, residual, out);
            return Ok(true);
        }
        self.reserve(m);
        if m <= objective.gram_limit() {
            objective.gram(&self.columns, h, &mut self.matrix[..m * m])?;
        } else {
            self.products(objective, h);
        }
        for j in 0..m {
            if self.mass > T::ZERO {
                let scale = -self.means[j] / self.mass;
                vector::axpy(scale, &self.means, &mut self.matrix[j * m..(j + 1) * m]);
            }
            self.matrix[j * m + j] += self.inverse[j];
        }
        let matrix = MatRef::from_column_major_slice(&self.matrix[..m * m], m, m);
        if self.factor.factor(matrix).is_none() {
            return Ok(false);
        }
        let (design, total) = (objective.design(), vector::sum(weighted));
        self.right.extend(self.columns.iter().map(|k| design.column_dot(*k, weighted, total)));
        self.factor.solve(&mut self.right);
        self.combine(objective, residual, out);
        Ok(true)
    }

    /// out ← −r + X_J z, centred, for the z in `right`.
    fn combine<O: LinearComposite<T> + ?Sized>(&self, objective: &O, residual: &[T], out: &mut [T]) {
        let mut shift = T::ZERO;
        for (out, r) in out.iter_mut().zip(residual) {
            *out = -*r;
        }
        for (k, z) in self.columns.iter().zip(&self.right) {
            objective.design().column_axpy(*k, *z, out, &mut shift);
        }
        if self.mass > T::ZERO {
            shift -= vector::dot(&self.means, &self.right) / self.mass;
        }
        out.iter_mut().for_each(|out| *out += shift);
    }

    /// X_Jᵀ h X_J column by column, where no faster product is at hand.
    fn products<O: LinearComposite<T> + ?Sized>(&mut self, objective: &O, h: &[T]) {
        let (design, m, mass) = (objective.design(), self.columns.len(), vector::sum(h));
        for j in 0..m {
            let (k, mut shift) = (self.columns[j], T::ZERO);
            self.row.fill(T::ZERO);
            design.column_weighted_axpy(k, T::ONE, h, &mut self.row, &mut shift);
            let total = vector::sum(&self.row);
            for i in j..m {
                let l = self.columns[i];
                let mut v = design.column_dot(l, &self.row, total);
                if shift != T::ZERO {
                    v += shift * design.column_dot(l, h, mass);
                }
                self.matrix[j * m + i] = v;
                self.matrix[i * m + j] = v;
            }
        }
    }

    /// (I + √h X_J K X_Jᵀ √h) y = −√h r, then Δt = −r − X_J K X_Jᵀ √h y.
    fn by_rows<O: LinearComposite<T> + ?Sized>(
        &mut self,
        objective: &O,
        residual: &[T],
        out: &mut [T],
    ) -> bool {
        let (design, n) = (objective.design(), residual.len());
        self.reserve(n);
        self.matrix[..n * n].fill(T::ZERO);
        for (j, k) in self.columns.iter().enumerate() {
            let mut shift = if self.mass > T::ZERO { -self.means[j] / self.mass } else { T::ZERO };
            self.row.fill(T::ZERO);
            design.column_axpy(*k, T::ONE, &mut self.row, &mut shift);
            for (x, root) in self.row.iter_mut().zip(&self.roots) {
                *x = (*x + shift) * *root;
            }
            let scale = self.inverse[j].recip();
            for i in 0..n {
                if self.row[i] != T::ZERO {
                    vector::axpy(scale * self.row[i], &self.row, &mut self.matrix[i * n..(i + 1) * n]);
                }
            }
        }
        for i in 0..n {
            self.matrix[i * n + i] += T::ONE;
        }
        let matrix = MatRef::from_column_major_slice(&self.matrix[..n * n], n, n);
        if self.factor.factor(matrix).is_none() {
            return false;
        }
        for ((row, r), root) in self.row.iter_mut().zip(residual).zip(&self.roots) {
            *row = -*r * *root;
        }
        self.factor.solve(&mut self.row);
        // h∘Δt, by which the columns see the step.
        for ((out, y), root) in out.iter_mut().zip(&self.row).zip(&self.roots) {
            *out = *y * *root;
        }
        let total = vector::sum(out);
        self.right.clear();
        for (j, k) in self.columns.iter().enumerate() {
            let centre = if self.mass > T::ZERO { self.means[j] / self.mass * total } else { T::ZERO };
            self.right.push(-(design.column_dot(*k, out, total) - centre) / self.inverse[j]);
        }
        self.combine(objective, residual, out);
        true
    }
}
