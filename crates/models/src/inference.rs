//! [`Inference`]: a fit together with its data, for everything that needs both: covariances, tests, residuals, influence, intervals.

use faer::{Mat, MatRef};
use thalweg_core::{Design, Error, Information, Par, Result, Smooth, check_shape};
use thalweg_likelihood::{Dispersion, Family, LinkFunction, Mean, WeightKind};

use crate::covariance::Covariance;
use crate::fit::{Coefficient, GlmFit, State};
use crate::glm::Glm;
use crate::observations::Observations;
use crate::reference::Reference;

/// A fitted model and its data.
///
/// ```
/// use thalweg_models::{Covariance, Glm, Observations, Residual};
/// let x = faer::mat![[1.0], [2.0], [3.0], [4.0], [5.0]];
/// let data = Observations::new(x.as_ref(), &[2.1, 3.9, 6.2, 7.8, 10.1]);
/// let glm = Glm::new("gaussian")?;
/// let fit = glm.fit(&data)?;
/// let inference = glm.inference(&data, &fit)?;
/// // Leverages sum to the number of coefficients, residuals to 0.
/// assert!((inference.leverage()?.iter().sum::<f64>() - 2.0).abs() < 1e-12);
/// assert!(inference.residuals(Residual::Response)?.iter().sum::<f64>().abs() < 1e-12);
/// let robust = inference.standard_errors(Covariance::Hc3)?;
/// assert!(robust[1] > 0.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct Inference<'a> {
    pub(crate) glm: Glm,
    pub(crate) data: &'a Observations<'a>,
    pub(crate) fit: &'a GlmFit,
    /// All columns, aliased ones included.
    pub(crate) design: Design<'a, f64>,
    /// The places of the coefficients that are not aliased.
    pub(crate) kept: Vec<usize>,
    /// Linear predictors, offset included.
    pub(crate) eta: Vec<f64>,
    /// −wℓ′ of every row: the score in its predictor, for unit dispersion.
    pub(crate) scores: Vec<f64>,
    /// wℓ″ of every row, of the information that the fit's standard errors rest on.
    pub(crate) curvature: Vec<f64>,
    pub(crate) dispersion: f64,
    pub(crate) observations: f64,
}

impl Glm {
    /// Inference on a fit of this model to these data.
    ///
    /// # Errors
    /// A fit of other data: another number of rows or coefficients.
    pub fn inference<'a>(&self, data: &'a Observations<'a>, fit: &'a GlmFit) -> Result<Inference<'a>> {
        let design = data.design(self.intercept)?;
        check_shape("rows of the data of the fit", fit.n, data.y.len())?;
        check_shape("number of coefficients of the fit", design.parameters(), fit.coefficients.len())?;
        let family = match &fit.nuisance {
            None => self.family.boxed(),
            Some(nuisance) if nuisance.estimate.is_finite() => {
                self.family.with_nuisance(nuisance.estimate)?
            }
            Some(_) => self.family.limit().unwrap_or_else(|| self.family.boxed()),
        };
        let glm = self.with_family(family);
        let kept: Vec<usize> =
            (0..fit.coefficients.len()).filter(|k| fit.coefficients[*k].state != State::Aliased).collect();
        let mut inference = Inference {
            data,
            fit,
            kept,
            eta: vec![0.0; fit.n],
            scores: vec![0.0; fit.n],
            curvature: vec![0.0; fit.n],
            dispersion: fit.dispersion,
            observations: fit.observations,
            design,
            glm,
        };
        inference.differentiate()?;
        Ok(inference)
    }
}

