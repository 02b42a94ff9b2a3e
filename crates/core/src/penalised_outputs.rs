//! [`PenalisedOutputs`]: the objective of a penalised linear model with several predictors a row, such as one a class.

use crate::certificate::{Certificate, Verification};
use crate::certify::Afresh;
use crate::composite::{Composite, OutputsComposite, RowComposite};
use crate::datafit::Datafit;
use crate::design::{BLOCK_ROWS, Design};
use crate::error::{Error, Result, check_shape};
use crate::formula::Properties;
use crate::gap::Primal;
use crate::loss::Want;
use crate::minimizer::Halt;
use crate::objective::{Gradient, Objective};
use crate::par::Par;
use crate::penalised::grams::Grams;
use crate::penalised::sweep::Sweep;
use crate::penalised::{COLUMNS, GRAM_LIMIT, prox_of_blocks};
use crate::penalty::each_output::EachOutput;
use crate::penalty::{Penalty, Step, check_lambda, largest_violation};
use crate::real::Real;
use crate::reduce::Chunks;
use crate::smooth::Smooth;
use crate::vector;

/// (1/W) Σ w ℓ(y, offset + XB) + P(B; λ) for a loss with K predictors a row and B: p×K, with K intercepts that are never penalised.
///
/// A penalty over p coefficients acts on those of every output: the lasso of a multinomial logit. One that ties outputs together
/// ([`Penalty::outputs`] = K) takes B row by row: with the group lasso of its rows a column is used for all classes or for none.
///
/// x holds the K intercepts, if there are any, and then the coefficients in the order of the penalty: output by output, or column by
/// column where they are tied. [`PenalisedOutputs::by_output`] gives what [`Smooth`] takes.
///
/// ```
/// use thalweg_core::{Composite, Cost, Design, Objective, PenalisedOutputs, Vertex, interop};
/// # use thalweg_core::{Blocks, Diagonal, Penalty, Properties, Real, RowFormula, Rowwise, Scalar, Step, Target, Want, k};
/// # #[derive(Clone)]
/// # struct Twice;
/// # impl RowFormula for Twice {
/// #     fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
/// #         k(0.5) * ((eta[0] - y[0]).square() + (eta[1] + y[0]).square())
/// #     }
/// # }
/// # impl<T: Real> Rowwise<T> for Twice {
/// #     fn outputs(&self) -> usize { 2 }
/// #     fn row(&self, y: &[T], eta: &[T], want: Want, g: &mut [T], h: &mut [T]) -> T {
/// #         if want >= Want::Gradient { g.copy_from_slice(&[eta[0] - y[0], eta[1] + y[0]]); }
/// #         if want >= Want::Fisher { h.copy_from_slice(&[T::ONE, T::ZERO, T::ZERO, T::ONE]); }
/// #         self.eval(y, eta)
/// #     }
/// #     fn properties(&self) -> Properties<T> { Properties::convex(Target::Real) }
/// # }
/// # struct L1;
/// # impl Penalty<f64> for L1 {
/// #     fn blocks(&self) -> &Blocks { &Blocks::Coordinates }
/// #     fn value(&self, b: &[f64], lambda: f64) -> f64 { lambda * b.iter().map(|b| b.abs()).sum::<f64>() }
/// #     fn prox(&self, _: usize, v: &mut [f64], t: Step<'_, f64>, lambda: f64) {
/// #         for (i, v) in v.iter_mut().enumerate() { *v -= v.clamp(-lambda * t.at(i), lambda * t.at(i)); }
/// #     }
/// #     fn violation(&self, _: usize, b: &[f64], g: &[f64], lambda: f64) -> f64 {
/// #         if b[0] == 0.0 { (g[0].abs() - lambda).max(0.0) } else { (g[0] + lambda * b[0].signum()).abs() }
/// #     }
/// #     fn quadratic_part(&self, _: f64) -> Option<Diagonal<f64>> { None }
/// #     fn lambda_max(&self, _: &[f64]) -> Option<f64> { None }
/// #     fn conjugate(&self, _: &[f64], _: f64) -> f64 { f64::INFINITY }
/// #     fn dual_scale(&self, _: &[f64], _: f64) -> f64 { 0.0 }
/// # }
/// // ½(b₁ − 3)² + ½(b₂ + 3)² + |b₁| + |b₂| is smallest at b = (2, −2), where its value is 5.
/// let design = Design::new(interop::column_major(&[1.0], 1, 1)?)?;
/// let datafit = Cost::rowwise(&Twice, &[3.0])?;
/// let mut objective = PenalisedOutputs::new(&design, &datafit, &L1, 1.0)?;
/// let mut g = [0.0; 2];
/// assert_eq!(objective.value(&[2.0, -2.0]), Ok(5.0));
/// assert_eq!(objective.smooth(&[2.0, -2.0], &mut g), Ok(1.0));
/// assert_eq!(objective.stationarity(&[2.0, -2.0], &g), 0.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct PenalisedOutputs<'a, T: Real> {
    smooth: Smooth<'a, T>,
    penalty: Over<'a, T>,
    lambda: T,
    outputs: usize,
    /// K if there are intercepts, else 0.
    first: usize,
    chunks: Chunks,
    grams: Grams<T>,
    /// Scratch: parameters and their gradient by output; predictors and slopes row by row; one weight a row; a Gram matrix of columns.
    flat: Vec<T>,
    flat_gradient: Vec<T>,
    by_row: [Vec<T>; 2],
    h: Vec<T>,
    gram: Vec<T>,
}

