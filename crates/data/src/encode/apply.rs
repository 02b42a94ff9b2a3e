//! [`Schema::encode`]: new tables, encoded as one was for a fit.

use std::borrow::Cow;

use faer::Mat;
use thalweg_core::{Error, Result};

use super::cells::{Cells, Used};
use super::fill::Predictor;
use super::plan::Plan;
use super::rows::Rows;
use super::target::{check_weights, not_numeric};
use super::{Encoded, MissingPolicy};
use crate::column::{Column, MISSING, Values};
use crate::fault::{Place, count, show};
use crate::formula;
use crate::schema::{Schema, Variable};
use crate::table::Table;

/// How many known levels or columns an error text lists.
const LISTED: usize = 10;

/// New data as numbers; the target where the table has one.
pub type NewData<X = Mat<f64>> = Encoded<X, Option<Vec<f64>>>;

/// What to do with a level of a categorical column that the fit has not seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UnknownLevel {
    /// Refuse the table and name the line, the column, the level and the known ones.
    #[default]
    Error,
    /// Take it as a missing value, with a note.
    Missing,
}

/// Whether the target and the weights are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TargetUse {
    /// They are not looked at.
    Ignore,
    /// They are encoded if the table has them; a row that misses them is used all the same and has NaN there. A target
    /// without any value is none. For predictions.
    #[default]
    IfPresent,
    /// The table must have them, and a row that misses them is incomplete. For a fit to new data.
    Require,
}

/// How a [`Schema`] encodes a new table. The default suits predictions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SchemaOptions {
    /// What to do with levels that the fit has not seen.
    pub unknown_level: UnknownLevel,
    /// Whether the target and the weights are wanted.
    pub target: TargetUse,
    /// What to do with missing values; `None` does as the fit did.
    pub missing: Option<MissingPolicy>,
}

impl Schema {
    /// Encodes `table` as the table of the fit was encoded; columns are found by name, in any order, and others are not
    /// looked at. [`Encoded::rows`] tells which rows were complete, [`Encoded::align`] puts predictions back in place;
    /// there may be no complete row at all.
    ///
    /// Where the fit had categories and the table has numbers (the file has no text in that column), each number
    /// stands for the one level that reads as this number.
    ///
    /// # Errors
    /// [`Error::Data`] for columns that the table lacks, text in a numeric column (naming the line), a level that the
    /// fit has not seen, a number that several levels read as, and a negative weight; under [`MissingPolicy::Error`]
    /// for the first missing value; under [`TargetUse::Require`] where no row is complete.
    pub fn encode(&self, table: &Table, options: &SchemaOptions) -> Result<NewData> {
        if let Some(recipe) = self.recipe() {
            return formula::apply(self, recipe, table, options);
        }
        let plan = plan(self, table, options)?;
        let x = plan.dense()?;
        Ok(plan.finish(x))
    }

    /// Like [`Schema::encode`], with each predictor on its own and categorical ones as codes of the fit's levels.
    ///
    /// # Errors
    /// Those of [`Schema::encode`].
    pub fn encode_columns(&self, table: &Table, options: &SchemaOptions) -> Result<NewData<Vec<Predictor>>> {
        if let Some(recipe) = self.recipe() {
            return formula::apply(self, recipe, table, options).map(Encoded::one_by_one);
        }
        let plan = plan(self, table, options)?;
        let x = plan.columns();
        Ok(plan.finish(x))
    }
}

