//! The options of `thalweg fit`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use thalweg::Error;
use thalweg::models::{Estimator, WeightKind};

use super::covariances::{self, Covariances};
use super::inference;
use crate::data::DataArgs;
use crate::failure::Failure;
use crate::model::ModelArgs;
use crate::penalty::Described;
use crate::{names, save, values};

/// The options of `thalweg fit`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  thalweg fit                                    embedded demo data
  thalweg fit data.csv --target visits           the family follows the target
  thalweg fit data.csv -y visits --family poisson --offset log_exposure
  thalweg fit data.csv --formula 'visits ~ log(age) + sex*income + poly(dose, 3) + exposure(years)'
  thalweg fit data.csv -y sick --lambda 0.1      ridge penalty
  thalweg fit data.csv -y cost --loss huber --penalty l1 --lambda 0.05 --standardize
  cat data.csv | thalweg fit - -y sick --json
  thalweg fit data.csv -y sick --save model.json, then thalweg predict model.json new.csv
  thalweg fit data.csv -y sick --test-fraction 0.25 --seed 7
  thalweg fit data.csv -y sick --report sick.html
  thalweg fit data.csv -y claims --family negative-binomial --exposure years --covariance cluster:region
  thalweg fit data.csv -y sick --intervals profile --level 0.9
  thalweg fit rows.svm                           sparse rows, as LIBSVM writes them
  thalweg fit x.npy --target-file y.npy          numpy arrays

Formulas are R's: terms joined by `+` and taken out by `-`, without an intercept by `- 1`:
  a:b, a*b, a/b                                  the interaction; a + b + a:b; b within a, a + a:b
  (a + b + c)^2, . - a                           all interactions of up to two; all columns but a
  log(x), I(x^2 + 3*z), scale(x), center(x)      functions and arithmetic; also exp, sqrt, log1p ...
  poly(x, 3), poly(x, 3, raw)                    orthogonal polynomials; powers
  C(x), C(x, ref = \"b\"), C(x, Sum)               categories; also Helmert and Poly contrasts
  offset(e), exposure(e)                         e, or log(e), with coefficient 1
  cbind(won, lost) ~, won / games ~, y == \"a\" ~  shares with trials as weights; one level

Exit code: 0 Certified or Stationary, 1 any other status (results still written), 2 wrong usage or data, 130 interrupted.")]
pub struct FitArgs {
    /// The data.
    #[command(flatten)]
    pub data: DataArgs,

    /// What a weight says of its row
    #[arg(
        long,
        value_name = "KIND",
        requires = "weights",
        default_value = "variance",
        help_heading = "Data"
    )]
    pub weight_kind: Weighting,

    /// The share of rows to set apart for a test, chosen by --seed; two outcomes keep their proportions
    #[arg(long, value_name = "X", value_parser = values::number, allow_negative_numbers = true, help_heading = "Data")]
    pub test_fraction: Option<f64>,

    /// The model.
    #[command(flatten)]
    pub model: ModelArgs,

    /// What keeps the coefficients small, such as `elastic-net:alpha=0.5` [default: none, or ridge if --lambda is given]; groups are
    /// `group-lasso:size=2`, `group-lasso:sizes=3+1+2`, or `group-lasso:by=column`, by which all levels of a column come in together
    #[arg(long, value_name = "NAME", value_parser = names::penalties(), help_heading = "Model")]
    pub penalty: Option<String>,

    /// Strength of the penalty, on the scale of the mean loss
    #[arg(long, value_name = "X", value_parser = values::number, allow_negative_numbers = true, help_heading = "Model")]
    pub lambda: Option<f64>,

    /// What standard errors allow for: `model`, `hc0` to `hc3` (another variance), `cluster:COLUMN` (dependent rows) [default: model]
    #[arg(long, value_name = "KIND", value_parser = covariances::names(), hide_possible_values = true, help_heading = "Inference")]
    pub covariance: Option<String>,

    /// Where the intervals come from [default: wald]
    #[arg(long, value_name = "KIND", help_heading = "Inference")]
    pub intervals: Option<Intervals>,

    /// The confidence level of the intervals [default: 0.95]
    #[arg(long, value_name = "X", value_parser = values::number, allow_negative_numbers = true, help_heading = "Inference")]
    pub level: Option<f64>,

    /// How to minimise, such as `lbfgs` or `adam:lr=0.01,epochs=50` [default: chosen by the shape of the problem]
    #[arg(long, value_name = "NAME", value_parser = names::optimizers(), help_heading = "Search")]
    pub optimizer: Option<String>,

    /// The most iterations
    #[arg(long, value_name = "N", default_value = "500", value_parser = values::whole, allow_negative_numbers = true, help_heading = "Search")]
    pub iterations: u64,

    /// The relative distance to the minimum to be certified
    #[arg(long, value_name = "X", default_value = "1e-8", value_parser = values::number, allow_negative_numbers = true, help_heading = "Search")]
    pub gap: f64,

    /// Threads, 0 for one a core; the results do not depend on it
    #[arg(long, value_name = "N", default_value = "0", value_parser = values::threads, allow_negative_numbers = true, help_heading = "Search")]
    pub threads: usize,

    /// The seed of the test split and of minibatches [default: 0]; recorded in the results
    #[arg(long, value_name = "N", value_parser = values::whole, allow_negative_numbers = true, help_heading = "Search")]
    pub seed: Option<u64>,

    /// Keep the state of the search in this file, from which --resume goes on; removed when the fit is done
    #[arg(long, value_name = "FILE", help_heading = "Search")]
    pub checkpoint: Option<PathBuf>,

    /// Steps between two states
    #[arg(long, value_name = "N", default_value = "10", value_parser = values::whole, requires = "checkpoint", help_heading = "Search")]
    pub checkpoint_every: u64,

    /// Go on from the state in the checkpoint file; the results are those of a fit that was never stopped
    #[arg(long, requires = "checkpoint", help_heading = "Search")]
    pub resume: bool,

    /// Print one JSON object (schema thalweg.fit/1)
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Save the fitted model for `thalweg predict`; a file of this name is replaced
    #[arg(long, value_name = "MODEL.json", help_heading = "Output")]
    pub save: Option<PathBuf>,

    /// Write a page of tables and diagnostic pictures that needs no network; a file of this name is replaced
    #[arg(long, value_name = "OUT.html", help_heading = "Output")]
    pub report: Option<PathBuf>,
}

