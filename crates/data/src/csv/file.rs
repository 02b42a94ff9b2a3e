//! The bytes of a file, read in parallel where the system can read at an offset.

use std::fs::File;
use std::io::Result;
use std::path::Path;

use rayon::prelude::*;

/// Bytes per read: large enough to hide the call, small enough to share out.
const BLOCK: usize = 4 << 20;

/// The whole file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
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
