//! Which rows are complete in the used columns.

use std::borrow::Cow;

use thalweg_core::{Error, Result};

use super::MissingPolicy;
use super::cells::Used;
use crate::fault::{Place, count};
use crate::table::Table;

/// The rows that are used.
pub(crate) struct Rows {
    pub(crate) used: Vec<u32>,
    /// Whether they are all rows of the table.
    pub(crate) all: bool,
    /// (column, number of missing values) of the used columns that miss any.
    pub(crate) missing: Vec<(String, usize)>,
}

impl Rows {
    /// # Errors
    /// [`Error::Unsupported`] for more rows than can be numbered; under [`MissingPolicy::Error`], [`Error::Data`] for
    /// the first missing value.
    pub(crate) fn complete(table: &Table, used: &[&Used<'_>], policy: MissingPolicy) -> Result<Self> {
        let Ok(n) = u32::try_from(table.rows()) else {
            return Err(Error::Unsupported {
                what: format!("a table of {} rows", table.rows()),
                why: format!("rows are numbered up to {}", u32::MAX),
                remedy: "fit a sample of the rows".to_owned(),
            });
        };
        let gaps: Vec<_> = used.iter().filter(|column| column.missing > 0).collect();
        let incomplete = |row: u32| gaps.iter().find(|column| column.cells.is_missing(row as usize));
        if policy == MissingPolicy::Error
            && let Some((row, column)) = (0..n).find_map(|row| Some((row, incomplete(row)?)))
        {
            let line = Place::file(table.source()).line(table.line(row as usize));
            return Err(line.column(column.name).error(
                "the value is missing",
                "fill it in, exclude the column, or have incomplete rows dropped",
            ));
        }
        let used: Vec<u32> = if gaps.is_empty() {
            (0..n).collect()
        } else {
            (0..n).filter(|&row| incomplete(row).is_none()).collect()
        };
        let missing = gaps.iter().map(|column| (column.name.to_owned(), column.missing)).collect();
        Ok(Self { all: gaps.is_empty(), used, missing })
    }

    /// Refuses a table without complete rows.
    pub(crate) fn check_some(&self, table: &Table) -> Result<()> {
        if !self.used.is_empty() {
            return Ok(());
        }
        // The first of the columns with the most gaps.
        let worst = self.missing.iter().rev().max_by_key(|(_, gaps)| *gaps);
        let (name, gaps) = worst.map_or(("", 0), |(name, gaps)| (name.as_str(), *gaps));
        let problem = if table.rows() == 0 {
            "the table has no rows".to_owned()
        } else {
            format!("no row is complete: `{name}` alone misses {gaps} of {}", count(table.rows(), "value"))
        };
        let remedy = "exclude the columns with the most missing values";
        Err(Place::file(table.source()).error(problem, remedy))
    }

    /// The values of the used rows, without a copy if these are all rows.
    pub(crate) fn view<'v, T: Copy>(&self, values: &'v [T]) -> Cow<'v, [T]> {
        if self.all { Cow::Borrowed(values) } else { Cow::Owned(self.gather(values)) }
    }

    /// The values of the used rows.
    pub(crate) fn gather<T: Copy>(&self, values: &[T]) -> Vec<T> {
        if self.all { values.to_vec() } else { self.used.iter().map(|&row| values[row as usize]).collect() }
    }
}
