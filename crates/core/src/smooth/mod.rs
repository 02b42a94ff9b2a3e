//! [`Smooth`]: the objective of a linear model, (1/Σw) Σ w ℓ(y, offset + Xb) + ½ Σ dⱼ bⱼ², by fused passes over X.
//!
//! The *loss* is one observation's ℓ; the *cost* is the weighted mean over the data; the *objective* is cost plus penalty, here the
//! quadratic part that smooth minimisers can take.

mod oracles;

use faer::{Mat, MatMut};

use crate::certify::Evidence;
use crate::datafit::Datafit;
use crate::design::{BLOCK_ROWS, Design, Slots, row_chunks};
use crate::error::{Error, Result, check_shape};
use crate::loss::{Block, Want};
use crate::par::Par;
use crate::penalty::Penalty;
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

/// Cost plus quadratic penalty as a smooth objective in the parameters (intercept, b).
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
    /// w ℓ″ of every row at the last linearize.
    curvature: Vec<T>,
    /// What the last verification computed.
    evidence: Option<Evidence<T>>,
}

/// The sums of one chunk of rows.
struct Partial<T> {
    value: T,
    gradient: Vec<T>,
    gram: Vec<T>,
}

/// One thread's block.
struct Scratch<T> {
    eta: Vec<T>,
    gradient: Vec<T>,
    curvature: Vec<T>,
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
                remedy: "drive its Datafit with Design::apply and Design::apply_transpose".to_owned(),
            });
        }
        let q = design.parameters();
        let chunks = row_chunks::<T>(design.rows(), q);
        let partial = || Partial { value: T::ZERO, gradient: vec![T::ZERO; q], gram: Vec::new() };
        let block = || vec![T::ZERO; BLOCK_ROWS];
        Ok(Self {
            design,
            datafit,
            quadratic: vec![T::ZERO; q],
            information: Information::default(),
            par: Par::default(),
            every: 1,
            active_weight: datafit.total_weight(),
            partials: (0..chunks.count).map(|_| partial()).collect(),
            slots: Slots::new(|| Scratch { eta: block(), gradient: block(), curvature: block() }),
            chunks,
            curvature: Vec::new(),
            evidence: None,
        })
    }

    /// Adds a penalty that is quadratic; the intercept stays unpenalised.
    ///
    /// # Errors
    /// λ negative or not finite; a penalty that is more than its quadratic part.
    pub fn with_penalty(mut self, penalty: &dyn Penalty<T>, lambda: T) -> Result<Self> {
        if !(lambda.is_finite() && lambda >= T::ZERO) {
            return Err(Error::invalid_parameter("lambda", lambda, "it must be a finite number >= 0"));
        }
        let (true, Some(diagonal)) = (penalty.is_quadratic(), penalty.quadratic_part(lambda)) else {
            return Err(Error::Unsupported {
                what: "this penalty in a smooth objective".to_owned(),
                why: "it has a part that is not quadratic".to_owned(),
                remedy: "use a composite minimizer".to_owned(),
            });
        };
        let first = usize::from(self.design.has_intercept());
        for j in 0..self.design.predictors() {
            self.quadratic[first + j] = diagonal.at(j);
        }
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

    /// The linear predictors of all rows, offset included.
    pub fn predict(&self, x: &[T], eta: &mut [T]) {
        self.design.apply(x, eta, self.par);
        if let Some(offset) = self.datafit.offset() {
            vector::axpy(T::ONE, offset, eta);
        }
    }

    /// w ℓ′ and w ℓ″ (expected or observed) of all rows at their predictors; returns Σ w ℓ. By blocks, in parallel.
    pub fn derivatives(
        &self,
        eta: &[T],
        information: Information,
        gradient: &mut [T],
        curvature: &mut [T],
    ) -> T {
        let mut pieces: Vec<(T, &mut [T], &mut [T])> = gradient
            .chunks_mut(self.chunks.size)
            .zip(curvature.chunks_mut(self.chunks.size))
            .map(|(g, h)| (T::ZERO, g, h))
            .collect();
        let want = want_hessian(information);
        let fill = |chunk: usize, piece: &mut (T, &mut [T], &mut [T])| {
            let rows = self.chunks.rows_of(chunk);
            let mut out = Block { value: T::ZERO, gradient: piece.1, curvature: piece.2 };
            self.datafit.evaluate(rows.clone(), &eta[rows], want, &mut out);
            piece.0 = out.value;
        };
        reduce(self.par, &mut pieces, &fill, &|a, b| a.0 += b.0);
        pieces[0].0
    }

    /// w ℓ″ (expected or observed) of every row at x.
    ///
    /// # Errors
    /// [`Error::Shape`] for an x of the wrong length.
    pub fn row_curvature(&self, x: &[T], information: Information) -> Result<Vec<T>> {
        self.check_dim(x)?;
        let n = self.design.rows();
        let (mut eta, mut gradient, mut curvature) = (vec![T::ZERO; n], vec![T::ZERO; n], vec![T::ZERO; n]);
        self.predict(x, &mut eta);
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
        self.design.weighted_norms(&curvature, &mut diagonal, self.par);
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

    /// (1/Σw) Xᵀ diag(curvature) X + diag(d).
    pub(crate) fn gram(&self, curvature: &[T]) -> Mat<T> {
        let q = self.design.parameters();
        let mut h = Mat::zeros(q, q);
        self.design.weighted_gram(curvature, h.as_mut(), self.par);
        let inverse = self.datafit.total_weight().recip();
        for j in 0..q {
            for i in 0..q {
                h[(i, j)] *= inverse;
            }
            h[(j, j)] += self.quadratic[j];
        }
        h
    }

    fn check_dim(&self, x: &[T]) -> Result<()> {
        check_shape("number of parameters", self.design.parameters(), x.len())
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
