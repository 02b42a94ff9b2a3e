//! The bytes of a file, read in parallel where the system can read at an offset, and cut into pieces of whole lines.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;

use rayon::prelude::*;
use thalweg_core::Result;

use crate::fault::Place;

/// Bytes per read: large enough to hide the call, small enough to share out.
const BLOCK: usize = 4 << 20;

/// The whole file; `kind` says what it should be, such as "a CSV file".
///
/// # Errors
/// [`Error::Data`](thalweg_core::Error::Data) where it does not exist, is a directory or cannot be read.
pub(crate) fn read(path: &Path, kind: &str) -> Result<Vec<u8>> {
    let place = Place::file(Some(path));
    contents(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => place.error("the file does not exist", "check the path"),
        _ if path.is_dir() => place.error("this is a directory, not a file", format!("name {kind} in it")),
        _ => place.error(format!("cannot be read: {error}"), "check the path and its permissions"),
    })
}

fn contents(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if let (true, Ok(size)) = (metadata.is_file(), usize::try_from(metadata.len()))
        && size > BLOCK
    {
        let mut bytes = vec![0; size];
        let blocks = bytes.par_chunks_mut(BLOCK).enumerate();
        let complete = blocks.all(|(i, block)| fill(&file, block, (i * BLOCK) as u64));
        // A file that was still growing or shrinking is read again from the start.
        if complete && file.metadata()?.len() == metadata.len() {
            return Ok(bytes);
        }
    }
    std::fs::read(path)
}

/// Whether `block` could be filled from `offset`.
#[cfg(unix)]
fn fill(file: &File, block: &mut [u8], offset: u64) -> bool {
    std::os::unix::fs::FileExt::read_exact_at(file, block, offset).is_ok()
}

/// Elsewhere the file is read in one piece.
#[cfg(not(unix))]
fn fill(_: &File, _: &mut [u8], _: u64) -> bool {
    false
}

/// Cuts after the first line end at or behind each multiple of `size`.
pub(crate) fn cut(mut bytes: &[u8], size: usize) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    while !bytes.is_empty() {
        let from = size.clamp(1, bytes.len()) - 1;
        let end = memchr::memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |n| from + n + 1);
        let (piece, rest) = bytes.split_at(end);
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}