/// P over all coefficients.
enum Over<'a, T: Real> {
    Each(EachOutput<'a, T>),
    Tied(&'a dyn Penalty<T>),
}

impl<T: Real> Over<'_, T> {
    fn get(&self) -> &dyn Penalty<T> {
        match self {
            Self::Each(penalty) => penalty,
            Self::Tied(penalty) => *penalty,
        }
    }
}

impl<'a, T: Real> PenalisedOutputs<'a, T> {
    /// With strength λ.
    ///
    /// # Errors
    /// λ negative or not finite; design and datafit of different lengths; a penalty of another number of coefficients or outputs; a loss without
    /// a continuous derivative, or whose value is no sum over rows.
    pub fn new(
        design: &'a Design<'a, T>,
        datafit: &'a dyn Datafit<T>,
        penalty: &'a dyn Penalty<T>,
        lambda: T,
    ) -> Result<Self> {
        check_lambda(lambda)?;
        let (n, p, outputs) = (design.rows(), design.predictors(), datafit.outputs());
        if !datafit.properties().differentiable {
            return Err(Error::Unsupported {
                what: "a penalty on a loss with kinks and several predictors a row".to_owned(),
                why: "no solver takes both".to_owned(),
                remedy: "use a differentiable loss, such as softmax".to_owned(),
            });
        }
        let penalty = if penalty.outputs() == 1 {
            Over::Each(EachOutput::new(penalty, p, outputs)?)
        } else {
            check_shape("outputs that the penalty ties together", outputs, penalty.outputs())?;
            penalty.check(p * outputs)?;
            Over::Tied(penalty)
        };
        let zeros = |n: usize| vec![T::ZERO; n];
        let q = design.parameters() * outputs;
        Ok(Self {
            smooth: Smooth::new(design, datafit)?,
            penalty,
            lambda,
            outputs,
            first: if design.has_intercept() { outputs } else { 0 },
            chunks: Chunks::new(n, BLOCK_ROWS, 64),
            grams: Grams::new(),
            flat: zeros(q),
            flat_gradient: zeros(q),
            by_row: [zeros(n * outputs), zeros(n * outputs)],
            h: zeros(n),
            gram: Vec::new(),
        })
    }

    /// Chooses the parallelism (default: the current pool). The results do not depend on it.
    #[must_use]
    pub fn with_par(mut self, par: Par) -> Self {
        self.smooth = self.smooth.with_par(par);
        self
    }

    /// Sets λ, for the next problem of a path.
    ///
    /// # Errors
    /// λ negative or not finite.
    pub fn set_lambda(&mut self, lambda: T) -> Result<()> {
        check_lambda(lambda)?;
        self.lambda = lambda;
        Ok(())
    }