impl Inference<'_> {
    /// Fills predictors, scores and curvatures.
    fn differentiate(&mut self) -> Result<()> {
        let loss = self.glm.family.loss(self.glm.link)?;
        let datafit = self.data.datafit(&*loss)?;
        let smooth = Smooth::new(&self.design, &datafit)?;
        smooth.predict(&self.coefficients(), &mut self.eta);
        let canonical = self.glm.family.is_canonical(self.glm.link);
        let information = if canonical { Information::Observed } else { self.glm.information };
        smooth.derivatives(&self.eta, information, &mut self.scores, &mut self.curvature);
        self.scores.iter_mut().for_each(|s| *s = -*s);
        Ok(())
    }

    /// The coefficients with 0 for aliased ones.
    pub(crate) fn coefficients(&self) -> Vec<f64> {
        let zero = |c: &Coefficient| if c.state == State::Aliased { 0.0 } else { c.estimate };
        self.fit.coefficients.iter().map(zero).collect()
    }

    /// V with VVᵀ the covariance of the coefficients that are not aliased, for unit dispersion.
    pub(crate) fn root(&self) -> Result<MatRef<'_, f64>> {
        self.fit.root.as_ref().map(Mat::as_ref).ok_or_else(|| Error::Unsupported {
            what: "inference on this fit".to_owned(),
            why: format!("it has no standard errors; {}", self.fit.warnings.join("; ")),
            remedy: "fit without a penalty, a model whose likelihood has a finite maximum".to_owned(),
        })
    }

    /// The columns of an r×m matrix spread over all parameters, 0 for aliased ones; column-major.
    pub(crate) fn spread(&self, v: MatRef<'_, f64>) -> Vec<f64> {
        let q = self.design.parameters();
        let mut all = vec![0.0; q * v.ncols()];
        for j in 0..v.ncols() {
            for (i, at) in self.kept.iter().enumerate() {
                all[j * q + at] = v[(i, j)];
            }
        }
        all
    }

    /// Xᵀ diag(w) X over the columns that are not aliased.
    pub(crate) fn gram(&self, w: &[f64]) -> Mat<f64> {
        let q = self.design.parameters();
        let mut all = Mat::zeros(q, q);
        self.design.weighted_gram(w, all.as_mut(), Par::Rayon);
        Mat::from_fn(self.kept.len(), self.kept.len(), |i, j| all[(self.kept[i], self.kept[j])])
    }

    pub(crate) fn family(&self) -> &dyn Family {
        &*self.glm.family
    }

    pub(crate) fn link(&self) -> LinkFunction {
        self.glm.link
    }

    /// The mean of row i.
    pub(crate) fn mean(&self, i: usize) -> Mean<f64> {
        self.link().mean(self.eta[i])
    }

    /// The number of rows that row i stands for.
    pub(crate) fn frequency(&self, i: usize) -> f64 {
        match self.glm.weight_kind {
            WeightKind::Frequency => self.data.row_weights().get(i),
            WeightKind::Variance => 1.0,
        }
    }

    /// The distribution of a coefficient over its standard error.
    pub(crate) fn reference(&self, covariance: Covariance<'_>) -> Reference {
        match covariance {
            Covariance::Cluster(of) => {
                let mut names = of.to_vec();
                names.sort_unstable();
                names.dedup();
                Reference::Student(names.len() as f64 - 1.0)
            }
            _ if self.family().dispersion() == Dispersion::Estimated => {
                Reference::Student(self.fit.df_residual)
            }
            _ => Reference::Normal,
        }
    }

    /// The linear predictors η of the data, offset included.
    #[must_use]
    pub fn linear_predictors(&self) -> &[f64] {
        &self.eta
    }

    /// The fitted means μ of the data.
    #[must_use]
    pub fn fitted(&self) -> Vec<f64> {
        (0..self.eta.len()).map(|i| self.mean(i).mu).collect()
    }

    /// The coefficient table with another covariance and level, such as 0.95.
    ///
    /// # Errors
    /// As [`Inference::covariance`]; a level outside (0, 1).
    pub fn table(&self, covariance: Covariance<'_>, level: f64) -> Result<Vec<Coefficient>> {
        check_level(level)?;
        let errors = self.standard_errors(covariance)?;
        let reference = self.reference(covariance);
        let width = reference.half_width(level);
        let mut table = self.fit.coefficients.clone();
        for (at, error) in self.kept.iter().zip(errors) {
            let row = &mut table[*at];
            *row = Coefficient::wald(core::mem::take(&mut row.name), row.estimate, error, reference, width);
        }
        Ok(table)
    }
}

/// A level of confidence.
pub(crate) fn check_level(level: f64) -> Result<()> {
    if level > 0.0 && level < 1.0 {
        return Ok(());
    }
    Err(Error::invalid_parameter("level", level, "it must lie strictly between 0 and 1, as 0.95 does"))
}
