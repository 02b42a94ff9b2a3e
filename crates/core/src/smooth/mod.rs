//! [`Smooth`]: the objective of a linear model, (1/Σw) Σ w ℓ(y, offset + Xb) + ½ Σ dⱼ bⱼ², by fused passes over X.
//!
//! A loss of K predictors a row takes K columns of parameters, B: q×K, flat and column-major.
//!
//! The *loss* is one observation's ℓ; the *cost* is the weighted mean over the data; the *objective* is cost plus penalty, here the
//! quadratic part that smooth minimisers can take.

mod oracles;

use std::borrow::Cow;

use faer::{Mat, MatMut};

use crate::certify::Evidence;
use crate::datafit::Datafit;
use crate::design::{BLOCK_ROWS, Design, Slots, row_chunks, vector_chunks};
use crate::error::{Error, Result, check_shape};
use crate::loss::{Block, Want};
use crate::par::Par;
use crate::penalty::{Penalty, check_lambda};
use crate::real::Real;
use crate::reduce::{Chunks, reduce};
use crate::triangular;
use crate::vector;

/// Which second derivative a Hessian is made of.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Default)]
pub enum Information {
    /// The Fisher information: Newton becomes Fisher scoring (IRLS). Positive semidefinite for every family.
    #[default]
    Expected,
    /// The exact Hessian.
    Observed,
}

/// The most parameters whose Hessian a pass is laid out for, and whose dense Hessian a certificate may ask for.
pub(crate) const HESSIAN_LIMIT: usize = 2048;

/// Cost plus quadratic penalty as a smooth objective in the parameters (intercept, b), once for each output of the loss.
pub struct Smooth<'a, T: Real> {
    design: &'a Design<'a, T>,
    datafit: &'a dyn Datafit<T>,
    quadratic: Vec<T>,
    information: Information,
    par: Par,
    every: usize,
    active_weight: T,
    chunks: Chunks,
    partials: Vec<Partial<T>>,
    slots: Slots<Scratch<T>>,
    /// The parameters of the columns as stored.
    raw: Vec<T>,
    /// What a product with the Hessian needs of the last linearize: w ℓ″ of every row, or the predictors where a row has several.
    linearized: Vec<T>,
    /// What the last verification computed.
    evidence: Option<Evidence<T>>,
}

/// The sums of one chunk of rows.
struct Partial<T> {
    value: T,
    /// Room is made by the first pass that needs it.
    gradient: Vec<T>,
    gram: Vec<T>,
}

impl<T: Real> Partial<T> {
    /// A gradient of 0.
    fn clear_gradient(&mut self, dim: usize) {
        self.gradient.clear();
        self.gradient.resize(dim, T::ZERO);
    }
}

/// One thread's block of m rows.
struct Scratch<T> {
    /// Predictors, m×K row-major.
    eta: Vec<T>,
    gradient: Vec<T>,
    /// m blocks of K×K.
    curvature: Vec<T>,
    /// Scratch of products with the curvature of several outputs.
    action: Vec<T>,
    /// One output's column on its way between the two orders.
    column: Vec<T>,
}

impl<'a, T: Real> Smooth<'a, T> {
    /// The cost alone.
    ///
    /// # Errors
    /// Design and datafit differ in rows; a set loss over more than one block of rows.
    pub fn new(design: &'a Design<'a, T>, datafit: &'a dyn Datafit<T>) -> Result<Self> {
        check_shape("rows of the design and length of the target", datafit.rows(), design.rows())?;
        if !datafit.separable() {
            return Err(Error::Unsupported {
                what: "a fused pass over a set loss".to_owned(),
                why: "its value is not a sum over rows".to_owned(),
                remedy: "use SetObjective".to_owned(),
            });
        }
        let outputs = datafit.outputs();
        let dim = design.parameters() * outputs;
        let chunks = if dim <= HESSIAN_LIMIT {
            row_chunks::<T>(design.rows(), dim)
        } else {
            vector_chunks::<T>(design.rows(), dim)
        };
        let partial = || Partial { value: T::ZERO, gradient: Vec::new(), gram: Vec::new() };
        let block = |width: usize| vec![T::ZERO; BLOCK_ROWS * width];
        Ok(Self {
            design,
            datafit,
            quadratic: vec![T::ZERO; dim],
            information: Information::default(),
            par: Par::default(),
            every: 1,
            active_weight: datafit.total_weight(),
            partials: (0..chunks.count).map(|_| partial()).collect(),
            slots: Slots::new(|| Scratch {
                eta: block(outputs),
                gradient: block(outputs),
                // Where the blocks of curvature are large, the first Hessian makes room for them.
                curvature: if outputs <= 32 { block(outputs * outputs) } else { Vec::new() },
                action: vec![T::ZERO; if outputs > 1 { datafit.action_scratch() } else { 0 }],
                column: block(1),
            }),
            raw: vec![T::ZERO; dim],
            chunks,
            linearized: Vec::new(),
            evidence: None,
        })
    }

