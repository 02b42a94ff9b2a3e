//! Information criteria along a path: which λ without held-out data.

use thalweg_core::{Error, Result};

use super::fit::{PathFit, PathPoint};

/// A criterion −2 log-likelihood + a price for each degree of freedom.
#[derive(Copy, Clone, Debug, PartialEq)]
pub enum Criterion {
    /// Akaike's: 2 a degree of freedom.
    Aic,
    /// The Bayesian one of Schwarz: ln n.
    Bic,
    /// The extended Bayesian one: ln n + 2γ ln p, for many more predictors than rows; γ from 0 (BIC) to 1, ½ as a rule.
    Ebic(f64),
}

impl PathFit {
    /// The criterion at every λ, up to what is the same at all of them; least is best. Degrees of freedom are the nonzero coefficients and the
    /// intercept. −2 log-likelihood is the deviance where the dispersion is known, and n ln(deviance/n) for a Gaussian target, whose variance is taken
    /// at its maximum-likelihood value.
    ///
    /// ```
    /// use thalweg_models::{Criterion, Observations, Path};
    /// let x = faer::mat![[1.0, 0.3], [2.0, -0.2], [3.0, 0.1], [4.0, -0.4], [5.0, 0.2], [6.0, 0.0]];
    /// let y = [1.1, 1.9, 3.2, 3.8, 5.1, 6.0];
    /// let fit = Path::new("gaussian")?.lambda_values(vec![10.0, 0.01])?.fit(&Observations::new(x.as_ref(), &y))?;
    /// let bic = fit.criterion(Criterion::Bic)?;
    /// let n = 6.0_f64;
    /// let k = 1.0 + fit.points[1].coefficients.nonzero() as f64;
    /// assert!((bic[1] - (n * (fit.points[1].deviance / n).ln() + k * n.ln())).abs() < 1e-12);
    /// assert_eq!(fit.select(Criterion::Bic)?, 1);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// Source: Zou, Hastie and Tibshirani, *On the "degrees of freedom" of the lasso*, Ann. Statist. 35 (2007); Chen and Chen, *Extended Bayesian
    /// information criteria for model selection with large model spaces*, Biometrika 95 (2008).
    ///
    /// # Errors
    /// A loss that is no likelihood, or one whose dispersion is neither known nor that of a Gaussian target; a γ outside [0, 1].
    pub fn criterion(&self, criterion: Criterion) -> Result<Vec<f64>> {
        let n = self.observations as f64;
        let price = match criterion {
            Criterion::Aic => 2.0,
            Criterion::Bic => n.ln(),
            Criterion::Ebic(gamma) if (0.0..=1.0).contains(&gamma) => {
                n.ln() + 2.0 * gamma * (self.names.len().max(1) as f64).ln()
            }
            Criterion::Ebic(gamma) => {
                let rule = "it must be a number from 0 (BIC) to 1, such as 0.5";
                return Err(Error::invalid_parameter("gamma", gamma, rule));
            }
        };
        let family = self.likelihood.as_ref().map(|(family, _)| family.split(':').next().unwrap_or(family));
        let fit = |point: &PathPoint| match family {
            Some("gaussian") => Some(n * (point.deviance / n).ln()),
            Some("binomial" | "multinomial" | "poisson" | "negative-binomial") => Some(point.deviance),
            _ => None,
        };
        // Of the intercepts of K classes one is free of meaning.
        let intercept = if self.intercept { self.outputs.saturating_sub(1).max(1) } else { 0 };
        let of = |point: &PathPoint| {
            fit(point).map(|fit| fit + price * (point.degrees_of_freedom + intercept) as f64)
        };
        self.points.iter().map(of).collect::<Option<Vec<f64>>>().ok_or_else(|| Error::Unsupported {
            what: format!("an information criterion of the {}", self.loss),
            why: "its log-likelihood is not a function of the deviance alone".to_owned(),
            remedy: "select by cross-validation".to_owned(),
        })
    }

    /// The index of the λ at which the criterion is least; the largest such λ.
    ///
    /// # Errors
    /// As [`PathFit::criterion`].
    pub fn select(&self, criterion: Criterion) -> Result<usize> {
        let values = self.criterion(criterion)?;
        Ok((0..values.len()).fold(0, |best, k| if values[k] < values[best] { k } else { best }))
    }
}
