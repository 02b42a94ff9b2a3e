//! From a model and a file to one prediction a row.

use std::borrow::Cow;
use std::collections::HashSet;

use thalweg::Error;
use thalweg::core::{Columns, Design, Weights};
use thalweg::data::{
    CsvOptions, IndexBase, MissingPolicy, NewData, Predictor, Schema, SchemaOptions, SvmlightOptions, Table,
    Target, TargetUse, Values, Variable,
};
use thalweg::models::{Artifact, Metrics, Prediction};

use super::PredictArgs;
use crate::failure::Failure;
use crate::input::{Format, Input};
use crate::text::{count, list};

/// Lines named in a note at most.
const NAMED: usize = 5;

/// One value a row of the data.
pub struct Predicted {
    /// The predictions; NaN for rows that are left out.
    pub values: Vec<f64>,
    /// How many rows are left out.
    pub left_out: usize,
    /// How good they are, where the data has targets.
    pub metrics: Option<Metrics>,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

/// Predicts every row of the input.
pub fn predict(args: &PredictArgs, artifact: &Artifact, input: &Input) -> Result<Predicted, Failure> {
    let mut predicted = match (&artifact.schema, artifact.index_base, input.format) {
        (None, Some(base), Format::Svmlight) => sparse(args, artifact, base, input)?,
        (None, Some(_), _) => {
            return Err(mismatch(
                args,
                "svmlight data, whose columns have numbers",
                input,
                "give an svmlight file, or --format svmlight",
            ));
        }
        (_, None, Format::Svmlight) | (Some(_), _, Format::Svmlight) => {
            return Err(mismatch(
                args,
                "columns with names",
                input,
                "give a CSV or .npy file with these columns",
            ));
        }
        (Some(schema), _, _) => table(args, artifact, schema, input)?,
        (None, None, _) => table(args, artifact, &nameless(artifact)?, input)?,
    };
    if !artifact.status.is_solved() {
        let (model, status) = (args.model.display(), artifact.status);
        let warning = format!("the fit of {model} ended as {status}: {}", status.advice());
        predicted.warnings.insert(0, warning);
    }
    Ok(predicted)
}

fn mismatch(args: &PredictArgs, what: &str, input: &Input, remedy: &str) -> Failure {
    let model = args.model.display();
    let format = match input.format {
        Format::Csv => "CSV",
        Format::Svmlight => "svmlight",
        Format::Npy => "an array",
    };
    Failure::Usage(format!("{model} was fitted on {what}, and {} is {format}; {remedy}", input.name()))
}

/// The schema of a model of raw arrays: its columns, all numbers, and a target that no table has.
fn nameless(artifact: &Artifact) -> Result<Schema, Failure> {
    let names = artifact.coefficients.iter().skip(usize::from(artifact.intercept)).map(|c| c.name.clone());
    let predictors = names.map(|name| Variable::Numeric { name }).collect();
    let target = Target::Numeric { name: "(target)".to_owned() };
    Ok(Schema::new(predictors, target, None, None, MissingPolicy::Drop)?)
}

fn table(
    args: &PredictArgs,
    artifact: &Artifact,
    schema: &Schema,
    input: &Input,
) -> Result<Predicted, Failure> {
    let name = input.name();
    let table = read(args, schema, input)?;
    let mut warnings = Vec::new();
    let mut options = SchemaOptions {
        unknown_level: args.unknown_levels.into(),
        target: TargetUse::IfPresent,
        missing: args.missing.map(MissingPolicy::from),
    };
    let mut new = schema.encode_columns(&table, &options);
    if new.is_err() {
        // Predictions need neither the target nor the weights.
        options.target = TargetUse::Ignore;
        let before = core::mem::replace(&mut new, schema.encode_columns(&table, &options));
        warnings.extend(before.err().filter(|_| new.is_ok()).map(|error| no_metrics(&error)));
    }
    let new = new.map_err(|error| Failure::from(remedied(error)).within(&name))?;
    warnings.extend(new.notes.iter().cloned());
    warnings.extend(left_out(&table, &new));
    let mut eta = artifact.predict_new(&new, Prediction::Link).map_err(|e| Failure::from(e).within(&name))?;
    let metrics = match new.y.as_ref().map(|y| metrics(artifact, y, &eta, new.weights.as_deref())) {
        Some(Ok(metrics)) => metrics,
        Some(Err(error)) => {
            warnings.push(no_metrics(&new.locate_error(error)));
            None
        }
        None => None,
    };
    if Prediction::from(args.kind) == Prediction::Response {
        artifact.model.respond(&mut eta)?;
    }
    Ok(Predicted { values: new.align(&eta)?, left_out: new.dropped_missing, metrics, warnings })
}

/// Reads the table, as categories where the fit had them and numbers would not tell them apart.
fn read(args: &PredictArgs, schema: &Schema, input: &Input) -> Result<Table, Failure> {
    if args.target_file.is_some() && input.format != Format::Npy {
        return Err(Failure::Usage(format!(
            "--target-file goes with an array in a .npy file, and {} is none; leave it out",
            input.name()
        )));
    }
    if input.format == Format::Npy {
        return input.npy(args.target_file.as_deref().map(|file| (target_column(schema), file)));
    }
    let mut options = CsvOptions { delimiter: args.delimiter, ..CsvOptions::default() };
    let table = input.csv(&options)?;
    let is_numeric = |name: &str| {
        let column = table.columns().iter().find(|column| column.name() == name);
        column.is_some_and(|column| matches!(column.values(), Values::Numeric(_)))
    };
    let texts = schema.levels().filter(|(name, levels)| alike(levels) && is_numeric(name));
    options.categorical = texts.map(|(name, _)| name.to_owned()).collect();
    if options.categorical.is_empty() { Ok(table) } else { input.csv(&options) }
}

/// The column of the target, also where a formula predicts a function of it.
fn target_column(schema: &Schema) -> &str {
    match schema.recipe().map(|recipe| recipe.formula().target_columns()).as_deref() {
        Some([column]) => column,
        _ => schema.target().name(),
    }
}

/// Whether two levels are the same number, such as 1 and 01.
fn alike(levels: &[String]) -> bool {
    let mut seen = HashSet::new();
    let numbers = levels.iter().filter_map(|level| level.parse::<f64>().ok());
    numbers.map(|number| (number + 0.0).to_bits()).any(|bits| !seen.insert(bits))
}

/// Which rows have no prediction, and why.
fn left_out(table: &Table, new: &NewData<Vec<Predictor>>) -> Option<String> {
    let rows: Vec<u32> = new.left_out().collect();
    if rows.is_empty() {
        return None;
    }
    let gaps: Vec<String> = new.missing.iter().map(|(name, n)| format!("{name}: {n}")).collect();
    let lines: Option<Vec<String>> =
        rows.iter().take(NAMED).map(|row| table.line(*row as usize).map(|line| line.to_string())).collect();
    let (place, numbers) = match lines {
        Some(lines) => ("line", lines),
        None => ("row", rows.iter().take(NAMED).map(u32::to_string).collect()),
    };
    let more = rows.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!(
        "{} of {} {} no prediction, for missing values ({}): {place}{} {}{more}",
        count(rows.len() as u64, "row"),
        table.rows(),
        if rows.len() == 1 { "has" } else { "have" },
        list(gaps.iter().map(String::as_str), 10),
        if rows.len() == 1 { "" } else { "s" },
        numbers.join(", ")
    ))
}

