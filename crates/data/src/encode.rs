//! From a [`Table`] to the numbers of a regression: [`encode`].
//!
//! Numeric predictors are taken as they are. A categorical predictor with k levels becomes k − 1 columns of 0 and 1
//! (treatment coding); the level without a column is the reference, by default the first in byte order. There is no
//! intercept column. Rows with a missing value in a used column are dropped and counted.

mod design;
mod roles;
mod rows;
mod target;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use faer::Mat;
use thalweg_core::{Error, Result};

use crate::fault::Place;
use crate::lines::Lines;
use crate::table::Table;
use design::Design;
use roles::Resolved;
use rows::Rows;

/// Which column plays which part, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roles {
    /// The column to predict.
    pub target: String,
    /// The columns to predict from; `None` takes all that have no other role. An empty list fits the intercept alone.
    pub predictors: Option<Vec<String>>,
    /// Columns that are no predictors.
    pub exclude: Vec<String>,
    /// The numeric column of row weights, none below zero.
    pub weights: Option<String>,
    /// The numeric column added to the linear predictor with coefficient 1.
    pub offset: Option<String>,
}

impl Roles {
    /// Predict `target` from all other columns.
    #[must_use]
    pub fn target(target: impl Into<String>) -> Self {
        Self { target: target.into(), ..Self::default() }
    }
}

/// What to do with a row that misses a value in a used column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MissingPolicy {
    /// Leave the row out and count it.
    #[default]
    Drop,
    /// Refuse the table and name the line and the column.
    Error,
}

/// How to encode. The default suits most tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeOptions {
    /// What to do with missing values.
    pub missing: MissingPolicy,
    /// The reference level of categorical predictors, as (column, level); the others take their first level.
    pub reference: Vec<(String, String)>,
    /// Whether a text target is refused even if it has two levels (a gaussian or a count needs numbers).
    pub numeric_target: bool,
    /// The most levels a categorical predictor may have, default 1000: an identifier taken for a predictor would make
    /// one dense column per row.
    pub max_levels: usize,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self { missing: MissingPolicy::Drop, reference: Vec::new(), numeric_target: false, max_levels: 1000 }
    }
}

/// A table as numbers: n used rows, p design columns.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// The design, n × p, without an intercept column.
    pub x: Mat<f64>,
    /// The name of each design column: `age`, or `colour[red]` for the dummy of a level.
    pub names: Vec<String>,
    /// The table column that each design column came from.
    pub columns: Vec<String>,
    /// The reference level of each categorical predictor, as (column, level).
    pub reference: Vec<(String, String)>,
    /// The name of the target column.
    pub target: String,
    /// The target; 0 and 1 for a text target with two levels.
    pub y: Vec<f64>,
    /// The levels coded 0 and 1 of a text target, in byte order.
    pub target_levels: Option<(String, String)>,
    /// The weights, where a column was named.
    pub weights: Option<Vec<f64>>,
    /// The offset, where a column was named.
    pub offset: Option<Vec<f64>>,
    /// The row of the table (0-based) behind each used row.
    pub rows: Vec<u32>,
    /// How many rows were dropped because a used column has no value there.
    pub dropped_missing: usize,
    /// How many values each used column misses; columns without missing values are left out.
    pub missing: Vec<(String, usize)>,
    /// What a person should hear about the data, one line each: predictors that are categorical though most of their
    /// values are numbers.
    pub notes: Vec<String>,
    source: Option<PathBuf>,
    lines: Arc<Lines>,
}

impl Encoded {
    /// The 1-based line of the file behind the used `row` (0-based); `None` for a table made in memory.
    #[must_use]
    pub fn locate(&self, row: usize) -> Option<u64> {
        self.lines.line(*self.rows.get(row)? as usize)
    }

    /// The file the table was read from, or the name that was given for it.
    #[must_use]
    pub fn source(&self) -> Option<&Path> {
        self.source.as_deref()
    }

    /// Turns an error about a used row (a value outside the domain of a loss, a value that is not finite) into one that
    /// names the file and the line. Other errors stay as they are.
    #[must_use]
    pub fn locate_error(&self, error: Error) -> Error {
        let (row, problem, remedy) = match &error {
            Error::NonFinite { what, row, value } => {
                (*row, format!("{what} is {value}"), "remove the row or give a finite number".to_owned())
            }
            Error::OutsideDomain { what, row, value, rule, remedy } => {
                (*row, format!("{what} is {value}, but {rule}"), remedy.clone())
            }
            _ => return error,
        };
        match self.locate(row) {
            Some(line) => Place::file(self.source()).line(line).error(problem, remedy),
            None => error,
        }
    }
}

/// Encodes the columns of `table` that `roles` name.
///
/// ```
/// use thalweg_data::{CsvOptions, EncodeOptions, Roles, encode, parse_csv};
/// let csv = b"colour,age,bought\nred,31,no\nblue,40,yes\ngreen,22,no\nblue,NA,yes\n";
/// let table = parse_csv(csv, None, &CsvOptions::default())?;
/// let data = encode(&table, &Roles::target("bought"), &EncodeOptions::default())?;
/// assert_eq!(data.names, ["colour[green]", "colour[red]", "age"]);
/// assert_eq!(data.reference, [("colour".to_owned(), "blue".to_owned())]);
/// assert_eq!(data.y, [0.0, 1.0, 0.0]);
/// assert_eq!(data.target_levels, Some(("no".to_owned(), "yes".to_owned())));
/// assert_eq!(data.dropped_missing, 1);
/// assert_eq!(data.x[(0, 1)], 1.0);
/// assert_eq!(data.locate(2), Some(4));
/// # Ok::<(), thalweg_data::Error>(())
/// ```
///
/// # Errors
/// [`Error::UnknownName`] with a suggestion for a column or level that does not exist; [`Error::Unsupported`] for
/// roles that contradict each other; [`Error::Data`] for a text column in a numeric role (naming the line), a text
/// target without exactly two levels, a categorical predictor with one level or more than `max_levels`, a negative
/// weight, and where no row is complete.
pub fn encode(table: &Table, roles: &Roles, options: &EncodeOptions) -> Result<Encoded> {
    let resolved = Resolved::new(table, roles)?;
    let rows = Rows::complete(table, &resolved.used(), options.missing)?;
    let (y, target_levels) = target::target(table, resolved.target, &rows, options.numeric_target)?;
    let role =
        |column: Option<usize>, role| column.map(|j| target::numbers(table, j, &rows, role)).transpose();
    let weights = role(resolved.weights, "weights")?;
    if let (Some(j), Some(weights)) = (resolved.weights, &weights) {
        target::check_weights(table, j, &rows, weights)?;
    }
    let offset = role(resolved.offset, "offset")?;
    let design = Design::plan(table, &resolved.predictors, &rows, options)?;
    Ok(Encoded {
        x: design.fill(&rows),
        names: design.names,
        columns: design.columns,
        reference: design.reference,
        target: roles.target.clone(),
        y,
        target_levels,
        weights,
        offset,
        dropped_missing: table.rows() - rows.used.len(),
        missing: rows.missing,
        rows: rows.used,
        notes: design.notes,
        source: table.source().map(Path::to_path_buf),
        lines: Arc::clone(table.lines()),
    })
}
