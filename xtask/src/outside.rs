//! [`Outside`]: a crate outside the workspace, as its manifest describes it, and the examples of such crates.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use xshell::{Shell, cmd};

use crate::Result;

/// Crates that show how to write one; each is a workspace of its own.
const EXAMPLES: &str = "examples";

/// What `[package.metadata.thalweg]` and the rest of a manifest say.
#[derive(Debug)]
pub(crate) struct Outside {
    /// Where it is.
    pub(crate) folder: PathBuf,
    /// The package's name.
    pub(crate) package: String,
    /// The library's name in Rust.
    pub(crate) library: Option<String>,
    /// Types to race, each a path that starts with the library's name.
    pub(crate) minimizers: Vec<String>,
    /// Laws that its tests break on purpose.
    pub(crate) breaks: Vec<String>,
    /// Where its thalweg-core comes from.
    pub(crate) core: Option<Core>,
}

/// The source of a crate's thalweg-core.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Core {
    Registry,
    Folder(PathBuf),
    Other(String),
}

/// Why an outside crate cannot be raced: where, the rule, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    NoManifest { path: PathBuf },
    Unreadable { path: PathBuf, said: String },
    NoPackage { path: PathBuf },
    NoLibrary { path: PathBuf },
    NoMinimizers { path: PathBuf },
    NotAPath { path: PathBuf, minimizer: String, library: String },
    NoCore { path: PathBuf },
    ForeignCore { path: PathBuf, found: String, wanted: PathBuf },
    DoesNotCompile { path: PathBuf, said: String },
    Unknown { path: PathBuf, minimizer: String, said: String },
    NotAMinimizer { path: PathBuf, minimizer: String, said: String },
    NotBuilt { path: PathBuf },
}

impl std::error::Error for Fault {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoManifest { path } => {
                write!(
                    f,
                    "{}: no Cargo.toml: name the folder of a crate, or make one with `cargo xtask new optimizer-crate PATH`",
                    path.display()
                )
            }
            Self::Unreadable { path, said } => {
                write!(f, "{}/Cargo.toml: cargo cannot read it: {said}; mend the manifest", path.display())
            }
            Self::NoPackage { path } => {
                write!(
                    f,
                    "{}/Cargo.toml: it describes no package: name the folder of one member of the workspace",
                    path.display()
                )
            }
            Self::NoLibrary { path } => {
                write!(
                    f,
                    "{}: a crate to race needs a library: put the optimizer into src/lib.rs",
                    path.display()
                )
            }
            Self::NoMinimizers { path } => write!(
                f,
                "{}/Cargo.toml: it names no optimizer: write `minimizers = [\"crate_name::Type\"]` under [package.metadata.thalweg]",
                path.display()
            ),
            Self::NotAPath { path, minimizer, library } => write!(
                f,
                "{}/Cargo.toml: minimizers: `{minimizer}` is no type of this crate: write it like `{library}::Type`",
                path.display()
            ),
            Self::NoCore { path } => write!(
                f,
                "{}/Cargo.toml: an optimizer implements a trait of thalweg-core: add it under [dependencies]",
                path.display()
            ),
            Self::ForeignCore { path, found, wanted } => write!(
                f,
                "{}/Cargo.toml: thalweg-core comes from {found}, and traits of two copies differ: use {}",
                path.display(),
                wanted.display()
            ),
            Self::DoesNotCompile { path, said } => {
                write!(f, "{}: it does not compile: {said}; `cargo check` there shows where", path.display())
            }
            Self::Unknown { path, minimizer, said } => write!(
                f,
                "{}: minimizers: `{minimizer}`: {said}; name a public type of the crate",
                path.display()
            ),
            Self::NotAMinimizer { path, minimizer, said } => write!(
                f,
                "{}: minimizers: `{minimizer}`: {said}; it needs `Default` and `impl<O: Gradient<f64> + ?Sized> Minimizer<f64, O>`, or \
                 `O: Hessian<f64>`",
                path.display()
            ),
            Self::NotBuilt { path } => {
                write!(
                    f,
                    "{}: the program that races it could not be built: cargo says above why",
                    path.display()
                )
            }
        }
    }
}

