//! The Python environment of the peers that benchmarks are compared with.

use std::fs;
use std::path::Path;

use xshell::{Shell, cmd};

use crate::Result;

const VENV: &str = "benches/.venv";
const REQUIREMENTS: &str = "benches/peers/requirements.txt";
/// A copy of the requirements that the environment was made from.
const STAMP: &str = "benches/.venv/requirements.stamp";

/// Makes the environment, or says in one line what is missing: the benchmarks then run without those peers.
pub(super) fn prepare(sh: &Shell) {
    if let Err(reason) = venv(sh) {
        eprintln!("peers: {reason}");
    }
}

fn venv(sh: &Shell) -> Result<()> {
    let root = sh.current_dir();
    let wanted = fs::read_to_string(root.join(REQUIREMENTS))
        .map_err(|error| format!("{REQUIREMENTS}: {error}; running without Python peers"))?;
    if fs::read_to_string(root.join(STAMP)).is_ok_and(|made| made == wanted) {
        return Ok(());
    }
    quiet(sh, "python3", &["-m", "venv", VENV])
        .map_err(|why| format!("no Python environment ({why}); running without Python peers"))?;
    let python = python(&root);
    if quiet(sh, &python, &["-m", "pip", "install", "--quiet", "-r", REQUIREMENTS]).is_ok() {
        return Ok(fs::write(root.join(STAMP), wanted)?);
    }
    let missing = install_one_by_one(sh, &python, &wanted);
    Err(format!("pip could not install {}; running without", missing.join(", ")).into())
}

/// One package that cannot be had must not cost the others; returns those that failed.
fn install_one_by_one<'a>(sh: &Shell, python: &str, requirements: &'a str) -> Vec<&'a str> {
    let lines = requirements.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let packages = lines.filter(|line| !line.is_empty());
    packages
        .filter(|package| quiet(sh, python, &["-m", "pip", "install", "--quiet", package]).is_err())
        .collect()
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
