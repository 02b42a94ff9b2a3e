//! `thalweg stability`: shares, table, JSON, page, interrupts and refusals. The counts themselves are held against other solvers in the library.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;

use serde_json::Value;
use support::{file, json_of, number, numbers, thalweg};

/// The JSON object of `thalweg stability --json -q`.
fn json(args: &[&str]) -> (i32, Value) {
    json_of("stability", args)
}

const DATA: &[&str] = &["--data", "diabetes", "--standardize", "--lambdas", "30", "--ratio", "0.05"];

#[test]
fn shares_bound_and_stable_predictors_agree() {
    let (code, found) = json(&[DATA, &["--pairs", "20", "--threshold", "0.8"]].concat());
    assert_eq!((code, &found["schema"]), (0, &Value::from("thalweg.stability/1")));
    assert_eq!((number(&found["samples"]), number(&found["pairs"])), (40.0, 20.0));
    let (lambdas, selected) = (numbers(&found["lambdas"]), numbers(&found["mean_selected"]));
    assert!(lambdas.windows(2).all(|l| l[0] > l[1]) && selected.windows(2).all(|q| q[0] <= q[1]));
    let region = number(&found["region"]) as usize;
    // q²/((2π − 1)p) with p = 10: the last λ that is judged is within 1, the next is not.
    let bound = |q: f64| q * q / (0.6 * 10.0);
    assert!((number(&found["expected_false_selections"]) - bound(selected[region - 1])).abs() < 1e-12);
    assert!(bound(selected[region - 1]) <= 1.0 && bound(selected[region]) > 1.0);
    let mut stable = Vec::new();
    for predictor in found["predictors"].as_array().unwrap() {
        let shares = numbers(&predictor["shares"]);
        assert!(shares.iter().all(|share| (0.0..=1.0).contains(share) && (share * 40.0).fract() == 0.0));
        let largest = shares[..region].iter().copied().fold(0.0, f64::max);
        assert_eq!(
            (number(&predictor["largest"]), &predictor["stable"]),
            (largest, &Value::from(largest >= 0.8))
        );
        if largest >= 0.8 {
            stable.push(predictor["name"].clone());
        }
    }
    // What every analysis of these data finds.
    assert_eq!(found["stable"], Value::from(stable));
    assert_eq!(found["stable"], serde_json::json!(["bmi", "s5"]));
    // The other bound is smaller, so that more λ are judged.
    let (_, other) = json(&[DATA, &["--pairs", "20", "--threshold", "0.8", "--bound", "unimodal"]].concat());
    assert!(number(&other["region"]) > region as f64, "{} {region}", other["region"]);
    // Without a limit all are, and then nothing is known about false ones that is worth knowing.
    let (_, all) = json(&[DATA, &["--pairs", "5", "--false-selections", "inf"]].concat());
    assert_eq!(number(&all["region"]) as usize, numbers(&all["lambdas"]).len());
    assert!(all["tolerated_false_selections"].is_null());
}

#[test]
fn the_seed_decides_and_threads_do_not() {
    let run = |more: &[&str]| {
        let (code, mut found) = json(&[DATA, &["--pairs", "6"], more].concat());
        assert_eq!(code, 0);
        found["seconds"] = Value::Null;
        found
    };
    let one = run(&["--threads", "1"]);
    assert_eq!(one, run(&["--threads", "3"]));
    assert_ne!(one["predictors"], run(&["--seed", "1"])["predictors"]);
}

#[test]
fn the_table_ranks_what_is_selected() {
    let ran = thalweg(&[&["stability"], DATA, &["--pairs", "20", "--rows", "3"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for phrase in [
        "Stability selection: L",
        "20 pairs of complementary halves, seed 0; stable is a share of 0.75 or more",
        "bmi",
        "stable",
        "enters at",
        "not selected by any half)",
        "2 predictors are stable, judged at",
        "false selections are",
    ] {
        assert!(ran.stdout.contains(phrase), "`{phrase}` is not in\n{}", ran.stdout);
    }
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 100), "{}", ran.stdout);
    // So few λ that nothing is selected, and a bound so small that nothing is judged.
    let none = thalweg(&["stability", "--data", "diabetes", "--pairs", "3", "--lambda", "1000"]);
    assert!(none.code == 0 && none.stdout.contains("No half selects any predictor"), "{}", none.stdout);
    let none = thalweg(&["stability", "--data", "diabetes", "--pairs", "3", "--lambda", "0.001"]);
    assert!(none.code == 0 && none.stdout.contains("No lambda is judged"), "{}", none.stdout);
}

#[test]
fn a_page_with_the_shares() {
    let path = file("page.html", "");
    let ran = thalweg(&[&["stability"], DATA, &["--pairs", "10", "--report", &path]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let page = fs::read_to_string(&path).unwrap();
    roxmltree::Document::parse(&page.replacen("<!DOCTYPE html>", "", 1)).unwrap();
    assert!(!["<script", "src=", "href=", "url("].iter().any(|link| page.contains(link)));
    assert_eq!((page.matches("<figure>").count(), page.matches("<figcaption>").count()), (4, 4));
    for phrase in
        ["Stability path", ">π = 0.75</text>", ">bmi</text>", "judged up to here", "Size of the selections"]
    {
        assert!(page.contains(phrase), "`{phrase}` is not on the page");
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_the_pairs_that_are_done() {
    let args = ["stability", "--data", "diabetes", "--standardize", "--pairs", "50000"];
    let (code, found) = support::interrupted(&args, "9 of 100000 subsamples done");
    assert_eq!((code, &found["status"]), (130, &Value::from("Interrupted")));
    let samples = number(&found["samples"]) as usize;
    assert!(samples.is_multiple_of(2) && (8..5000).contains(&samples), "{samples}");
    assert!(number(&found["region"]) > 0.0);
    let words = format!("interrupted: the shares are those of {} of 50000 pairs", samples / 2);
    assert!(
        found["warnings"].as_array().unwrap().iter().any(|w| w == &Value::from(words.as_str())),
        "{found}"
    );
}

/// Exit code 2, nothing on stdout, one line that holds the phrases.
fn refused(args: &[&str], phrases: &[&str]) {
    support::refused(&[&["stability", "-q"], args].concat(), phrases);
}

#[test]
fn wrong_input_is_named_with_its_remedy() {
    let with = |more: &[&'static str]| [&["--data", "diabetes"], more].concat();
    refused(&with(&["--pairs", "0"]), &["pairs = 0", "at least 1"]);
    refused(&with(&["--pairs", "1000000000000"]), &["pairs = 1000000000000", "100000"]);
    refused(&with(&["--threshold", "0.5"]), &["threshold = 0.5", "more than 0.5"]);
    refused(&with(&["--threshold", "NaN"]), &["threshold = NaN"]);
    refused(&with(&["--false-selections", "0"]), &["false selections = 0", "positive"]);
    refused(&with(&["--bound", "worst"]), &["--bound", "unimodal"]);
    refused(&with(&["--penalty", "ridge"]), &["--penalty ridge", "lasso"]);
    refused(&with(&["--alpha", "0"]), &["elastic-net:alpha=0", "lasso"]);
    refused(&with(&["--lambda", "-1"]), &["lambda = -1"]);
    refused(&with(&["--report", "no-such-folder/out.html"]), &["no-such-folder", "does not exist"]);
    refused(&[&file("one.csv", "x,y\n1,2\n")], &["one.csv", "1 row", "at least four"]);
}
