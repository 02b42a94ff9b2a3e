//! Runs the binary.

// Each test binary uses a part of it.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::path::PathBuf;

use assert_cmd::Command;
use serde_json::Value;

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
pub fn json(args: &[&str]) -> (i32, Value) {
    json_of("fit", args)
}

/// The JSON object of a command with `--json -q` and these arguments.
pub fn json_of(command: &str, args: &[&str]) -> (i32, Value) {
    let ran = thalweg(&[&[command, "--json", "-q"], args].concat());
    assert_eq!(ran.stdout.lines().count(), 1, "{}{}", ran.stdout, ran.stderr);
    (ran.code, serde_json::from_str(&ran.stdout).unwrap())
}

/// Exit code 2, nothing on stdout, one line on stderr that holds the phrases.
pub fn refused(args: &[&str], phrases: &[&str]) {
    let ran = thalweg(args);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}: {}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1, "{args:?}: {}", ran.stderr);
    assert!(ran.stderr.starts_with("error: "), "{args:?}: {}", ran.stderr);
    for phrase in phrases {
        assert!(ran.stderr.contains(phrase), "{args:?}: `{phrase}` is not in: {}", ran.stderr);
    }
}

/// `fixtures/path.json`, made by `fixtures/path.py`.
pub fn path_fixture() -> Value {
    serde_json::from_str(include_str!("../fixtures/path.json")).unwrap()
}

/// A JSON number.
pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("no number: {value}"))
}

/// A JSON list of numbers.
pub fn numbers(values: &Value) -> Vec<f64> {
    values.as_array().unwrap().iter().map(number).collect()
}

/// A file with these bytes under cargo's directory for tests; `name` must be unique in the test binary.
pub fn file(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(env!("CARGO_CRATE_NAME"));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Sixty rows of the columns a, kind (four levels, three columns) and b, and the target y.
pub fn kinds() -> String {
    let mut rows = String::from("a,kind,b,y\n");
    for i in 0..60_i32 {
        let kind = ["red", "green", "blue", "grey"][(i * 7 % 11 % 4) as usize];
        let (a, b) = (f64::from(i * 13 % 17), f64::from(i * 5 % 7));
        let y = 0.1 * a + f64::from(u8::from(kind == "red")) - 2.0 * f64::from(u8::from(kind == "grey"));
        rows.push_str(&format!("{a},{kind},{b},{y}\n"));
    }
    rows
}

/// Ctrl-C for a command, with `--json -v --threads 1`, once a line of its narration starts like this: the exit code and the object.
#[cfg(unix)]
pub fn interrupted(args: &[&str], line: &str) -> (i32, Value) {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("thalweg"))
        .args(args)
        .args(["--json", "-v", "--threads", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut narration = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(narration.any(|text| text.unwrap().starts_with(line)), "no line starts with `{line}`");
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    // A full pipe would keep the command from its end.
    let rest = std::thread::spawn(move || narration.for_each(drop));
    let object = serde_json::from_reader(child.stdout.take().unwrap()).unwrap();
    rest.join().unwrap();
    (child.wait().unwrap().code().unwrap(), object)
}