fn plan<'a>(
    schema: &Schema,
    table: &'a Table,
    options: &SchemaOptions,
) -> Result<Plan<'a, Option<Vec<f64>>>> {
    let fitted = schema.predictors().iter().map(Variable::name).chain(schema.offset());
    let outcome = [Some(schema.target().name()), schema.weights()].into_iter().flatten();
    check_columns(table, fitted, outcome, options.target)?;
    let mut binding = Binding { table, unknown: options.unknown_level, notes: Vec::new() };
    let find = |name: &str| table.names().position(|known| known == name);
    let wanted = |name: &str| find(name).filter(|_| options.target != TargetUse::Ignore);
    let mut predictors = Vec::with_capacity(schema.predictors().len());
    for variable in schema.predictors() {
        let levels = match variable {
            Variable::Numeric { .. } => None,
            Variable::Categorical { levels, .. } => Some(levels.as_slice()),
        };
        predictors.extend(binding.bind(find(variable.name()), levels)?);
    }
    let offset = binding.bind(schema.offset().and_then(find), None)?;
    let target = binding.bind(wanted(schema.target().name()), schema.target().levels())?;
    let weights = binding.bind(schema.weights().and_then(wanted), None)?;

    let mut used: Vec<&Bound<'_>> = predictors.iter().chain(&offset).collect();
    if options.target == TargetUse::Require {
        used.extend(target.iter().chain(&weights));
    }
    // In the order of the table, as for a fit.
    used.sort_by_key(|bound| bound.column);
    let used: Vec<&Used<'_>> = used.into_iter().map(|bound| &bound.used).collect();
    let rows = Rows::complete(table, &used, options.missing.unwrap_or(schema.missing()))?;
    if options.target == TargetUse::Require {
        rows.check_some(table)?;
    }
    let numbers = |bound: &Bound<'_>| rows.gather(&bound.used.cells.numbers());
    let y = target.filter(|target| target.used.missing < table.rows()).map(|target| numbers(&target));
    let offset = offset.map(|offset| numbers(&offset));
    let weights = match weights {
        None => None,
        Some(bound) => {
            let weights = numbers(&bound);
            check_weights(table, bound.column, &rows.used, &weights)?;
            Some(weights)
        }
    };
    let cells = predictors.into_iter().map(|bound| bound.used.cells).collect();
    Ok(Plan { table, schema: schema.clone(), cells, rows, y, weights, offset, notes: binding.notes })
}

/// Refuses a table that lacks columns, naming all of them: those that the predictions were `fitted` on, and those of the
/// `outcome` where they are required.
pub(crate) fn check_columns<'a>(
    table: &Table,
    fitted: impl Iterator<Item = &'a str>,
    outcome: impl Iterator<Item = &'a str>,
    target: TargetUse,
) -> Result<()> {
    let fitted: Vec<&str> = fitted.collect();
    let required = outcome.filter(|_| target == TargetUse::Require);
    let mut lacking: Vec<&str> = Vec::new();
    for name in fitted.iter().copied().chain(required) {
        if !lacking.contains(&name) && table.names().all(|known| known != name) {
            lacking.push(name);
        }
    }
    let Some(first) = lacking.first() else { return Ok(()) };
    let unused = table.names().filter(|known| !fitted.contains(known));
    let remedy = match nearest(first, unused) {
        Some(near) => format!("rename column `{}` if `{}` is meant", show(&near), show(first)),
        None => format!("add what is missing; the table has {}", list(table.names())),
    };
    let (columns, them) = if lacking.len() == 1 { ("column", "it") } else { ("columns", "them") };
    let problem = format!("the table lacks {columns} {}, and the fit used {them}", list(lacking.into_iter()));
    Err(Place::file(table.source()).error(problem, remedy))
}

/// The known name that is near to `name`.
fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    match Error::unknown_name("", name, known) {
        Error::UnknownName { suggestion, .. } => suggestion,
        _ => None,
    }
}

