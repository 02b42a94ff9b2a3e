//! The survey of the rows before they are read: is it text, has it quotes, how many rows lie in each piece?

use rayon::prelude::*;
use thalweg_core::Result;

use super::Job;
use crate::fault::Place;
use crate::file::cut;
use crate::lines::Lines;

/// The bytes below the header, in pieces that end at line ends.
pub(super) struct Body<'a> {
    pub(super) pieces: Vec<Piece<'a>>,
    /// Whether there are neither quotes nor lone carriage returns: a line is a row, a delimiter ends a field.
    pub(super) plain: bool,
    /// Where the rows of each piece stand; right only if `plain`.
    pub(super) lines: Lines,
    pub(super) rows: usize,
}

/// One piece.
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    /// Its lines that are not blank.
    pub(super) rows: usize,
    lines: u64,
    plain: bool,
    runs: Lines,
}

impl<'a> Body<'a> {
    pub(super) fn survey(job: &Job<'a>, chunk_bytes: usize) -> Result<Self> {
        let bytes = &job.bytes[job.header.body..];
        let cut = cut(bytes, chunk_bytes);
        let pieces: Vec<Option<Piece<'a>>> = cut.par_iter().map(|piece| survey(piece)).collect();
        let (mut rows, mut before) = (0, job.header.lines);
        let mut lines = Lines::default();
        let mut texts = Vec::with_capacity(cut.len());
        for (piece, bytes) in pieces.into_iter().zip(cut) {
            let Some(piece) = piece else {
                check_text(bytes, before, job.place)?;
                continue;
            };
            lines.append(&piece.runs, rows, before);
            rows += piece.rows;
            before += piece.lines;
            texts.push(piece);
        }
        let pieces = texts;
        let plain = pieces.iter().all(|piece| piece.plain);
        Ok(Self { pieces, plain, lines, rows })
    }
}

/// `None` where the bytes are no text.
fn survey(bytes: &[u8]) -> Option<Piece<'_>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut lone = 0;
    let mut plain = true;
    if memchr::memchr3(0, b'"', b'\r', bytes).is_some() {
        if bytes.contains(&0) {
            return None;
        }
        lone = lone_returns(bytes);
        plain = lone == 0 && memchr::memchr(b'"', bytes).is_none();
    }
    let (mut rows, mut runs) = (0, Lines::default());
    let (mut start, mut lines) = (0, lone as u64);
    for end in memchr::memchr_iter(b'\n', bytes).chain((!bytes.ends_with(b"\n")).then_some(bytes.len())) {
        lines += 1;
        if !matches!(&bytes[start..end], b"" | b"\r") {
            runs.push(rows, lines);
            rows += 1;
        }
        start = end + 1;
    }
    Some(Piece { text, rows, lines, plain, runs })
}

/// The bytes as text.
///
/// # Errors
/// For the first byte that is NUL or no UTF-8; `lines_before` lines precede the bytes.
pub(super) fn check_text<'a>(bytes: &'a [u8], lines_before: u64, place: Place<'_>) -> Result<&'a str> {
    let (text, valid) = match std::str::from_utf8(bytes) {
        Ok(text) => (text, bytes.len()),
        Err(error) => ("", error.valid_up_to()),
    };
    let culprit = match memchr::memchr(0, &bytes[..valid]) {
        None if valid == bytes.len() => return Ok(text),
        None => valid,
        Some(nul) => nul,
    };
    let line = lines_before + 1 + count_lines(&bytes[..culprit]);
    Err(place.line(line).error(
        format!("bytes that are no text (0x{:02x})", bytes[culprit]),
        "save the table as UTF-8 text separated by commas",
    ))
}

/// How many lines end in `bytes`: at LF, CRLF or CR.
pub(super) fn count_lines(bytes: &[u8]) -> u64 {
    (memchr::memchr_iter(b'\n', bytes).count() + lone_returns(bytes)) as u64
}

/// How many carriage returns have no line feed behind them.
fn lone_returns(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\r', bytes).filter(|&at| bytes.get(at + 1) != Some(&b'\n')).count()
}
