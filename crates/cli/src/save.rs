//! Files that are either whole or not there: written beside, flushed to the disk, renamed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Refuses, before any work is done, a path that cannot be written to.
pub fn check(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return Err(refused(path, "this is a directory", "name a file in it"));
    }
    if path.file_name().is_none() {
        return Err(refused(path, "this names no file", "name a file"));
    }
    let folder = folder(path);
    if !folder.is_dir() {
        let problem = format!("the directory `{}` does not exist", folder.display());
        return Err(refused(path, &problem, "make it first, or name another file"));
    }
    Ok(())
}

/// Writes the file. Whatever fails, a file of this name stays as it was.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    check(path)?;
    attempt(path, bytes).map_err(|error| {
        let reason = format!("it cannot be written: {error}");
        refused(path, &reason, "check the permissions and the space on the disk")
    })
}

fn attempt(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Where the name is a link, the file behind it is replaced and not the link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let permissions = match fs::metadata(&target) {
        Ok(known) if !known.is_file() => {
            // A pipe or a device cannot be replaced.
            return OpenOptions::new().write(true).open(&target)?.write_all(bytes);
        }
        Ok(known) if known.permissions().readonly() => {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
        }
        Ok(known) => Some(known.permissions()),
        Err(_) => None,
    };
    let beside = beside(&target);
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
        file.write_all(bytes)?;
        if let Some(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        file.sync_all()?;
        fs::rename(&beside, &target)
    })();
    if written.is_err() {
        // It may never have come to be.
        let _ = fs::remove_file(&beside);
        return written;
    }
    // The new name is safe only when the directory is; not every system can flush one.
    if let Ok(folder) = File::open(folder(&target)) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// A name in the same directory that no other process uses.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    folder(path).join(format!(".{name}.{}.tmp", std::process::id()))
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn refused(path: &Path, problem: &str, remedy: &str) -> Failure {
    Failure::Usage(format!("{}: {problem}; {remedy}", path.display()))
}
