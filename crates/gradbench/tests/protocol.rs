//! The binary as the suite drives it: lines in, lines out, and nothing that stops it.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_thalweg-gradbench");

struct Tool {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Tool {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(BINARY)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, input, output: BufReader::new(output) }
    }

    fn ask(&mut self, line: &str) -> Value {
        writeln!(self.input, "{line}").unwrap();
        self.input.flush().unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    }

    fn finish(mut self) {
        drop(self.input);
        assert!(self.child.wait().unwrap().success());
        assert_eq!(self.output.lines().count(), 0, "stdout holds answers only");
    }
}

#[test]
fn a_conversation() {
    for mode in ["record", "replay"] {
        let mut tool = Tool::start(&["--mode", mode]);
        assert_eq!(tool.ask(r#"{"id": 0, "kind": "start", "eval": "lse", "config": {}}"#)["tool"], "thalweg");
        let defined = tool.ask(r#"{"id": 1, "kind": "define", "module": "lse"}"#);
        assert_eq!(defined, json!({ "id": 1, "success": true }));
        let answer = tool.ask(
            r#"{"id": 2, "kind": "evaluate", "module": "lse", "function": "gradient", "description": "n=2",
                "input": {"x": [0, 0], "min_runs": 3, "min_seconds": 0.01}}"#
                .replace('\n', " ")
                .as_str(),
        );
        assert_eq!(answer["output"], json!([0.5, 0.5]));
        let timings = answer["timings"].as_array().unwrap();
        assert_eq!(timings[0]["name"], "prepare");
        let runs = &timings[1..];
        assert!(runs.len() >= 3 && runs.iter().all(|run| run["name"] == "evaluate"));
        assert!(runs.iter().map(|run| run["nanoseconds"].as_u64().unwrap()).sum::<u64>() >= 10_000_000);
        assert_eq!(tool.ask(r#"{"id": 3, "kind": "analysis", "of": 2, "valid": true}"#), json!({ "id": 3 }));
        assert_eq!(tool.ask(r#"{"id": "x", "kind": "news"}"#), json!({ "id": "x" }));
        tool.finish();
    }
}

#[test]
fn every_module_is_defined_and_no_other() {
    let mut tool = Tool::start(&[]);
    let define = |tool: &mut Tool, module: &str| {
        tool.ask(&json!({ "id": 1, "kind": "define", "module": module }).to_string())["success"].clone()
    };
    for module in
        ["hello", "gmm", "ba", "lstm", "kmeans", "lse", "llsq", "ode", "det", "particle", "saddle", "ht"]
    {
        assert_eq!(define(&mut tool, module), true, "{module}");
    }
    for module in ["", "GMM", "quantum"] {
        assert_eq!(define(&mut tool, module), false, "{module}");
    }
    tool.finish();
}

#[test]
fn bad_lines_are_answered_and_do_not_stop_it() {
    let mut tool = Tool::start(&[]);
    let evaluate = |module: &str, function: &str, input: Value| {
        json!({ "id": 4, "kind": "evaluate", "module": module, "function": function, "input": input })
            .to_string()
    };
    let lines = [
        "no json".to_owned(),
        "{".to_owned(),
        "[1, 2]".to_owned(),
        "null".to_owned(),
        r#"{"id": 4, "kind": 5}"#.to_owned(),
        r#"{"id": 4, "kind": "evaluate"}"#.to_owned(),
        evaluate("quantum", "jacobian", json!({})),
        evaluate("hello", "triple", json!(1.0)),
        evaluate("hello", "square", json!("one")),
        evaluate("lse", "primal", json!({ "x": [] })),
        evaluate("lse", "primal", json!({ "x": [1], "min_runs": "often" })),
        evaluate("ode", "gradient", json!({ "x": [1.0], "s": 0 })),
        evaluate("ode", "gradient", json!({ "x": [], "s": 1 })),
        evaluate("llsq", "gradient", json!({ "x": [1.0], "n": 1 })),
        evaluate("llsq", "gradient", json!({ "x": [], "n": 3 })),
        evaluate("det", "gradient", json!({ "A": [1.0, 2.0], "ell": 2 })),
        evaluate("det", "primal", json!({ "A": [], "ell": 0 })),
        evaluate("kmeans", "dir", json!({ "points": [[1.0]], "centroids": [] })),
        evaluate("kmeans", "dir", json!({ "points": [[1.0], [1.0, 2.0]], "centroids": [[1.0]] })),
        evaluate("kmeans", "cost", json!({ "points": [[1.0]], "centroids": [[1.0, 2.0]] })),
        evaluate(
            "gmm",
            "jacobian",
            json!({ "d": 2, "k": 1, "n": 1, "m": 0, "gamma": 1.0, "alpha": [0.0],
            "mu": [[0.0, 0.0]], "q": [[0.0, 0.0]], "l": [[]], "x": [[0.0, 0.0]] }),
        ),
        evaluate(
            "gmm",
            "jacobian",
            json!({ "d": 0, "k": 0, "n": 0, "m": 0, "gamma": 1.0, "alpha": [],
            "mu": [], "q": [], "l": [], "x": [] }),
        ),
        evaluate("ba", "jacobian", json!({ "n": 0, "m": 1, "p": 1, "cam": [], "x": [], "w": 1, "feat": [] })),
        evaluate(
            "ba",
            "jacobian",
            json!({ "n": 1, "m": 1, "p": 4_000_000_000_u64, "cam": vec![0.0; 11], "x": vec![0.0; 3], "w": 1, "feat": [0, 0] }),
        ),
        evaluate(
            "lstm",
            "jacobian",
            json!({ "main_params": [[1.0]], "extra_params": [], "state": [], "sequence": [] }),
        ),
        evaluate(
            "lstm",
            "objective",
            json!({ "main_params": [vec![0.0; 4], vec![0.0; 4]], "extra_params": [[0.0], [0.0], [0.0]],
            "state": [[0.0], [0.0]], "sequence": [[1.0]] }),
        ),
        evaluate("particle", "ff", json!({})),
        evaluate("saddle", "rr", json!({ "start": [1.0] })),
        evaluate(
            "ht",
            "jacobian",
            json!({ "theta": vec![0.0; 26], "us": [], "data": { "correspondences": [3], "points": [[0, 0, 0]],
            "model": { "parents": [], "base_relatives": [], "inverse_base_absolutes": [], "base_positions": [], "weights": [],
                "triangles": [], "is_mirrored": false } } }),
        ),
    ];
    for line in lines {
        let answer = tool.ask(&line);
        assert_eq!(answer["success"], false, "{line}");
        assert!(answer["error"].as_str().unwrap().len() > 10, "{line}");
    }
    // Bytes that are no text.
    tool.input.write_all(b"\xff\xfe\n").unwrap();
    let answer = tool.ask("");
    assert_eq!(answer["success"], false);
    assert_eq!(tool.ask(&evaluate("hello", "double", json!(2.5)))["output"], 5.0);
    tool.finish();
}

fn run(arguments: &[&str]) -> Output {
    Command::new(BINARY).args(arguments).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn usage() {
    for arguments in [&["--mode"][..], &["--mode", "fast"], &["--self-run"], &["--help-me"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }
    for arguments in [
        &["--self-run", "quantum"][..],
        &["--self-run", "gmm", "1_x"],
        &["--self-run", "ba"],
        &["--self-run", "ht", "no file"],
    ] {
        assert_eq!(run(arguments).status.code(), Some(1), "{arguments:?}");
    }
    // Nothing to answer is a conversation, too.
    assert!(run(&["--multithreaded"]).status.success());
}

#[test]
fn self_runs_report_every_function() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let hand = data.join("ht/hand1_t26_c100.txt").display().to_string();
    let sizes = [
        ("gmm", "2_3_50", 2),
        ("lstm", "1_9", 2),
        ("det", "4", 2),
        ("particle", "0", 4),
        ("ht", hand.as_str(), 2),
    ];
    for (eval, size, functions) in sizes {
        let output = run(&["--mode", "replay", "--self-run", eval, size]);
        assert!(output.status.success(), "{eval}: {}", String::from_utf8_lossy(&output.stderr));
        let lines: Vec<Value> =
            output.stdout.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
        assert_eq!(lines.len(), functions, "{eval}");
        for line in lines {
            assert!(line["eval"] == eval && line["size"] == size && line["mode"] == "replay");
            assert!(line["mean_seconds"].as_f64().unwrap() >= line["least_seconds"].as_f64().unwrap());
        }
    }
}
