//! [`Refinement`]: a linear regression to the last digit that the data determine.

use faer::Mat;
use thalweg_core::{Design, Information, RefinedLeastSquares, Result, ScaledCholesky, Smooth};
use thalweg_likelihood::LinkFunction;

use crate::glm::Glm;
use crate::observations::Observations;
use crate::run::SMALL;

/// Coefficients, residual sum of squares and, where they are worth their passes, the diagonal of (XᵀWX)⁻¹ in double-double arithmetic.
pub(crate) struct Refinement {
    pub(crate) b: Vec<f64>,
    pub(crate) rss: f64,
    pub(crate) inverse_diagonal: Option<Vec<f64>>,
}

/// Reciprocal condition above which plain arithmetic leaves ten digits and more.
const WELL_CONDITIONED: f64 = 1e-4;

impl Glm {
    /// Refines an unpenalised linear regression on the columns `kept`, if they are dense: always where a pass costs nothing, else where the
    /// condition costs digits or the columns come with low parts.
    pub(crate) fn refine(
        &self,
        smooth: &Smooth<'_, f64>,
        data: &Observations<'_>,
        kept: &[usize],
        x: &[f64],
    ) -> Result<Option<Refinement>> {
        let linear = self.family.name() == "gaussian" && self.link == LinkFunction::Identity;
        if !linear || self.lambda > 0.0 {
            return Ok(None);
        }
        let design: &Design<'_, f64> = smooth.design();
        let information = smooth.information_matrix(x, Information::Observed)?;
        let mut cholesky = ScaledCholesky::new(x.len());
        let well = cholesky.factor(information.as_ref()).is_some_and(|rcond| rcond >= WELL_CONDITIONED);
        if well && data.low.is_none() && design.rows() * x.len() > SMALL {
            return Ok(None);
        }
        let low = data.low.map(|low| Mat::from_fn(low.nrows(), kept.len(), |i, j| low[(i, kept[j])]));
        // Columns of another storage, or of no full rank, stay with plain arithmetic.
        let Ok(mut problem) = RefinedLeastSquares::new(
            design,
            low.as_ref().map(Mat::as_ref),
            data.y,
            data.weights,
            data.offset,
        ) else {
            return Ok(None);
        };
        let found = problem.solve(x)?;
        if !found.converged {
            return Ok(None);
        }
        let inverse_diagonal = (!well).then(|| problem.inverse_diagonal()).filter(|d| d.converged);
        Ok(Some(Refinement {
            b: found.b,
            rss: found.rss,
            inverse_diagonal: inverse_diagonal.map(|d| d.values),
        }))
    }
}