    /// Adds a penalty that is quadratic; the intercept stays unpenalised.
    ///
    /// # Errors
    /// λ negative or not finite; a penalty that is more than its quadratic part.
    pub fn with_penalty(mut self, penalty: &dyn Penalty<T>, lambda: T) -> Result<Self> {
        check_lambda(lambda)?;
        let (true, Some(diagonal)) = (penalty.is_quadratic(), penalty.quadratic_part(lambda)) else {
            return Err(Error::Unsupported {
                what: "this penalty in a smooth objective".to_owned(),
                why: "it has a part that is not quadratic".to_owned(),
                remedy: "use a composite minimizer".to_owned(),
            });
        };
        let first = usize::from(self.design.has_intercept());
        diagonal.spread(self.design.parameters(), first, &mut self.quadratic);
        Ok(self)
    }

    /// Chooses expected (default) or observed information for Hessians.
    #[must_use]
    pub fn with_information(mut self, information: Information) -> Self {
        self.information = information;
        self
    }

    /// [`Smooth::with_information`] between two runs on the same problem.
    pub fn set_information(&mut self, information: Information) {
        self.information = information;
    }

    /// Chooses the parallelism (default: the current pool). The results do not depend on it.
    #[must_use]
    pub fn with_par(mut self, par: Par) -> Self {
        self.par = par;
        self
    }

    /// The design.
    #[must_use]
    pub fn design(&self) -> &'a Design<'a, T> {
        self.design
    }

