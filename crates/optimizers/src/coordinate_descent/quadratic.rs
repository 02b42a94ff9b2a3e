//! [`Quadratic`]: the quadratic model of f around a point on a few columns, plus the penalty, minimised by cyclic coordinate descent.
//!
//! With H = X_Kᵀ diag(h) X_K and the intercept eliminated, which is the same as centring the columns by their h-weighted means, the model is
//! ½(b − a)ᵀH̃(b − a) + g̃ᵀ(b − a) + P(b). A Gram matrix, where one is fast to form, makes an update cost |K| flops; else t = h∘X(b − a) is
//! kept, and an update costs the entries of its column.

use thalweg_core::{Design, Halt, LinearComposite, Penalised, Penalty, Real, Step, vector};

use super::anderson::Anderson;

mod support_newton;

/// What is at hand of the model's second derivative.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Form {
    /// H̃ itself; the gradient of every column is kept.
    Gram,
    /// h∘X(b − a) over the rows; a gradient is a product with a column.
    Rows,
}

/// The model and the buffers of its solution; all memory is taken once.
///
/// For whoever walks along a path of λ: the columns keep the order in which they came, [`Quadratic::grow`] adds some and computes only their
/// products, and [`Quadratic::linearise`] moves the model to another point without forming it anew.
#[derive(Clone, Debug)]
pub struct Quadratic<T> {
    form: Form,
    /// X has an intercept.
    intercept: bool,
    /// K: parameters, without the intercept.
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
    /// H̃, m×m, column by column at this distance; empty until the first Gram matrix.
    gram: Vec<T>,
    stride: usize,
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

/// When a descent ends, and what it may try.
#[derive(Copy, Clone, Debug)]
pub struct Effort<T> {
    /// Every violation at most this.
    pub tolerance: T,
    /// Sweeps at most.
    pub sweeps: u32,
    /// Newton steps on the support, by a Cholesky factorisation, where a Gram matrix is at hand; else extrapolation.
    pub newton: bool,
}

impl<T: Real> Quadratic<T> {
    /// Of `rows` rows and all columns but the intercept among `parameters`; none of them is in the model yet.
    #[must_use]
    pub fn new(rows: usize, parameters: usize, intercept: bool) -> Self {
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
            stride: 0,
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

    /// The parameters of the model, in the order in which they came.
    #[must_use]
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// Where the descent stands, in the order of the columns.
    #[must_use]
    pub fn coefficients(&self) -> &[T] {
        &self.b[..self.columns.len()]
    }

    /// The model's gradient where the descent stands; right only where a Gram matrix is at hand.
    #[must_use]
    pub fn gradients(&self) -> &[T] {
        &self.g[..self.columns.len()]
    }

    /// The model's gradient at the point it was linearised at, the intercept eliminated.
    #[must_use]
    pub fn gradients_at_start(&self) -> &[T] {
        &self.g0[..self.columns.len()]
    }

    /// What the elimination of an intercept with gradient g₀ adds to the loss: −g₀²/(2Σh).
    #[must_use]
    pub fn intercept_gain(&self, gradient: T) -> T {
        if !self.intercept || self.mass <= T::ZERO {
            return T::ZERO;
        }
        T::of(-0.5) * gradient * gradient / self.mass
    }

    /// Moves the descent to these coefficients, in the order of the columns; [`Quadratic::rebuild`] then follows.
    ///
    /// # Panics
    /// If there are not as many as columns.
    pub fn set_coefficients(&mut self, b: &[T]) {
        let m = self.columns.len();
        self.b[..m].copy_from_slice(b);
    }

    /// The curvature of every row, w ℓ″/W ≥ 0. Whoever writes it calls [`Quadratic::forget`].
    pub fn weights_mut(&mut self) -> &mut [T] {
        &mut self.h
    }

    /// True if the model is that of its columns and weights, so that [`Quadratic::linearise`] has nothing to form.
    #[must_use]
    pub fn is_formed(&self) -> bool {
        self.formed
    }

    /// The Gram matrix is no longer that of the columns or the weights.
    pub fn forget(&mut self) {
        self.formed = false;
    }

    /// Other columns.
    pub fn replace(&mut self, columns: impl IntoIterator<Item = usize>) {
        self.columns.clear();
        self.columns.extend(columns);
        self.formed = false;
    }

    /// More columns. Of a Gram matrix at hand only the new products are computed.
    ///
    /// # Errors
    /// As [`LinearComposite::gram`].
    pub fn grow(&mut self, objective: &mut Penalised<'_, T>, new: &[usize]) -> Result<(), Halt> {
        let old = self.columns.len();
        self.columns.extend_from_slice(new);
        let (m, limit) = (self.columns.len(), objective.gram_limit());
        if !self.formed || new.is_empty() {
            return Ok(());
        }
        let fits = self.form == Form::Gram && m <= limit && new.len() <= old;
        if self.form == Form::Gram && !fits {
            self.formed = false;
            return Ok(());
        }
        for (mean, k) in self.means[old..].iter_mut().zip(new) {
            *mean = objective.design().column_dot(*k, &self.h, self.mass);
        }
        if self.form == Form::Rows {
            self.row_curvatures(objective.design(), old..m);
            return Ok(());
        }
        let mut border = vec![T::ZERO; new.len() * m];
        objective.gram_border(&self.columns, old, &self.h, &mut border).map_err(Halt::Input)?;
        self.widen(old, m, limit);
        let centre = self.centre();
        for (j, row) in border.chunks_exact(m).enumerate() {
            let j = old + j;
            for (i, v) in row.iter().enumerate() {
                let v = *v - centre * self.means[i] * self.means[j];
                self.gram[j * self.stride + i] = v;
                self.gram[i * self.stride + j] = v;
            }
            self.diagonal[j] = self.gram[j * self.stride + j];
        }
        self.level(old..m);
        Ok(())
    }

    /// Room for m columns of the Gram matrix, of which there are `old`.
    fn widen(&mut self, old: usize, m: usize, limit: usize) {
        if m <= self.stride {
            return;
        }
        let stride = m.max(self.stride + self.stride / 2).min(limit);
        for j in (1..old).rev() {
            self.gram.copy_within(j * self.stride..j * self.stride + old, j * stride);
        }
        self.stride = stride;
    }

    /// The model of the columns K around x with gradient g of f; the weights are set. What is still right is kept.
    ///
    /// # Errors
    /// As [`LinearComposite::gram`].
    pub fn linearise<O: LinearComposite<T> + ?Sized>(
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
        self.move_to(x, gradient);
        Ok(())
    }

    /// The same second derivative around another point, whose gradient is known.
    fn move_to(&mut self, x: &[T], gradient: &[T]) {
        let intercept = if self.intercept && self.mass > T::ZERO { gradient[0] / self.mass } else { T::ZERO };
        self.shift0 = -intercept;
        self.all.copy_from_slice(&x[usize::from(self.intercept)..]);
        for (i, k) in self.columns.iter().enumerate() {
            self.start[i] = x[*k];
            self.b[i] = x[*k];
            self.g0[i] = gradient[*k] - intercept * self.means[i];
        }
        self.reset();
    }

    /// What the product of two means is multiplied with where the intercept is eliminated.
    fn centre(&self) -> T {
        if self.intercept && self.mass > T::ZERO { self.mass.recip() } else { T::ZERO }
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
        match self.form {
            Form::Gram => {
                if self.gram.is_empty() {
                    self.gram = vec![T::ZERO; limit * limit];
                }
                objective.gram(&self.columns, &self.h, &mut self.gram)?;
                self.stride = m;
                let centre = self.centre();
                for j in 0..m {
                    let scale = -centre * self.means[j];
                    vector::axpy(scale, &self.means[..m], &mut self.gram[j * m..(j + 1) * m]);
                    self.diagonal[j] = self.gram[j * m + j];
                }
            }
            Form::Rows => self.row_curvatures(objective.design(), 0..m),
        }
        self.level(0..m);
        Ok(())
    }

    /// The diagonal without a Gram matrix.
    fn row_curvatures(&mut self, design: &Design<'_, T>, new: core::ops::Range<usize>) {
        let centre = self.centre();
        for i in new {
            // ‖X_k‖²_h = X_kᵀ(h∘X_k).
            let square =
                weighted_square(design, self.columns[i], &self.h, &mut self.t, self.means[i], self.mass);
            self.diagonal[i] = square - centre * self.means[i] * self.means[i];
        }
    }

    /// A column that is constant where h > 0 has no curvature but what rounding leaves of it.
    fn level(&mut self, new: core::ops::Range<usize>) {
        let centre = self.centre();
        for (d, mean) in self.diagonal[new.clone()].iter_mut().zip(&self.means[new]) {
            if *d <= T::of(16.0) * T::EPSILON * centre * *mean * *mean {
                *d = T::ZERO;
            }
        }
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
                vector::axpy(a, &self.gram[i * self.stride..i * self.stride + m], &mut self.g[..m]);
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

    /// Sweeps over the coordinates until no violation exceeds the tolerance; extrapolates after every few sweeps, or takes Newton steps.
    /// Returns the sweeps.
    pub fn descend(
        &mut self,
        design: &Design<'_, T>,
        penalty: &dyn Penalty<T>,
        lambda: T,
        effort: Effort<T>,
    ) -> u32 {
        let first = usize::from(self.intercept);
        let newton = effort.newton && self.form == Form::Gram;
        let mut since = 0;
        let m = self.columns.len();
        self.history.clear();
        self.history.push(&self.b[..m]);
        // Smaller moves than this are rounding of the gradients.
        let sizes = (0..m).map(|i| self.g0[i].abs() + self.diagonal[i] * self.b[i].abs());
        let rounding = T::of(4.0) * T::EPSILON * sizes.fold(T::ZERO, |a, b| a.max(b));
        let mut small = effort.tolerance;
        for sweep in 1..=effort.sweeps {
            let moved = self.sweep(design, penalty, lambda, first);
            if moved <= rounding {
                return sweep;
            }
            if moved <= small {
                let violation = self.violation(design, penalty, lambda, first);
                if violation <= effort.tolerance {
                    return sweep;
                }
                // Slow convergence: moves this small leave a larger violation, which the next look expects to be in proportion.
                small *= (effort.tolerance / violation).max(T::of(0.1));
            }
            if newton {
                since += 1;
                if self.newton_is_due(since) {
                    since = 0;
                    if self.newton(penalty, lambda, first)
                        && self.violation(design, penalty, lambda, first) <= effort.tolerance
                    {
                        return sweep;
                    }
                }
            } else if self.history.push(&self.b[..m]) {
                self.extrapolate(design, penalty, lambda, first);
                self.history.clear();
                self.history.push(&self.b[..m]);
            }
        }
        effort.sweeps
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

    /// Recomputes the gradients of b from the start: the rounding of many updates is left behind.
    pub fn rebuild(&mut self, design: &Design<'_, T>) {
        self.reset();
        for i in 0..self.columns.len() {
            let a = self.b[i] - self.start[i];
            if a != T::ZERO {
                self.shift_by(design, i, a);
            }
        }
    }

    /// The step of the intercept that belongs to b: it minimises the model exactly.
    #[must_use]
    pub fn intercept_step(&self, gradient: T) -> T {
        if !self.intercept || self.mass <= T::ZERO {
            return T::ZERO;
        }
        let pull: T = (0..self.columns.len()).map(|i| self.means[i] * (self.b[i] - self.start[i])).sum();
        -(gradient + pull) / self.mass
    }
}

/// X_kᵀ diag(h) X_k through the scratch t, of the rows' length.
fn weighted_square<T: Real>(design: &Design<'_, T>, k: usize, h: &[T], t: &mut [T], mean: T, mass: T) -> T {
    t.fill(T::ZERO);
    let mut shift = T::ZERO;
    design.column_weighted_axpy(k, T::ONE, h, t, &mut shift);
    let total = mean - shift * mass;
    design.column_dot(k, t, total) + shift * mean
}
