//! One piece of svmlight text, read in one pass.

use crate::fault::show;
use crate::lines::Lines;
use crate::number::{Field, classify, prefix};

/// The rows of a piece.
#[derive(Default)]
pub(super) struct Piece {
    pub(super) targets: Vec<f64>,
    /// How many entries the rows up to and including each have.
    pub(super) ends: Vec<usize>,
    /// As the text has them, whatever it calls the first column.
    pub(super) indices: Vec<u32>,
    pub(super) values: Vec<f64>,
    pub(super) lines: Lines,
    /// How many lines were read; with a fault, the last of them has it.
    pub(super) read: u64,
    /// Whether an index is 0.
    pub(super) zero: bool,
    pub(super) highest: Option<u32>,
    /// The line of the first `qid:`.
    pub(super) query: Option<u64>,
    pub(super) fault: Option<Fault>,
}

/// What is wrong with a line.
pub(super) struct Fault {
    pub(super) problem: String,
    pub(super) remedy: &'static str,
}

impl Piece {
    /// Reads up to the end or the first fault.
    pub(super) fn read(bytes: &[u8], refuse_zero: bool) -> Self {
        let entries = memchr::memchr_iter(b':', bytes).count();
        let mut piece = Self {
            indices: Vec::with_capacity(entries),
            values: Vec::with_capacity(entries),
            ..Self::default()
        };
        let mut at = 0;
        while at < bytes.len() {
            piece.read += 1;
            match piece.line(bytes, at, refuse_zero) {
                Ok(end) => at = end + 1,
                Err(fault) => {
                    piece.fault = Some(fault);
                    break;
                }
            }
        }
        piece
    }

    /// The last index of each row; `None` for a row without entries.
    pub(super) fn last_indices(&self) -> impl Iterator<Item = Option<u32>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| self.indices.get(start..end)?.last().copied())
    }

    /// Reads the line that begins at `at`; returns the position of its line feed or the end.
    #[inline]
    fn line(&mut self, bytes: &[u8], at: usize, refuse_zero: bool) -> Result<usize, Fault> {
        let mut at = skip_blanks(bytes, at);
        if closes(bytes, at) {
            return Ok(line_end(bytes, at));
        }
        let (target, end) =
            number(bytes, at).map_err(|field| bad_target(&bytes[at..token_end(bytes, at)], field))?;
        at = skip_blanks(bytes, end);
        if bytes.get(at..).is_some_and(|rest| rest.starts_with(b"qid:")) {
            self.query.get_or_insert(self.read);
            at = skip_blanks(bytes, token_end(bytes, at));
        }
        let mut previous = None;
        while !closes(bytes, at) {
            let (index, colon) = index(bytes, at);
            let Some(index) = index.filter(|_| bytes.get(colon) == Some(&b':')) else {
                return Err(bad_entry(&bytes[at..token_end(bytes, at)]));
            };
            if previous.is_some_and(|previous| previous >= index) || (refuse_zero && index == 0) {
                return Err(bad_index(index, previous));
            }
            let (value, end) = number(bytes, colon + 1)
                .map_err(|field| bad_value(&bytes[at..token_end(bytes, at)], field))?;
            self.zero |= index == 0;
            self.indices.push(index);
            self.values.push(value);
            previous = Some(index);
            at = skip_blanks(bytes, end);
        }
        self.highest = self.highest.max(previous);
        self.lines.push(self.targets.len(), self.read);
        self.targets.push(target);
        self.ends.push(self.values.len());
        Ok(line_end(bytes, at))
    }
}

/// Whether a byte is a blank inside a line; the carriage return of a line end counts as one.
#[inline]
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

#[inline]
fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|&byte| is_blank(byte)) {
        at += 1;
    }
    at
}

/// Whether the row ends at `at`: with the line, the piece or a comment.
#[inline]
fn closes(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at), None | Some(b'\n' | b'#'))
}

/// The line feed behind a row, or the end.
#[inline]
fn line_end(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(b'#') => memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n),
        _ => at.min(bytes.len()),
    }
}

/// Where the text between blanks that begins at `at` ends.
fn token_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let length = rest.iter().position(|&byte| is_blank(byte) || matches!(byte, b'\n' | b'#'));
    length.map_or(bytes.len(), |length| at + length)
}

/// The number between `at` and the next blank, and where it ends.
#[inline]
fn number(bytes: &[u8], at: usize) -> Result<(f64, usize), Field> {
    if let Some((value, length)) = bytes.get(at..).and_then(prefix) {
        let end = at + length;
        if closes(bytes, end) || bytes.get(end).is_some_and(|&byte| is_blank(byte)) {
            return Ok((value, end));
        }
    }
    let end = token_end(bytes, at);
    match classify(bytes.get(at..end).unwrap_or_default()) {
        Field::Number(value) => Ok((value, end)),
        field => Err(field),
    }
}

/// The digits at `at` as an index below 2³² − 1, and where they end.
#[inline]
fn index(bytes: &[u8], start: usize) -> (Option<u32>, usize) {
    let (mut index, mut at) = (0_u64, start);
    while let Some(&byte) = bytes.get(at) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        index = index.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    let fits = (1..=10).contains(&(at - start)) && index < u64::from(u32::MAX);
    (fits.then_some(index as u32), at)
}

const LINE: &str = "write each line as `target index:value index:value ...`";

fn quote(bytes: &[u8]) -> String {
    format!("`{}`", show(&String::from_utf8_lossy(bytes)))
}

fn bad_target(token: &[u8], field: Field) -> Fault {
    let several = token.split(|&byte| byte == b',').all(|label| matches!(classify(label), Field::Number(_)));
    let problem = match field {
        Field::NonFinite => format!("the target {} is not a finite number", quote(token)),
        _ if several => format!("the target {} is a list of labels", quote(token)),
        _ => format!("the target {} is not a number", quote(token)),
    };
    let remedy = if several { "give one number a line, and fit each label on its own" } else { LINE };
    Fault { problem, remedy }
}

fn bad_entry(token: &[u8]) -> Fault {
    let colon = token.iter().position(|&byte| byte == b':');
    let Some(digits) = colon.map(|colon| &token[..colon]) else {
        return Fault { problem: format!("{} is not of the form index:value", quote(token)), remedy: LINE };
    };
    if digits == b"qid" {
        let problem = format!("{} does not stand directly behind the target", quote(token));
        return Fault { problem, remedy: "move or remove it" };
    }
    if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) {
        let problem = format!("the index of {} is {} or more", quote(token), u32::MAX);
        return Fault { problem, remedy: "number the columns without gaps" };
    }
    let problem = format!("the index of {} is not a whole number of 0 or more", quote(token));
    Fault { problem, remedy: LINE }
}

fn bad_index(index: u32, previous: Option<u32>) -> Fault {
    match previous {
        Some(previous) if previous == index => {
            Fault { problem: format!("index {index} stands twice"), remedy: "keep one of the values" }
        }
        Some(previous) => Fault {
            problem: format!("index {index} stands behind {previous}, but indices must ascend"),
            remedy: "sort the entries of each line by index",
        },
        None => Fault {
            problem: "index 0, but the first column is 1".to_owned(),
            remedy: "read the file with indices from 0",
        },
    }
}

fn bad_value(token: &[u8], field: Field) -> Fault {
    let problem = match field {
        Field::NonFinite => format!("the value of {} is not a finite number", quote(token)),
        _ => format!("the value of {} is not a number", quote(token)),
    };
    Fault { problem, remedy: "correct it, or leave the entry out if it is zero" }
}
