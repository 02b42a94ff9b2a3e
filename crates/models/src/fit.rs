//! [`GlmFit`]: everything a fit found out, as plain data.

use faer::Mat;
use thalweg_core::{Certificate, Counts, Status};

use crate::reference::Reference;
use crate::select::Choice;
use crate::separation::Separation;

/// What became of a coefficient.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It has a finite estimate.
    Estimated,
    /// Its column is a combination of columns before it, so it was left out; the estimate is NaN.
    Aliased,
    /// Its maximum-likelihood estimate is infinite; the estimate is where the search stopped.
    Diverging,
}

impl State {
    /// The name in reports and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Estimated => "estimated",
            Self::Aliased => "aliased",
            Self::Diverging => "diverging",
        }
    }
}

/// One coefficient with its Wald inference. NaN where a number does not exist.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficient {
    /// The name: `(intercept)`, a column, or `column[level]`.
    pub name: String,
    /// What became of it.
    pub state: State,
    /// The estimate.
    pub estimate: f64,
    /// The standard error from the expected information; NaN under a penalty.
    pub std_error: f64,
    /// Estimate over standard error: z, or t where the dispersion is estimated.
    pub statistic: f64,
    /// The two-sided p-value of the statistic.
    pub p_value: f64,
    /// The lower end of the 95 % Wald interval.
    pub lower: f64,
    /// The upper end of the 95 % Wald interval.
    pub upper: f64,
}

impl Coefficient {
    /// With Wald inference; `width` is the reference's quantile, in standard errors.
    pub(crate) fn wald(
        name: String,
        estimate: f64,
        std_error: f64,
        reference: Reference,
        width: f64,
    ) -> Self {
        let statistic = estimate / std_error;
        Self {
            name,
            state: State::Estimated,
            estimate,
            std_error,
            statistic,
            p_value: reference.two_sided(statistic),
            lower: estimate - width * std_error,
            upper: estimate + width * std_error,
        }
    }

    pub(crate) fn without_inference(name: String, state: State, estimate: f64) -> Self {
        let none = f64::NAN;
        Self {
            name,
            state,
            estimate,
            std_error: none,
            statistic: none,
            p_value: none,
            lower: none,
            upper: none,
        }
    }
}

/// A fitted generalized linear model.
#[derive(Clone, Debug)]
pub struct GlmFit {
    /// The family's name.
    pub family: &'static str,
    /// The family with its parameters, as [`Glm::new`](crate::Glm::new) reads it.
    pub distribution: String,
    /// The link with its parameter, as [`Glm::link`](crate::Glm::link) reads it.
    pub link: String,
    /// The parameter of the distribution that was estimated with the coefficients, if there is one.
    pub nuisance: Option<NuisanceEstimate>,
    /// The penalty's name: `none` or `ridge`.
    pub penalty: &'static str,
    /// λ.
    pub lambda: f64,
    /// The optimizer and why.
    pub choice: Choice,
    /// Rows.
    pub n: usize,
    /// The observations that the degrees of freedom count: rows of positive weight, or Σw for frequency weights.
    pub observations: f64,
    /// Coefficients estimated, the intercept included, aliased ones not.
    pub rank: usize,
    /// The coefficients, the intercept first.
    pub coefficients: Vec<Coefficient>,
    /// True if inference uses Student's t (estimated dispersion) and not the normal distribution.
    pub student: bool,
    /// Log-likelihood at the estimates, constants included; σ² at its maximum-likelihood value for the Gaussian family.
    pub log_likelihood: f64,
    /// Residual deviance.
    pub deviance: f64,
    /// Deviance of the model with an intercept (and offset) alone.
    pub null_deviance: f64,
    /// φ: 1, or Pearson's X² over the residual degrees of freedom.
    pub dispersion: f64,
    /// Observations (or their frequency) minus rank.
    pub df_residual: f64,
    /// Degrees of freedom of the null model.
    pub df_null: f64,
    /// −2 log-likelihood + 2k, k counting an estimated dispersion and an estimated parameter of the distribution; NaN under a penalty.
    pub aic: f64,
    /// −2 log-likelihood + k ln n; NaN under a penalty.
    pub bic: f64,
    /// The minimised objective: mean negative log-likelihood (without constants) plus penalty.
    pub objective: f64,
    /// max |gradient| of the objective at the end.
    pub gradient_inf: f64,
    /// How the fit ended.
    pub status: Status,
    /// What is proven about the objective.
    pub certificate: Certificate,
    /// The separating direction, if there is one.
    pub separation: Option<Separation>,
    /// What a reader must know: aliases, separation, missing standard errors.
    pub warnings: Vec<String>,
    /// Iterations.
    pub iterations: u64,
    /// Evaluations.
    pub counts: Counts,
    /// Seconds.
    pub seconds: f64,
    /// V with VVᵀ the covariance of the coefficients that are not aliased, for unit dispersion; `None` where none is given.
    pub(crate) root: Option<Mat<f64>>,
}

/// A parameter of a distribution that was estimated with the coefficients.
#[derive(Clone, Debug, PartialEq)]
pub struct NuisanceEstimate {
    /// Its name in the catalogue: `theta`, `power`.
    pub name: &'static str,
    /// The estimate; infinite where the likelihood rises to the end of the range.
    pub estimate: f64,
    /// The standard error from the curvature of the profile log-likelihood, which allows for the estimation of the coefficients.
    pub std_error: f64,
    /// The standard error as if the coefficients were known (that of R's `glm.nb`, from observed instead of expected information). NaN where no
    /// derivatives are known.
    pub std_error_given_coefficients: f64,
    /// The standard errors of the coefficients that are not aliased which allow for the estimation of this parameter, from the joint observed
    /// information; those of the coefficient table take it as known. Empty where no derivatives are known.
    pub joint_std_errors: Vec<f64>,
}

impl GlmFit {
    /// Enters a parameter estimated beside the coefficients.
    pub(crate) fn count_nuisance(&mut self, estimate: NuisanceEstimate, warning: Option<String>) {
        self.aic += 2.0;
        self.bic += self.observations.ln();
        self.warnings.extend(warning);
        self.nuisance = Some(estimate);
    }
}