    /// The datafit.
    #[must_use]
    pub fn datafit(&self) -> &'a dyn Datafit<T> {
        self.smooth.datafit()
    }

    /// The least λ at which all penalised coefficients are 0, given the gradient of the loss at such a point.
    #[must_use]
    pub fn lambda_max(&self, gradient: &[T]) -> Option<T> {
        self.penalty.get().lambda_max(&gradient[self.first..])
    }

    /// Where entry i of x stands in B: q×K, column-major, an intercept in front of each column.
    fn flat_index(&self, i: usize) -> usize {
        let design = self.smooth.design();
        if i < self.first {
            return i * design.parameters();
        }
        let (j, k) = self.place(i - self.first);
        k * design.parameters() + usize::from(design.has_intercept()) + j
    }

    /// out ← the parameters x as B: q×K, column-major, an intercept in front of each column.
    ///
    /// # Panics
    /// If lengths differ.
    pub fn by_output(&self, x: &[T], out: &mut [T]) {
        for (i, x) in x.iter().enumerate() {
            out[self.flat_index(i)] = *x;
        }
    }

    /// x ← B: the inverse of [`PenalisedOutputs::by_output`].
    ///
    /// # Panics
    /// If lengths differ.
    pub fn from_outputs(&self, b: &[T], x: &mut [T]) {
        for (i, x) in x.iter_mut().enumerate() {
            *x = b[self.flat_index(i)];
        }
    }
}

impl<T: Real> Objective<T> for PenalisedOutputs<'_, T> {
    fn dim(&self) -> usize {
        self.flat.len()
    }

    fn value(&mut self, x: &[T]) -> Result<T, Halt> {
        check_shape("number of parameters", self.dim(), x.len())?;
        let mut flat = core::mem::take(&mut self.flat);
        self.by_output(x, &mut flat);
        let value = self.smooth.value(&flat);
        self.flat = flat;
        Ok(value? + self.penalty_value(x))
    }

    /// The duality gap at the slopes of x, where the conjugates of loss and penalty are known, and the violation of the optimality conditions,
    /// both from the separate products of the design. In f32 there is no proof, for rounding would void it.
    fn verify(&mut self, x: &[T]) -> Result<Verification, Halt> {
        check_shape("number of parameters", self.dim(), x.len())?;
        let (design, datafit) = (self.smooth.design(), self.datafit());
        let mut flat = vec![T::ZERO; x.len()];
        self.by_output(x, &mut flat);
        let Afresh { slopes, value: smooth, gradient, .. } = Afresh::at(&self.smooth, &flat);
        let value = smooth + self.penalty_value(x);
        let mut g = vec![T::ZERO; x.len()];
        self.from_outputs(&gradient, &mut g);
        let gradient_inf = Some(self.stationarity(x, &g).to_f64());
        let penalty = self.penalty.get();
        let narrow = size_of::<T>() < size_of::<f64>();
        let convex = datafit.properties().convex && penalty.is_convex();
        let certificate = if narrow || !convex || !value.is_finite() {
            Certificate::None
        } else {
            let par = self.smooth.par();
            Primal { design, datafit, par, value, x: &flat, weighted_slopes: &slopes }.duality_gap(|v| {
                self.from_outputs(v, &mut g);
                let v = &mut g[self.first..];
                let scale = penalty.dual_scale(v, self.lambda);
                vector::scale(scale, v);
                (scale, penalty.conjugate(v, self.lambda))
            })
        };
        Ok(Verification { certificate, gradient_inf })
    }
}

impl<T: Real> Composite<T> for PenalisedOutputs<'_, T> {
    fn smooth(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt> {
        check_shape("number of parameters", self.dim(), x.len())?;
        let (mut flat, mut gradient) =
            (core::mem::take(&mut self.flat), core::mem::take(&mut self.flat_gradient));
        self.by_output(x, &mut flat);
        let value = self.smooth.value_gradient(&flat, &mut gradient);
        self.from_outputs(&gradient, g);
        (self.flat, self.flat_gradient) = (flat, gradient);
        value
    }

    fn penalty_value(&self, x: &[T]) -> T {
        self.penalty.get().value(&x[self.first..], self.lambda)
    }

    fn prox(&self, v: &mut [T], step: Step<'_, T>) {
        let all = self.first..v.len();
        prox_of_blocks(self.penalty.get(), &mut v[all.clone()], step.part(all), self.lambda);
    }

    fn stationarity(&self, x: &[T], g: &[T]) -> T {
        let free = vector::norm_inf(&g[..self.first]);
        let penalised =
            largest_violation(self.penalty.get(), &x[self.first..], &g[self.first..], self.lambda);
        if penalised > free || penalised.is_nan() { penalised } else { free }
    }
}

