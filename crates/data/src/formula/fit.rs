//! [`fit`]: a table of a fit, encoded by a formula, and what is learned from it.

use std::collections::{BTreeSet, HashMap};

use thalweg_core::{Error, Result};

use super::ModelFormula;
use super::bind::bind;
use super::coding::MOST_SCORES;
use super::design::Layout;
use super::evaluate::Evaluator;
use super::expression::{Name, Quoted};
use super::node::{Coding, Factor, Left};
use super::recipe::{Learned, Levels, Recipe};
use crate::column::{Column, MISSING, Values, used_levels};
use crate::encode::{
    Cells, EncodeOptions, Encoded, Plan, Roles, Rows, Used, check_levels, check_weights, text_target,
    weights_or_offset,
};
use crate::fault::{Place, show};
use crate::schema::{Schema, Target};
use crate::table::Table;

/// Encodes the columns that the formula, the weights and the offset of `roles` name.
pub(crate) fn fit(
    table: &Table,
    formula: &ModelFormula,
    roles: &Roles,
    options: &EncodeOptions,
) -> Result<Encoded> {
    check_roles(formula, roles)?;
    let taken: Vec<&str> = roles.weights.iter().chain(&roles.offset).map(String::as_str).collect();
    let bound = bind(formula, table, &taken).map_err(|fault| fault.of(formula.text()))?;
    let (weights, offset) = (position(table, &roles.weights)?, position(table, &roles.offset)?);

    let mut used = BTreeSet::new();
    used.extend(weights.iter().chain(&offset));
    for name in names(&bound) {
        used.insert(table.position(name)?);
    }
    let used: Vec<Used<'_>> = used
        .into_iter()
        .map(|j| {
            let column = &table.columns()[j];
            Used { name: column.name(), cells: Cells::of(column), missing: column.missing() }
        })
        .collect();
    let rows = Rows::complete(table, &used.iter().collect::<Vec<_>>(), options.missing)?;
    rows.check_some(table)?;

    let mut notes = Vec::new();
    let (mut learned, mut numbers, mut codes) = (Learned::default(), HashMap::new(), HashMap::new());
    for used in &used {
        if let Cells::Numbers(values) = &used.cells {
            numbers.insert(used.name.to_owned(), rows.view(values));
        }
    }
    check_reference(&bound, table, options)?;
    for (factor, label) in bound.terms.factors.iter().zip(&bound.terms.labels) {
        let Some((column, forced)) = categories(factor, table)? else { continue };
        let (levels, own) = levels(table, column, &rows, options)?;
        if matches!(factor, Factor::Category { coding: Coding::Poly, .. }) && levels.len() > MOST_SCORES {
            let problem = format!("`{label}` has {} levels, more than {MOST_SCORES}", levels.len());
            let remedy = format!("write C({}) or a poly() of numbers", Quoted(column.name()));
            return Err(Place::file(table.source()).error(problem, remedy));
        }
        notes.extend(spoilt(table, column, forced));
        let reference = reference(factor, column, &levels, options)?;
        learned.levels.insert(label.clone(), Levels { levels, reference });
        codes.insert(label.clone(), own);
    }
    let mut evaluator = Evaluator { table, rows: &rows, numbers, codes, learned, learns: true };

    let name = bound.target();
    let text = bound.target_column().map(|name| table.position(name)).transpose()?;
    let text = text.filter(|j| table.columns()[*j].numbers().is_none());
    let (y, trials, target) = match text {
        Some(j) => {
            let (y, levels) = text_target(table, j, &rows, options.numeric_target)?;
            let name = table.columns()[j].name().to_owned();
            let target = match levels {
                None => Target::Numeric { name },
                Some((zero, one)) => Target::Categorical { name, levels: vec![zero, one] },
            };
            (y, None, target)
        }
        None => {
            let (y, trials) = evaluator.target(&bound.left)?;
            check_occurs(&bound, table, &y)?;
            let name = bound.target_column().map_or(name, str::to_owned);
            (y, trials, Target::Numeric { name })
        }
    };
    let weights = match weights {
        None => trials,
        Some(j) => {
            let weights = weights_or_offset(table, j, &rows, "weights")?;
            check_weights(table, j, &rows.used, &weights)?;
            Some(weights)
        }
    };
    let mut sum = evaluator.offset(&bound)?;
    if let Some(j) = offset {
        let column = weights_or_offset(table, j, &rows, "offset")?;
        sum = Some(match sum {
            None => column,
            Some(sum) => sum.iter().zip(&column).map(|(a, b)| a + b).collect(),
        });
    }
    let values = evaluator.factors(&bound)?;
    let recipe = Recipe { learned: evaluator.learned, formula: bound };
    let filled = Layout::of(&recipe).fill(rows.used.len(), &values);
    let (x, low) = filled.map_err(|error| located(table, &rows, error))?;
    let schema =
        Schema::of_formula(recipe, target, roles.weights.clone(), roles.offset.clone(), options.missing)?;
    let plan = Plan { table, schema, cells: Vec::new(), rows, y, weights, offset: sum, notes };
    Ok(plan.finish(x).with_low(low))
}