fn sparse(args: &PredictArgs, artifact: &Artifact, base: u8, input: &Input) -> Result<Predicted, Failure> {
    if args.target_file.is_some() {
        let name = input.name();
        return Err(Failure::Usage(format!(
            "{name} is svmlight, which has its targets in it; leave --target-file out"
        )));
    }
    let options = SvmlightOptions {
        features: Some(artifact.predictors()),
        base: if base == 0 { IndexBase::Zero } else { IndexBase::One },
        ..SvmlightOptions::default()
    };
    let mut data = input.svmlight(&options).map_err(|failure| match failure {
        Failure::Input(Error::Data { file, line, column, problem, .. })
            if problem.contains(" of data with ") =>
        {
            let remedy = "correct the index, or fit on data that has this column".to_owned();
            Failure::Input(Error::Data { file, line, column, problem, remedy })
        }
        other => other,
    })?;
    let design = Design::from_columns([Columns::Sparse(Cow::Borrowed(&data.x))])?;
    let mut values = artifact.predict(&design, None, Prediction::Link)?;
    drop(design);
    if artifact.target_levels.as_deref().is_some_and(|levels| levels == ["-1", "1"]) {
        // Files without labels have 0 there.
        let label = |y: f64| if y.abs() == 1.0 { f64::from(u8::from(y > 0.0)) } else { f64::NAN };
        data.y.iter_mut().for_each(|y| *y = label(*y));
    }
    let mut warnings = data.notes.clone();
    let metrics = match metrics(artifact, &data.y, &values, None) {
        Ok(metrics) => metrics,
        Err(error) => {
            warnings.push(no_metrics(&data.locate_error(error)));
            None
        }
    };
    if Prediction::from(args.kind) == Prediction::Response {
        artifact.model.respond(&mut values)?;
    }
    Ok(Predicted { values, left_out: 0, metrics, warnings })
}

/// The metrics of the rows that have a target and a weight, or the first used row that has a wrong one; `None` if no row has both.
fn metrics(
    artifact: &Artifact,
    y: &[f64],
    eta: &[f64],
    weights: Option<&[f64]>,
) -> thalweg::Result<Option<Metrics>> {
    let known: Vec<usize> =
        (0..y.len()).filter(|i| !y[*i].is_nan() && weights.is_none_or(|w| !w[*i].is_nan())).collect();
    if known.is_empty() {
        return Ok(None);
    }
    let pick = |values: &[f64]| known.iter().map(|i| values[*i]).collect::<Vec<f64>>();
    let weights = weights.map(pick);
    let w = weights.as_deref().map_or(Weights::Unit, Weights::Each);
    Metrics::of(&artifact.model, &pick(y), &pick(eta), w).map(Some).map_err(|mut error| {
        if let Error::NonFinite { row, .. } | Error::OutsideDomain { row, .. } = &mut error {
            *row = known.get(*row).copied().unwrap_or(*row);
        }
        error
    })
}

fn no_metrics(error: &Error) -> String {
    format!("no metrics are shown: {error}")
}

/// With the option that does what the error advises.
fn remedied(error: Error) -> Error {
    match error {
        Error::Data { file, line, column, problem, .. } if problem.starts_with("unknown level") => {
            let remedy = "correct it, or add --unknown-levels missing".to_owned();
            Error::Data { file, line, column, problem, remedy }
        }
        other => other,
    }
}