impl Outside {
    /// Reads the manifest in a folder.
    ///
    /// # Errors
    /// No manifest there, or none that describes a package.
    pub(crate) fn read(sh: &Shell, folder: &Path) -> Result<Self, Fault> {
        let path = folder.to_owned();
        let Ok(manifest) = folder.join("Cargo.toml").canonicalize() else {
            return Err(Fault::NoManifest { path });
        };
        let folder = manifest.parent().unwrap_or(folder).to_owned();
        let cmd = cmd!(sh, "cargo metadata --format-version 1 --no-deps --manifest-path {manifest}");
        let output = cmd.quiet().ignore_status().output();
        let unreadable = |said: &str| {
            let reason =
                said.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
            Fault::Unreadable { path: path.clone(), said: reason.trim_start_matches("error: ").to_owned() }
        };
        let output = output.map_err(|error| unreadable(&error.to_string()))?;
        let metadata = serde_json::from_slice(&output.stdout);
        let metadata: Value = metadata.map_err(|_| unreadable(&String::from_utf8_lossy(&output.stderr)))?;
        Self::of(&metadata, folder).ok_or(Fault::NoPackage { path })
    }

    /// From the output of `cargo metadata --no-deps`, which lists the whole workspace that the crate belongs to.
    fn of(metadata: &Value, folder: PathBuf) -> Option<Self> {
        let manifest = folder.join("Cargo.toml");
        let packages = metadata["packages"].as_array()?;
        let package = packages
            .iter()
            .find(|p| p["manifest_path"].as_str().is_some_and(|path| Path::new(path) == manifest))?;
        let library = package["targets"].as_array()?.iter().find(|target| target["kind"][0] == "lib");
        let library = library.and_then(|target| target["name"].as_str()).map(|name| name.replace('-', "_"));
        let list = |key: &str| {
            let values = package["metadata"]["thalweg"][key].as_array();
            values.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let core = package["dependencies"]
            .as_array()?
            .iter()
            .find(|d| d["name"] == "thalweg-core" && d["kind"].is_null());
        let core = core.map(|core| match (core["path"].as_str(), core["source"].as_str()) {
            (Some(path), _) => Core::Folder(PathBuf::from(path)),
            (None, Some(source)) if source.starts_with("git+") => Core::Other(source.to_owned()),
            _ => Core::Registry,
        });
        let package = package["name"].as_str()?.to_owned();
        Some(Self { folder, package, library, minimizers: list("minimizers"), breaks: list("breaks"), core })
    }

    /// Whether its optimizers can be raced from the workspace at `root`, and then whether its thalweg-core must be replaced by ours.
    ///
    /// # Errors
    /// What the manifest lacks.
    pub(crate) fn check(&self, root: &Path) -> Result<bool, Fault> {
        let path = self.folder.clone();
        let Some(library) = &self.library else { return Err(Fault::NoLibrary { path }) };
        if self.minimizers.is_empty() {
            return Err(Fault::NoMinimizers { path });
        }
        let plain = |c: char| c.is_alphanumeric() || "_:<>, ".contains(c);
        let ours = |name: &str| name.starts_with(&format!("{library}::")) && name.chars().all(plain);
        if let Some(minimizer) = self.minimizers.iter().find(|name| !ours(name)) {
            return Err(Fault::NotAPath { path, minimizer: minimizer.clone(), library: library.clone() });
        }
        let wanted = root.join("crates/core");
        match &self.core {
            None => Err(Fault::NoCore { path }),
            Some(Core::Registry) => Ok(true),
            Some(Core::Folder(found)) if found.canonicalize().ok() == wanted.canonicalize().ok() => Ok(false),
            Some(Core::Folder(found)) => {
                Err(Fault::ForeignCore { path, found: found.display().to_string(), wanted })
            }
            Some(Core::Other(found)) => Err(Fault::ForeignCore { path, found: found.clone(), wanted }),
        }
    }
}

/// Cargo's target directory, wherever the user's configuration has put it.
pub(crate) fn target(sh: &Shell) -> Result<PathBuf> {
    let text = cmd!(sh, "cargo metadata --format-version 1 --no-deps").quiet().read()?;
    let metadata: Value = serde_json::from_str(&text)?;
    metadata["target_directory"]
        .as_str()
        .map(Into::into)
        .ok_or_else(|| "cargo metadata names no target directory".into())
}

/// The folders of the examples, in alphabetical order.
fn examples(sh: &Shell) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(sh.current_dir().join(EXAMPLES))?;
    let folders = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let mut crates: Vec<_> = folders.into_iter().filter(|path| path.join("Cargo.toml").is_file()).collect();
    crates.sort();
    Ok(crates)
}

