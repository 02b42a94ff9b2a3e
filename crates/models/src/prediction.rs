//! [`Predicted`]: means of new rows with their intervals.

use faer::Mat;
use thalweg_core::{Columns, Design, Error, Par, Result, ScaledCholesky, check_shape};

use crate::covariance::Covariance;
use crate::inference::{Inference, check_level};

/// The prediction of one row.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Predicted {
    /// The linear predictor η, offset included.
    pub eta: f64,
    /// Its standard error.
    pub std_error: f64,
    /// The mean μ = g⁻¹(η).
    pub mean: f64,
    /// The lower end of the interval of the mean: g⁻¹ at η ± quantile · standard error, so that it stays within the family's range.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

impl Inference<'_> {
    /// Predictions for new rows: columns as the model's, and an offset if it has one.
    ///
    /// # Errors
    /// Columns that are not those of the model in number; a level outside (0, 1); an offset missing, superfluous or of another length; as
    /// [`Inference::covariance`].
    pub fn predict(
        &self,
        x: Vec<Columns<'_, f64>>,
        offset: Option<&[f64]>,
        covariance: Covariance<'_>,
        level: f64,
    ) -> Result<Vec<Predicted>> {
        check_level(level)?;
        let design = Design::from_columns(x)?;
        check_shape("number of predictors", self.design.predictors(), design.predictors())?;
        if self.data.offset.is_some() != offset.is_some() {
            return Err(Error::Unsupported {
                what: "a prediction".to_owned(),
                why: "the offset belongs to the model and to new rows, or to neither".to_owned(),
                remedy: "give the offset of the new rows exactly where the fit had one".to_owned(),
            });
        }
        let n = design.rows();
        let design = if self.glm.intercept { design.with_intercept() } else { design };
        let mut eta = vec![0.0; n];
        design.apply(&self.coefficients(), &mut eta, Par::Rayon);
        if let Some(offset) = offset {
            check_shape("length of the offset", n, offset.len())?;
            eta.iter_mut().zip(offset).for_each(|(eta, offset)| *eta += offset);
        }
        let mut variance = vec![0.0; n];
        let root = self.covariance_root(covariance)?;
        design.row_norms(&self.spread(root.as_ref()), &mut variance, Par::Rayon);
        let width = self.reference(covariance).half_width(level);
        let row = |(eta, variance): (f64, f64)| {
            let std_error = variance.sqrt();
            let ends = [eta - width * std_error, eta + width * std_error].map(|eta| self.link().mean(eta).mu);
            let (lower, upper) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
            Predicted { eta, std_error, mean: self.link().mean(eta).mu, lower, upper }
        };
        Ok(eta.into_iter().zip(variance).map(row).collect())
    }

    /// V with VVᵀ a covariance.
    fn covariance_root(&self, kind: Covariance<'_>) -> Result<Mat<f64>> {
        if kind == Covariance::Model {
            let v = self.root()?;
            return Ok(Mat::from_fn(v.nrows(), v.ncols(), |i, j| self.dispersion.sqrt() * v[(i, j)]));
        }
        let c = self.covariance(kind)?;
        let mut cholesky = ScaledCholesky::new(c.nrows());
        if cholesky.factor(c.as_ref()).is_none() {
            return Err(Error::Unsupported {
                what: "intervals from this covariance".to_owned(),
                why: "it is singular: there are fewer clusters or rows than coefficients".to_owned(),
                remedy: "use the model's covariance, or fewer coefficients".to_owned(),
            });
        }
        Ok(cholesky.root().transpose().to_owned())
    }
}
