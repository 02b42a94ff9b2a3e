//! Reading svmlight/libsvm text into a sparse matrix: [`read_svmlight`] from a file, [`parse_svmlight`] from bytes;
//! writing: [`write_svmlight`].
//!
//! One line is one row, `target index:value index:value ... # comment`; the indices ascend, what is not named is zero.
//! A `qid:` behind the target (queries of ranking problems) is skipped with a note. Format: Joachims,
//! SVMlight 6.02, <https://www.cs.cornell.edu/people/tj/svm_light/>; Chang, Lin: LIBSVM, README, section "Data format".
//!
//! Bytes are cut at line ends into pieces of a fixed size that the current rayon pool reads at once. The result is the
//! same, to the bit, for every number of threads and every size.

mod piece;
mod write;

use std::path::Path;

use rayon::prelude::*;
use thalweg_core::{Error, Result, Sparse};

use crate::fault::{Place, count};
use crate::file;
use crate::lines::Lines;
use crate::origin::Origin;
use crate::take_rows::{self, TakeRows};
use piece::Piece;
pub use write::write_svmlight;

/// Whether the first column is called 0 or 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IndexBase {
    /// 0 if any index of the file is 0, else 1. Wrong for a file that counts from 0 and whose first column is all zeros.
    #[default]
    Auto,
    /// The first column is 0, as in the files of scikit-learn.
    Zero,
    /// The first column is 1, as in the files of SVMlight and LIBSVM. An index of 0 is refused.
    One,
}

/// How to read svmlight text. The default suits most files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SvmlightOptions {
    /// The number of columns; a higher index is refused. `None` takes the highest index of the file, which may be lower
    /// in new data than in the data of a fit.
    pub features: Option<usize>,
    /// What the first column is called.
    pub base: IndexBase,
    /// The most columns where `features` does not tell, default 2²⁶: one wrong index would make every vector of
    /// coefficients take gigabytes.
    pub max_features: usize,
    /// The size in bytes of the pieces that are read in parallel, default 512 KiB. It never changes the result.
    pub chunk_bytes: usize,
}

impl Default for SvmlightOptions {
    fn default() -> Self {
        Self { features: None, base: IndexBase::Auto, max_features: 1 << 26, chunk_bytes: 512 << 10 }
    }
}

/// What svmlight text holds: n rows, p columns, few of the values not zero.
#[derive(Debug, Clone)]
pub struct Svmlight {
    /// The predictors, n × p, by rows. A zero that the text spells out is a stored entry.
    pub x: Sparse<f64>,
    /// The targets, n, as the text has them: classes may be −1 and 1, 0 and 1, or 1, 2, 3.
    pub y: Vec<f64>,
    /// Whether the text calls the first column 0.
    pub zero_based: bool,
    /// What a person should hear about the file, one line each: skipped `qid:`.
    pub notes: Vec<String>,
    origin: Origin,
}

impl Svmlight {
    /// The 1-based line behind `row` (0-based); `None` for rows that do not exist.
    #[must_use]
    pub fn locate(&self, row: usize) -> Option<u64> {
        if row < self.y.len() { self.origin.line(row) } else { None }
    }

    /// The file it was read from, or the name that was given for it.
    #[must_use]
    pub fn source(&self) -> Option<&Path> {
        self.origin.source()
    }

    /// Turns an error about a row (a value outside the domain of a loss, a value that is not finite) into one that
    /// names the file and the line. Other errors stay as they are.
    #[must_use]
    pub fn locate_error(&self, error: Error) -> Error {
        self.origin.locate_error(error, |row| self.locate(row))
    }
}

impl TakeRows for Svmlight {
    fn take_rows(&self, rows: &[u32]) -> Result<Self> {
        take_rows::check(rows, self.y.len())?;
        Ok(Self {
            x: self.x.take_rows(rows)?,
            y: self.y.take_rows(rows)?,
            zero_based: self.zero_based,
            notes: self.notes.clone(),
            origin: self.origin.take(rows),
        })
    }
}

/// Reads an svmlight file.
///
/// # Errors
/// Those of [`parse_svmlight`], and [`Error::Data`] where the file does not exist, is a directory or cannot be read.
pub fn read_svmlight(path: impl AsRef<Path>, options: &SvmlightOptions) -> Result<Svmlight> {
    let path = path.as_ref();
    let bytes = file::read(path, "an svmlight file")?;
    parse_svmlight(&bytes, Some(path), options)
}