/// Checks that the examples are laid out as rustfmt does it.
pub(crate) fn check_format(sh: &Shell) -> Result<()> {
    for folder in examples(sh)? {
        let manifest = folder.join("Cargo.toml");
        cmd!(sh, "cargo fmt --check --manifest-path {manifest}").quiet().run()?;
    }
    Ok(())
}

/// Runs the examples' own tests: they pass, or break the laws that their manifests name.
pub(crate) fn test(sh: &Shell) -> Result<()> {
    let target = target(sh)?;
    for folder in examples(sh)? {
        let outside = Outside::read(sh, &folder)?;
        // The workspace's versions, so that what is built is shared with it.
        fs::copy(sh.current_dir().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        let manifest = folder.join("Cargo.toml");
        let cmd =
            cmd!(sh, "cargo test --quiet --no-fail-fast --manifest-path {manifest} --target-dir {target}");
        eprintln!("$ {cmd}");
        if outside.breaks.is_empty() {
            cmd.quiet().run()?;
            continue;
        }
        let output = cmd.quiet().ignore_status().output()?;
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        named(&said, &outside.breaks).map_err(|law| {
            format!("{}: its tests do not say that the law `{law}` is broken:\n{said}", outside.package)
        })?;
        eprintln!("{}: its tests fail, and name {}", outside.package, outside.breaks.join(", "));
    }
    Ok(())
}

/// The first law that a test run does not name as broken.
fn named<'a>(said: &str, laws: &'a [String]) -> Result<(), &'a str> {
    match laws.iter().find(|law| !said.contains(&format!("breaks the law `{law}`"))) {
        Some(law) => Err(law),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn described(minimizers: Value, core: Value) -> Outside {
        let metadata = json!({ "packages": [{
            "name": "my-crate", "manifest_path": "/a/my-crate/Cargo.toml",
            "targets": [{ "name": "laws", "kind": ["test"] }, { "name": "my_crate", "kind": ["lib"] }],
            "dependencies": [core],
            "metadata": { "thalweg": { "minimizers": minimizers } },
        }] });
        Outside::of(&metadata, PathBuf::from("/a/my-crate")).unwrap()
    }

    fn core(path: &str) -> Value {
        json!({ "name": "thalweg-core", "kind": null, "path": path, "source": null })
    }

    fn verdict(outside: &Outside) -> String {
        outside.check(Path::new("/w")).map_or_else(|fault| fault.to_string(), |patch| patch.to_string())
    }

    #[test]
    fn what_a_manifest_lacks_is_one_line_with_a_remedy() {
        let registry = json!({ "name": "thalweg-core", "kind": null, "source": "registry+x" });
        assert_eq!(verdict(&described(json!(["my_crate::A"]), registry.clone())), "true");
        for (minimizers, core, words) in [
            (json!([]), core("/w/crates/core"), "names no optimizer"),
            (json!(null), core("/w/crates/core"), "[package.metadata.thalweg]"),
            (json!(["other::A"]), registry.clone(), "write it like `my_crate::Type`"),
            (json!(["my_crate::A>(x); f::<B"]), registry, "no type of this crate"),
            (json!(["my_crate::A"]), json!({ "name": "faer", "kind": null }), "add it under [dependencies]"),
            (json!(["my_crate::A"]), json!({ "name": "thalweg-core", "kind": "dev" }), "add it under"),
            (
                json!(["my_crate::A"]),
                json!({ "name": "thalweg-core", "kind": null, "source": "git+x" }),
                "from git+x",
            ),
        ] {
            let text = verdict(&described(minimizers, core));
            assert!(
                text.contains(words) && text.contains("/a/my-crate") && text.lines().count() == 1,
                "{text}"
            );
        }
        assert!(Outside::of(&json!({ "packages": [] }), PathBuf::from("/a")).is_none());
    }

    #[test]
    fn a_folder_without_a_crate_is_named() {
        let sh = Shell::new().unwrap();
        let fault = Outside::read(&sh, Path::new("nowhere/at/all")).unwrap_err().to_string();
        assert!(fault.starts_with("nowhere/at/all: no Cargo.toml") && fault.contains("new optimizer-crate"));
    }

    #[test]
    fn broken_laws_must_be_named() {
        let laws = ["budgets-are-kept".to_owned(), "states-resume".to_owned()];
        let said = "`x` breaks the law `budgets-are-kept`: 3\n`x` breaks the law `states-resume`: 4";
        assert_eq!(named(said, &laws), Ok(()));
        assert_eq!(named("`x` breaks the law `budgets-are-kept`: 3", &laws), Err("states-resume"));
    }
}
