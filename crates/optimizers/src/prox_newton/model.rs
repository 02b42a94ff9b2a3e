//! [`Model`]: the quadratic model of f around a point on some blocks of columns, with the intercept eliminated.
//!
//! With H = X_Kᵀ diag(h) X_K and μ = X_Kᵀh, the model is ½(b − a)ᵀH̃(b − a) + g̃ᵀ(b − a), H̃ = H − μμᵀ/Σh, g̃ = g − (g₀/Σh)μ. A Gram matrix, where
//! one is fast to form, makes a move cost |K| flops a coordinate; else h∘X(b − a) is kept, and it costs the entries of the column.

use core::ops::Range;

use thalweg_core::{Design, Halt, LinearComposite, Real, vector};

/// The model and where on it the descent stands; all memory is taken once, but for the Gram matrix at its first use.
#[derive(Clone, Debug)]
pub(super) struct Model<T> {
    intercept: bool,
    /// The blocks of K, in increasing order.
    pub(super) blocks: Vec<usize>,
    /// Their coefficients' places among all coefficients, and in K.
    pub(super) spans: Vec<(Range<usize>, Range<usize>)>,
    /// K: parameters.
    pub(super) columns: Vec<usize>,
    /// a, and b where the descent stands.
    pub(super) start: Vec<T>,
    pub(super) b: Vec<T>,
    /// g̃ at a, and (Gram form only) at b.
    g0: Vec<T>,
    g: Vec<T>,
    pub(super) diagonal: Vec<T>,
    /// μ.
    means: Vec<T>,
    gram: Vec<T>,
    /// Whether H̃ is that of `columns` and `h`, and whether as a Gram matrix.
    formed: bool,
    dense: bool,
    pub(super) h: Vec<T>,
    mass: T,
    /// h∘X(b − a) is t + shift·h; `pull` is μᵀ(b − a).
    t: Vec<T>,
    shift: T,
    pull: T,
}

impl<T: Real> Model<T> {
    pub(super) fn new(rows: usize, parameters: usize, blocks: usize, intercept: bool) -> Self {
        let most = parameters - usize::from(intercept);
        let zeros = |n: usize| vec![T::ZERO; n];
        Self {
            intercept,
            blocks: Vec::with_capacity(blocks),
            spans: Vec::with_capacity(blocks),
            columns: Vec::with_capacity(most),
            start: zeros(most),
            b: zeros(most),
            g0: zeros(most),
            g: zeros(most),
            diagonal: zeros(most),
            means: zeros(most),
            gram: Vec::new(),
            formed: false,
            dense: false,
            h: zeros(rows),
            mass: T::ZERO,
            t: zeros(rows),
            shift: T::ZERO,
            pull: T::ZERO,
        }
    }

    /// |K|.
    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    /// H̃ is no longer that of the columns or the weights.
    pub(super) fn forget(&mut self) {
        self.formed = false;
    }

    /// Lays the chosen blocks out; `ranges` gives the coefficients of each block.
    pub(super) fn lay_out(&mut self, range: impl Fn(usize) -> Range<usize>) {
        let first = usize::from(self.intercept);
        self.columns.clear();
        self.spans.clear();
        for block in &self.blocks {
            let (all, at) = (range(*block), self.columns.len());
            self.columns.extend(all.clone().map(|j| first + j));
            self.spans.push((all, at..self.columns.len()));
        }
        self.forget();
    }

    /// The model around x with gradient g of f; `h` is set. An H̃ that is still right is kept.
    pub(super) fn linearise<O: LinearComposite<T> + ?Sized>(
        &mut self,
        objective: &mut O,
        x: &[T],
        gradient: &[T],
    ) -> Result<(), Halt> {
        if !self.formed {
            let (m, limit) = (self.len(), objective.gram_limit());
            self.mass = vector::sum(&self.h);
            // Beyond four columns a row an update over the rows is the cheaper one.
            self.dense = m <= limit && m <= 4 * self.h.len();
            self.curvatures(objective, limit)?;
            self.formed = true;
        }
        self.centre_at(x, gradient);
        Ok(())
    }

    /// The model with an H̃ that somebody else has formed: `form` writes it for the parameters it is given, m×m, to the front of its slice.
    pub(super) fn take_hessian(
        &mut self,
        form: impl FnOnce(&[usize], &mut [T]) -> Result<(), Halt>,
    ) -> Result<(), Halt> {
        let m = self.len();
        if self.gram.len() < m * m {
            self.gram.resize(m * m, T::ZERO);
        }
        form(&self.columns, &mut self.gram)?;
        for (j, d) in self.diagonal[..m].iter_mut().enumerate() {
            *d = self.gram[j * m + j];
        }
        (self.dense, self.formed) = (true, true);
        Ok(())
    }

