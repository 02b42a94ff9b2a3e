//! Which files tidy reads: what git tracks or would track; without git, the tree without build products.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use xshell::{Shell, cmd};

use super::source::Source;
use crate::Result;

/// Kinds of file that people write by hand; data sets, stored results and pictures are left alone.
const EXTENSIONS: &[&str] = &["md", "rs", "toml", "lock", "py", "R", "r", "sh", "yml", "yaml"];
/// Folders that hold build products or other people's code.
const SKIPPED: &[&str] = &["target", ".git", ".venv", "__pycache__"];

/// The texts under the shell's current folder, in path order.
pub(super) fn read(sh: &Shell) -> Result<Vec<Source>> {
    let root = sh.current_dir();
    let paths = tracked(sh).map_or_else(|| walked(&root), Ok)?;
    let wanted = paths.into_iter().filter(|path| is_text(path));
    // A tracked file may have been deleted in the working tree.
    let present = wanted.filter(|path| root.join(path).is_file());
    present.map(|path| Ok(Source::new(&path, &fs::read_to_string(root.join(&path))?))).collect()
}

fn is_text(path: &str) -> bool {
    let named = path.starts_with(".ci/") || path.ends_with("requirements.txt");
    let kind = named || EXTENSIONS.contains(&Source::new(path, "").extension());
    kind && !path.split('/').any(|part| SKIPPED.contains(&part))
}

/// Tracked files and new files that git does not ignore; `None` where git or its repository is missing.
fn tracked(sh: &Shell) -> Option<BTreeSet<String>> {
    let list = cmd!(sh, "git ls-files -z --cached --others --exclude-standard")
        .quiet()
        .ignore_stderr()
        .read()
        .ok()?;
    let paths: BTreeSet<_> = list.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    (!paths.is_empty()).then_some(paths)
}

fn walked(root: &Path) -> Result<BTreeSet<String>> {
    let mut paths = BTreeSet::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type()?.is_dir() {
                if !SKIPPED.contains(&name.as_str()) {
                    folders.push(entry.path());
                }
            } else if let Ok(relative) = entry.path().strip_prefix(root) {
                paths.insert(relative.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hand_written_files_are_read_and_products_are_not() {
        for path in ["README.md", "crates/core/src/lib.rs", ".ci/run", "Cargo.lock", "a/tests/fixtures/glm.R"]
        {
            assert!(is_text(path), "{path}");
        }
        for path in ["a/tests/fixtures/glm.json", "target/a.rs", "benches/.venv/a.py", "logo.svg"] {
            assert!(!is_text(path), "{path}");
        }
    }
}
