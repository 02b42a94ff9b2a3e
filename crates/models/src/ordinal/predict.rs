//! Probabilities of the ordered classes of new rows, with standard errors.

use faer::Mat;
use thalweg_core::{Columns, Design, Error, Result, check_shape};

use super::OrdinalFit;
use crate::fit::State;
use crate::multinomial::ClassProbabilities;
use crate::multinomial::predict::columns_of;

impl OrdinalFit {
    /// Probabilities of the K classes for new rows, of the model's columns, and an offset if the model has one.
    ///
    /// # Errors
    /// Columns that are not those of the model in number; an offset missing, superfluous or of another length; a fit without standard errors.
    pub fn predict(&self, x: Vec<Columns<'_, f64>>, offset: Option<&[f64]>) -> Result<ClassProbabilities> {
        let covariance = self.covariance.as_ref().ok_or_else(|| Error::Unsupported {
            what: "standard errors of these predictions".to_owned(),
            why: self.warnings.join("; "),
            remedy: "fit a model whose likelihood has a finite maximum".to_owned(),
        })?;
        let design = Design::from_columns(x)?;
        check_shape("number of predictors", self.coefficients.len(), design.predictors())?;
        if self.has_offset != offset.is_some() {
            return Err(Error::Unsupported {
                what: "a prediction".to_owned(),
                why: "the offset belongs to the model and to new rows, or to neither".to_owned(),
                remedy: "give the offset of the new rows exactly where the fit had one".to_owned(),
            });
        }
        let (n, p, cuts) = (design.rows(), self.rank, self.thresholds.len());
        if let Some(offset) = offset {
            check_shape("length of the offset", n, offset.len())?;
        }
        let kept: Vec<usize> =
            (0..self.coefficients.len()).filter(|j| self.coefficients[*j].state != State::Aliased).collect();
        let columns = columns_of(&design, &kept);
        let (mut probabilities, mut std_errors) = (Mat::zeros(n, cuts + 1), Mat::zeros(n, cuts + 1));
        let mut slope = vec![0.0; p + cuts];
        for i in 0..n {
            let linear = |(j, at): (usize, &usize)| self.coefficients[*at].estimate * columns[j * n + i];
            let score =
                kept.iter().enumerate().map(linear).sum::<f64>() + offset.map_or(0.0, |offset| offset[i]);
            let end = |cut: usize| self.thresholds.get(cut).map(|threshold| threshold.estimate - score);
            for class in 0..=cuts {
                let row = self.link.row(class.checked_sub(1).and_then(end), end(class));
                let probability = (-row.value).exp();
                // ∂P/∂β = f(β), ∂P/∂α = −f(α), and both ends move by −x with b.
                let (up, down) = (probability * row.upper, probability * row.lower);
                slope.fill(0.0);
                for (j, slope) in slope.iter_mut().take(p).enumerate() {
                    *slope = (down - up) * columns[j * n + i];
                }
                if class < cuts {
                    slope[p + class] = up;
                }
                if class > 0 {
                    slope[p + class - 1] = -down;
                }
                let variance: f64 = (0..p + cuts)
                    .map(|a| slope[a] * (0..p + cuts).map(|b| covariance[(a, b)] * slope[b]).sum::<f64>())
                    .sum();
                probabilities[(i, class)] = probability;
                std_errors[(i, class)] = variance.max(0.0).sqrt();
            }
        }
        Ok(ClassProbabilities { probabilities, std_errors })
    }
}