    /// The datafit.
    #[must_use]
    pub fn datafit(&self) -> &'a dyn Datafit<T> {
        self.datafit
    }

    pub(crate) fn par(&self) -> Par {
        self.par
    }

    /// The weights dⱼ of the quadratic penalty ½ Σ dⱼ bⱼ², one a parameter.
    #[must_use]
    pub fn quadratic(&self) -> &[T] {
        &self.quadratic
    }

    /// ½ Σ dⱼ bⱼ².
    #[must_use]
    pub fn penalty_value(&self, x: &[T]) -> T {
        let sum: T = self.quadratic.iter().zip(x).map(|(d, b)| *d * *b * *b).sum();
        sum * T::of(0.5)
    }

    /// The linear predictors of all rows, offset included: n×K, row-major.
    ///
    /// # Panics
    /// If lengths differ.
    pub fn predict(&self, x: &[T], eta: &mut [T]) {
        let outputs = self.datafit.outputs();
        if outputs == 1 {
            self.design.apply(x, eta, self.par);
        } else {
            let n = self.design.rows();
            let mut columns = vec![T::ZERO; eta.len()];
            self.design.apply(x, &mut columns, self.par);
            for (i, row) in eta.chunks_exact_mut(outputs).enumerate() {
                for (k, e) in row.iter_mut().enumerate() {
                    *e = columns[k * n + i];
                }
            }
        }
        if let Some(offset) = self.datafit.offset() {
            vector::axpy(T::ONE, offset, eta);
        }
    }

    /// [`Smooth::predict`], remembered from the last certificate where x is the same.
    ///
    /// # Panics
    /// If x has the wrong length.
    #[must_use]
    pub fn predictors(&self, x: &[T]) -> Cow<'_, [T]> {
        self.remembered(x, false)
    }

    /// [`Smooth::predictors`] at x or, where [`Smooth::refine`] has led to x, at the certified point before that step: for sums that are
    /// stationary at the optimum, which differ by the square of the step.
    ///
    /// # Panics
    /// If x has the wrong length.
    #[must_use]
    pub fn predictors_near(&self, x: &[T]) -> Cow<'_, [T]> {
        self.remembered(x, true)
    }

    /// Moves the remembered predictors to the point that [`Smooth::refine`] has led to, where more than one sum is to be taken over them.
    pub fn catch_up(&mut self) {
        let Some(mut evidence) = self.evidence.take() else { return };
        if evidence.moved {
            self.predict(&evidence.x, &mut evidence.eta);
            evidence.moved = false;
        }
        self.evidence = Some(evidence);
    }

    fn remembered(&self, x: &[T], before_refinement: bool) -> Cow<'_, [T]> {
        if let Some(evidence) = &self.evidence
            && evidence.x == x
            && (before_refinement || !evidence.moved)
        {
            return Cow::Borrowed(&evidence.eta);
        }
        let mut eta = vec![T::ZERO; self.design.rows() * self.datafit.outputs()];
        self.predict(x, &mut eta);
        Cow::Owned(eta)
    }

    /// w ℓ′ (n×K, row-major) and w ℓ″ (expected or observed, n blocks of K×K) of all rows at their predictors; returns Σ w ℓ. By blocks, in
    /// parallel.
    pub fn derivatives(
        &self,
        eta: &[T],
        information: Information,
        gradient: &mut [T],
        curvature: &mut [T],
    ) -> T {
        let outputs = self.datafit.outputs();
        let mut pieces: Vec<(T, &mut [T], &mut [T])> = gradient
            .chunks_mut(self.chunks.size * outputs)
            .zip(curvature.chunks_mut(self.chunks.size * outputs * outputs))
            .map(|(g, h)| (T::ZERO, g, h))
            .collect();
        let want = want_hessian(information);
        let fill = |chunk: usize, piece: &mut (T, &mut [T], &mut [T])| {
            let rows = self.chunks.rows_of(chunk);
            let mut out = Block { value: T::ZERO, gradient: piece.1, curvature: piece.2 };
            let eta = &eta[rows.start * outputs..rows.end * outputs];
            self.datafit.evaluate(rows, eta, want, &mut out);
            piece.0 = out.value;
        };
        reduce(self.par, &mut pieces, &fill, &|a, b| a.0 += b.0);
        pieces[0].0
    }

    /// w ℓ″ (expected or observed) of every row at x: n blocks of K×K.
    ///
    /// # Errors
    /// [`Error::Shape`] for an x of the wrong length.
    pub fn row_curvature(&self, x: &[T], information: Information) -> Result<Vec<T>> {
        self.check_dim(x)?;
        let (n, k) = (self.design.rows(), self.datafit.outputs());
        let mut gradient = vec![T::ZERO; n * k];
        let mut curvature = vec![T::ZERO; n * k * k];
        let eta = self.predictors(x);
        self.derivatives(&eta, information, &mut gradient, &mut curvature);
        Ok(curvature)
    }

    /// The information matrix (1/Σw) Σ w ℓ″ xxᵀ + diag(d) at x, by the separate products of the design, which share no code with the fused
    /// pass. The observed one is remembered from the last certificate at the same x.
    ///
    /// # Errors
    /// [`Error::Shape`] for an x of the wrong length.
    pub fn information_matrix(&self, x: &[T], information: Information) -> Result<Mat<T>> {
        self.check_dim(x)?;
        match &self.evidence {
            Some(evidence) if information == Information::Observed && evidence.x == x => {
                Ok(evidence.information.clone())
            }
            _ => {
                let curvature = self.row_curvature(x, information)?;
                Ok(self.gram(&curvature))
            }
        }
    }

    /// The diagonal of [`Smooth::information_matrix`], in one pass of p flops a row.
    ///
    /// # Errors
    /// [`Error::Shape`] for an x of the wrong length.
    pub fn information_diagonal(&self, x: &[T], information: Information) -> Result<Vec<T>> {
        self.check_dim(x)?;
        let curvature = self.row_curvature(x, information)?;
        let mut diagonal = vec![T::ZERO; x.len()];
        for (k, diagonal) in diagonal.chunks_exact_mut(self.design.parameters().max(1)).enumerate() {
            self.design.weighted_norms(&self.curvature_of(&curvature, k, k), diagonal, self.par);
        }
        let inverse = self.datafit.total_weight().recip();
        for (h, d) in diagonal.iter_mut().zip(&self.quadratic) {
            *h = *h * inverse + *d;
        }
        Ok(diagonal)
    }

    /// Takes one Newton step from the last verified point with the gradient and Hessian that the verification computed anyway: no pass over
    /// the data. At a point certified with rδ < ¼ the step lowers the objective by at least 0.4 δ² (Bach 2010, proposition 1), so the
    /// certificate stands.
    /// `false`, and x is left alone, if there is no such evidence at x.
    pub fn refine(&mut self, x: &mut [T]) -> bool {
        match &mut self.evidence {
            Some(evidence) if evidence.x == x && evidence.reach < 0.25 => {
                vector::axpy(-T::ONE, &evidence.newton, &mut evidence.x);
                evidence.moved = true;
                x.copy_from_slice(&evidence.x);
                true
            }
            _ => false,
        }
    }

    /// An upper triangular R with RᵀR = [`Smooth::information_matrix`], by orthogonal factorisation of √(wℓ″)·X over all rows; `false` if
    /// some curvature is negative.
    ///
    /// # Errors
    /// [`Error::Shape`] for an x of the wrong length.
    pub fn information_root(&self, x: &[T], information: Information, r: MatMut<'_, T>) -> Result<bool> {
        self.check_dim(x)?;
        // Blocks of curvature have no scalar root.
        if self.datafit.outputs() > 1 {
            return Ok(false);
        }
        let mut curvature = self.row_curvature(x, information)?;
        if curvature.iter().any(|c| !(c.is_finite() && *c >= T::ZERO)) {
            return Ok(false);
        }
        let inverse = self.datafit.total_weight().recip();
        for c in &mut curvature {
            *c = (*c * inverse).sqrt();
        }
        triangular::root(self.design, &curvature, &self.quadratic, self.par, r);
        Ok(true)
    }

    /// (1/Σw) Xᵀ diag(curvature) X + diag(d), in K×K blocks for K outputs.
    pub(crate) fn gram(&self, curvature: &[T]) -> Mat<T> {
        let (q, outputs) = (self.design.parameters(), self.datafit.outputs());
        let mut h = Mat::zeros(q * outputs, q * outputs);
        for k in 0..outputs {
            for l in 0..=k {
                let block = h.as_mut().submatrix_mut(k * q, l * q, q, q);
                self.design.weighted_gram(&self.curvature_of(curvature, k, l), block, self.par);
            }
        }
        let inverse = self.datafit.total_weight().recip();
        mirror(h.as_mut());
        for j in 0..h.ncols() {
            for i in 0..h.nrows() {
                h[(i, j)] *= inverse;
            }
            h[(j, j)] += self.quadratic[j];
        }
        h
    }

    /// Entry (k, l) of every row's curvature block.
    fn curvature_of<'c>(&self, curvature: &'c [T], k: usize, l: usize) -> Cow<'c, [T]> {
        let outputs = self.datafit.outputs();
        if outputs == 1 {
            return Cow::Borrowed(curvature);
        }
        curvature.chunks_exact(outputs * outputs).map(|block| block[k * outputs + l]).collect()
    }

    /// Where the loss does not change if a constant is added to all K predictors of a row, an unpenalised parameter is free to move by the same
    /// amount in every output: the Hessian is singular along that direction, and the gradient vanishes along it. Filling the direction in
    /// gives the step of least length there and leaves it alone everywhere else.
    fn pin_invariant(&self, mut h: MatMut<'_, T>) {
        let (q, outputs) = (self.design.parameters(), self.datafit.outputs());
        if outputs == 1 || !self.datafit.shift_invariant() {
            return;
        }
        for j in (0..q).filter(|j| (0..outputs).all(|k| self.quadratic[k * q + j] == T::ZERO)) {
            let trace: T = (0..outputs).map(|k| h[(k * q + j, k * q + j)]).sum();
            let fill = trace / T::of((outputs * outputs) as f64);
            for k in 0..outputs {
                for l in 0..outputs {
                    h[(k * q + j, l * q + j)] += fill;
                }
            }
        }
    }

    fn check_dim(&self, x: &[T]) -> Result<()> {
        check_shape("number of parameters", self.quadratic.len(), x.len())
    }

    fn want_hessian(&self) -> Want {
        want_hessian(self.information)
    }
}

fn want_hessian(information: Information) -> Want {
    match information {
        Information::Expected => Want::Fisher,
        Information::Observed => Want::Curvature,
    }
}

/// Copies the lower triangle to the upper one.
fn mirror<T: Real>(mut h: MatMut<'_, T>) {
    for j in 0..h.ncols() {
        for i in 0..j {
            h[(i, j)] = h[(j, i)];
        }
    }
}
