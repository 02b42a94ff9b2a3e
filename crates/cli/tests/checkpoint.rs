//! `--checkpoint` and `--resume`: killed at any moment, a fit loses at most one interval and ends with the bits of one that was never stopped.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use support::{file, thalweg};

/// A search of some hundred steps.
const SLOW: [&str; 10] = [
    "fit",
    "--data",
    "digits",
    "--optimizer",
    "gradient-descent",
    "--gap",
    "1e-14",
    "--iterations",
    "400",
    "--json",
];
const EVERY: u64 = 7;

/// The results but for the time they took.
fn results(text: &str) -> serde_json::Value {
    let mut object: serde_json::Value = serde_json::from_str(text).unwrap();
    object["seconds"] = serde_json::Value::Null;
    object
}

/// The number in `step  12: objective …`.
fn step(line: &str) -> Option<u64> {
    line.split_once("step ")?.1.split_once(':')?.0.trim().parse().ok()
}

/// Starts the fit, kills it without warning once it has narrated `steps` steps, and returns the first and the last that it narrated; `None` if
/// it ended before.
fn killed(arguments: &[&str], steps: usize) -> Option<(u64, u64)> {
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("thalweg"))
        .args(arguments)
        .arg("-v")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let seen: Vec<u64> =
        lines.by_ref().map_while(Result::ok).filter_map(|line| step(&line)).take(steps).collect();
    if seen.len() < steps {
        child.wait().unwrap();
        return None;
    }
    child.kill().unwrap();
    // What it had written by then is still to be read.
    let last = lines.map_while(Result::ok).filter_map(|line| step(&line)).last();
    child.wait().unwrap();
    Some((seen[0], last.unwrap_or(seen[steps - 1])))
}

#[test]
fn killed_at_any_moment_a_fit_loses_one_interval_at_most() {
    let whole = thalweg(&SLOW);
    let path = file("killed.checkpoint", "");
    let every = EVERY.to_string();
    let saving = [&SLOW[..], &["--checkpoint", &path, "--checkpoint-every", &every]].concat();
    let resuming = [&saving[..], &["--resume"]].concat();
    let (_, mut last) = killed(&saving, 20).expect("the first run is long enough to be killed");
    for steps in [3, 31, 11, 58] {
        let Some((first, reached)) = killed(&resuming, steps) else { break };
        assert!(first + EVERY > last, "killed after step {last}, resumed at step {first}");
        assert!(first <= last + EVERY);
        last = reached.max(first);
    }
    let resumed = thalweg(&resuming);
    assert_eq!(results(&resumed.stdout), results(&whole.stdout));
    assert!(!Path::new(&path).exists(), "a fit that is done needs no checkpoint");
}

#[test]
fn every_kind_of_optimizer_resumes() {
    let kinds: [&[&str]; 5] = [
        &["--data", "breast_cancer", "--optimizer", "lbfgs", "--lambda", "0.1"],
        &["--data", "breast_cancer", "--penalty", "l1", "--lambda", "0.01", "--standardize"],
        &[
            "--data",
            "diabetes",
            "--loss",
            "huber",
            "--penalty",
            "l1",
            "--lambda",
            "0.2",
            "--optimizer",
            "fista",
            "--standardize",
        ],
        &[
            "--data",
            "breast_cancer",
            "--optimizer",
            "adam:epochs=40",
            "--lambda",
            "0.1",
            "--standardize",
            "--seed",
            "4",
        ],
        &["--data", "diabetes", "--optimizer", "newton-cg"],
    ];
    for (k, kind) in kinds.iter().enumerate() {
        let path = file(&format!("kind{k}.checkpoint"), "");
        std::fs::remove_file(&path).unwrap();
        let base = [&["fit", "--json", "-q"], *kind].concat();
        let whole = thalweg(&base);
        let saving = [&base[..], &["--checkpoint", &path, "--checkpoint-every", "1"]].concat();
        // Interrupted as by a budget of the test: the copy of a state in mid-run.
        if killed(&saving, 2).is_some() && Path::new(&path).exists() {
            let resumed = thalweg(&[&saving[..], &["--resume"]].concat());
            assert_eq!(results(&resumed.stdout), results(&whole.stdout), "{kind:?}");
        }
    }
}

#[test]
fn wrong_checkpoints_are_refused() {
    let path = file("wrong.checkpoint", "no checkpoint");
    let run = |extra: &[&str]| {
        thalweg(&[&["fit", "--data", "diabetes", "--checkpoint", &path, "--resume"], extra].concat())
    };
    let ran = run(&[]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("this is no checkpoint") && ran.stderr.contains("--checkpoint"),
        "{}",
        ran.stderr
    );
    // Of another model.
    let saving = [&SLOW[..], &["--checkpoint", &path, "--checkpoint-every", "1"]].concat();
    assert!(killed(&saving, 5).is_some());
    let ran = run(&[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("another model or to other data"), "{}", ran.stderr);
    // Missing.
    std::fs::remove_file(&path).unwrap();
    let ran = run(&[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("cannot be read"), "{}", ran.stderr);
    let ran = thalweg(&["fit", "--checkpoint", "/no/such/folder/file"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("does not exist"), "{}", ran.stderr);
}
