//! The options of `thalweg path`, and those that it shares with `thalweg cv`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use thalweg::Error;
use thalweg::models::{Criterion, Path};

use crate::data::sample::Sample;
use crate::data::{DataArgs, locate};
use crate::failure::Failure;
use crate::model::ModelArgs;
use crate::penalty::Described;
use crate::{names, save, values};

/// The options of `thalweg path`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  thalweg path                                   the lasso on embedded demo data
  thalweg path data.csv -y cost --standardize    lambda acts alike on columns in different units
  thalweg path data.csv -y sick --alpha 0.5 --lambdas 50 --ratio 0.001
  thalweg path data.csv -y visits --family poisson --penalty mcp --report path.html
  thalweg path data.csv -y cost --standardize --penalty group-lasso:by=column
  thalweg path data.csv -y species --family multinomial    classes 0, 1, 2, ...; group-lasso:by=class ties them
  thalweg path data.csv -y cost --lambda 1,0.1,0.01 --at 0.1 --save model.json
  thalweg path data.csv -y sick --select bic --save model.json
  thalweg path rows.svm --json                   sparse rows, as LIBSVM writes them

Lambda is on the scale of the mean loss, as in `thalweg fit`: scikit-learn's alpha. Gaps are relative to the loss of the null model.

Exit code: 0 every lambda Certified or Stationary, 1 any other status (results still written), 2 wrong usage or data, 130 interrupted.")]
pub struct PathArgs {
    /// Model and sequence.
    #[command(flatten)]
    pub walk: WalkArgs,

    /// Show the coefficients at the lambda nearest to this one
    #[arg(long, value_name = "LAMBDA", value_parser = values::number, allow_negative_numbers = true, group = "point", help_heading = "Output")]
    pub at: Option<f64>,

    /// Show the coefficients at the lambda of the least information criterion
    #[arg(long, value_name = "CRITERION", group = "point", help_heading = "Output")]
    pub select: Option<Select>,

    /// Lines of the table at most, spread over the sequence
    #[arg(
        long,
        value_name = "N",
        default_value = "24",
        value_parser = values::whole,
        allow_negative_numbers = true,
        help_heading = "Output"
    )]
    pub rows: u64,

    /// Print one JSON object (schema thalweg.path/1)
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Save the model at --at or of --select for `thalweg predict`; a file of this name is replaced
    #[arg(long, value_name = "MODEL.json", requires = "point", help_heading = "Output")]
    pub save: Option<PathBuf>,

    /// Write a page of pictures and tables that needs no network; a file of this name is replaced
    #[arg(long, value_name = "OUT.html", help_heading = "Output")]
    pub report: Option<PathBuf>,
}

/// An information criterion.
#[derive(ValueEnum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum Select {
    /// Akaike's: 2 for each coefficient
    Aic,
    /// Schwarz's: ln n for each coefficient
    Bic,
    /// The extended one, ln n + ln p for each coefficient: for more columns than rows
    Ebic,
}

impl From<Select> for Criterion {
    fn from(select: Select) -> Self {
        match select {
            Select::Aic => Self::Aic,
            Select::Bic => Self::Bic,
            Select::Ebic => Self::Ebic(0.5),
        }
    }
}

/// Model, penalty and sequence of λ.
#[derive(Args, Debug)]
pub struct WalkArgs {
    /// The data.
    #[command(flatten)]
    pub data: DataArgs,

    /// The model.
    #[command(flatten)]
    pub model: ModelArgs,

    /// What keeps the coefficients small, such as `lasso`, `ridge` or `mcp:gamma=3` [default: lasso]; groups are `group-lasso:size=2`,
    /// `group-lasso:sizes=3+1+2`, `group-lasso:by=column`, by which all levels of a column come in together, or `group-lasso:by=class`, by which all classes use a column
    #[arg(long, value_name = "NAME", value_parser = names::penalties(), help_heading = "Model")]
    pub penalty: Option<String>,

    /// The share of the L1 norm in the elastic net: 1 is the lasso, 0 ridge
    #[arg(long, value_name = "A", value_parser = values::number, allow_negative_numbers = true, help_heading = "Model")]
    pub alpha: Option<f64>,

    /// How many values of lambda, evenly spaced in its logarithm, from the least that makes all coefficients 0
    #[arg(long, value_name = "N", default_value = "100", value_parser = values::whole, allow_negative_numbers = true, help_heading = "Sequence")]
    pub lambdas: u64,

    /// The last lambda, as a share of the first [default: 1e-4 with more rows than columns, else 0.01]
    #[arg(long, value_name = "R", value_parser = values::number, allow_negative_numbers = true, help_heading = "Sequence")]
    pub ratio: Option<f64>,

    /// These values of lambda instead
    #[arg(long, value_name = "A,B,C", value_delimiter = ',', value_parser = values::number, allow_negative_numbers = true, conflicts_with_all = ["lambdas", "ratio"], help_heading = "Sequence")]
    pub lambda: Vec<f64>,

