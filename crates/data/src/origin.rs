//! `Origin`: the file a table came from, and the line of each of its rows.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use thalweg_core::Error;

use crate::fault::Place;
use crate::lines::Lines;

/// Where rows came from; cloning shares the lines.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    source: Option<PathBuf>,
    lines: Arc<Lines>,
}

impl Origin {
    pub(crate) fn new(source: Option<&Path>, lines: Lines) -> Self {
        Self { source: source.map(Path::to_path_buf), lines: Arc::new(lines) }
    }

    /// The file, or the name that was given for it.
    pub(crate) fn source(&self) -> Option<&Path> {
        self.source.as_deref()
    }

    /// The 1-based line of `row`.
    pub(crate) fn line(&self, row: usize) -> Option<u64> {
        self.lines.line(row)
    }

    /// The origin of the `rows`, in their order; all of them exist.
    pub(crate) fn take(&self, rows: &[u32]) -> Self {
        let mut lines = Lines::default();
        for (new, &row) in rows.iter().enumerate() {
            if let Some(line) = self.line(row as usize) {
                lines.push(new, line);
            }
        }
        Self { source: self.source.clone(), lines: Arc::new(lines) }
    }

    /// Turns an error about a row into one that names the file and the line that `line` gives for it.
    pub(crate) fn locate_error(&self, error: Error, line: impl Fn(usize) -> Option<u64>) -> Error {
        let (row, problem, remedy) = match &error {
            Error::NonFinite { what, row, value } => {
                (*row, format!("{what} is {value}"), "remove the row or give a finite number".to_owned())
            }
            Error::OutsideDomain { what, row, value, rule, remedy } => {
                (*row, format!("{what} is {value}, but {rule}"), remedy.clone())
            }
            _ => return error,
        };
        match line(row) {
            Some(line) => Place::file(self.source()).line(line).error(problem, remedy),
            None => error,
        }
    }
}
