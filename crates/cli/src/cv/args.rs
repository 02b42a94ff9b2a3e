//! The options of `thalweg cv`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use thalweg::models::{CrossValidation, Path};

use crate::failure::Failure;
use crate::path::WalkArgs;
use crate::text::count;
use crate::{save, values};

/// The options of `thalweg cv`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  thalweg cv                                     the lasso on embedded demo data, ten folds
  thalweg cv data.csv -y cost --standardize --folds 5 --repeats 3 --seed 7
  thalweg cv data.csv -y sick --stratified --alpha 0.5 --report cv.html
  thalweg cv data.csv -y visits --family poisson --groups clinic --save model.json --choose 1se

The path of all rows is fitted, and that of all rows but each fold. Errors are mean deviances of the rows left out (mean losses for --loss). Two lambda
are chosen: the one of least error, and the largest whose error is within one standard error of it. The folds are a function of the seed; the results do
not depend on the number of threads.

Exit code: 0 every lambda Certified or Stationary, 1 any other status (results still written), 2 wrong usage or data, 130 interrupted: the
errors are then those of the folds that were done.")]
pub struct CvArgs {
    /// Model and sequence.
    #[command(flatten)]
    pub walk: WalkArgs,

    /// How many parts the rows are dealt to
    #[arg(long, value_name = "K", default_value = "10", value_parser = values::whole, allow_negative_numbers = true, help_heading = "Folds")]
    pub folds: u64,

    /// Give every fold the same distribution of the target
    #[arg(long, conflicts_with = "groups", help_heading = "Folds")]
    pub stratified: bool,

    /// Keep rows with the same value of this column together; it is no predictor
    #[arg(long, value_name = "COLUMN", help_heading = "Folds")]
    pub groups: Option<String>,

    /// Deal the rows so many times, and average over all
    #[arg(long, value_name = "R", default_value = "1", value_parser = values::whole, allow_negative_numbers = true, help_heading = "Folds")]
    pub repeats: u64,

    /// What decides which row goes to which fold
    #[arg(long, value_name = "N", default_value = "0", value_parser = values::whole, allow_negative_numbers = true, help_heading = "Folds")]
    pub seed: u64,

    /// Which of the two models --save writes
    #[arg(long, value_name = "RULE", default_value = "min", help_heading = "Output")]
    pub choose: Rule,

    /// Lines of the table at most, spread over the sequence
    #[arg(long, value_name = "N", default_value = "24", value_parser = values::whole, allow_negative_numbers = true, help_heading = "Output")]
    pub rows: u64,

    /// Print one JSON object (schema thalweg.cv/1)
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Save the model that --choose names, fitted to all rows, for `thalweg predict`; a file of this name is replaced
    #[arg(long, value_name = "MODEL.json", help_heading = "Output")]
    pub save: Option<PathBuf>,

    /// Write a page of pictures and tables that needs no network; a file of this name is replaced
    #[arg(long, value_name = "OUT.html", help_heading = "Output")]
    pub report: Option<PathBuf>,
}

/// Which λ is taken.
#[derive(ValueEnum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The one of least error
    Min,
    /// The largest whose error is within one standard error of the least: a simpler model
    #[value(name = "1se")]
    OneSe,
}

impl CvArgs {
    /// Refuses what can be refused before any data is read.
    pub fn check(&self) -> Result<(), Failure> {
        self.walk.check()?;
        self.rule(CrossValidation::new(Path::new("gaussian")?))?;
        self.save.iter().chain(&self.report).try_for_each(|path| save::check(path))
    }

    /// With folds, repeats and seed.
    pub fn rule(&self, validation: CrossValidation) -> Result<CrossValidation, Failure> {
        let size = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let validation = validation.folds(size(self.folds))?.repeats(size(self.repeats))?.seed(self.seed);
        Ok(if self.stratified { validation.stratified() } else { validation })
    }

    /// How many folds there are over all repeats.
    pub fn samples(&self) -> usize {
        usize::try_from(self.folds.saturating_mul(self.repeats)).unwrap_or(usize::MAX)
    }

    /// How the rows are dealt, in words.
    pub fn dealt(&self) -> String {
        let how = match &self.groups {
            Some(column) => format!(" of whole groups by `{column}`"),
            None if self.stratified => " stratified by the target".to_owned(),
            None => " at random".to_owned(),
        };
        let repeats = if self.repeats > 1 { format!(", {} times", self.repeats) } else { String::new() };
        format!("{}{how}{repeats}, seed {}", count(self.folds, "fold"), self.seed)
    }
}
