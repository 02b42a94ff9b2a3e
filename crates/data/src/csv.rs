//! Reading CSV: [`read_csv`] from a file, [`parse_csv`] from bytes.
//!
//! The first line that is not blank names the columns. A column whose every field that is not missing is a finite
//! number becomes numeric, any other one categorical; all rows are looked at. Bytes without quotes are split at line
//! ends into pieces of a fixed size that the current rayon pool reads at once; bytes with quotes go through the crate
//! `csv`. Both give the same table, to the bit, for every number of threads.

mod categories;
mod header;
mod plain;
mod quoted;
mod scan;
mod survey;

use std::path::Path;

use thalweg_core::{Error, Result};

use crate::column::{Column, Stray, Values, check_levels};
use crate::fault::{Place, show};
use crate::file;
use crate::lines::Lines;
use crate::number::Missing;
use crate::table::Table;
use categories::Categories;
use header::Header;
use scan::Numbers;
use survey::Body;

/// How to read a CSV file. The default suits most files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvOptions {
    /// The byte between fields; `None` takes whichever of comma, semicolon and tab is most frequent in the header.
    pub delimiter: Option<u8>,
    /// The texts that mean "missing", compared exactly after blanks around a field are cut off. Default: the empty
    /// text, `NA`, `NaN`, `nan`, `null`, `.` and `N/A`. A `NaN` that is not in this list is refused like an infinity.
    pub missing: Vec<String>,
    /// Columns that are categorical even where all their fields are numbers.
    pub categorical: Vec<String>,
    /// The size in bytes of the pieces that are read in parallel, default 512 KiB. It never changes the result.
    pub chunk_bytes: usize,
    /// `false` reads everything through the crate `csv` on the calling thread. Default `true`; same result.
    pub parallel: bool,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self {
            delimiter: None,
            missing: ["", "NA", "NaN", "nan", "null", ".", "N/A"].map(str::to_owned).to_vec(),
            categorical: Vec::new(),
            chunk_bytes: 512 << 10,
            parallel: true,
        }
    }
}

/// What each pass over the rows needs.
#[derive(Clone, Copy)]
struct Job<'a> {
    /// The file without byte order mark.
    bytes: &'a [u8],
    place: Place<'a>,
    header: &'a Header,
    missing: &'a Missing,
}

/// Reads a CSV file.
///
/// # Errors
/// Those of [`parse_csv`], and [`Error::Data`] where the file does not exist, is a directory or cannot be read.
pub fn read_csv(path: impl AsRef<Path>, options: &CsvOptions) -> Result<Table> {
    let path = path.as_ref();
    let bytes = file::read(path, "a CSV file")?;
    parse_csv(&bytes, Some(path), options)
}

/// Reads CSV from bytes; `source` is the file name for error texts.
///
/// Blanks around fields are cut off; blank lines are skipped (so the missing value of a one-column table is written as
/// `NA` or `""`); a byte order mark and the line ends LF, CRLF and CR are understood.
///
/// ```
/// use thalweg_data::{CsvOptions, parse_csv};
/// let table = parse_csv(b"age;colour\n31;red\nNA;blue\n", None, &CsvOptions::default())?;
/// assert_eq!(table.names().collect::<Vec<_>>(), ["age", "colour"]);
/// assert_eq!(table.column("age")?.missing(), 1);
/// # Ok::<(), thalweg_data::Error>(())
/// ```
///
/// # Errors
/// [`Error::Empty`] for no bytes; [`Error::UnknownName`] and [`Error::InvalidParameter`] for wrong options;
/// [`Error::Data`] with line and column for everything else: a header without rows, duplicate or empty names, a row
/// with too few or too many fields, bytes that are no text, a quote that is never closed, a number that is not finite.
pub fn parse_csv(bytes: &[u8], source: Option<&Path>, options: &CsvOptions) -> Result<Table> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let place = Place::file(source);
    let header = Header::read(bytes, place, options.delimiter)?;
    let declared = declared(&header, options)?;
    let missing = Missing::new(&options.missing);
    let job = Job { bytes, place, header: &header, missing: &missing };

    let body = Body::survey(&job, options.chunk_bytes)?;
    let parallel = options.parallel && body.plain;
    let numbers =
        if parallel { plain::numbers(&job, &body, &declared)? } else { quoted::numbers(&job, &declared)? };
    if numbers.rows == 0 {
        let line = place.line(header.line);
        return Err(line.error("the header has no data rows below it", "add at least one row"));
    }
    let wanted: Vec<bool> =
        numbers.scans.iter().zip(&declared).map(|(s, d)| *d || s.text.is_some()).collect();
    check_finite(&job, &numbers, &wanted)?;
    let categories = match (wanted.contains(&true), parallel) {
        (false, _) => Vec::new(),
        (true, true) => plain::categories(&job, &body, &wanted),
        (true, false) => quoted::categories(&job, &wanted)?,
    };
    assemble(header.names.clone(), numbers, &wanted, categories, source)
}

/// Which columns the options declare categorical.
fn declared(header: &Header, options: &CsvOptions) -> Result<Vec<bool>> {
    let mut declared = vec![false; header.names.len()];
    for name in &options.categorical {
        let known = header.names.iter().map(String::as_str);
        match header.names.iter().position(|n| n == name) {
            Some(i) => declared[i] = true,
            None => return Err(Error::unknown_name("column", name, known)),
        }
    }
    Ok(declared)
}

/// Refuses the first number (by row, then column) that is not finite in a numeric column.
fn check_finite(job: &Job<'_>, numbers: &Numbers, categorical: &[bool]) -> Result<()> {
    let first = (0..categorical.len())
        .filter(|&j| !categorical[j])
        .filter_map(|j| numbers.scans[j].nonfinite.as_ref().map(|(row, value)| (*row, j, value)))
        .min();
    let Some((row, j, value)) = first else { return Ok(()) };
    let place = job.place.line(numbers.lines.line(row)).column(&job.header.names[j]);
    Err(place.error(
        format!("value `{}` is not a finite number", show(value)),
        "correct it, or write NA if it is missing",
    ))
}

/// The table of the numeric columns and the categorical ones.
fn assemble(
    names: Vec<String>,
    numbers: Numbers,
    wanted: &[bool],
    categories: Vec<Categories>,
    source: Option<&Path>,
) -> Result<Table> {
    let Numbers { columns, scans, lines, rows } = numbers;
    let mut categories = categories.into_iter();
    let mut table = Vec::with_capacity(names.len());
    for (((name, numbers), scan), wanted) in names.into_iter().zip(columns).zip(scans).zip(wanted) {
        let found = if *wanted { categories.next() } else { None };
        table.push(match found {
            None => Column::from_parts(name, Values::Numeric(numbers), scan.missing, None),
            Some(Categories { codes, levels, missing }) => {
                check_levels(&name, levels.len())?;
                let stray = scan.text.map(|(row, value)| stray(&lines, row, value));
                Column::from_parts(name, Values::Categorical { codes, levels }, missing, stray)
            }
        });
    }
    Ok(Table::from_parts(table, rows, source, lines))
}

fn stray(lines: &Lines, row: usize, value: String) -> Stray {
    Stray { value, line: lines.line(row).unwrap_or_default() }
}
