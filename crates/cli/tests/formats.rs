//! svmlight and npy: the same fits as from CSV.

#![allow(clippy::unwrap_used)]

mod support;

use support::{command, file, json, ran, thalweg};

const ROWS: &[([f64; 2], f64)] = &[
    ([0.5, 0.0], -1.0),
    ([0.0, 2.0], 1.0),
    ([1.5, 0.0], 1.0),
    ([0.0, 0.0], -1.0),
    ([2.0, -1.0], -1.0),
    ([0.25, 1.0], 1.0),
    ([3.0, 0.0], 1.0),
    ([0.0, 1.5], -1.0),
];

/// As CSV, outcomes 0 and 1.
fn csv() -> String {
    let line = |([a, b], y): &([f64; 2], f64)| format!("{a},{b},{}\n", f64::from(u8::from(*y > 0.0)));
    format!("x1,x2,y\n{}", ROWS.iter().map(line).collect::<String>())
}

/// As svmlight, outcomes −1 and 1, zeros left out.
fn svmlight(base: usize) -> String {
    let line = |(x, y): &([f64; 2], f64)| {
        let entries =
            x.iter().enumerate().filter(|(_, v)| **v != 0.0).map(|(j, v)| format!(" {}:{v}", j + base));
        format!("{y:+}{}\n", entries.collect::<String>())
    };
    ROWS.iter().map(line).collect()
}

/// As .npy, version 1.0.
fn npy(shape: &str, values: impl Iterator<Item = f64>) -> Vec<u8> {
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}");
    let width = (10 + header.len() + 1).next_multiple_of(64) - 10;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(width).unwrap().to_le_bytes());
    bytes.extend(format!("{header:<0$}\n", width - 1).bytes());
    bytes.extend(values.flat_map(f64::to_le_bytes));
    bytes
}

#[test]
fn every_format_gives_the_same_fit() {
    let (_, table) = json(&[&file("rows.csv", csv())]);
    let (_, sparse) = json(&[&file("rows.svm", svmlight(1))]);
    let (_, counted) = json(&[&file("rows.libsvm", svmlight(0))]);
    let x = file("x.npy", npy("(8, 2)", ROWS.iter().flat_map(|(x, _)| *x)));
    let y = file("y.npy", npy("(8,)", ROWS.iter().map(|(_, y)| f64::from(u8::from(*y > 0.0)))));
    let (_, array) = json(&[&x, "--target-file", &y]);
    for (other, names) in [(&sparse, ["x1", "x2"]), (&counted, ["x0", "x1"]), (&array, ["x0", "x1"])] {
        assert_eq!((&other["family"], &other["n"]), (&table["family"], &table["n"]));
        for (k, name) in [(1, names[0]), (2, names[1])] {
            let (ours, theirs) = (&other["coefficients"][k], &table["coefficients"][k]);
            assert_eq!(ours["name"], name);
            for key in ["estimate", "std_error"] {
                let gap = ours[key].as_f64().unwrap() - theirs[key].as_f64().unwrap();
                assert!(gap.abs() < 1e-12, "{key}: {gap}");
            }
        }
    }
    let (_, loss) = json(&[&file("loss.svm", svmlight(1)), "--loss", "logistic"]);
    let gap = |k: usize| {
        loss["coefficients"][k]["estimate"].as_f64().unwrap()
            - table["coefficients"][k]["estimate"].as_f64().unwrap()
    };
    assert!((0..3).all(|k| gap(k).abs() < 1e-6));
    assert_eq!(sparse["target_levels"], serde_json::json!(["-1", "1"]));
    assert_eq!((&array["target"], &sparse["target"]), (&"y".into(), &"the target".into()));
}

