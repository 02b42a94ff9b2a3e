//! Probabilities of the classes of new rows, with standard errors.

use faer::Mat;
use thalweg_core::{Columns, Design, Error, Par, Result, check_shape};
use thalweg_losses::Softmax;

use super::MultinomialFit;
use crate::fit::State;

/// Probabilities of K classes in n rows.
#[derive(Clone, Debug)]
pub struct ClassProbabilities {
    /// P(y = k), n×K.
    pub probabilities: Mat<f64>,
    /// Their standard errors by the delta method, (gᵀCg)^½ with g the gradient in the coefficients and C their covariance.
    pub std_errors: Mat<f64>,
}

impl MultinomialFit {
    /// Probabilities of the classes for new rows, of the model's columns.
    ///
    /// # Errors
    /// Columns that are not those of the model in number; a fit without standard errors.
    pub fn predict(&self, x: Vec<Columns<'_, f64>>) -> Result<ClassProbabilities> {
        let covariance = self.covariance.as_ref().ok_or_else(|| Error::Unsupported {
            what: "standard errors of these predictions".to_owned(),
            why: self.warnings.join("; "),
            remedy: "fit a model whose likelihood has a finite maximum".to_owned(),
        })?;
        let design = Design::from_columns(x)?;
        let model = self.classes[0].coefficients.len() - usize::from(self.intercept);
        check_shape("number of predictors", model, design.predictors())?;
        let design = if self.intercept { design.with_intercept() } else { design };
        let (n, k, q) = (design.rows(), self.classes.len() + 1, self.rank);
        let kept: Vec<usize> = (0..design.parameters())
            .filter(|j| self.classes[0].coefficients[*j].state != State::Aliased)
            .collect();
        let columns = columns_of(&design, &kept);
        let (mut probabilities, mut std_errors) = (Mat::zeros(n, k), Mat::zeros(n, k));
        let mut form = Mat::<f64>::zeros(k - 1, k - 1);
        for i in 0..n {
            let x = |j: usize| columns[j * n + i];
            let mut eta = vec![0.0; k];
            for of in &self.classes {
                eta[of.class] =
                    kept.iter().enumerate().map(|(j, at)| of.coefficients[*at].estimate * x(j)).sum();
            }
            let p = softmax(&eta)?;
            for a in 0..k - 1 {
                for b in 0..k - 1 {
                    form[(a, b)] = (0..q)
                        .map(|j| {
                            x(j) * (0..q).map(|l| covariance[(a * q + j, b * q + l)] * x(l)).sum::<f64>()
                        })
                        .sum();
                }
            }
            for class in 0..k {
                // ∂pₖ/∂bⱼ = pₖ(1[k = j] − pⱼ) x.
                let slope: Vec<f64> = self
                    .classes
                    .iter()
                    .map(|of| p[class] * (f64::from(u8::from(of.class == class)) - p[of.class]))
                    .collect();
                let variance: f64 = (0..k - 1)
                    .map(|a| (0..k - 1).map(|b| slope[a] * form[(a, b)] * slope[b]).sum::<f64>())
                    .sum();
                probabilities[(i, class)] = p[class];
                std_errors[(i, class)] = variance.max(0.0).sqrt();
            }
        }
        Ok(ClassProbabilities { probabilities, std_errors })
    }
}

/// softmax(η): the slopes of the loss at class 0, and 1 more there.
fn softmax(eta: &[f64]) -> Result<Vec<f64>> {
    let mut p = vec![0.0; eta.len()];
    let loss = Softmax::new(eta.len())?;
    thalweg_core::Rowwise::row(&loss, &[0.0], eta, thalweg_core::Want::Gradient, &mut p, &mut []);
    // 1 + (p₀ − 1) would lose the digits of a small p₀.
    let value = thalweg_core::Rowwise::row(&loss, &[0.0], eta, thalweg_core::Want::Value, &mut [], &mut []);
    p[0] = (-value).exp();
    Ok(p)
}

/// Some of the parameters' columns, one after the other.
pub(crate) fn columns_of(design: &Design<'_, f64>, kept: &[usize]) -> Vec<f64> {
    let n = design.rows();
    let mut columns = vec![0.0; n * kept.len()];
    let mut unit = vec![0.0; design.parameters()];
    for (at, column) in kept.iter().zip(columns.chunks_exact_mut(n.max(1))) {
        unit.fill(0.0);
        unit[*at] = 1.0;
        design.apply(&unit, column, Par::Rayon);
    }
    columns
}