    /// Moves the model to x, where the gradient of f is g.
    pub(super) fn centre_at(&mut self, x: &[T], gradient: &[T]) {
        let share = if self.centred() { gradient[0] / self.mass } else { T::ZERO };
        for (i, k) in self.columns.iter().enumerate() {
            self.start[i] = x[*k];
            self.b[i] = x[*k];
            self.g0[i] = gradient[*k] - share * self.means[i];
        }
        self.reset();
    }

    fn centred(&self) -> bool {
        self.intercept && self.mass > T::ZERO
    }

    fn curvatures<O: LinearComposite<T> + ?Sized>(
        &mut self,
        objective: &mut O,
        limit: usize,
    ) -> Result<(), Halt> {
        let m = self.len();
        for (mean, k) in self.means.iter_mut().zip(&self.columns) {
            *mean = objective.design().column_dot(*k, &self.h, self.mass);
        }
        let centre = if self.centred() { self.mass.recip() } else { T::ZERO };
        if self.dense {
            if self.gram.is_empty() {
                self.gram = vec![T::ZERO; limit * limit];
            }
            objective.gram(&self.columns, &self.h, &mut self.gram)?;
            for j in 0..m {
                let scale = -centre * self.means[j];
                vector::axpy(scale, &self.means[..m], &mut self.gram[j * m..(j + 1) * m]);
                self.diagonal[j] = self.gram[j * m + j];
            }
        } else {
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
        // A column that is constant where h > 0 has no curvature but what rounding leaves of it.
        for (d, mean) in self.diagonal[..m].iter_mut().zip(&self.means) {
            if *d <= T::of(16.0) * T::EPSILON * centre * *mean * *mean {
                *d = T::ZERO;
            }
        }
        Ok(())
    }

    /// Back to a.
    fn reset(&mut self) {
        let m = self.len();
        self.g[..m].copy_from_slice(&self.g0[..m]);
        if !self.dense {
            self.t.fill(T::ZERO);
        }
        self.shift = T::ZERO;
        self.pull = T::ZERO;
    }

    /// The model's gradient by coordinate i of K at b.
    pub(super) fn gradient(&self, design: &Design<'_, T>, i: usize) -> T {
        if self.dense {
            return self.g[i];
        }
        let total = self.pull - self.shift * self.mass;
        let centre = if self.centred() { self.pull / self.mass } else { T::ZERO };
        let dot = design.column_dot(self.columns[i], &self.t, total);
        self.g0[i] + dot + (self.shift - centre) * self.means[i]
    }

    /// b_i ← b_i + a.
    pub(super) fn shift_by(&mut self, design: &Design<'_, T>, i: usize, a: T) {
        if a == T::ZERO {
            return;
        }
        self.b[i] += a;
        self.pull += a * self.means[i];
        if self.dense {
            let m = self.len();
            vector::axpy(a, &self.gram[i * m..(i + 1) * m], &mut self.g[..m]);
        } else {
            let k = self.columns[i];
            design.column_weighted_axpy(k, a, &self.h, &mut self.t, &mut self.shift);
        }
    }

    /// b ← the given point.
    pub(super) fn move_to(&mut self, design: &Design<'_, T>, b: &[T]) {
        self.reset();
        for (i, b) in b.iter().enumerate() {
            let a = *b - self.start[i];
            self.b[i] = self.start[i];
            self.shift_by(design, i, a);
            self.b[i] = *b;
        }
    }

    /// ½(b − a)ᵀH̃(b − a) + g̃ᵀ(b − a), from the gradient at b.
    pub(super) fn value(&self, design: &Design<'_, T>) -> T {
        let steps = (0..self.len()).map(|i| (i, self.b[i] - self.start[i]));
        let moved = steps.filter(|(_, d)| *d != T::ZERO);
        T::of(0.5) * moved.map(|(i, d)| d * (self.g0[i] + self.gradient(design, i))).sum::<T>()
    }

    /// The step of the intercept that belongs to b: it minimises the model exactly.
    pub(super) fn intercept_step(&self, gradient: T) -> T {
        if !self.centred() {
            return T::ZERO;
        }
        let pull: T = (0..self.len()).map(|i| self.means[i] * (self.b[i] - self.start[i])).sum();
        -(gradient + pull) / self.mass
    }
}
