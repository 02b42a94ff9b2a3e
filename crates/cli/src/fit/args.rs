//! The options of `thalweg fit`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use thalweg::Error;
use thalweg::data::{CsvOptions, EncodeOptions, FormulaError, MissingPolicy, ModelFormula};
use thalweg::models::{Estimator, WeightKind};

use super::covariances::{self, Covariances};
use super::{inference, values};
use crate::failure::Failure;
use crate::input::Format;
use crate::names;
use crate::save;

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
    /// CSV file with a header line, svmlight or npy file; `-` reads standard input; embedded demo data if not given
    #[arg(value_name = "DATA", group = "file")]
    pub path: Option<PathBuf>,

    /// An embedded data set, see `thalweg list datasets`
    #[arg(long, value_name = "NAME", conflicts_with = "file", value_parser = names::datasets(), hide_possible_values = true, help_heading = "Data")]
    pub data: Option<String>,

    /// The format of the data [default: svmlight for .svm, .svmlight and .libsvm, npy for .npy, else csv]
    #[arg(long, value_name = "FORMAT", requires = "file", help_heading = "Data")]
    pub format: Option<Format>,

    /// The column to predict [default: `y` or `target`, or what the embedded data suggests]
    #[arg(short = 'y', long, value_name = "COLUMN", help_heading = "Data")]
    pub target: Option<String>,

    /// The target of an array in an .npy file: a vector in an .npy file of its own
    #[arg(long, value_name = "Y.npy", requires = "file", help_heading = "Data")]
    pub target_file: Option<PathBuf>,

    /// Target and predictors as a formula such as 'y ~ x + z'; see below
    #[arg(long, value_name = "FORMULA", conflicts_with_all = ["target", "predictors", "exclude", "offset", "no_intercept"], help_heading = "Data")]
    pub formula: Option<String>,

    /// The columns to predict from [default: all others]
    #[arg(long, value_name = "A,B,C", value_delimiter = ',', help_heading = "Data")]
    pub predictors: Option<Vec<String>>,

    /// Columns to leave out
    #[arg(long, value_name = "A,B", value_delimiter = ',', help_heading = "Data")]
    pub exclude: Vec<String>,

    /// The column of row weights
    #[arg(long, value_name = "COLUMN", help_heading = "Data")]
    pub weights: Option<String>,

    /// What a weight says of its row
    #[arg(
        long,
        value_name = "KIND",
        requires = "weights",
        default_value = "variance",
        help_heading = "Data"
    )]
    pub weight_kind: Weighting,

    /// The column added to the linear predictor with coefficient 1
    #[arg(long, value_name = "COLUMN", help_heading = "Data")]
    pub offset: Option<String>,

    /// The column of positive exposures, such as years at risk, whose logarithm is added to the linear predictor
    #[arg(long, value_name = "COLUMN", help_heading = "Data")]
    pub exposure: Option<String>,

    /// Numeric columns to treat as categorical
    #[arg(long, value_name = "A,B", value_delimiter = ',', help_heading = "Data")]
    pub categorical: Vec<String>,

    /// The reference level of a categorical column [default: its first level]; repeatable
    #[arg(long, value_name = "COLUMN=LEVEL", value_parser = values::level, help_heading = "Data")]
    pub reference: Vec<(String, String)>,

    /// What to do with rows that miss a value
    #[arg(long, value_name = "RULE", default_value = "drop", help_heading = "Data")]
    pub missing: Missing,

    /// The character between fields, or `tab` [default: found in the header]
    #[arg(long, value_name = "CHAR", value_parser = values::delimiter, requires = "file", help_heading = "Data")]
    pub delimiter: Option<u8>,

    /// The share of rows to set apart for a test, chosen by --seed; two outcomes keep their proportions
    #[arg(long, value_name = "X", value_parser = values::number, allow_negative_numbers = true, help_heading = "Data")]
    pub test_fraction: Option<f64>,

    /// How the target is distributed [default: binomial for two outcomes, else gaussian]
    #[arg(long, value_name = "NAME", value_parser = names::families(), help_heading = "Model")]
    pub family: Option<String>,

    /// How the mean depends on the predictors [default: the family's canonical link]
    #[arg(long, value_name = "NAME", value_parser = names::links(), help_heading = "Model")]
    pub link: Option<String>,

    /// How wrong a prediction is, such as `huber:delta=1.5`: an M-estimator instead of a family
    #[arg(long, value_name = "NAME", value_parser = names::losses(), conflicts_with_all = ["family", "link"], help_heading = "Model")]
    pub loss: Option<String>,

    /// What keeps the coefficients small, such as `elastic-net:alpha=0.5` [default: none, or ridge if --lambda is given]
    #[arg(long, value_name = "NAME", value_parser = names::penalties(), help_heading = "Model")]
    pub penalty: Option<String>,

    /// Strength of the penalty, on the scale of the mean loss
    #[arg(long, value_name = "X", value_parser = values::number, allow_negative_numbers = true, help_heading = "Model")]
    pub lambda: Option<f64>,

    /// Let the penalty act on columns of unit variance instead of the columns as they are
    #[arg(long, help_heading = "Model")]
    pub standardize: bool,

    /// Leave the intercept out
    #[arg(long, help_heading = "Model")]
    pub no_intercept: bool,

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