/// An error about a used row as one about the row of the table, or its line in the file.
pub(super) fn located(table: &Table, rows: &Rows, error: Error) -> Error {
    let of_table = |row: usize| rows.used.get(row).map_or(row, |row| *row as usize);
    let error = match error {
        Error::NonFinite { what, row, value } => Error::NonFinite { what, row: of_table(row), value },
        other => other,
    };
    table.origin().locate_error(error, |row| table.line(row))
}

/// Refuses roles that the formula gives already.
fn check_roles(formula: &ModelFormula, roles: &Roles) -> Result<()> {
    let taken = [
        ("a target", !roles.target.is_empty(), "name it left of `~`"),
        ("a list of predictors", roles.predictors.is_some(), "name them right of `~`"),
        ("a list of excluded columns", !roles.exclude.is_empty(), "take them out: `. - x`"),
        (
            "a column of weights",
            roles.weights.is_some() && formula.has_trials(),
            "leave it out: the left side gives the trials, which are the weights",
        ),
    ];
    match taken.into_iter().find(|(_, given, _)| *given) {
        None => Ok(()),
        Some((what, _, remedy)) => Err(Error::Unsupported {
            what: format!("{what} beside a formula"),
            why: "the formula decides".to_owned(),
            remedy: remedy.to_owned(),
        }),
    }
}

fn position(table: &Table, name: &Option<String>) -> Result<Option<usize>> {
    name.as_deref().map(|name| table.position(name)).transpose()
}

/// The columns of both sides.
pub(super) fn names(formula: &ModelFormula) -> Vec<&str> {
    let mut names: Vec<&str> = right_names(formula);
    formula.left.visit_columns(&mut |name| names.push(&name.text));
    names
}

/// The columns of the terms and the offsets.
pub(super) fn right_names(formula: &ModelFormula) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for factor in &formula.terms.factors {
        if let Factor::Column(Name { text, .. }) | Factor::Category { column: Name { text, .. }, .. } = factor
        {
            names.push(text);
        }
    }
    formula.visit_right(&mut |of| of.visit_columns(&mut |name| names.push(&name.text)));
    names
}

/// The column of a categorical factor, and whether the formula asks for categories.
fn categories<'t>(factor: &Factor, table: &'t Table) -> Result<Option<(&'t Column, bool)>> {
    Ok(match factor {
        Factor::Category { column, .. } => Some((table.column(&column.text)?, true)),
        Factor::Column(name) => {
            Some((table.column(&name.text)?, false)).filter(|(c, _)| c.numbers().is_none())
        }
        Factor::Value(_) | Factor::Poly { .. } => None,
    })
}

