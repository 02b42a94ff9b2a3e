//! The left side as numbers.

use thalweg_core::{Error, Result};

use super::evaluate::Evaluator;
use super::expression::Expression;
use super::node::{Left, Literal};
use crate::column::Values;
use crate::encode::Rows;
use crate::fault::Place;
use crate::table::Table;

/// The targets, and the trials of shares.
pub(super) type Targets = (Vec<f64>, Option<Vec<f64>>);

impl Evaluator<'_> {
    /// The left side where its columns are numbers, or a level; a row that misses one has NaN.
    pub(super) fn target(&mut self, left: &Left) -> Result<Targets> {
        match left {
            Left::Value(of) => Ok((self.checked(of)?, None)),
            Left::Same(name, literal, _) => Ok((same(self.table, &name.text, literal, self.rows)?, None)),
            Left::Counts(successes, failures) => {
                let (s, f) = (self.counts(successes)?, self.counts(failures)?);
                let trials: Vec<f64> = s.iter().zip(&f).map(|(s, f)| s + f).collect();
                Ok((shares(&s, &trials), Some(trials)))
            }
            Left::Share(successes, trials) => {
                let (s, n) = (self.counts(successes)?, self.counts(trials)?);
                if let Some(i) = (0..s.len()).find(|i| s[*i] > n[*i]) {
                    let problem = format!("`{successes}` is {} of `{trials}` = {}", s[i], n[i]);
                    return Err(self.refused(
                        i,
                        &problem,
                        "no success is without a trial: correct the counts",
                    ));
                }
                Ok((shares(&s, &n), Some(n)))
            }
        }
    }

    fn counts(&mut self, of: &Expression) -> Result<Vec<f64>> {
        let values = self.checked(of)?;
        match values.iter().position(|value| *value < 0.0) {
            None => Ok(values),
            Some(i) => {
                let problem = format!("`{of}` is {}, a negative number of cases", values[i]);
                Err(self.refused(i, &problem, "correct the counts"))
            }
        }
    }

    fn refused(&self, i: usize, problem: &str, remedy: &str) -> Error {
        let row = self.rows.used[i] as usize;
        let line = self.table.line(row);
        let row = if line.is_some() { String::new() } else { format!(" (row {row})") };
        Place::file(self.table.source()).line(line).error(format!("{problem}{row}"), remedy)
    }
}

/// Successes a trial; 0 of 0 is 0, with weight 0.
fn shares(successes: &[f64], trials: &[f64]) -> Vec<f64> {
    successes.iter().zip(trials).map(|(s, n)| if *n == 0.0 { 0.0 } else { s / n }).collect()
}

/// 1 where the column has the level, else 0.
fn same(table: &Table, name: &str, literal: &Literal, rows: &Rows) -> Result<Vec<f64>> {
    let one = |is: bool| f64::from(u8::from(is));
    Ok(match table.column(name)?.values() {
        Values::Numeric(values) => {
            let level = match literal {
                Literal::Number(number) => *number,
                Literal::Text(text) => text.parse().unwrap_or(f64::NAN),
            };
            let values = rows.gather(values);
            values.into_iter().map(|v| if v.is_nan() { v } else { one(v == level) }).collect()
        }
        Values::Categorical { codes, levels } => {
            let is = |level: &String| match literal {
                Literal::Text(text) => level == text,
                Literal::Number(number) => level.parse() == Ok(*number),
            };
            let of: Vec<f64> = levels.iter().map(|level| one(is(level))).collect();
            let codes = rows.gather(codes);
            codes.into_iter().map(|code| of.get(code as usize).copied().unwrap_or(f64::NAN)).collect()
        }
    })
}
