//! From the names of a formula to the columns of a table.

use thalweg_core::Error;

use super::ModelFormula;
use super::expression::Name;
use super::formula_error::Fault;
use super::node::{Coding, Factor, Kind, Left, Node};
use super::terms::Terms;
use crate::column::{Column, Values};
use crate::encode::not_numeric;
use crate::table::Table;

/// The formula with `.` replaced by the columns it stands for; `taken` are further columns that have another part.
///
/// # Errors
/// A name that the table lacks, text in arithmetic, the target among its predictors, and a reference level that does not occur.
pub(super) fn bind(formula: &ModelFormula, table: &Table, taken: &[&str]) -> Result<ModelFormula, Fault> {
    let mut names: Vec<(&Name, bool)> = Vec::new();
    match &formula.left {
        Left::Value(_) if formula.left.column().is_some() => {
            names.extend(formula.left.column().map(|n| (n, false)))
        }
        Left::Same(name, ..) => names.push((name, false)),
        left => left.visit_columns(&mut |name| names.push((name, true))),
    }
    formula.right.visit_factors(&mut |factor| match factor {
        Factor::Column(name) | Factor::Category { column: name, .. } => names.push((name, false)),
        Factor::Value(of) | Factor::Poly { of, .. } => of.visit_columns(&mut |name| names.push((name, true))),
    });
    formula.right.visit_offsets(&mut |of| of.visit_columns(&mut |name| names.push((name, true))));
    for (name, must_be_numeric) in names {
        let column = column(table, name)?;
        if must_be_numeric && column.numbers().is_none() {
            let otherwise = "let the column stand by itself, as categories";
            return Err(Fault::new(name.at.clone(), not_numeric(table, column, otherwise)));
        }
    }
    formula.right.visit_factors_until(&mut |factor| match factor {
        Factor::Category { column: name, coding: Coding::Treatment(Some(level)) } => {
            check_level(column(table, name)?, level)
        }
        _ => Ok(()),
    })?;
    check_target(formula)?;
    let mut bound = formula.clone();
    let mut others: Vec<&str> = Vec::new();
    let mut used: Vec<&str> = taken.to_vec();
    formula.left.visit_columns(&mut |name| used.push(&name.text));
    formula.right.visit_offsets(&mut |of| of.visit_columns(&mut |name| used.push(&name.text)));
    others.extend(table.names().filter(|name| !used.contains(name)));
    if replace(&mut bound.right, &others)? {
        bound.terms = Terms::of(&bound.right)?;
    }
    Ok(bound)
}

fn column<'t>(table: &'t Table, name: &Name) -> Result<&'t Column, Fault> {
    table.column(&name.text).map_err(|error| Fault::new(name.at.clone(), error))
}

/// Refuses a level that the column does not have.
fn check_level(column: &Column, level: &Name) -> Result<(), Fault> {
    let found = match column.values() {
        Values::Categorical { levels, .. } => levels.contains(&level.text),
        Values::Numeric(values) => level.text.parse::<f64>().is_ok_and(|level| values.contains(&level)),
    };
    if found {
        return Ok(());
    }
    let known: Vec<String> = match column.values() {
        Values::Categorical { levels, .. } => levels.clone(),
        Values::Numeric(values) => super::fit::numeric_levels(values),
    };
    let kind = format!("level of column `{}`", column.name());
    Err(Fault::new(
        level.at.clone(),
        Error::unknown_name(&kind, &level.text, known.iter().map(String::as_str)),
    ))
}

/// Refuses a target that predicts itself.
fn check_target(formula: &ModelFormula) -> Result<(), Fault> {
    let target = match &formula.left {
        Left::Same(name, ..) => name,
        left => match left.column() {
            Some(name) => name,
            None => return Ok(()),
        },
    };
    let check = |name: &Name| match name.text == target.text {
        false => Ok(()),
        true => Err(Fault::syntax(
            name.at.clone(),
            format!("`{}` is what the formula predicts, and no predictor", crate::fault::show(&name.text)),
            "name it on one side",
        )),
    };
    formula.right.visit_factors_until(&mut |factor| match factor {
        Factor::Column(name) | Factor::Category { column: name, .. } => check(name),
        Factor::Value(of) | Factor::Poly { of, .. } => {
            let mut result = Ok(());
            of.visit_columns(&mut |name| {
                if result.is_ok() {
                    result = check(name);
                }
            });
            result
        }
    })
}

/// Puts the columns in the place of each `.`; whether there was one.
fn replace(node: &mut Node, others: &[&str]) -> Result<bool, Fault> {
    match &mut node.kind {
        Kind::Sum(parts) => {
            parts.iter_mut().try_fold(false, |found, (_, part)| Ok(replace(part, others)? || found))
        }
        Kind::Join(_, a, b) => Ok(replace(a, others)? | replace(b, others)?),
        Kind::Power(of, _) => replace(of, others),
        Kind::Others => {
            let at = node.at.clone();
            if others.is_empty() {
                let problem = "`.` stands for no column: all have another part";
                return Err(Fault::syntax(at, problem, "write `1` for the intercept alone"));
            }
            let part = |name: &&str| {
                let name = Name { text: (*name).to_owned(), at: at.clone() };
                (false, Node { kind: Kind::Factor(Factor::Column(name)), at: at.clone() })
            };
            node.kind = Kind::Sum(others.iter().map(part).collect());
            Ok(true)
        }
        Kind::Factor(_) | Kind::Intercept(_) | Kind::Offset(..) => Ok(false),
    }
}

impl Node {
    /// Shows each factor until one is refused.
    fn visit_factors_until(&self, visit: &mut dyn FnMut(&Factor) -> Result<(), Fault>) -> Result<(), Fault> {
        let mut result = Ok(());
        self.visit_factors(&mut |factor| {
            if result.is_ok() {
                result = visit(factor);
            }
        });
        result
    }
}
