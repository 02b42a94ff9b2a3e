//! From a [`Table`] to the numbers of a regression: [`encode`].
//!
//! Numeric predictors are taken as they are. A categorical predictor with k levels becomes k − 1 columns of 0 and 1
//! (treatment coding); the level without a column is the reference, by default the first in byte order. There is no
//! intercept column. Rows with a missing value in a used column are dropped and counted.

mod apply;
mod cells;
mod fill;
mod plan;
mod roles;
mod rows;
mod target;

use std::path::Path;

use faer::Mat;
use serde::{Deserialize, Serialize};
use thalweg_core::{Error, Result, check_shape};

use crate::formula::{self, ModelFormula};
use crate::origin::Origin;
use crate::schema::Schema;
use crate::table::Table;
use crate::take_rows::{self, TakeRows};
pub(crate) use apply::{Binding, Bound, check_columns};
pub use apply::{NewData, SchemaOptions, TargetUse, UnknownLevel};
pub(crate) use cells::{Cells, Used, translate};
pub use fill::Predictor;
pub(crate) use fill::zeros;
pub(crate) use plan::{Plan, check_levels};
pub(crate) use rows::Rows;
pub(crate) use target::{check_weights, not_numeric, numbers as weights_or_offset, target as text_target};

/// Which column plays which part: by name, or by a formula with weights and an offset by name beside it.
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
    /// Target and predictors as a formula, which takes the place of `target`, `predictors` and `exclude`.
    pub formula: Option<ModelFormula>,
}

impl Roles {
    /// Predict `target` from all other columns.
    #[must_use]
    pub fn target(target: impl Into<String>) -> Self {
        Self { target: target.into(), ..Self::default() }
    }

    /// Target and predictors of a formula.
    #[must_use]
    pub fn formula(formula: ModelFormula) -> Self {
        Self { formula: Some(formula), ..Self::default() }
    }
}

/// What to do with a row that misses a value in a used column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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
///
/// `X` is what holds the predictors: [`encode`] makes one dense matrix with dummies, [`encode_columns`] one
/// [`Predictor`] for each column of the table. `Y` is the target: `Vec<f64>` for a fit, `Option<Vec<f64>>` where a
/// [`Schema`] encodes [`NewData`].
#[derive(Debug, Clone)]
pub struct Encoded<X = Mat<f64>, Y = Vec<f64>> {
    /// The design, n × p, without an intercept column; or its predictors one by one.
    pub x: X,
    /// What rounding took from the design, n × p: `x` + `low` is the design to twice the precision. Only powers in a formula, of
    /// `poly(x, d, raw)` and `I(x^k)`, have such a part; `None` if all of it is 0.
    pub low: Option<Mat<f64>>,
    /// Whether the model has an intercept: what the formula says; true without a formula.
    pub intercept: bool,
    /// The name of each design column: `age`, or `colour[red]` for the dummy of a level.
    pub names: Vec<String>,
    /// The table column that each design column came from; the term, where a formula made it.
    pub columns: Vec<String>,
    /// The reference level of each categorical predictor, as (column, level).
    pub reference: Vec<(String, String)>,
    /// The name of the target column.
    pub target: String,
    /// The target; 0 and 1 for a text target with two levels.
    pub y: Y,
    /// The levels coded 0 and 1 of a text target, in byte order.
    pub target_levels: Option<(String, String)>,
    /// The weights, where a column was named.
    pub weights: Option<Vec<f64>>,
    /// The offset, where a column was named.
    pub offset: Option<Vec<f64>>,
    /// The row of the table (0-based) behind each used row.
    pub rows: Vec<u32>,
    /// How many rows of the table were dropped because a used column has no value there.
    pub dropped_missing: usize,
    /// How many values each used column of the table misses; columns without missing values are left out.
    pub missing: Vec<(String, usize)>,
    /// What a person should hear about the data, one line each: predictors that are categorical though most of their
    /// values are numbers, levels that a fit has not seen.
    pub notes: Vec<String>,
    schema: Schema,
    table_rows: usize,
    origin: Origin,
}

impl<X, Y> Encoded<X, Y> {
    /// What it takes to encode other tables the same way.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The 1-based line of the file behind the used `row` (0-based); `None` for a table made in memory.
    #[must_use]
    pub fn locate(&self, row: usize) -> Option<u64> {
        self.origin.line(*self.rows.get(row)? as usize)
    }

    /// The file the table was read from, or the name that was given for it.
    #[must_use]
    pub fn source(&self) -> Option<&Path> {
        self.origin.source()
    }

    /// Turns an error about a used row (a value outside the domain of a loss, a value that is not finite) into one that
    /// names the file and the line. Other errors stay as they are.
    #[must_use]
    pub fn locate_error(&self, error: Error) -> Error {
        self.origin.locate_error(error, |row| self.locate(row))
    }

