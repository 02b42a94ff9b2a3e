//! [`DataArgs`]: the options of every command that fits that say where the data is and what its columns are.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use thalweg::data::{CsvOptions, EncodeOptions, FormulaError, MissingPolicy, ModelFormula};

use super::columns::Aside;
use crate::failure::Failure;
use crate::input::Format;
use crate::{names, values};

/// Where the data is and what its columns are.
#[derive(Args, Debug)]
pub struct DataArgs {
    /// CSV file with a header line, svmlight or npy file; `-` reads standard input; embedded demo data if not given
    #[arg(value_name = "DATA", group = "file")]
    pub path: Option<PathBuf>,

    /// An embedded data set, see `thalweg list datasets`
    #[arg(long = "data", value_name = "NAME", conflicts_with = "file", value_parser = names::datasets(), hide_possible_values = true, help_heading = "Data")]
    pub embedded: Option<String>,

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
}

/// What to do with rows that miss a value.
#[derive(ValueEnum, Copy, Clone, Debug)]
pub enum Missing {
    /// Leave them out and say how many
    Drop,
    /// Refuse the file and name the line
    Error,
}

impl DataArgs {
    /// Refuses what can be refused before any data is read.
    pub fn check(&self) -> Result<(), Failure> {
        if let Some(formula) = self.formula()?
            && formula.has_trials()
            && self.weights.is_some()
        {
            return Err(Failure::Usage(format!(
                "--weights contradicts --formula: its left side `{}` gives the trials, which are the weights; leave --weights out",
                formula.target()
            )));
        }
        Ok(())
    }

    /// Refuses what means nothing for sparse rows, which have no names and no gaps.
    pub fn check_svmlight(&self, file: &str, aside: Option<Aside<'_>>) -> Result<(), Failure> {
        let options = [
            ("--target", self.target.is_some()),
            ("--formula", self.formula.is_some()),
            ("--predictors", self.predictors.is_some()),
            ("--exclude", !self.exclude.is_empty()),
            ("--weights", self.weights.is_some()),
            ("--offset", self.offset.is_some()),
            ("--exposure", self.exposure.is_some()),
            ("--categorical", !self.categorical.is_empty()),
            ("--reference", !self.reference.is_empty()),
            ("--delimiter", self.delimiter.is_some()),
        ];
        let named = options.into_iter().find(|(_, given)| *given).map(|(option, _)| option);
        match named.or(aside.map(|aside| aside.option)) {
            None => Ok(()),
            Some(option) => Err(Failure::Usage(format!(
                "{option} needs columns with names, and {file} is svmlight: rows of `target index:value ...`; leave it out"
            ))),
        }
    }

    /// The formula, if there is one.
    pub fn formula(&self) -> Result<Option<ModelFormula>, Failure> {
        let parse = |text: &String| ModelFormula::parse(text).map_err(|error| refused(&error));
        self.formula.as_ref().map(parse).transpose()
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
}

/// What is wrong with the formula, and where.
pub fn refused(error: &FormulaError) -> Failure {
    let what = Failure::from(error.error().clone());
    Failure::Usage(format!("column {} of the formula `{}`: {what}", error.column(), error.formula()))
}
