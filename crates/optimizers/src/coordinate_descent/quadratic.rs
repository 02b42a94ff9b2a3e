//! [`Quadratic`]: the quadratic model of f around a point on a few columns, plus the penalty, minimised by cyclic coordinate descent.
//!
//! With H = X_Kᵀ diag(h) X_K and the intercept eliminated, which is the same as centring the columns by their h-weighted means, the model is
//! ½(b − a)ᵀH̃(b − a) + g̃ᵀ(b − a) + P(b). A Gram matrix, where one is fast to form, makes an update cost |K| flops; else t = h∘X(b − a) is
//! kept, and an update costs the entries of its column.

use thalweg_core::{Design, Halt, LinearComposite, Penalty, Real, Step, vector};

use super::anderson::Anderson;

/// What is at hand of the model's second derivative.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Form {
    /// H̃ itself; the gradient of every column is kept.
    Gram,
    /// h∘X(b − a) over the rows; a gradient is a product with a column.
    Rows,
}

/// The model and the buffers of its solution; all memory is taken once.
#[derive(Clone, Debug)]
pub(super) struct Quadratic<T> {
    form: Form,
    /// X has an intercept.
    intercept: bool,
    /// K: parameters, in increasing order, without the intercept.
    pub(super) columns: Vec<usize>,
    /// a: the coefficients of K at the point, and where the descent stands.
    start: Vec<T>,
    pub(super) b: Vec<T>,
    /// All coefficients, for the penalty: those of K follow b, the others stay.
    all: Vec<T>,
    /// g̃ at the point, and where the descent stands (Gram form only).
    g0: Vec<T>,
    g: Vec<T>,
    /// The diagonal of H̃.
    diagonal: Vec<T>,
    /// X_kᵀh.
    means: Vec<T>,
    /// H̃, m×m; empty until the first Gram matrix.
    gram: Vec<T>,
    /// Whether `gram` is that of `columns` and `h`.
    formed: bool,
    /// h, its sum and 1/h where h > 0.
    pub(super) h: Vec<T>,
    mass: T,
    /// h∘X(b − a) is t + shift·h; `total` is Σt.
    t: Vec<T>,
    shift: T,
    shift0: T,
    total: T,
    history: Anderson<T>,
}

/// When a descent ends.
#[derive(Copy, Clone, Debug)]
pub(super) struct Effort<T> {
    /// Every violation at most this.
    pub(super) tolerance: T,
    /// Sweeps at most.
    pub(super) sweeps: u32,
}

impl<T: Real> Quadratic<T> {
    pub(super) fn new(rows: usize, parameters: usize, intercept: bool) -> Self {
        let most = parameters - usize::from(intercept);
        let zeros = |n: usize| vec![T::ZERO; n];
        Self {
            form: Form::Rows,
            intercept,
            columns: Vec::with_capacity(most),
            start: zeros(most),
            b: zeros(most),
            all: zeros(most),
            g0: zeros(most),
            g: zeros(most),
            diagonal: zeros(most),
            means: zeros(most),
            gram: Vec::new(),
            formed: false,
            h: zeros(rows),
            mass: T::ZERO,
            t: zeros(rows),
            shift: T::ZERO,
            shift0: T::ZERO,
            total: T::ZERO,
            history: Anderson::new(most),
        }
    }

    /// The Gram matrix is no longer that of the columns or the weights.
    pub(super) fn forget(&mut self) {
        self.formed = false;
    }

    /// The model of the columns K around x with gradient g of f; `h` is set. A Gram matrix that is still right is kept.
    pub(super) fn linearise<O: LinearComposite<T> + ?Sized>(
        &mut self,
        objective: &mut O,
        x: &[T],
        gradient: &[T],
    ) -> Result<(), Halt> {
        let m = self.columns.len();
        let limit = objective.gram_limit();
        if !self.formed {
            self.mass = vector::sum(&self.h);
            // Beyond four columns a row an update over the rows is the cheaper one.
            self.form = if m <= limit && m <= 4 * self.h.len() { Form::Gram } else { Form::Rows };
            self.curvatures(objective, limit)?;
            self.formed = true;
        }
        let intercept = if self.intercept && self.mass > T::ZERO { gradient[0] / self.mass } else { T::ZERO };
        self.shift0 = -intercept;
        self.all.copy_from_slice(&x[usize::from(self.intercept)..]);
        for (i, k) in self.columns.iter().enumerate() {
            self.start[i] = x[*k];
            self.b[i] = x[*k];
            self.g0[i] = gradient[*k] - intercept * self.means[i];
        }
        self.reset();
        Ok(())
    }

