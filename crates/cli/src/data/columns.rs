//! Columns with a part of their own: `--exposure` enters the model as a term of its formula; that of `--covariance cluster:COLUMN` or of
//! `--groups COLUMN` is set aside.

use thalweg::Error;
use thalweg::data::{ModelFormula, Roles, Table, TakeRows, Values};

use super::args::{DataArgs, Missing, refused};
use super::sample::Sample;
use super::source::{Data, Source};
use crate::failure::Failure;

/// The code of a row whose label is missing.
const MISSING: u32 = thalweg::data::MISSING;

/// A column that is no predictor, and the option that says so.
#[derive(Copy, Clone)]
pub struct Aside<'a> {
    /// The option, for errors.
    pub option: &'a str,
    /// The column.
    pub column: &'a str,
}

/// Which rows of the table belong together.
pub struct Labels {
    column: String,
    codes: Vec<u32>,
}

/// Gives the source the formula that `--exposure` asks for. Without `--formula` it is the one that the other options say: `y ~ a + b +
/// exposure(years)`; so exposures are checked, saved and found again by `predict` in one place.
pub fn with_exposure(mut source: Source, args: &DataArgs) -> Result<Source, Failure> {
    let (Some(exposure), Data::Table(table)) = (&args.exposure, &source.data) else { return Ok(source) };
    let named = args.predictors.iter().flatten().chain(&args.exclude).chain(&args.offset).chain([exposure]);
    for name in named.filter(|name| !name.is_empty()) {
        table.column(name).map_err(|error| Failure::from(error).within(&source.name))?;
    }
    if matches!(table.column(exposure)?.values(), Values::Categorical { .. }) {
        return Err(Failure::Usage(format!(
            "{}: column `{exposure}` holds text, and an exposure is a positive number; name another column with --exposure",
            source.name
        )));
    }
    let parts = [
        ("the target", Some(&source.target)),
        ("the weights", args.weights.as_ref()),
        ("the offset", args.offset.as_ref()),
        ("a predictor", args.predictors.iter().flatten().find(|name| *name == exposure)),
    ];
    if let Some((part, _)) = parts.into_iter().find(|(_, name)| *name == Some(exposure)) {
        return Err(Error::Unsupported {
            what: format!("column `{exposure}` as the exposure"),
            why: format!("it is already {part}"),
            remedy: "give it one role".to_owned(),
        }
        .into());
    }
    let mut text = match &args.formula {
        Some(formula) => formula.clone(),
        None => format!("{} ~ {}", quoted(&source.target), terms(args, exposure, &source.target, table)),
    };
    if let Some(offset) = &args.offset {
        text.push_str(&format!(" + offset({})", quoted(offset)));
    }
    text.push_str(&format!(" + exposure({})", quoted(exposure)));
    let formula = ModelFormula::parse(&text).map_err(|error| refused(&error))?;
    formula.check(table).map_err(|error| refused(&error))?;
    source.formula = Some(formula);
    Ok(source)
}

/// The predictors as a formula says them.
fn terms(args: &DataArgs, exposure: &str, target: &str, table: &Table) -> String {
    let joined =
        |names: Vec<String>, by: &str| if names.is_empty() { "1".to_owned() } else { names.join(by) };
    if let Some(names) = &args.predictors {
        let kept = names.iter().filter(|name| !name.is_empty() && !args.exclude.contains(name));
        return joined(kept.map(|name| quoted(name)).collect(), " + ");
    }
    // A formula takes columns with another part out of `.` by itself.
    let other = |name: &str| {
        let parts = [Some(target), Some(exposure), args.offset.as_deref(), args.weights.as_deref()];
        parts.contains(&Some(name)) || args.exclude.iter().any(|out| out == name)
    };
    if table.names().all(other) {
        return "1".to_owned();
    }
    joined([".".to_owned()].into_iter().chain(args.exclude.iter().map(|name| quoted(name))).collect(), " - ")
}

/// A name that a formula reads as one.
fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"))
}

/// Sets a column aside and takes it out of the predictors, unless they name it. Sparse rows have none.
pub fn set_aside(
    source: &mut Source,
    roles: &mut Roles,
    aside: Aside<'_>,
) -> Result<Option<Labels>, Failure> {
    let Data::Table(table) = &source.data else { return Ok(None) };
    let (option, column) = (aside.option, aside.column.to_owned());
    let values = table.column(&column).map_err(|error| Failure::from(error).within(&source.name))?.values();
    if column == source.target {
        return Err(Failure::Usage(format!(
            "{option}: column `{column}` is the target; name one that says which rows belong together"
        )));
    }
    let codes = match values {
        Values::Categorical { codes, .. } => codes.clone(),
        Values::Numeric(values) => coded(values),
    };
    if let Some(formula) = &mut roles.formula {
        // As a name, the `.` of all other columns is quoted.
        if formula.terms().iter().any(|term| term == "." || term == "`.`") {
            let text = format!("{} - {}", formula.text(), quoted(&column));
            *formula = ModelFormula::parse(&text).map_err(|error| refused(&error))?;
        }
    } else if roles.predictors.is_none() && roles.weights.as_ref() != Some(&column) {
        roles.exclude.push(column.clone());
    }
    Ok(Some(Labels { column, codes }))
}

/// Equal numbers have equal codes.
fn coded(values: &[f64]) -> Vec<u32> {
    // 0 and −0 are one number.
    let key = |v: f64| v + 0.0;
    let mut levels: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).map(key).collect();
    levels.sort_unstable_by(f64::total_cmp);
    levels.dedup();
    let code = |v: &f64| match levels.binary_search_by(|level| level.total_cmp(&key(*v))) {
        Ok(at) => u32::try_from(at).unwrap_or(MISSING),
        Err(_) => MISSING,
    };
    values.iter().map(code).collect()
}

impl Labels {
    /// Leaves out the rows whose label is missing, or refuses them.
    pub fn complete(&self, mut data: Sample, args: &DataArgs) -> Result<Sample, Failure> {
        let Sample::Table(table) = &mut data else { return Ok(data) };
        let is_missing = |row: &u32| self.codes.get(*row as usize).is_none_or(|code| *code == MISSING);
        let Some(first) = table.rows.iter().position(is_missing) else { return Ok(data) };
        if matches!(args.missing, Missing::Error) {
            return Err(Error::Data {
                file: table.source().map(Into::into),
                line: table.locate(first),
                column: Some(self.column.clone()),
                problem: "the value is missing, so the row belongs to no group".to_owned(),
                remedy: "fill it in, or have incomplete rows dropped".to_owned(),
            }
            .into());
        }
        let kept = (0_u32..).zip(&table.rows).filter(|(_, row)| !is_missing(row)).map(|(at, _)| at);
        let kept: Vec<u32> = kept.collect();
        let dropped = table.rows.len() - kept.len();
        let mut complete = table.take_rows(&kept)?;
        complete.dropped_missing = table.dropped_missing + dropped;
        complete.missing = table.missing.clone();
        complete.missing.push((self.column.clone(), dropped));
        **table = complete;
        Ok(data)
    }

    /// The label of each row of the data.
    pub fn of(&self, data: &Sample) -> Vec<u32> {
        match data {
            Sample::Table(table) => table
                .rows
                .iter()
                .map(|row| self.codes.get(*row as usize).copied().unwrap_or(MISSING))
                .collect(),
            Sample::Sparse(_) => Vec::new(),
        }
    }
}
