//! [`GlmFit`]: everything a fit found out, as plain data.

use thalweg_core::{Certificate, Counts, Status};

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

/// A fitted generalized linear model.
#[derive(Clone, Debug)]
pub struct GlmFit {
    /// The family's name.
    pub family: &'static str,
    /// The link's name.
    pub link: &'static str,
    /// The penalty's name: `none` or `ridge`.
    pub penalty: &'static str,
    /// λ.
    pub lambda: f64,
    /// The optimizer and why.
    pub choice: Choice,
    /// Rows.
    pub n: usize,
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
    /// −2 log-likelihood + 2k, k counting an estimated dispersion; NaN under a penalty.
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
}
