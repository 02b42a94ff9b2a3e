//! `new optimizer-crate PATH`: `examples/outside-momentum` under another name, wherever the path says.

use std::fs;
use std::path::{Component, Path, PathBuf};

use xshell::Shell;

use super::name::Name;
use crate::Result;

pub(super) const KIND: &str = "optimizer-crate";

/// The example is the template: its laws run with every `cargo xtask test`, so it cannot rot.
const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("../../../examples/outside-momentum/Cargo.toml")),
    ("src/lib.rs", include_str!("../../../examples/outside-momentum/src/lib.rs")),
    ("tests/allocation.rs", include_str!("../../../examples/outside-momentum/tests/allocation.rs")),
    ("tests/laws.rs", include_str!("../../../examples/outside-momentum/tests/laws.rs")),
    (".gitignore", "/target\n"),
];
/// Where the example finds the workspace's crates.
const CRATES: &str = "../../crates/";

pub(super) fn create(sh: &Shell, path: &str) -> Result<()> {
    let root = sh.current_dir();
    // The shell stands in the repository's root, the process where the user called it.
    let folder = plain(&std::env::current_dir()?.join(path));
    let files = render(&root, &folder)?;
    for (file, text) in &files {
        let file = folder.join(file);
        fs::create_dir_all(file.parent().unwrap_or(&folder))?;
        fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    // The versions that Thalweg is tested with; cargo drops what the crate does not need.
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    eprintln!("wrote      {}", folder.display());
    eprintln!("next       put your method where src/lib.rs says REPLACE");
    eprintln!("laws       cargo test --manifest-path {path}/Cargo.toml");
    eprintln!("race       cargo xtask bench --with {path}");
    Ok(())
}

/// Every file with its text, or why there can be none.
fn render(root: &Path, folder: &Path) -> Result<Vec<(&'static str, String)>> {
    let shown = folder.display();
    let package = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let package = package.ok_or_else(|| format!("{shown}: the path must end in the crate's name"))?;
    if folder.exists() && fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_some()) {
        return Err(format!("{shown} exists: choose another path").into());
    }
    if folder.starts_with(root.join("crates")) {
        return Err(format!(
            "{shown}: in crates/ it would be a member of the workspace: choose another folder"
        )
        .into());
    }
    let name = Name::new(&package.replace('-', "_"), FILES[1].1)
        .map_err(|why| format!("{shown}: the crate's name: {why}"))?;
    let crates = relative(folder, &root.join("crates"));
    let fill = |text: &str| {
        let text = text.replace(CRATES, &format!("{crates}/"));
        let text = text.replace("outside-momentum", &package).replace("outside_momentum", name.snake());
        text.replace("Momentum", &name.type_name())
    };
    Ok(FILES.iter().map(|(file, text)| (*file, fill(text))).collect())
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// The way from one folder to another, with forward slashes; the whole path where there is none.
fn relative(from: &Path, to: &Path) -> String {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    // What they share on different disks is nothing, and below the root itself a relative path is no easier to read.
    if shared < 2 {
        return to.to_string_lossy().replace('\\', "/");
    }
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = to.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_where_that_helps() {
        let way = |from: &str, to: &str| relative(&plain(Path::new(from)), Path::new(to));
        assert_eq!(way("/a/thalweg/../mine", "/a/thalweg/crates"), "../thalweg/crates");
        assert_eq!(way("/a/thalweg/examples/./mine", "/a/thalweg/crates"), "../../crates");
        assert_eq!(way("/b/mine", "/a/thalweg/crates"), "/a/thalweg/crates");
    }

    #[test]
    fn the_example_is_renamed_throughout() {
        let files = render(Path::new("/a/thalweg"), Path::new("/a/my-nesterov")).unwrap();
        let text = files.iter().map(|(_, text)| text.as_str()).collect::<String>();
        assert!(text.contains("minimizers = [\"my_nesterov::MyNesterov\"]"), "{text}");
        assert!(text.contains("path = \"../thalweg/crates/core\"") && text.contains("REPLACE"));
        assert!(!text.contains("outside") && !text.contains("Momentum") && !text.contains(CRATES));
    }

    #[test]
    fn paths_that_cannot_work_are_refused() {
        let why = |path: &str| render(Path::new("/a/thalweg"), Path::new(path)).unwrap_err().to_string();
        assert!(why("/a/thalweg/crates/mine").contains("member of the workspace"));
        assert!(why("/a/My-Crate").contains("snake_case") && why("/a/state").contains("already means"));
        assert!(why(env!("CARGO_MANIFEST_DIR")).contains("exists"));
    }
}
