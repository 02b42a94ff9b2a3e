//! The plan of an encoding: the schema, the rows, and everything but the predictors' values.

use faer::Mat;
use thalweg_core::{Error, Result};

use super::cells::{Cells, Used};
use super::fill::{self, Predictor};
use super::roles::Resolved;
use super::rows::Rows;
use super::{EncodeOptions, Encoded, Roles, target};
use crate::column::{Column, Values, used_levels};
use crate::fault::{Place, show};
use crate::schema::{Schema, Target, Variable};
use crate::table::Table;

/// What is known before the predictors are filled in.
pub(crate) struct Plan<'a, Y> {
    pub(crate) table: &'a Table,
    pub(crate) schema: Schema,
    /// Those of the predictors.
    pub(crate) cells: Vec<Cells<'a>>,
    pub(crate) rows: Rows,
    pub(crate) y: Y,
    pub(crate) weights: Option<Vec<f64>>,
    pub(crate) offset: Option<Vec<f64>>,
    pub(crate) notes: Vec<String>,
}

impl<'a> Plan<'a, Vec<f64>> {
    /// For a fit.
    pub(crate) fn new(table: &'a Table, roles: &Roles, options: &EncodeOptions) -> Result<Self> {
        let resolved = Resolved::new(table, roles)?;
        let used = resolved.used().into_iter().map(|j| {
            let column = &table.columns()[j];
            Used { name: column.name(), cells: Cells::of(column), missing: column.missing() }
        });
        let used: Vec<Used<'_>> = used.collect();
        let rows = Rows::complete(table, &used.iter().collect::<Vec<_>>(), options.missing)?;
        rows.check_some(table)?;
        let (y, levels) = target::target(table, resolved.target, &rows, options.numeric_target)?;
        let role =
            |column: Option<usize>, role| column.map(|j| target::numbers(table, j, &rows, role)).transpose();
        let weights = role(resolved.weights, "weights")?;
        if let (Some(j), Some(weights)) = (resolved.weights, &weights) {
            target::check_weights(table, j, &rows.used, weights)?;
        }
        let offset = role(resolved.offset, "offset")?;
        let (variables, notes) = variables(table, &resolved.predictors, &rows, options)?;
        let name = roles.target.clone();
        let target = match levels {
            None => Target::Numeric { name },
            Some((zero, one)) => Target::Categorical { name, levels: vec![zero, one] },
        };
        let cells = resolved.predictors.iter().zip(&variables).map(|(&j, variable)| {
            match (table.columns()[j].values(), variable) {
                (Values::Categorical { codes, levels }, Variable::Categorical { levels: known, .. }) => {
                    Cells::coded(codes, levels, known)
                }
                _ => Cells::of(&table.columns()[j]),
            }
        });
        let cells = cells.collect();
        let schema =
            Schema::new(variables, target, roles.weights.clone(), roles.offset.clone(), options.missing)?;
        Ok(Self { table, schema, cells, rows, y, weights, offset, notes })
    }
}

impl<Y> Plan<'_, Y> {
    /// The predictors as one matrix.
    pub(crate) fn dense(&self) -> Result<Mat<f64>> {
        fill::dense(&self.schema, &self.cells, &self.rows)
    }

    /// The predictors one by one.
    pub(crate) fn columns(&self) -> Vec<Predictor> {
        fill::columns(&self.schema, &self.cells, &self.rows)
    }

    /// The whole, with the predictors `x`.
    pub(crate) fn finish<X>(self, x: X) -> Encoded<X, Y> {
        let target_levels = match self.schema.target().levels() {
            Some([zero, one]) => Some((zero.clone(), one.clone())),
            _ => None,
        };
        Encoded {
            x,
            low: None,
            intercept: self.schema.intercept(),
            names: self.schema.design_names(),
            columns: self.schema.design_columns(),
            reference: self.schema.references(),
            target: self.schema.target().name().to_owned(),
            y: self.y,
            target_levels,
            weights: self.weights,
            offset: self.offset,
            dropped_missing: self.table.rows() - self.rows.used.len(),
            missing: self.rows.missing,
            rows: self.rows.used,
            notes: self.notes,
            schema: self.schema,
            table_rows: self.table.rows(),
            origin: self.table.origin().clone(),
        }
    }
}

