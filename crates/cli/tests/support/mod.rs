//! Runs the binary.

// Each test binary uses a part of it.
#![allow(dead_code, clippy::unwrap_used)]

use std::path::PathBuf;

use assert_cmd::Command;

/// What a run left behind.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs `thalweg` with these arguments.
pub fn thalweg(args: &[&str]) -> Ran {
    ran(command().args(args))
}

/// A command that is not affected by the environment of the tests.
pub fn command() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("thalweg"));
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env_remove("RAYON_NUM_THREADS");
    command
}

/// Runs a command.
pub fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The JSON object of `thalweg fit --json -q` with these arguments.
pub fn json(args: &[&str]) -> (i32, serde_json::Value) {
    let ran = thalweg(&[&["fit", "--json", "-q"], args].concat());
    assert_eq!(ran.stdout.lines().count(), 1, "{}{}", ran.stdout, ran.stderr);
    (ran.code, serde_json::from_str(&ran.stdout).unwrap())
}

/// A file with these bytes under cargo's directory for tests; `name` must be unique in the test binary.
pub fn file(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(env!("CARGO_CRATE_NAME"));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}