    /// Means, Gram matrix and diagonal.
    fn curvatures<O: LinearComposite<T> + ?Sized>(
        &mut self,
        objective: &mut O,
        limit: usize,
    ) -> Result<(), Halt> {
        let m = self.columns.len();
        for (mean, k) in self.means.iter_mut().zip(&self.columns) {
            *mean = objective.design().column_dot(*k, &self.h, self.mass);
        }
        let centre = if self.intercept && self.mass > T::ZERO { self.mass.recip() } else { T::ZERO };
        match self.form {
            Form::Gram => {
                if self.gram.is_empty() {
                    self.gram = vec![T::ZERO; limit * limit];
                }
                objective.gram(&self.columns, &self.h, &mut self.gram)?;
                for j in 0..m {
                    let scale = -centre * self.means[j];
                    vector::axpy(scale, &self.means[..m], &mut self.gram[j * m..(j + 1) * m]);
                    self.diagonal[j] = self.gram[j * m + j];
                }
            }
            Form::Rows => {
                let design = objective.design();
                for i in 0..m {
                    // ‖X_k‖²_h = X_kᵀ(h∘X_k), through the same scratch as the descent.
                    self.t.fill(T::ZERO);
                    let (k, mut shift) = (self.columns[i], T::ZERO);
                    design.column_weighted_axpy(k, T::ONE, &self.h, &mut self.t, &mut shift);
                    let total = self.means[i] - shift * self.mass;
                    let square = design.column_dot(k, &self.t, total) + shift * self.means[i];
                    self.diagonal[i] = square - centre * self.means[i] * self.means[i];
                }
            }
        }
        // A column that is constant where h > 0 has no curvature but what rounding leaves of it.
        for (d, mean) in self.diagonal[..m].iter_mut().zip(&self.means) {
            if *d <= T::of(16.0) * T::EPSILON * centre * *mean * *mean {
                *d = T::ZERO;
            }
        }
        Ok(())
    }

    /// Back to the point itself.
    fn reset(&mut self) {
        let m = self.columns.len();
        self.g[..m].copy_from_slice(&self.g0[..m]);
        if self.form == Form::Rows {
            self.t.fill(T::ZERO);
            self.shift = self.shift0;
            self.total = T::ZERO;
        }
    }

    /// The gradient of the model by coordinate i.
    fn gradient(&self, design: &Design<'_, T>, i: usize) -> T {
        match self.form {
            Form::Gram => self.g[i],
            Form::Rows => {
                let dot =
                    design.column_dot(self.columns[i], &self.t, self.total) + self.shift * self.means[i];
                // g₀ has the shift of the start in it already.
                self.g0[i] + (dot - self.shift0 * self.means[i])
            }
        }
    }

    /// b_i ← b_i + a, as far as the gradients are concerned.
    fn shift_by(&mut self, design: &Design<'_, T>, i: usize, a: T) {
        match self.form {
            Form::Gram => {
                let m = self.columns.len();
                vector::axpy(a, &self.gram[i * m..(i + 1) * m], &mut self.g[..m]);
            }
            Form::Rows => {
                let before = self.shift;
                design.column_weighted_axpy(self.columns[i], a, &self.h, &mut self.t, &mut self.shift);
                self.total += a * self.means[i] - (self.shift - before) * self.mass;
                if self.intercept && self.mass > T::ZERO {
                    self.shift -= a * self.means[i] / self.mass;
                }
            }
        }
    }

    /// Sweeps over the coordinates until no violation exceeds the tolerance; extrapolates after every few sweeps.
    pub(super) fn descend(
        &mut self,
        design: &Design<'_, T>,
        penalty: &dyn Penalty<T>,
        lambda: T,
        effort: Effort<T>,
    ) {
        let first = usize::from(self.intercept);
        let m = self.columns.len();
        self.history.clear();
        self.history.push(&self.b[..m]);
        // Smaller moves than this are rounding of the gradients.
        let sizes = (0..m).map(|i| self.g0[i].abs() + self.diagonal[i] * self.b[i].abs());
        let rounding = T::of(4.0) * T::EPSILON * sizes.fold(T::ZERO, |a, b| a.max(b));
        let mut small = effort.tolerance;
        for _ in 0..effort.sweeps {
            let moved = self.sweep(design, penalty, lambda, first);
            if moved <= rounding {
                break;
            }
            if moved <= small {
                let violation = self.violation(design, penalty, lambda, first);
                if violation <= effort.tolerance {
                    break;
                }
                // Slow convergence: moves this small leave a larger violation, which the next look expects to be in proportion.
                small *= (effort.tolerance / violation).max(T::of(0.1));
            }
            if self.history.push(&self.b[..m]) {
                self.extrapolate(design, penalty, lambda, first);
                self.history.clear();
                self.history.push(&self.b[..m]);
            }
        }
    }