/// Where the intervals come from.
#[derive(ValueEnum, Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Intervals {
    /// The estimate and its standard error
    #[default]
    Wald,
    /// The likelihood, maximised over all other coefficients; some ten fits for each coefficient
    Profile,
}

/// What a weight says of its row.
#[derive(ValueEnum, Copy, Clone, Debug)]
pub enum Weighting {
    /// Its variance is divided by the weight; for shares, the number of trials
    Variance,
    /// It stands for that many equal rows
    Frequency,
}

impl FitArgs {
    /// Refuses what can be refused before any data is read.
    pub fn check(&self) -> Result<(), Failure> {
        self.model.check(false)?;
        let plain = self.penalty.as_deref().map(|text| Described::new(text)?.plain()).transpose()?.flatten();
        if let Some(lambda) = self.lambda {
            thalweg::core::check_lambda(lambda)?;
        }
        match (self.penalty.as_deref(), self.lambda) {
            (Some("none"), Some(lambda)) if lambda > 0.0 => {
                return Err(Failure::Usage(format!(
                    "--lambda {lambda} contradicts --penalty none; leave one of them out"
                )));
            }
            (Some(name), None) if name != "none" && !plain.is_some_and(|p| p.is_constraint()) => {
                return Err(Failure::Usage(format!(
                    "--penalty {name} needs its strength; add --lambda, such as --lambda 0.1"
                )));
            }
            _ => {}
        }
        if !(self.gap.is_finite() && self.gap > 0.0) {
            return Err(Error::invalid_parameter("gap", self.gap, "it must be a finite number > 0").into());
        }
        if let Some(fraction) = self.test_fraction.filter(|f| !(*f > 0.0 && *f < 1.0)) {
            let rule = "it must lie between 0 and 1, such as 0.25 for one row in four";
            return Err(Error::invalid_parameter("test-fraction", fraction, rule).into());
        }
        self.data.check()?;
        inference::check(self)?;
        for path in self.save.iter().chain(&self.checkpoint).chain(&self.report) {
            save::check(path)?;
        }
        if let Some(name) = &self.optimizer {
            Estimator::new("squared")?.optimizer(name)?;
        }
        Ok(())
    }

    /// What the standard errors allow for.
    pub fn covariances(&self) -> Result<Covariances, Failure> {
        Ok(self.covariance.as_deref().map(Covariances::parse).transpose()?.unwrap_or_default())
    }

    /// The column of clusters, if the standard errors allow for them.
    pub fn clusters(&self) -> Result<Option<String>, Failure> {
        Ok(match self.covariances()? {
            Covariances::Cluster(column) => Some(column),
            _ => None,
        })
    }

    /// Whether the model has an intercept.
    pub fn intercept(&self) -> Result<bool, Failure> {
        self.model.intercept(&self.data)
    }

    /// The seed that is recorded: the one given, or that of the split.
    pub fn recorded_seed(&self) -> Option<u64> {
        self.seed.or(self.test_fraction.map(|_| 0))
    }

    /// What the weights mean.
    pub fn weight_kind(&self) -> WeightKind {
        match self.weight_kind {
            Weighting::Variance => WeightKind::Variance,
            Weighting::Frequency => WeightKind::Frequency,
        }
    }
}
