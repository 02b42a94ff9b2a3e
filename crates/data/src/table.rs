//! [`Table`]: named, typed columns of equal length that remember where they came from.

use std::path::Path;

use thalweg_core::{Error, Result, check_shape};

use crate::column::Column;
use crate::lines::Lines;
use crate::origin::Origin;
use crate::take_rows::{self, TakeRows};

/// Columns of equal length with different names, and the file and lines they were read from.
///
/// ```
/// use thalweg_data::{Column, Table};
/// let table = Table::new(vec![Column::numeric("age", vec![31.0, 47.0])?])?;
/// assert_eq!(table.rows(), 2);
/// assert_eq!(
///     table.column("aeg").unwrap_err().to_string(),
///     "unknown column `aeg`, did you mean `age`?; known: age",
/// );
/// # Ok::<(), thalweg_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<Column>,
    rows: usize,
    origin: Origin,
}

impl Table {
    /// A table made in memory: it has no source and no lines.
    ///
    /// # Errors
    /// [`Error::Empty`] without columns, [`Error::Shape`] where their lengths differ, [`Error::Unsupported`] where two
    /// have the same name.
    pub fn new(columns: Vec<Column>) -> Result<Self> {
        let Some(first) = columns.first() else {
            return Err(Error::Empty {
                what: "the table".to_owned(),
                remedy: "give it at least one column".to_owned(),
            });
        };
        let rows = first.len();
        let mut names = std::collections::HashSet::new();
        for column in &columns {
            check_shape(&format!("rows of column `{}`", column.name()), rows, column.len())?;
            if !names.insert(column.name()) {
                return Err(Error::Unsupported {
                    what: format!("two columns named `{}`", column.name()),
                    why: "columns are chosen by name".to_owned(),
                    remedy: "rename one".to_owned(),
                });
            }
        }
        Ok(Self::from_parts(columns, rows, None, Lines::default()))
    }

    /// A table whose invariants the caller has established.
    pub(crate) fn from_parts(columns: Vec<Column>, rows: usize, source: Option<&Path>, lines: Lines) -> Self {
        Self { columns, rows, origin: Origin::new(source, lines) }
    }

    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns, in the order of the file.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The names of the columns, in the same order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(Column::name)
    }

    /// The column called `name`.
    ///
    /// # Errors
    /// [`Error::UnknownName`] with a suggestion and the known names.
    pub fn column(&self, name: &str) -> Result<&Column> {
        self.position(name).map(|i| &self.columns[i])
    }

    /// The index of the column called `name`.
    pub(crate) fn position(&self, name: &str) -> Result<usize> {
        self.names().position(|n| n == name).ok_or_else(|| Error::unknown_name("column", name, self.names()))
    }

    /// The file it was read from, or the name that was given for it.
    #[must_use]
    pub fn source(&self) -> Option<&Path> {
        self.origin.source()
    }

    /// The 1-based line of the file on which `row` (0-based) begins; `None` for a table made in memory and for rows
    /// that do not exist.
    #[must_use]
    pub fn line(&self, row: usize) -> Option<u64> {
        if row < self.rows { self.origin.line(row) } else { None }
    }

    /// The file and the lines.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl TakeRows for Table {
    /// Levels that occur in none of the rows are left out.
    fn take_rows(&self, rows: &[u32]) -> Result<Self> {
        take_rows::check(rows, self.rows)?;
        let columns = self.columns.iter().map(|column| column.take(rows)).collect();
        Ok(Self { columns, rows: rows.len(), origin: self.origin.take(rows) })
    }
}