    /// One value per used row, such as predictions, as one value per row of the table: NaN for rows that were left out.
    ///
    /// # Errors
    /// [`Error::Shape`] unless there is one value per used row.
    pub fn align(&self, values: &[f64]) -> Result<Vec<f64>> {
        check_shape("values of the used rows", self.rows.len(), values.len())?;
        let mut aligned = vec![f64::NAN; self.table_rows];
        for (&row, value) in self.rows.iter().zip(values) {
            aligned[row as usize] = *value;
        }
        Ok(aligned)
    }

    /// The rows of the table (0-based, ascending) that are not used; [`Table::line`] gives their lines.
    pub fn left_out(&self) -> impl Iterator<Item = u32> + use<X, Y> {
        let mut used = vec![false; self.table_rows];
        for &row in &self.rows {
            used[row as usize] = true;
        }
        (0..).zip(used).filter_map(|(row, used)| (!used).then_some(row))
    }
}

impl<X: TakeRows, Y: TakeRows> TakeRows for Encoded<X, Y> {
    /// Takes used rows. `rows` still names rows of the table, and the counts of missing values are still the table's.
    fn take_rows(&self, rows: &[u32]) -> Result<Self> {
        take_rows::check(rows, self.rows.len())?;
        Ok(Self {
            x: self.x.take_rows(rows)?,
            low: self.low.take_rows(rows)?,
            intercept: self.intercept,
            names: self.names.clone(),
            columns: self.columns.clone(),
            reference: self.reference.clone(),
            target: self.target.clone(),
            y: self.y.take_rows(rows)?,
            target_levels: self.target_levels.clone(),
            weights: self.weights.take_rows(rows)?,
            offset: self.offset.take_rows(rows)?,
            rows: take_rows::gather(&self.rows, rows),
            dropped_missing: self.dropped_missing,
            missing: self.missing.clone(),
            notes: self.notes.clone(),
            schema: self.schema.clone(),
            table_rows: self.table_rows,
            origin: self.origin.clone(),
        })
    }
}

impl<X, Y> Encoded<X, Y> {
    /// With the rounding errors of the design.
    pub(crate) fn with_low(self, low: Option<Mat<f64>>) -> Self {
        Self { low, ..self }
    }
}

impl<Y> Encoded<Mat<f64>, Y> {
    /// The columns of the design as predictors.
    pub(crate) fn one_by_one(self) -> Encoded<Vec<Predictor>, Y> {
        let columns = self.x.as_ref().col_iter();
        let x = columns.map(|column| Predictor::Numeric(column.iter().copied().collect())).collect();
        Encoded {
            x,
            low: self.low,
            intercept: self.intercept,
            names: self.names,
            columns: self.columns,
            reference: self.reference,
            target: self.target,
            y: self.y,
            target_levels: self.target_levels,
            weights: self.weights,
            offset: self.offset,
            rows: self.rows,
            dropped_missing: self.dropped_missing,
            missing: self.missing,
            notes: self.notes,
            schema: self.schema,
            table_rows: self.table_rows,
            origin: self.origin,
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
/// weight, and where no row is complete. For a formula also where a function of a complete row is not finite.
pub fn encode(table: &Table, roles: &Roles, options: &EncodeOptions) -> Result<Encoded> {
    if let Some(formula) = &roles.formula {
        return formula::fit(table, formula, roles, options);
    }
    let plan = Plan::new(table, roles, options)?;
    let x = plan.dense()?;
    Ok(plan.finish(x))
}

/// Like [`encode`], with each predictor on its own and categorical ones as codes instead of dummies, for models that
/// never make the dummies. `names` and `columns` are still those of the dummies, which the coefficients belong to.
///
/// ```
/// use thalweg_data::{CsvOptions, EncodeOptions, Predictor, Roles, encode_columns, parse_csv};
/// let table = parse_csv(b"colour,age,y\nred,31,1\nblue,40,2\ngreen,22,3\n", None, &CsvOptions::default())?;
/// let data = encode_columns(&table, &Roles::target("y"), &EncodeOptions::default())?;
/// let levels = ["blue", "green", "red"].map(str::to_owned).to_vec();
/// assert_eq!(data.x[0], Predictor::Categorical { codes: vec![2, 0, 1], levels, reference: 0 });
/// assert_eq!(data.x[1], Predictor::Numeric(vec![31.0, 40.0, 22.0]));
/// assert_eq!(data.names, ["colour[green]", "colour[red]", "age"]);
/// # Ok::<(), thalweg_data::Error>(())
/// ```
///
/// # Errors
/// Those of [`encode`]. The columns of a formula are all numbers.
pub fn encode_columns(
    table: &Table,
    roles: &Roles,
    options: &EncodeOptions,
) -> Result<Encoded<Vec<Predictor>>> {
    if let Some(formula) = &roles.formula {
        return formula::fit(table, formula, roles, options).map(Encoded::one_by_one);
    }
    let plan = Plan::new(table, roles, options)?;
    let x = plan.columns();
    Ok(plan.finish(x))
}