    /// One cyclic pass; returns the largest change of a coefficient times its curvature.
    fn sweep(&mut self, design: &Design<'_, T>, penalty: &dyn Penalty<T>, lambda: T, first: usize) -> T {
        let mut moved = T::ZERO;
        for i in 0..self.columns.len() {
            let curvature = self.diagonal[i];
            if curvature <= T::ZERO {
                continue;
            }
            let step = curvature.recip();
            let old = self.b[i];
            let mut new = [old - self.gradient(design, i) * step];
            penalty.prox(self.columns[i] - first, &mut new, Step::Scalar(step), lambda);
            let change = new[0] - old;
            if change != T::ZERO {
                self.shift_by(design, i, change);
                self.b[i] = new[0];
                moved = moved.max(change.abs() * curvature);
            }
        }
        moved
    }

    /// The largest violation of the model's optimality conditions; over the rows it costs as much as half a sweep.
    fn violation(&self, design: &Design<'_, T>, penalty: &dyn Penalty<T>, lambda: T, first: usize) -> T {
        let one = |i: usize| {
            let g = [self.gradient(design, i)];
            penalty.violation(self.columns[i] - first, &self.b[i..=i], &g, lambda)
        };
        let curved = (0..self.columns.len()).filter(|i| self.diagonal[*i] > T::ZERO);
        curved.map(one).fold(T::ZERO, |a, b| a.max(b))
    }

    /// The model plus penalty, up to a constant.
    fn value(&mut self, penalty: &dyn Penalty<T>, lambda: T, first: usize) -> T {
        let m = self.columns.len();
        let steps = || (0..m).map(|i| (i, self.b[i] - self.start[i]));
        let quadratic: T = match self.form {
            // ½ δᵀ(g̃ + ∇) with ∇ = g̃ + H̃δ.
            Form::Gram => steps().map(|(i, d)| d * (self.g0[i] + self.g[i])).sum(),
            Form::Rows => {
                let linear: T = steps().map(|(i, d)| d * self.g0[i]).sum();
                let shift = self.shift - self.shift0;
                let square: T = self
                    .t
                    .iter()
                    .zip(&self.h)
                    .filter(|(_, h)| **h > T::ZERO)
                    .map(|(t, h)| (*t + shift * *h) * (*t + shift * *h) / *h)
                    .sum();
                linear + linear + square
            }
        };
        for (k, b) in self.columns.iter().zip(&self.b) {
            self.all[*k - first] = *b;
        }
        T::of(0.5) * quadratic + penalty.value(&self.all, lambda)
    }

    /// Tries the extrapolated point; kept only if the model plus penalty falls.
    fn extrapolate(&mut self, design: &Design<'_, T>, penalty: &dyn Penalty<T>, lambda: T, first: usize) {
        let m = self.columns.len();
        let before = self.value(penalty, lambda, first);
        if !self.history.extrapolate(&mut self.b[..m]) {
            return;
        }
        self.rebuild(design);
        let falls = self.value(penalty, lambda, first) < before;
        if !falls {
            self.history.newest(&mut self.b[..m]);
            self.rebuild(design);
        }
    }

    /// Recomputes the gradients of b from the start.
    fn rebuild(&mut self, design: &Design<'_, T>) {
        self.reset();
        for i in 0..self.columns.len() {
            let a = self.b[i] - self.start[i];
            if a != T::ZERO {
                self.shift_by(design, i, a);
            }
        }
    }

    /// The step of the intercept that belongs to b: it minimises the model exactly.
    pub(super) fn intercept_step(&self, gradient: T) -> T {
        if !self.intercept || self.mass <= T::ZERO {
            return T::ZERO;
        }
        let pull: T = (0..self.columns.len()).map(|i| self.means[i] * (self.b[i] - self.start[i])).sum();
        -(gradient + pull) / self.mass
    }
}
