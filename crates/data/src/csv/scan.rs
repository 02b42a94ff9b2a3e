//! What the first pass over the rows finds out about each column, and the error for a ragged row.

use thalweg_core::Error;

use super::Job;
use crate::fault::count;
use crate::lines::Lines;
use crate::number::Field;

/// The first pass: every column read as numbers.
pub(super) struct Numbers {
    /// One value per row; worthless for the columns that hold text.
    pub(super) columns: Vec<Vec<f64>>,
    pub(super) scans: Vec<Scan>,
    pub(super) lines: Lines,
    pub(super) rows: usize,
}

/// What is known of a column after the first pass.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// The row and value of the first field that is no number.
    pub(super) text: Option<(usize, String)>,
    /// The row and value of the first number that is not finite.
    pub(super) nonfinite: Option<(usize, String)>,
    /// How many fields are missing; complete only where `text` is `None`.
    pub(super) missing: usize,
}

impl Scan {
    /// Notes the `field` of `row` and returns its number, NaN where it is none.
    pub(super) fn note(&mut self, row: usize, text: &str, field: Field) -> f64 {
        match field {
            Field::Number(value) => return value,
            Field::Missing => self.missing += 1,
            Field::NonFinite => {
                self.nonfinite.get_or_insert_with(|| (row, text.to_owned()));
            }
            Field::Text => {
                self.text.get_or_insert_with(|| (row, text.to_owned()));
            }
        }
        f64::NAN
    }

    /// Adds what a later piece of the file, beginning at `row`, found.
    pub(super) fn append(&mut self, piece: Self, row: usize) {
        let shift = |found: (usize, String)| (row + found.0, found.1);
        self.text = self.text.take().or(piece.text.map(shift));
        self.nonfinite = self.nonfinite.take().or(piece.nonfinite.map(shift));
        self.missing += piece.missing;
    }
}

/// The error for a row with `found` fields.
pub(super) fn ragged(job: &Job<'_>, line: Option<u64>, found: usize) -> Error {
    let expected = job.header.names.len();
    let remedy = if found < expected {
        "add the missing fields (an empty field means missing)".to_owned()
    } else {
        format!("remove the surplus, or quote the text that holds a {}", job.header.delimiter_name())
    };
    let (fields, columns) = (count(found, "field"), count(expected, "column"));
    job.place.line(line).error(format!("the row has {fields}, but the header names {columns}"), remedy)
}
