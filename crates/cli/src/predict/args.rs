//! The options of `thalweg predict`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use thalweg::data::{MissingPolicy, UnknownLevel};
use thalweg::models::Prediction;

use crate::input::Format;
use crate::values;

/// The options of `thalweg predict`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  thalweg fit data.csv -y sick --save model.json
  thalweg predict model.json new.csv                 a column of probabilities on stdout
  thalweg predict model.json new.csv --output p.csv
  cat new.csv | thalweg predict model.json - --type link --json

Columns are found by name, in any order. A row with a missing value gets NA, so that line k of the output belongs to row k of the
data. Where the data has the target, the metrics of the predictions are shown.

Exit code: 0 predictions written, 2 wrong usage or data.")]
pub struct PredictArgs {
    /// A model that `thalweg fit --save` has written
    #[arg(value_name = "MODEL.json")]
    pub model: PathBuf,

    /// CSV, svmlight or npy file; `-` reads standard input
    #[arg(value_name = "DATA")]
    pub path: PathBuf,

    /// The format of the data [default: svmlight for .svm, .svmlight and .libsvm, npy for .npy, else csv]
    #[arg(long, value_name = "FORMAT", help_heading = "Data")]
    pub format: Option<Format>,

    /// The target of an array in an .npy file, for the metrics: a vector in an .npy file of its own
    #[arg(long, value_name = "Y.npy", help_heading = "Data")]
    pub target_file: Option<PathBuf>,

    /// The character between fields, or `tab` [default: found in the header]
    #[arg(long, value_name = "CHAR", value_parser = values::delimiter, help_heading = "Data")]
    pub delimiter: Option<u8>,

    /// What to do with rows that miss a value [default: as in the fit]
    #[arg(long, value_name = "RULE", help_heading = "Data")]
    pub missing: Option<Gaps>,

    /// What to do with categories that the fit has not seen
    #[arg(long, value_name = "RULE", default_value = "error", help_heading = "Data")]
    pub unknown_levels: Unknown,

    /// What to predict
    #[arg(long = "type", value_name = "TYPE", default_value = "response", help_heading = "Output")]
    pub kind: Kind,

    /// Write to this file instead of stdout; a file of this name is replaced
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,

    /// Print one JSON object (schema thalweg.predict/1)
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Threads, 0 for one a core; the results do not depend on it
    #[arg(long, value_name = "N", default_value = "0", value_parser = values::threads, allow_negative_numbers = true, help_heading = "Search")]
    pub threads: usize,
}

/// What to predict.
#[derive(ValueEnum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The mean: a probability, a count, a value on the target's scale
    Response,
    /// The linear predictor
    Link,
}

/// What to do with rows that miss a value.
#[derive(ValueEnum, Copy, Clone, Debug)]
pub enum Gaps {
    /// No prediction for them
    #[value(name = "drop")]
    Skip,
    /// Refuse the file and name the line
    Error,
}

/// What to do with categories that the fit has not seen.
#[derive(ValueEnum, Copy, Clone, Debug)]
pub enum Unknown {
    /// Refuse the file and name the line
    Error,
    /// No prediction for their rows
    Missing,
}

impl From<Kind> for Prediction {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Response => Self::Response,
            Kind::Link => Self::Link,
        }
    }
}

impl From<Gaps> for MissingPolicy {
    fn from(gaps: Gaps) -> Self {
        match gaps {
            Gaps::Skip => Self::Drop,
            Gaps::Error => Self::Error,
        }
    }
}

impl From<Unknown> for UnknownLevel {
    fn from(unknown: Unknown) -> Self {
        match unknown {
            Unknown::Error => Self::Error,
            Unknown::Missing => Self::Missing,
        }
    }
}