    /// Go on where the deviance is explained, or hardly more of it is
    #[arg(long, help_heading = "Sequence")]
    pub full: bool,

    /// The accuracy at each lambda: a proven distance to the minimum, as a share of the null model's loss
    #[arg(long, value_name = "X", default_value = "1e-8", value_parser = values::number, allow_negative_numbers = true, help_heading = "Search")]
    pub gap: f64,

    /// The most iterations at one lambda
    #[arg(long, value_name = "N", default_value = "1000", value_parser = values::whole, allow_negative_numbers = true, help_heading = "Search")]
    pub iterations: u64,

    /// Threads, 0 for one a core; the results do not depend on it
    #[arg(long, value_name = "N", default_value = "0", value_parser = values::threads, allow_negative_numbers = true, help_heading = "Search")]
    pub threads: usize,
}

impl PathArgs {
    /// Refuses what can be refused before any data is read.
    pub fn check(&self) -> Result<(), Failure> {
        self.walk.check()?;
        if let Some(at) = self.at.filter(|at| !(*at > 0.0 && at.is_finite())) {
            return Err(
                Error::invalid_parameter("at", at, "it must be a positive number, such as 0.1").into()
            );
        }
        self.save.iter().chain(&self.report).try_for_each(|path| save::check(path))
    }
}

impl WalkArgs {
    /// Refuses what can be refused before any data is read.
    pub fn check(&self) -> Result<(), Failure> {
        self.data.check()?;
        self.model.check(true)?;
        let text = self.penalty()?;
        let plain = Described::new(&text)?.plain()?;
        if text == "none" || plain.is_some_and(|penalty| penalty.is_constraint()) {
            return Err(Failure::Usage(format!(
                "--penalty {text} has no strength that a path could vary; choose one such as lasso, ridge or elastic-net, or use `thalweg fit`"
            )));
        }
        let family = self.model.family.as_deref().unwrap_or("gaussian");
        self.spaced(Path::new(family)?, 1, 1)?;
        Ok(())
    }

    /// The penalty's description.
    pub fn penalty(&self) -> Result<String, Failure> {
        match (self.penalty.as_deref(), self.alpha) {
            (None, None) => Ok("l1".to_owned()),
            (Some(name), None) => Ok(name.to_owned()),
            (None | Some("elastic-net"), Some(alpha)) => Ok(format!("elastic-net:alpha={alpha:?}")),
            (Some(name), Some(alpha)) => Err(Failure::Usage(format!(
                "--alpha {alpha} is the share of the L1 norm in the elastic net, and --penalty is {name}; leave one of them out"
            ))),
        }
    }

    /// The path that the arguments ask for.
    pub fn path(&self, family: &str, sample: &Sample) -> Result<Path, Failure> {
        let (n, p) = (sample.y().len(), sample.names().len());
        let mut path = match &self.model.loss {
            Some(loss) => Path::loss(loss)?,
            None => Path::new(family)?,
        };
        if let Some(link) = &self.model.link {
            path = path.link(link)?;
        }
        path = self.spaced(path, n, p)?.standardize(self.model.standardize).iterations(self.iterations);
        if self.full {
            path = path.stop_at(f64::INFINITY, 0.0);
        }
        let penalty = self.penalty()?;
        let described = Described::new(&penalty)?;
        path = if described.is_by_class() {
            path.grouped()?
        } else {
            match described.grouped(sample)? {
                Some(grouped) => path.custom_penalty(&penalty, grouped),
                None => path.penalty(&penalty)?,
            }
        };
        Ok(if self.model.intercept(&self.data)? { path } else { path.without_intercept() })
    }

    /// An error of the fit, placed in the file.
    pub fn located(&self, error: Error, sample: &Sample, family: &str, source: &str) -> Failure {
        let error = locate::error(remedied(error), sample, &self.data, family, self.model.loss.is_some());
        Failure::from(error).within(source)
    }

    /// With the values of λ and the accuracy for n rows and p columns.
    fn spaced(&self, path: Path, n: usize, p: usize) -> Result<Path, Failure> {
        let path = path.gap(self.gap)?;
        if !self.lambda.is_empty() {
            return Ok(path.lambda_values(self.lambda.clone())?);
        }
        let ratio = self.ratio.unwrap_or(if n > p { 1e-4 } else { 1e-2 });
        Ok(path.lambdas(usize::try_from(self.lambdas).unwrap_or(usize::MAX), ratio)?)
    }
}

/// With a remedy that the command line has.
fn remedied(error: Error) -> Error {
    match error {
        Error::Unsupported { what, why, remedy } if remedy == "give values of lambda" => Error::Unsupported {
            what,
            why,
            remedy: "check the target, or give values with --lambda".to_owned(),
        },
        other => other,
    }
}