#[test]
fn sparse_models_count_columns_as_the_fit_did() {
    for base in [0, 1] {
        let data = file(&format!("base{base}.svm"), svmlight(base));
        let model = file(&format!("base{base}.json"), "");
        assert_eq!(thalweg(&["fit", "-q", &data, "--save", &model]).code, 0);
        let all = thalweg(&["predict", &model, &data]);
        assert!(all.stderr.starts_with("8 rows with a target: log-loss "), "{}", all.stderr);
        // The last column alone, with a label that says nothing.
        let last = file(&format!("last{base}.svm"), format!("0 {}:2\n", 1 + base));
        let one = thalweg(&["predict", &model, &last]);
        assert_eq!(one.stdout.lines().nth(1), all.stdout.lines().nth(2));
        assert_eq!(one.stderr, "");
    }
}

#[test]
fn formats_can_be_named() {
    let piped = ran(command().args(["fit", "-", "--format", "svmlight", "-q"]).write_stdin(svmlight(1)));
    assert_eq!(piped.code, 0, "{}", piped.stderr);
    assert!(piped.stdout.contains("the target (1 = 1, -1 = 0) on 2 columns"), "{}", piped.stdout);
    let text = file("rows.txt", svmlight(1));
    assert_eq!(thalweg(&["fit", &text, "--format", "svmlight", "-q"]).code, 0);
    // The column of an array as its target, another as weights.
    let array = file(
        "both.npy",
        npy("(4, 3)", [1.0, 2.0, 1.0, 2.0, 3.0, 2.0, 3.0, 5.0, 1.0, 4.0, 4.5, 1.0].into_iter()),
    );
    let ran = thalweg(&["fit", &array, "-y", "x1", "--weights", "x2", "-q"]);
    assert!(ran.stdout.contains("x1 on 1 column, n = 4, p = 2"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_missing_value_of_an_array_is_dropped() {
    let array = file("gap.npy", npy("(4, 2)", [1.0, 2.0, f64::NAN, 3.0, 3.0, 5.0, 4.0, 4.5].into_iter()));
    let ran = thalweg(&["fit", &array, "-y", "x1", "-q"]);
    assert!(ran.stdout.contains("1 row of 4 dropped for missing values (x0: 1)"), "{}", ran.stdout);
}

#[test]
fn wrong_input_is_one_line() {
    let refused = |args: &[&str], phrases: &[&str]| {
        let ran = thalweg(&[&["fit", "-q"], args].concat());
        assert_eq!((ran.code, ran.stderr.lines().count()), (2, 1), "{args:?}: {}", ran.stderr);
        for phrase in phrases {
            assert!(ran.stderr.contains(phrase), "{args:?}: `{phrase}` is not in: {}", ran.stderr);
        }
    };
    let x = file("wrong.npy", npy("(2, 2)", [1.0, 2.0, f64::INFINITY, 4.0].into_iter()));
    let y = file("short.npy", npy("(1,)", [1.0].into_iter()));
    refused(&[&x, "-y", "x1"], &["wrong.npy", "column `x0`", "row 1", "inf", "NaN if it is missing"]);
    refused(&[&x], &["wrong.npy", "inf"]);
    let good = file("good.npy", npy("(2, 2)", [1.0, 2.0, 3.0, 4.0].into_iter()));
    refused(&[&good], &["good.npy", "which column", "x0, x1"]);
    refused(&[&good, "--target-file", &y], &["short.npy has 1 values", "good.npy has 2 rows"]);
    refused(&[&good, "--target-file", "no-such.npy"], &["no-such.npy", "does not exist"]);
    refused(&[&good, "--target-file", &y, "-y", "x1"], &["short.npy"]);
    refused(&[&file("plain.csv", csv()), "--target-file", &y], &["plain.csv", "--target"]);
    let rows = file("rows2.svm", svmlight(1));
    refused(&[&rows, "--exclude", "x1"], &["--exclude", "rows2.svm is svmlight", "leave it out"]);
    refused(&[&rows, "--family", "poisson"], &["rows2.svm: line 1", "value -1", "poisson"]);
    refused(&[&file("bad.svm", "1 1:2\nx 1:3\n")], &["bad.svm: line 2", "x"]);
    refused(
        &[&file("three.svm", "1 1:2\n2 1:3\n3 1:1\n"), "--family", "binomial"],
        &["three.svm: line 2", "value 2"],
    );
    refused(&[&rows, "--format", "xls"], &["'xls'", "svmlight"]);
}
