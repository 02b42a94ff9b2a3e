//! Rows with quotes, read by the crate `csv` on the calling thread.

use csv::{ByteRecord, Reader, ReaderBuilder};
use thalweg_core::{Error, Result};

use super::Job;
use super::categories::{Categories, merge};
use super::scan::{Numbers, Scan, ragged};
use super::survey::count_lines;
use crate::column::{Dictionary, MISSING};
use crate::fault::Place;
use crate::lines::Lines;
use crate::number::trim;

/// A reader that takes every record as it is, the header included.
pub(super) fn reader(bytes: &[u8], delimiter: u8) -> Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes)
}

/// The trimmed text of a field whose bytes were checked before.
pub(super) fn text(field: &[u8]) -> &str {
    trim(std::str::from_utf8(field).unwrap_or_default())
}

/// The first pass: every column but those of `skip` as numbers.
pub(super) fn numbers(job: &Job<'_>, skip: &[bool]) -> Result<Numbers> {
    let mut skip = skip.to_vec();
    let mut columns: Vec<Vec<f64>> = skip.iter().map(|_| Vec::new()).collect();
    let mut scans: Vec<Scan> = skip.iter().map(|_| Scan::default()).collect();
    let mut lines = Lines::default();
    let rows = each_record(job, |row, line, record| {
        lines.push(row, line);
        for (j, field) in record.iter().enumerate() {
            if !skip[j] {
                let field = text(field);
                columns[j].push(scans[j].note(row, field, job.missing.classify(field)));
                skip[j] = scans[j].text.is_some();
            }
        }
    })?;
    Ok(Numbers { columns, scans, lines, rows })
}

/// The second pass: the `wanted` columns as categories, in order.
pub(super) fn categories(job: &Job<'_>, wanted: &[bool]) -> Result<Vec<Categories>> {
    let columns: Vec<usize> = (0..wanted.len()).filter(|&j| wanted[j]).collect();
    let mut dictionaries: Vec<Dictionary> = columns.iter().map(|_| Dictionary::default()).collect();
    let mut codes: Vec<Vec<u32>> = columns.iter().map(|_| Vec::new()).collect();
    each_record(job, |_, _, record| {
        for (k, &j) in columns.iter().enumerate() {
            let field = record.get(j).map_or("", text);
            codes[k].push(if job.missing.contains(field) { MISSING } else { dictionaries[k].code(field) });
        }
    })?;
    let all = codes.iter_mut().map(Vec::as_mut_slice).collect();
    let (levels, missing) = merge(vec![dictionaries], vec![all], columns.len());
    let parts = codes.into_iter().zip(levels).zip(missing);
    Ok(parts.map(|((codes, levels), missing)| Categories { codes, levels, missing }).collect())
}

/// Calls `visit` with each row below the header, its line and its fields; returns the number of rows.
fn each_record(job: &Job<'_>, mut visit: impl FnMut(usize, u64, &ByteRecord)) -> Result<usize> {
    let bytes = job.bytes;
    let mut reader = reader(bytes, job.header.delimiter);
    let mut record = ByteRecord::new();
    let next = |reader: &mut Reader<&[u8]>, record: &mut ByteRecord| {
        reader.read_byte_record(record).map_err(|error| {
            job.place.error(format!("cannot be read as CSV: {error}"), "save it as comma-separated text")
        })
    };
    next(&mut reader, &mut record)?;
    let (mut row, mut line, mut counted) = (0, 1 + job.header.lines, job.header.body);
    while next(&mut reader, &mut record)? {
        // The reader counts blank lines to the record below them.
        let begin = record.position().map_or(0, |p| p.byte() as usize).clamp(counted, bytes.len());
        let blank = bytes[begin..].iter().position(|b| !matches!(b, b'\r' | b'\n')).unwrap_or_default();
        line += count_lines(&bytes[counted..begin + blank]);
        counted = begin + blank;
        let at_end = reader.position().byte() as usize >= bytes.len();
        if at_end && unclosed(&bytes[counted..], job.header.delimiter) {
            return Err(unclosed_error(job.place.line(line)));
        }
        if record.len() != job.header.names.len() {
            return Err(ragged(job, Some(line), record.len()));
        }
        visit(row, line, &record);
        row += 1;
    }
    Ok(row)
}

/// Whether the single record in `bytes` ends inside a quote: then a line end appended to it does not end it.
pub(super) fn unclosed(bytes: &[u8], delimiter: u8) -> bool {
    let longer = [bytes, b"\nx"].concat();
    memchr::memchr(b'"', bytes).is_some() && reader(&longer, delimiter).byte_records().count() == 1
}

/// The error for a record, at `place`, in which a quote is never closed.
pub(super) fn unclosed_error(place: Place<'_>) -> Error {
    place.error(
        "a quote that opens here is never closed",
        "close it, and double the quotes inside quoted text",
    )
}
