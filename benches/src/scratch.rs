//! [`Scratch`]: a folder in the target directory for files that both sides read, removed at the end.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Result;

/// The folder of this process.
pub struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    /// Makes the folder beside the profile's folder in which this program lies.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn new() -> Result<Self> {
        let program = std::env::current_exe()?;
        let target = program.ancestors().nth(2).map_or_else(std::env::temp_dir, Path::to_path_buf);
        static MADE: AtomicU64 = AtomicU64::new(0);
        let name = format!("{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let folder = target.join("bench-data").join(name);
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    /// The path of a file in it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes the raw little-endian bytes of the values.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_raw<T: Raw>(&self, name: &str, values: &[T]) -> Result<PathBuf> {
        let path = self.path(name);
        let mut file = BufWriter::with_capacity(1 << 20, File::create(&path)?);
        for value in values {
            value.write(&mut file)?;
        }
        file.flush()?;
        Ok(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed lies in the target directory, which `cargo clean` empties.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A number with a name in numpy.
pub trait Raw: Copy {
    /// Its dtype.
    const DTYPE: &'static str;
    /// Writes its little-endian bytes.
    ///
    /// # Errors
    /// The writer fails.
    fn write(self, out: &mut impl Write) -> std::io::Result<()>;
}

macro_rules! raw {
    ($($number:ty, $dtype:literal;)+) => {$(
        impl Raw for $number {
            const DTYPE: &'static str = $dtype;
            fn write(self, out: &mut impl Write) -> std::io::Result<()> {
                out.write_all(&self.to_le_bytes())
            }
        }
    )+};
}

raw! { f64, "<f8"; f32, "<f4"; }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_files_hold_the_bytes_and_the_folder_goes() {
        let scratch = Scratch::new().unwrap();
        let path = scratch.write_raw("x", &[1.5_f32, -2.0]).unwrap();
        let bytes = fs::read(&path).unwrap();
        assert_eq!(bytes, [1.5_f32.to_le_bytes(), (-2.0_f32).to_le_bytes()].concat());
        drop(scratch);
        assert!(!path.exists());
    }
}
