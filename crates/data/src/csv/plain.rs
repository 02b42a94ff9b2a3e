//! Rows without quotes, read in parallel: each piece writes its own stretch of every column.

use rayon::prelude::*;
use thalweg_core::Result;

use super::Job;
use super::categories::{Categories, merge};
use super::scan::{Numbers, Scan, ragged};
use super::survey::{Body, Piece};
use crate::column::{Dictionary, MISSING};
use crate::number::{Missing, prefix, trim};

/// A row with the wrong number of fields.
struct Ragged {
    row: usize,
    found: usize,
}

/// One column of one piece.
struct Cell<'a> {
    numbers: &'a mut [f64],
    scan: Scan,
    /// Whether the numbers are not wanted (any longer).
    skip: bool,
}

/// The first pass: every column but those of `skip` as numbers.
pub(super) fn numbers(job: &Job<'_>, body: &Body<'_>, skip: &[bool]) -> Result<Numbers> {
    let width = skip.len();
    let mut columns: Vec<Vec<f64>> = (0..width).map(|_| vec![0.0; body.rows]).collect();
    let scans: Vec<Result<Vec<Scan>, Ragged>> = body
        .pieces
        .par_iter()
        .zip(stretches(&mut columns, &body.pieces))
        .map(|(piece, stretches)| {
            let cell = |(numbers, skip): (_, &bool)| Cell { numbers, scan: Scan::default(), skip: *skip };
            let mut cells: Vec<Cell<'_>> = stretches.into_iter().zip(skip).map(cell).collect();
            read(piece.text, job.header.delimiter, job.missing, &mut cells)?;
            Ok(cells.into_iter().map(|cell| cell.scan).collect())
        })
        .collect();
    let mut whole: Vec<Scan> = (0..width).map(|_| Scan::default()).collect();
    let mut row = 0;
    for (scans, piece) in scans.into_iter().zip(&body.pieces) {
        let scans = scans.map_err(|r| ragged(job, body.lines.line(row + r.row), r.found))?;
        for (whole, scan) in whole.iter_mut().zip(scans) {
            whole.append(scan, row);
        }
        row += piece.rows;
    }
    Ok(Numbers { columns, scans: whole, lines: body.lines.clone(), rows: body.rows })
}

/// Cuts every column into the stretches of the pieces; the outer vector runs over the pieces.
fn stretches<'a, T>(columns: &'a mut [Vec<T>], pieces: &[Piece<'_>]) -> Vec<Vec<&'a mut [T]>> {
    let mut all: Vec<Vec<&'a mut [T]>> = pieces.iter().map(|_| Vec::with_capacity(columns.len())).collect();
    for column in columns {
        let mut rest = column.as_mut_slice();
        for (piece, stretches) in pieces.iter().zip(&mut all) {
            let (stretch, behind) = rest.split_at_mut(piece.rows);
            stretches.push(stretch);
            rest = behind;
        }
    }
    all
}

fn read(text: &str, delimiter: u8, missing: &Missing, cells: &mut [Cell<'_>]) -> Result<(), Ragged> {
    let bytes = text.as_bytes();
    let last = cells.len() - 1;
    let (mut at, mut row) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        if byte == b'\n' || byte == b'\r' {
            at += 1; // A blank line: in plain text a carriage return stands before a line feed only.
            continue;
        }
        let start = at;
        for (j, cell) in cells.iter_mut().enumerate() {
            let end = cell.read(text, at, row, delimiter, missing);
            if (bytes.get(end) == Some(&delimiter)) == (j == last) {
                let line_end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |n| start + n);
                let found = 1 + memchr::memchr_iter(delimiter, &bytes[start..line_end]).count();
                return Err(Ragged { row, found });
            }
            at = end + 1;
        }
        row += 1;
    }
    Ok(())
}

impl Cell<'_> {
    /// Reads the field that begins at `at`; returns where it ends: at a delimiter, a line feed or the end.
    #[inline]
    fn read(&mut self, text: &str, at: usize, row: usize, delimiter: u8, missing: &Missing) -> usize {
        let bytes = text.as_bytes();
        if self.skip {
            return field_end(bytes, at, delimiter);
        }
        if missing.apart_from_numbers
            && let Some((value, length)) = prefix(&bytes[at..])
        {
            let end = at + length;
            let end = end + usize::from(bytes.get(end) == Some(&b'\r'));
            if bytes.get(end).is_none_or(|&b| b == delimiter || b == b'\n') {
                self.numbers[row] = value;
                return end;
            }
        }
        let end = field_end(bytes, at, delimiter);
        let field = content(text, at, end);
        self.numbers[row] = self.scan.note(row, field, missing.classify(field));
        self.skip = self.scan.text.is_some();
        end
    }
}

/// The position of the delimiter, line feed or end that closes the field at `at`.
#[inline]
fn field_end(bytes: &[u8], at: usize, delimiter: u8) -> usize {
    let mut end = at;
    while bytes.get(end).is_some_and(|&b| b != delimiter && b != b'\n') {
        end += 1;
    }
    end
}

/// The field between `at` and `end`, without the carriage return of the line end and blanks around it.
fn content(text: &str, at: usize, end: usize) -> &str {
    let field = text.get(at..end).unwrap_or_default();
    trim(field.strip_suffix('\r').unwrap_or(field))
}

/// The second pass: the `wanted` columns as categories, in order.
pub(super) fn categories(job: &Job<'_>, body: &Body<'_>, wanted: &[bool]) -> Vec<Categories> {
    let width = wanted.iter().filter(|w| **w).count();
    let mut columns: Vec<Vec<u32>> = (0..width).map(|_| vec![0; body.rows]).collect();
    let mut pieces = stretches(&mut columns, &body.pieces);
    let dictionaries: Vec<Vec<Dictionary>> = body
        .pieces
        .par_iter()
        .zip(&mut pieces)
        .map(|(piece, codes)| encode(piece.text, job.header.delimiter, job.missing, wanted, codes))
        .collect();
    let (levels, missing) = merge(dictionaries, pieces, width);
    let parts = columns.into_iter().zip(levels).zip(missing);
    parts.map(|((codes, levels), missing)| Categories { codes, levels, missing }).collect()
}

/// Writes the codes of one piece, numbered by its own dictionaries.
fn encode(
    text: &str,
    delimiter: u8,
    missing: &Missing,
    wanted: &[bool],
    codes: &mut [&mut [u32]],
) -> Vec<Dictionary> {
    let bytes = text.as_bytes();
    let mut dictionaries: Vec<Dictionary> = codes.iter().map(|_| Dictionary::default()).collect();
    let (mut at, mut row) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        if byte == b'\n' || byte == b'\r' {
            at += 1;
            continue;
        }
        let mut k = 0;
        for &wanted in wanted {
            if k == codes.len() {
                at = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n + 1);
                break;
            }
            let end = field_end(bytes, at, delimiter);
            if wanted {
                let field = content(text, at, end);
                codes[k][row] = if missing.contains(field) { MISSING } else { dictionaries[k].code(field) };
                k += 1;
            }
            at = end + 1;
        }
        row += 1;
    }
    dictionaries
}