/// Reads svmlight from bytes; `source` is the file name for error texts.
///
/// Values are read exactly (correctly rounded), as in CSV. Blank lines and lines that are comments are skipped; the
/// line ends LF and CRLF and a byte order mark are understood.
///
/// ```
/// use thalweg_data::{SvmlightOptions, parse_svmlight};
/// let data = parse_svmlight(b"+1 1:0.5 3:2 # first\n-1 2:1e-3\n", None, &SvmlightOptions::default())?;
/// assert_eq!(data.y, [1.0, -1.0]);
/// assert_eq!((data.x.rows(), data.x.columns()), (2, 3));
/// assert_eq!(data.x.row(0), (&[0, 2][..], &[0.5, 2.0][..]));
/// # Ok::<(), thalweg_data::Error>(())
/// ```
///
/// # Errors
/// [`Error::Empty`] for no bytes; [`Error::InvalidParameter`] for too many `features`; [`Error::Data`] with the line
/// for everything else: no rows, a target or value that is no finite number, an entry that is not `index:value`,
/// indices that do not ascend or stand twice, an index of 0 where the first is 1, an index above the number of columns.
pub fn parse_svmlight(bytes: &[u8], source: Option<&Path>, options: &SvmlightOptions) -> Result<Svmlight> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let place = Place::file(source);
    if bytes.is_empty() {
        let what = source.map_or_else(|| "the data".to_owned(), |file| file.display().to_string());
        let remedy = "it needs at least one line `target index:value ...`".to_owned();
        return Err(Error::Empty { what, remedy });
    }
    if let Some(features) = options.features.filter(|features| *features >= u32::MAX as usize) {
        let rule = format!("a sparse matrix has fewer than {} columns", u32::MAX);
        return Err(Error::invalid_parameter("features", features, &rule));
    }
    let cut = file::cut(bytes, options.chunk_bytes);
    let mut pieces: Vec<Piece> =
        cut.into_par_iter().map(|text| Piece::read(text, options.base == IndexBase::One)).collect();
    let (lines, notes) = survey(&mut pieces, place)?;
    let zero_based = match options.base {
        IndexBase::Auto => pieces.iter().any(|piece| piece.zero),
        IndexBase::Zero => true,
        IndexBase::One => false,
    };
    let columns = columns(&pieces, place, &lines, zero_based, options)?;
    let (x, y) = assemble(pieces, columns, u32::from(!zero_based))?;
    Ok(Svmlight { x, y, zero_based, notes, origin: Origin::new(source, lines) })
}

/// The lines of the rows and the notes, or the first error of the file.
fn survey(pieces: &mut [Piece], place: Place<'_>) -> Result<(Lines, Vec<String>)> {
    let (mut rows, mut before, mut query) = (0, 0, None);
    let mut lines = Lines::default();
    for piece in pieces {
        if let Some(fault) = piece.fault.take() {
            return Err(place.line(before + piece.read).error(fault.problem, fault.remedy));
        }
        query = query.or(piece.query.map(|line| before + line));
        lines.append(&piece.lines, rows, before);
        rows += piece.targets.len();
        before += piece.read;
    }
    if rows == 0 {
        return Err(place.error("no line holds a row", "add at least one line `target index:value ...`"));
    }
    let note = query.map(|line| {
        let (problem, remedy) = ("`qid:` is ignored here and below", "rows are taken as independent");
        place.line(line).error(problem, remedy).to_string()
    });
    Ok((lines, note.into_iter().collect()))
}

/// The number of columns.
fn columns(
    pieces: &[Piece],
    place: Place<'_>,
    lines: &Lines,
    zero_based: bool,
    options: &SvmlightOptions,
) -> Result<usize> {
    let above = usize::from(zero_based);
    let found = pieces.iter().filter_map(|piece| piece.highest).max().map_or(0, |i| i as usize + above);
    let most = options.features.unwrap_or(options.max_features);
    if found <= most {
        return Ok(options.features.unwrap_or(found));
    }
    // Indices ascend in a row, so the last one tells.
    let last = pieces.iter().flat_map(Piece::last_indices).enumerate();
    let mut wrong = last.filter_map(|(row, index)| Some((row, index?)));
    let (row, index) = wrong.find(|(_, index)| *index as usize + above > most).unwrap_or_default();
    let counted = if zero_based { "counted from 0" } else { "counted from 1" };
    Err(place.line(lines.line(row)).error(
        match options.features {
            Some(_) => format!("index {index} ({counted}) of data with {}", count(most, "feature")),
            None => format!("index {index} ({counted}) makes more than {most} features (`max_features`)"),
        },
        "correct the index, or give the right number of features",
    ))
}

/// The pieces one behind the other; `base` is what the text calls the first column.
fn assemble(pieces: Vec<Piece>, columns: usize, base: u32) -> Result<(Sparse<f64>, Vec<f64>)> {
    let rows: usize = pieces.iter().map(|piece| piece.targets.len()).sum();
    let entries: usize = pieces.iter().map(|piece| piece.values.len()).sum();
    let (mut y, mut starts) = (Vec::with_capacity(rows), Vec::with_capacity(rows + 1));
    starts.push(0);
    let mut before = 0;
    for piece in &pieces {
        y.extend_from_slice(&piece.targets);
        starts.extend(piece.ends.iter().map(|end| before + end));
        before += piece.values.len();
    }
    let (mut indices, mut values) = (vec![0_u32; entries], vec![0.0; entries]);
    let mut stretches = Vec::with_capacity(pieces.len());
    let (mut free_indices, mut free_values) = (indices.as_mut_slice(), values.as_mut_slice());
    for piece in pieces {
        let (i, behind) = free_indices.split_at_mut(piece.indices.len());
        let (v, rest) = free_values.split_at_mut(piece.values.len());
        (free_indices, free_values) = (behind, rest);
        stretches.push((piece, i, v));
    }
    stretches.into_par_iter().for_each(|(piece, i, v)| {
        i.iter_mut().zip(&piece.indices).for_each(|(to, from)| *to = from - base);
        v.copy_from_slice(&piece.values);
    });
    Ok((Sparse::from_csr(rows, columns, starts, indices, values)?, y))
}
