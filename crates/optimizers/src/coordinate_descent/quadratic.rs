//! [`Quadratic`]: the quadratic model of f around a point on a few columns, plus the penalty, minimised by cyclic coordinate descent.
//!
//! With H = X_Kᵀ diag(h) X_K and the intercept eliminated, which is the same as centring the columns by their h-weighted means, the model is
//! ½(b − a)ᵀH̃(b − a) + g̃ᵀ(b − a) + P(b). A Gram matrix, where one is fast to form, makes an update cost |K| flops; else t = h∘X(b − a) is
//! kept, and an update costs the entries of its column.

use thalweg_core::{Design, Halt, LinearComposite, Properties, Real, vector};

use super::anderson::Anderson;
use crate::linear_point::{has_constant_curvature, hold_above_floor};

mod descent;
mod growth;
mod support;
mod support_cg;
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
    /// Newton steps on the support, by a Cholesky factorisation where a Gram matrix is at hand and conjugate gradients where none is; else
    /// extrapolation.
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

    /// True if a loss's curvature is the same everywhere, so that a model formed once serves for good.
    #[must_use]
    pub fn serves_everywhere(properties: &Properties<T>) -> bool {
        has_constant_curvature(properties)
    }

    /// Takes the rows' curvature w ℓ″/W, held above a floor in proportion to w/W; the model is to be formed anew.
    pub fn weigh(&mut self, properties: &Properties<T>, curvature: &[T], weights: &[T]) {
        hold_above_floor(properties, curvature, weights, &mut self.h);
        self.forget();
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
            let square = design.column_square(self.columns[i], &self.h, self.mass);
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