/// The levels that occur, in order, and the code of each used row.
fn levels(
    table: &Table,
    column: &Column,
    rows: &Rows,
    options: &EncodeOptions,
) -> Result<(Vec<String>, Vec<u32>)> {
    let place = Place::file(table.source()).column(column.name());
    match column.values() {
        Values::Categorical { codes, levels } => {
            let mut codes = rows.gather(codes);
            let used = used_levels(&codes, levels.len());
            check_levels(column, levels, &used, place, options.max_levels)?;
            let mut new = vec![MISSING; levels.len()];
            (0..).zip(&used).for_each(|(code, old)| new[*old as usize] = code);
            codes.iter_mut().for_each(|code| *code = new.get(*code as usize).copied().unwrap_or(MISSING));
            Ok((used.iter().map(|old| levels[*old as usize].clone()).collect(), codes))
        }
        Values::Numeric(values) => {
            let values = rows.gather(values);
            let sorted = distinct(&values);
            let texts: Vec<String> = sorted.iter().map(f64::to_string).collect();
            let used: Vec<u32> = (0..).take(texts.len()).collect();
            check_levels(column, &texts, &used, place, options.max_levels)?;
            let code = |v: &f64| sorted.partition_point(|level| level < v) as u32;
            Ok((texts, values.iter().map(code).collect()))
        }
    }
}

/// The different numbers, ascending, without NaN; −0 is 0.
fn distinct(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().map(|v| v + 0.0).filter(|v| !v.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    sorted
}

/// The levels of a column of numbers.
pub(super) fn numeric_levels(values: &[f64]) -> Vec<String> {
    distinct(values).iter().map(f64::to_string).collect()
}

/// The level named in the formula, the one of the options, or the first.
fn reference(factor: &Factor, column: &Column, levels: &[String], options: &EncodeOptions) -> Result<String> {
    let named = match factor {
        Factor::Category { coding: Coding::Treatment(Some(level)), .. } => Some(&level.text),
        Factor::Category { coding: Coding::Treatment(None), .. } | Factor::Column(_) => {
            options.reference.iter().rev().find(|(name, _)| name == column.name()).map(|(_, level)| level)
        }
        _ => None,
    };
    let Some(named) = named else { return Ok(levels.first().cloned().unwrap_or_default()) };
    let same = |level: &&String| {
        *level == named
            || column.numbers().is_some() && level.parse::<f64>().ok() == named.parse::<f64>().ok()
    };
    levels.iter().find(same).cloned().ok_or_else(|| {
        let kind = format!("level of column `{}`", column.name());
        Error::unknown_name(&kind, named, levels.iter().map(String::as_str))
    })
}

/// Refuses reference levels of columns that have none.
fn check_reference(formula: &ModelFormula, table: &Table, options: &EncodeOptions) -> Result<()> {
    for (name, level) in &options.reference {
        let column = table.column(name)?;
        let takes = formula.terms.factors.iter().any(|factor| match factor {
            Factor::Column(own) => own.text == *name && column.numbers().is_none(),
            Factor::Category { column: own, coding: Coding::Treatment(None) } => own.text == *name,
            _ => false,
        });
        if !takes {
            return Err(Error::Unsupported {
                what: format!("the reference level `{}` of column `{name}`", show(level)),
                why: "the formula has no categorical term of it that takes one".to_owned(),
                remedy: format!("drop the option, or write C({name})"),
            });
        }
    }
    Ok(())
}

/// What to hear about a column that looks like spoilt numbers.
fn spoilt(table: &Table, column: &Column, forced: bool) -> Option<String> {
    let stray = column.spoilt_by().filter(|_| !forced)?;
    let place = Place::file(table.source()).column(column.name()).line(stray.line);
    let problem = format!("value `{}` made the column categorical", show(&stray.value));
    Some(
        place
            .error(problem, "correct it, or write NA if it is missing, to have a numeric column")
            .to_string(),
    )
}

/// Refuses `y == level` where no used row has the level.
fn check_occurs(formula: &ModelFormula, table: &Table, y: &[f64]) -> Result<()> {
    let Left::Same(name, literal, at) = &formula.left else { return Ok(()) };
    if y.contains(&1.0) {
        return Ok(());
    }
    let column = table.column(&name.text)?;
    let known = match column.values() {
        Values::Categorical { levels, .. } => levels.clone(),
        Values::Numeric(values) => numeric_levels(values),
    };
    let level = match literal {
        super::node::Literal::Text(text) => text.clone(),
        super::node::Literal::Number(number) => number.to_string(),
    };
    let kind = format!("level of column `{}`", name.text);
    let error = Error::unknown_name(&kind, &level, known.iter().map(String::as_str));
    Err(super::formula_error::Fault::new(at.clone(), error).of(formula.text()).into())
}