/// The predictors with the levels that occur in the used rows, and notes on spoilt columns.
fn variables(
    table: &Table,
    predictors: &[usize],
    rows: &Rows,
    options: &EncodeOptions,
) -> Result<(Vec<Variable>, Vec<String>)> {
    check_reference(table, predictors, options)?;
    let (mut variables, mut notes) = (Vec::with_capacity(predictors.len()), Vec::new());
    for &j in predictors {
        let column = &table.columns()[j];
        let name = column.name().to_owned();
        let Values::Categorical { codes, levels } = column.values() else {
            variables.push(Variable::Numeric { name });
            continue;
        };
        let used = used_levels(&rows.gather(codes), levels.len());
        let place = Place::file(table.source()).column(column.name());
        check_levels(column, levels, &used, place, options.max_levels)?;
        let text = |code: u32| levels[code as usize].clone();
        let reference = text(reference(column, levels, &used, options)?);
        variables.push(Variable::Categorical {
            name,
            levels: used.into_iter().map(text).collect(),
            reference,
        });
        if let Some(stray) = column.spoilt_by() {
            let note = place.line(stray.line).error(
                format!("value `{}` made the column categorical", show(&stray.value)),
                "correct it, or write NA if it is missing, to have a numeric column",
            );
            notes.push(note.to_string());
        }
    }
    Ok((variables, notes))
}

/// Refuses reference levels of columns that are no categorical predictors.
fn check_reference(table: &Table, predictors: &[usize], options: &EncodeOptions) -> Result<()> {
    for (name, level) in &options.reference {
        let column = table.position(name)?;
        let why = match table.columns()[column].values() {
            Values::Numeric(_) => "the column is numeric",
            Values::Categorical { .. } if !predictors.contains(&column) => "the column is no predictor",
            Values::Categorical { .. } => continue,
        };
        return Err(Error::Unsupported {
            what: format!("the reference level `{}` of column `{name}`", show(level)),
            why: why.to_owned(),
            remedy: "drop the option, or read the column as a categorical predictor".to_owned(),
        });
    }
    Ok(())
}

pub(crate) fn check_levels(
    column: &Column,
    levels: &[String],
    used: &[u32],
    place: Place<'_>,
    most: usize,
) -> Result<()> {
    if let [only] = used {
        let level = show(&levels[*only as usize]);
        let problem = format!("every used row has the level `{level}`, so the column says nothing");
        return Err(place.error(problem, "exclude the column"));
    }
    if used.len() <= most {
        return Ok(());
    }
    let problem = format!("{} levels, more than the {most} a predictor may have", used.len());
    Err(match column.spoilt_by() {
        Some(stray) => place.line(stray.line).error(
            format!("value `{}` is not a number, which makes {problem}", show(&stray.value)),
            "correct it, write NA if it is missing, or exclude the column",
        ),
        None => place.error(format!("the column has {problem}"), "exclude it, or raise `max_levels`"),
    })
}

/// The code of the reference level.
fn reference(column: &Column, levels: &[String], used: &[u32], options: &EncodeOptions) -> Result<u32> {
    let level =
        options.reference.iter().rev().find(|(name, _)| name == column.name()).map(|(_, level)| level);
    let Some(level) = level else { return Ok(used.first().copied().unwrap_or_default()) };
    used.iter().copied().find(|&code| levels[code as usize] == *level).ok_or_else(|| {
        let known = used.iter().map(|&code| levels[code as usize].as_str());
        Error::unknown_name(&format!("level of column `{}`", column.name()), level, known)
    })
}
