//! Which rows are complete in the used columns.

use thalweg_core::{Error, Result};

use super::MissingPolicy;
use crate::fault::{Place, count};
use crate::table::Table;

/// The rows that are used.
pub(super) struct Rows {
    pub(super) used: Vec<u32>,
    /// Whether they are all rows of the table.
    pub(super) all: bool,
    /// (column, number of missing values) of the used columns that miss any.
    pub(super) missing: Vec<(String, usize)>,
}

impl Rows {
    pub(super) fn complete(table: &Table, used: &[usize], policy: MissingPolicy) -> Result<Self> {
        let Ok(n) = u32::try_from(table.rows()) else {
            return Err(Error::Unsupported {
                what: format!("a table of {} rows", table.rows()),
                why: format!("rows are numbered up to {}", u32::MAX),
                remedy: "fit a sample of the rows".to_owned(),
            });
        };
        let gaps: Vec<_> = used.iter().map(|&j| &table.columns()[j]).filter(|c| c.missing() > 0).collect();
        let place = Place::file(table.source());
        let incomplete = |row: u32| gaps.iter().find(|c| c.is_missing(row as usize));
        if policy == MissingPolicy::Error
            && let Some((row, column)) = (0..n).find_map(|row| Some((row, incomplete(row)?)))
        {
            return Err(place.line(table.line(row as usize)).column(column.name()).error(
                "the value is missing",
                "fill it in, exclude the column, or have incomplete rows dropped",
            ));
        }
        let used: Vec<u32> = if gaps.is_empty() {
            (0..n).collect()
        } else {
            (0..n).filter(|&row| incomplete(row).is_none()).collect()
        };
        let missing: Vec<_> = gaps.iter().map(|c| (c.name().to_owned(), c.missing())).collect();
        if used.is_empty() {
            // The first of the columns with the most gaps.
            let worst = missing.iter().rev().max_by_key(|(_, gaps)| *gaps);
            let (name, gaps) = worst.map_or(("", 0), |(name, gaps)| (name.as_str(), *gaps));
            let problem = if n == 0 {
                "the table has no rows".to_owned()
            } else {
                format!(
                    "no row is complete: `{name}` alone misses {gaps} of {}",
                    count(table.rows(), "value")
                )
            };
            return Err(place.error(problem, "exclude the columns with the most missing values"));
        }
        Ok(Self { all: gaps.is_empty(), used, missing })
    }

    /// The values of the used rows.
    pub(super) fn gather<T: Copy>(&self, values: &[T]) -> Vec<T> {
        if self.all { values.to_vec() } else { self.used.iter().map(|&row| values[row as usize]).collect() }
    }
}
