//! The peers that benchmarks are compared with: a Python environment and a program of Rust crates.

use std::fs;
use std::path::Path;

use xshell::{Shell, cmd};

use crate::Result;
use crate::outside::target;

const VENV: &str = "benches/.venv";
/// The packages, with the options of pip for them.
const REQUIREMENTS: &[(&str, &[&str])] =
    &[("requirements.txt", &[]), ("torch-requirements.txt", &["--no-deps", "--no-cache-dir"])];
const CRATES: &str = "benches/peers/rust/Cargo.toml";

/// Makes both, or says in one line each what is missing: the benchmarks then run without those peers.
pub(super) fn prepare(sh: &Shell) {
    for prepared in [venv(sh), crates(sh)] {
        if let Err(reason) = prepared {
            eprintln!("peers: {reason}");
        }
    }
}

/// Builds the program of the Rust peers where cargo puts that of the benchmarks.
fn crates(sh: &Shell) -> Result<()> {
    let target = target(sh)?.to_string_lossy().into_owned();
    let args = ["build", "--release", "--locked", "--manifest-path", CRATES, "--target-dir", target.as_str()];
    quiet(sh, "cargo", &args).map_err(|why| format!("no Rust peers ({why}); running without them").into())
}

fn venv(sh: &Shell) -> Result<()> {
    let root = sh.current_dir();
    let python = python(&root);
    let mut missing = Vec::new();
    for (file, options) in REQUIREMENTS {
        let path = root.join("benches/peers").join(file);
        let wanted = fs::read_to_string(&path)
            .map_err(|error| format!("{}: {error}; running without Python peers", path.display()))?;
        // A copy of the requirements that the environment was made from.
        let stamp = root.join(VENV).join(file).with_extension("stamp");
        if fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
            continue;
        }
        quiet(sh, "python3", &["-m", "venv", VENV])
            .map_err(|why| format!("no Python environment ({why}); running without Python peers"))?;
        let path = path.to_string_lossy();
        if install(sh, &python, options, &["-r", &path]).is_ok() {
            fs::write(stamp, wanted)?;
        } else {
            missing.extend(install_one_by_one(sh, &python, options, &wanted));
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("pip could not install {}; running without", missing.join(", ")).into())
}

/// One package that cannot be had must not cost the others; returns those that failed.
fn install_one_by_one(sh: &Shell, python: &str, options: &[&str], requirements: &str) -> Vec<String> {
    let lines = requirements.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let packages = lines.filter(|line| !line.is_empty());
    packages.filter(|package| install(sh, python, options, &[package]).is_err()).map(str::to_owned).collect()
}

fn install(sh: &Shell, python: &str, options: &[&str], what: &[&str]) -> Result<(), String> {
    quiet(sh, python, &[&["-m", "pip", "install", "--quiet"], options, what].concat())
}

fn python(root: &Path) -> String {
    let folder = if cfg!(windows) { "Scripts" } else { "bin" };
    root.join(VENV).join(folder).join("python").to_string_lossy().into_owned()
}

/// Runs a program without its output; a failure is the last line it wrote.
fn quiet(sh: &Shell, program: &str, args: &[&str]) -> Result<(), String> {
    eprintln!("$ {program} {}", args.join(" "));
    let output =
        cmd!(sh, "{program} {args...}").quiet().ignore_status().output().map_err(|e| e.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stderr, output.stdout].map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
    let last = said.iter().find_map(|text| text.lines().next_back());
    Err(last.map_or_else(|| format!("{program} failed"), str::to_owned))
}