/// The first few names.
fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{}`", show(name))).collect();
    let more = if names.len() > LISTED { ", ..." } else { "" };
    format!("{}{more}", names.get(..LISTED).unwrap_or(&names).join(", "))
}

/// From columns of the table to what the schema wants of them.
pub(crate) struct Binding<'a> {
    pub(crate) table: &'a Table,
    pub(crate) unknown: UnknownLevel,
    pub(crate) notes: Vec<String>,
}

/// A column of the table in its role.
pub(crate) struct Bound<'a> {
    pub(crate) column: usize,
    pub(crate) used: Used<'a>,
}

/// Levels that the fit has not seen.
struct Unknown {
    /// The first of them and its row.
    level: String,
    row: usize,
    /// How many rows have one.
    rows: usize,
}

impl<'a> Binding<'a> {
    /// The column as numbers, or as codes of the `levels`; `None` where there is no column.
    pub(crate) fn bind(
        &mut self,
        column: Option<usize>,
        levels: Option<&[String]>,
    ) -> Result<Option<Bound<'a>>> {
        let Some(index) = column else { return Ok(None) };
        let column = &self.table.columns()[index];
        let cells = match (levels, column.values()) {
            (None, Values::Numeric(values)) => Cells::Numbers(values),
            (None, Values::Categorical { .. }) => {
                return Err(not_numeric(self.table, column, "give the column numbers, as in the fit"));
            }
            (Some(known), Values::Categorical { codes, levels }) => {
                let cells = Cells::coded(codes, levels, known);
                self.report(column, known, unknown_texts(&cells, levels))?;
                cells
            }
            (Some(known), Values::Numeric(values)) => {
                let (codes, unknown) = self.by_value(column, values, known)?;
                self.report(column, known, unknown)?;
                Cells::Codes { codes: Cow::Owned(codes), new: (0..).take(known.len()).collect() }
            }
        };
        let missing = if column.missing() == 0 && levels.is_none() { 0 } else { cells.missing() };
        Ok(Some(Bound { column: index, used: Used { name: column.name(), cells, missing } }))
    }

    /// The codes of the levels that read as the numbers.
    fn by_value(
        &self,
        column: &Column,
        values: &[f64],
        known: &[String],
    ) -> Result<(Vec<u32>, Option<Unknown>)> {
        let numbers = (0..).zip(known).filter_map(|(code, level)| {
            let number: f64 = level.parse().ok()?;
            // −0 becomes 0.
            number.is_finite().then_some((number + 0.0, code))
        });
        let mut numbers: Vec<(f64, u32)> = numbers.collect();
        numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut codes = Vec::with_capacity(values.len());
        let mut unknown: Option<Unknown> = None;
        for (row, &value) in values.iter().enumerate() {
            let first = numbers.partition_point(|(number, _)| *number < value);
            let equal = numbers.get(first..).unwrap_or_default().iter().take_while(|(n, _)| *n == value);
            let equal: [Option<u32>; 2] = {
                let mut equal = equal.map(|(_, code)| *code);
                [equal.next(), equal.next()]
            };
            codes.push(match equal {
                [Some(a), Some(b)] => return Err(self.ambiguous(column, row, value, [a, b], known)),
                [Some(code), _] => code,
                _ => MISSING,
            });
            if equal[0].is_none() && !value.is_nan() {
                unknown.get_or_insert_with(|| Unknown { level: value.to_string(), row, rows: 0 }).rows += 1;
            }
        }
        Ok((codes, unknown))
    }

    fn ambiguous(&self, column: &Column, row: usize, value: f64, codes: [u32; 2], known: &[String]) -> Error {
        let levels = codes.map(|code| known.get(code as usize).map_or("", String::as_str));
        let problem = format!("the number {value} reads as each of the levels {}", list(levels.into_iter()));
        self.place(column, row).error(problem + &self.row(row), "read the column as categorical")
    }

    /// Refuses unknown levels, or notes them.
    fn report(&mut self, column: &Column, known: &[String], unknown: Option<Unknown>) -> Result<()> {
        let Some(Unknown { level, row, rows }) = unknown else { return Ok(()) };
        let names = || known.iter().map(String::as_str);
        let near = nearest(&level, names())
            .map_or_else(String::new, |near| format!(", did you mean `{}`?", show(&near)));
        let place = self.place(column, row);
        let problem = format!(
            "unknown level `{}`{near}; the fit knows {}{}",
            show(&level),
            list(names()),
            self.row(row)
        );
        match self.unknown {
            UnknownLevel::Error => {
                Err(place.error(problem, "correct it, or have unknown levels taken as missing"))
            }
            UnknownLevel::Missing => {
                let note = format!("{} with unknown levels taken as missing", count(rows, "row"));
                self.notes.push(place.error(problem, note).to_string());
                Ok(())
            }
        }
    }

    /// The row, where no line tells it.
    fn row(&self, row: usize) -> String {
        if self.table.line(row).is_some() { String::new() } else { format!(" (row {row})") }
    }

    /// The line of a row in a column.
    fn place(&self, column: &'a Column, row: usize) -> Place<'a> {
        Place::file(self.table.source()).line(self.table.line(row)).column(column.name())
    }
}

fn unknown_texts(cells: &Cells<'_>, levels: &[String]) -> Option<Unknown> {
    let Cells::Codes { codes, new } = cells else { return None };
    if !new.contains(&MISSING) {
        return None;
    }
    let is_unknown = |code: u32| new.get(code as usize) == Some(&MISSING);
    let row = codes.iter().position(|&code| is_unknown(code))?;
    let level = levels.get(codes[row] as usize)?.clone();
    Some(Unknown { level, row, rows: codes.iter().filter(|&&code| is_unknown(code)).count() })
}