impl<T: Real> RowComposite<T> for PenalisedOutputs<'_, T> {
    fn design(&self) -> &Design<'_, T> {
        self.smooth.design()
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn penalty(&self) -> &dyn Penalty<T> {
        self.penalty.get()
    }

    fn lambda(&self) -> T {
        self.lambda
    }

    fn total_weight(&self) -> T {
        self.datafit().total_weight()
    }

    fn weights(&self, out: &mut [T]) {
        let inverse = self.total_weight().recip();
        for (i, w) in out.iter_mut().enumerate() {
            *w = self.datafit().weight_of(i..i + 1) * inverse;
        }
    }

    fn properties(&self) -> Properties<T> {
        self.datafit().properties()
    }

    fn predict(&self, x: &[T], eta: &mut [T]) {
        let (design, n) = (self.smooth.design(), self.smooth.design().rows());
        for (k, eta) in eta.chunks_exact_mut(n.max(1)).enumerate() {
            match self.datafit().offset() {
                Some(offset) => {
                    let offset = offset.iter().skip(k).step_by(self.outputs);
                    eta.iter_mut().zip(offset).for_each(|(eta, o)| *eta = *o);
                }
                None => eta.fill(T::ZERO),
            }
            let mut shift = if self.first > 0 { x[k] } else { T::ZERO };
            for (j, b) in self.coefficients_of(k, &x[self.first..]) {
                if b != T::ZERO {
                    design.column_axpy(usize::from(self.first > 0) + j, b, eta, &mut shift);
                }
            }
            eta.iter_mut().for_each(|eta| *eta += shift);
        }
    }

    fn rows(&mut self, eta: &[T], want: Want, slopes: &mut [T], curvature: &mut [T]) -> Result<T, Halt> {
        let (n, k) = (self.smooth.design().rows(), self.outputs);
        check_shape("length of the predictors", n * k, eta.len())?;
        let wanted = |level: Want, length: usize| if want >= level { length } else { 0 };
        check_shape("length of the slopes", wanted(Want::Gradient, n * k), slopes.len())?;
        check_shape("length of the curvature", wanted(Want::Fisher, n * k * k), curvature.len())?;
        let [by_row, row_slopes] = &mut self.by_row;
        for (at, eta) in eta.chunks_exact(n.max(1)).enumerate() {
            by_row.iter_mut().skip(at).step_by(k).zip(eta).for_each(|(to, from)| *to = *from);
        }
        let sweep = Sweep { datafit: self.smooth.datafit(), par: self.smooth.par(), chunks: self.chunks };
        let value = sweep.mean(by_row, want, &mut row_slopes[..slopes.len()], curvature);
        for (at, slopes) in slopes.chunks_exact_mut(n.max(1)).enumerate() {
            let from = row_slopes.iter().skip(at).step_by(k);
            slopes.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
        }
        Ok(value)
    }

    fn apply_transpose(&self, u: &[T], g: &mut [T]) {
        let (design, n, k) = (self.smooth.design(), self.smooth.design().rows(), self.outputs);
        let column = |k: usize| &u[k * n..(k + 1) * n];
        for (k, g) in g[..self.first].iter_mut().enumerate() {
            *g = vector::sum(column(k));
        }
        let intercept = usize::from(self.first > 0);
        // A task takes whole columns of X where the coefficients of a column stand together.
        self.smooth.par().for_each_chunk(&mut g[self.first..], COLUMNS * k, |chunk, g| {
            for (c, g) in g.iter_mut().enumerate() {
                let (j, k) = self.place(chunk * COLUMNS * self.outputs + c);
                // The sum is needed only where a column is centred in passing.
                let total = if design.is_standardized() { vector::sum(column(k)) } else { T::ZERO };
                *g = design.column_dot(intercept + j, column(k), total);
            }
        });
    }

    fn predictor_bound(&self, x: &[T]) -> T {
        let design = self.smooth.design();
        let q = design.parameters().max(1);
        x.iter().enumerate().map(|(i, b)| design.max_abs(self.flat_index(i) % q) * b.abs()).sum()
    }
}

impl<T: Real> PenalisedOutputs<'_, T> {
    /// The columns and coefficients of output k among all coefficients.
    fn coefficients_of<'x>(&self, k: usize, b: &'x [T]) -> impl Iterator<Item = (usize, T)> + 'x {
        let p = self.smooth.design().predictors();
        let (from, by) = match self.penalty {
            Over::Each(_) => (k * p, 1),
            Over::Tied(_) => (k, self.outputs),
        };
        b.iter().skip(from).step_by(by).take(p).copied().enumerate()
    }
}

