//! How this crate words its errors: one line with the file, the line, the column, the value and the remedy.

use std::path::Path;

use thalweg_core::Error;

/// Where something is wrong.
#[derive(Clone, Copy, Default)]
pub(crate) struct Place<'a> {
    pub(crate) file: Option<&'a Path>,
    pub(crate) line: Option<u64>,
    pub(crate) column: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// The file alone.
    pub(crate) fn file(file: Option<&'a Path>) -> Self {
        Self { file, ..Self::default() }
    }

    /// The same place, at a line.
    pub(crate) fn line(self, line: impl Into<Option<u64>>) -> Self {
        Self { line: line.into(), ..self }
    }

    /// The same place, in a column.
    pub(crate) fn column(self, column: &'a str) -> Self {
        Self { column: Some(column), ..self }
    }

    /// An [`Error::Data`] at this place.
    pub(crate) fn error(self, problem: impl Into<String>, remedy: impl Into<String>) -> Error {
        Error::Data {
            file: self.file.map(Path::to_path_buf),
            line: self.line,
            column: self.column.map(show),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }
}

/// A value as an error text shows it: on one line, and at most 40 characters of it.
pub(crate) fn show(value: &str) -> String {
    let mut text = String::new();
    for (i, c) in value.chars().enumerate() {
        if i == 40 {
            text.push('…');
            break;
        }
        if c.is_control() { text.extend(c.escape_default()) } else { text.push(c) }
    }
    text
}

/// "1 row", "2 rows".
pub(crate) fn count(n: usize, singular: &str) -> String {
    if n == 1 { format!("1 {singular}") } else { format!("{n} {singular}s") }
}

/// The error where a writer refuses bytes.
pub(crate) fn unwritable(error: &std::io::Error) -> Error {
    Place::default().error(format!("cannot be written: {error}"), "check the disk and the permissions")
}
