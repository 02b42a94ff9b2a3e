//! The target, the weights and the offset: columns that must become numbers.

use thalweg_core::{Error, Result};

use super::rows::Rows;
use crate::column::{Column, Values, used_levels};
use crate::fault::{Place, show};
use crate::table::Table;

/// The levels coded 0 and 1.
type TwoLevels = (String, String);

/// The target as numbers, with its two levels if it is text.
pub(crate) fn target(
    table: &Table,
    column: usize,
    rows: &Rows,
    numeric: bool,
) -> Result<(Vec<f64>, Option<TwoLevels>)> {
    let Values::Categorical { codes, levels } = table.columns()[column].values() else {
        return Ok((numbers(table, column, rows, "target")?, None));
    };
    let column = &table.columns()[column];
    if numeric {
        return Err(not_numeric(table, column, "choose a numeric column as target"));
    }
    let codes = rows.gather(codes);
    match used_levels(&codes, levels.len()).as_slice() {
        [zero, one] => {
            let y = codes.iter().map(|code| f64::from(u8::from(code == one))).collect();
            Ok((y, Some((levels[*zero as usize].clone(), levels[*one as usize].clone()))))
        }
        [.., _, _, _] if column.spoilt_by().is_some() => {
            Err(not_numeric(table, column, "choose a numeric column as target"))
        }
        found => {
            let place = Place::file(table.source()).column(column.name());
            let shown: Vec<String> = found.iter().take(5).map(|l| show(&levels[*l as usize])).collect();
            let more = if found.len() > 5 { ", ..." } else { "" };
            let levels = if found.len() == 1 { "level" } else { "levels" };
            let problem =
                format!("the text target has {} {levels} ({}{more})", found.len(), shown.join(", "));
            Err(place.error(problem, "choose a numeric target or a text target with two levels"))
        }
    }
}

/// A column that must be numeric, in the used rows.
pub(crate) fn numbers(table: &Table, column: usize, rows: &Rows, role: &str) -> Result<Vec<f64>> {
    let column = &table.columns()[column];
    match column.numbers() {
        Some(values) => Ok(rows.gather(values)),
        None => Err(not_numeric(table, column, &format!("choose a numeric column as {role}"))),
    }
}

/// Refuses a weight below zero; `rows` are those of the table behind the weights.
pub(crate) fn check_weights(table: &Table, column: usize, rows: &[u32], weights: &[f64]) -> Result<()> {
    let Some((row, weight)) = rows.iter().zip(weights).find(|(_, weight)| **weight < 0.0) else {
        return Ok(());
    };
    let place = Place::file(table.source()).line(table.line(*row as usize));
    let problem = format!("the weight {weight} is negative");
    Err(place.column(table.columns()[column].name()).error(problem, "give weights of zero or more"))
}

/// The error for text where numbers must be; `otherwise` is what to do if it is right.
pub(crate) fn not_numeric(table: &Table, column: &Column, otherwise: &str) -> Error {
    let place = Place::file(table.source()).column(column.name());
    match column.stray() {
        None => place.error("the column is categorical", otherwise),
        Some(stray) => {
            let decimal_comma = stray.value.replace(',', ".").parse().is_ok_and(f64::is_finite);
            let remedy = if decimal_comma {
                "write decimals with a point"
            } else {
                "correct it, write NA if it is missing"
            };
            place.line(stray.line).error(
                format!("value `{}` is not a number", show(&stray.value)),
                format!("{remedy}, or {otherwise}"),
            )
        }
    }
}