/// What to do with rows that miss a value.
#[derive(ValueEnum, Copy, Clone, Debug)]
pub enum Missing {
    /// Leave them out and say how many
    Drop,
    /// Refuse the file and name the line
    Error,
}

impl FitArgs {
    /// Refuses what can be refused before any data is read.
    pub fn check(&self) -> Result<(), Failure> {
        if let Some(name) = &self.family {
            thalweg::likelihood::family(name)?;
        }
        let penalty = self.penalty.as_deref().map(thalweg::regularization::penalty).transpose()?;
        if let Some(loss) = &self.loss {
            Estimator::new(loss)?;
        }
        if let Some(lambda) = self.lambda {
            thalweg::core::check_lambda(lambda)?;
        }
        match (self.penalty.as_deref(), self.lambda) {
            (Some("none"), Some(lambda)) if lambda > 0.0 => {
                return Err(Failure::Usage(format!(
                    "--lambda {lambda} contradicts --penalty none; leave one of them out"
                )));
            }
            (Some(name), None) if name != "none" && !penalty.is_some_and(|p| p.is_constraint()) => {
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
        if let Some(formula) = self.formula()?
            && formula.has_trials()
            && self.weights.is_some()
        {
            return Err(Failure::Usage(format!(
                "--weights contradicts --formula: its left side `{}` gives the trials, which are the weights; leave --weights out",
                formula.target()
            )));
        }
        inference::check(self)?;
        for path in self.save.iter().chain(&self.checkpoint).chain(&self.report) {
            save::check(path)?;
        }
        model_names(self)
    }

    /// What the standard errors allow for.
    pub fn covariances(&self) -> Result<Covariances, Failure> {
        Ok(self.covariance.as_deref().map(Covariances::parse).transpose()?.unwrap_or_default())
    }

    /// Refuses what means nothing for sparse rows, which have no names and no gaps.
    pub fn check_svmlight(&self, file: &str) -> Result<(), Failure> {
        let options = [
            ("--target", self.target.is_some()),
            ("--formula", self.formula.is_some()),
            ("--predictors", self.predictors.is_some()),
            ("--exclude", !self.exclude.is_empty()),
            ("--weights", self.weights.is_some()),
            ("--offset", self.offset.is_some()),
            ("--exposure", self.exposure.is_some()),
            ("--covariance cluster", matches!(self.covariances()?, Covariances::Cluster(_))),
            ("--categorical", !self.categorical.is_empty()),
            ("--reference", !self.reference.is_empty()),
            ("--delimiter", self.delimiter.is_some()),
        ];
        match options.into_iter().find(|(_, given)| *given) {
            None => Ok(()),
            Some((option, _)) => Err(Failure::Usage(format!(
                "{option} needs columns with names, and {file} is svmlight: rows of `target index:value ...`; leave it out"
            ))),
        }
    }

    /// The formula, if there is one.
    pub fn formula(&self) -> Result<Option<ModelFormula>, Failure> {
        let parse = |text: &String| ModelFormula::parse(text).map_err(|error| refused(&error));
        self.formula.as_ref().map(parse).transpose()
    }

    /// Whether the model has an intercept.
    pub fn intercept(&self) -> Result<bool, Failure> {
        Ok(self.formula()?.map_or(!self.no_intercept, |formula| formula.has_intercept()))
    }

    /// The seed that is recorded: the one given, or that of the split.
    pub fn recorded_seed(&self) -> Option<u64> {
        self.seed.or(self.test_fraction.map(|_| 0))
    }

    /// How to read the file.
    pub fn csv(&self) -> CsvOptions {
        CsvOptions {
            delimiter: self.delimiter,
            categorical: self.categorical.clone(),
            ..CsvOptions::default()
        }
    }

    /// How to encode the table.
    pub fn encoding(&self, numeric_target: bool) -> EncodeOptions {
        let missing = match self.missing {
            Missing::Drop => MissingPolicy::Drop,
            Missing::Error => MissingPolicy::Error,
        };
        EncodeOptions {
            missing,
            reference: self.reference.clone(),
            numeric_target,
            ..EncodeOptions::default()
        }
    }

    /// What the weights mean.
    pub fn weight_kind(&self) -> WeightKind {
        match self.weight_kind {
            Weighting::Variance => WeightKind::Variance,
            Weighting::Frequency => WeightKind::Frequency,
        }
    }
}

/// What is wrong with the formula, and where.
pub fn refused(error: &FormulaError) -> Failure {
    let what = Failure::from(error.error().clone());
    Failure::Usage(format!("column {} of the formula `{}`: {what}", error.column(), error.formula()))
}

fn model_names(args: &FitArgs) -> Result<(), Failure> {
    if let Some(name) = &args.link {
        let link = thalweg::likelihood::link(name)?;
        if let Some(family) = &args.family {
            thalweg::likelihood::family(family)?.loss(link)?;
        }
    }
    if let Some(name) = &args.optimizer {
        Estimator::new("squared")?.optimizer(name)?;
    }
    Ok(())
}