impl<T: Real> OutputsComposite<T> for PenalisedOutputs<'_, T> {
    fn place(&self, c: usize) -> (usize, usize) {
        match self.penalty {
            Over::Each(_) => {
                let p = self.smooth.design().predictors();
                (c % p, c / p)
            }
            Over::Tied(_) => (c / self.outputs, c % self.outputs),
        }
    }

    fn hessian(
        &mut self,
        coefficients: &[usize],
        curvature: &[T],
        out: &mut [T],
        border: &mut [T],
    ) -> Result<(), Halt> {
        let (n, k, m) = (self.smooth.design().rows(), self.outputs, coefficients.len());
        check_shape("length of the curvature", n * k * k, curvature.len())?;
        if out.len() < m * m || border.len() < if self.first > 0 { m * k } else { 0 } {
            check_shape("coefficients of the Hessian", out.len().isqrt(), m)?;
        }
        let places: Vec<(usize, usize)> = coefficients.iter().map(|c| self.place(*c)).collect();
        let mut columns: Vec<usize> = places.iter().map(|(j, _)| *j).collect();
        columns.sort_unstable();
        columns.dedup();
        let among = |j: usize| columns.binary_search(&j).unwrap_or(0);
        let at: Vec<(usize, usize)> = places.iter().map(|(j, k)| (among(*j), *k)).collect();
        let (p, intercept) = (columns.len(), usize::from(self.first > 0));
        columns.iter_mut().for_each(|j| *j += intercept);
        let mut gram = core::mem::take(&mut self.gram);
        gram.resize(gram.len().max(p * p), T::ZERO);
        for a in 0..k {
            for b in a..k {
                let h = curvature.iter().skip(a * k + b).step_by(k * k);
                self.h.iter_mut().zip(h).for_each(|(to, from)| *to = *from);
                self.gram_of(&columns, &mut gram);
                for (c, (j, of)) in at.iter().enumerate() {
                    if *of != b {
                        continue;
                    }
                    let column = &gram[j * p..(j + 1) * p];
                    for (r, (i, of)) in at.iter().enumerate().filter(|(_, (_, of))| *of == a) {
                        debug_assert_eq!(*of, a);
                        out[c * m + r] = column[*i];
                        out[r * m + c] = column[*i];
                    }
                }
                if self.first > 0 {
                    let total = vector::sum(&self.h);
                    let design = self.smooth.design();
                    let sums: Vec<T> =
                        columns.iter().map(|k| design.column_dot(*k, &self.h, total)).collect();
                    for (r, (i, of)) in at.iter().enumerate() {
                        if *of == a {
                            border[b * m + r] = sums[*i];
                        }
                        if *of == b {
                            border[a * m + r] = sums[*i];
                        }
                    }
                }
            }
        }
        self.gram = gram;
        Ok(())
    }
}

impl<T: Real> PenalisedOutputs<'_, T> {
    /// X_Kᵀ diag(h) X_K for the weights in the scratch: by the kernel where all columns are stored in full, else column by column.
    fn gram_of(&mut self, columns: &[usize], out: &mut [T]) {
        let (design, par, m) = (self.smooth.design(), self.smooth.par(), columns.len());
        let first = usize::from(design.has_intercept());
        let dense = columns.iter().all(|k| design.predictor(k - first).is_some());
        if dense && m <= design.predictors().min(GRAM_LIMIT) {
            if m > 0 {
                self.grams.form(design, par, columns, &self.h, out);
            }
            return;
        }
        let (h, mass) = (&self.h, vector::sum(&self.h));
        par.for_each_chunk(&mut out[..m * m], m.max(1), |j, out| {
            let (mut t, mut shift) = (vec![T::ZERO; h.len()], T::ZERO);
            design.column_weighted_axpy(columns[j], T::ONE, h, &mut t, &mut shift);
            let mean = design.column_dot(columns[j], h, mass);
            // h∘xⱼ is t + shift·h.
            let total = mean - shift * mass;
            for (k, out) in columns.iter().zip(out) {
                let rest = if shift == T::ZERO { T::ZERO } else { shift * design.column_dot(*k, h, mass) };
                *out = design.column_dot(*k, &t, total) + rest;
            }
        });
    }
}
