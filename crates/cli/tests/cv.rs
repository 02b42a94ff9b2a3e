//! `thalweg cv`: folds, errors, choices, JSON, page and refusals. Errors on rows left out are scikit-learn's (`fixtures/path.py`).

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;

use serde_json::Value;
use support::{file, json_of, number, path_fixture, thalweg};

/// The JSON object of `thalweg cv --json -q`.
fn json(args: &[&str]) -> (i32, Value) {
    json_of("cv", args)
}

#[test]
fn errors_over_named_folds_are_those_of_scikit_learn() {
    let all = path_fixture();
    for (name, tolerance) in [("cv_gaussian", 1e-8), ("cv_binomial", 1e-7)] {
        let data = file(&format!("{name}.csv"), all[format!("{name}_csv")].as_str().unwrap());
        let case = &all[name];
        let lambdas: Vec<f64> = case["lambdas"].as_array().unwrap().iter().map(number).collect();
        let given = lambdas.iter().map(|l| format!("{l:?}")).collect::<Vec<_>>().join(",");
        // As many groups as folds: each group is a fold.
        let args = [&data, "--groups", "fold", "--folds", "4", "--lambda", &given, "--gap", "1e-13"];
        let (code, found) = json(&args);
        assert_eq!(
            (code, &found["assignment"], &found["groups"]),
            (0, &Value::from("grouped"), &Value::from("fold"))
        );
        assert_eq!(number(&found["p"]), 5.0, "the column of folds is no predictor");
        let points = found["points"].as_array().unwrap();
        assert_eq!(points.len(), lambdas.len());
        let (mut best, mut least) = (0, f64::INFINITY);
        for (k, point) in points.iter().enumerate() {
            let (mean, se) = (number(&case["mean"][k]), number(&case["se"][k]));
            assert!((number(&point["cv_mean"]) / mean - 1.0).abs() < tolerance, "{name}: {point}");
            assert!((number(&point["cv_std_error"]) / se - 1.0).abs() < 100.0 * tolerance, "{name}: {point}");
            if mean < least {
                (best, least) = (k, mean);
            }
        }
        let bound = least + number(&case["se"][best]);
        let simple = (0..lambdas.len()).find(|k| number(&case["mean"][*k]) <= bound).unwrap();
        assert_eq!((number(&found["index_min"]), number(&found["index_1se"])), (best as f64, simple as f64));
        assert_eq!(
            (number(&found["lambda_min"]), number(&found["lambda_1se"])),
            (lambdas[best], lambdas[simple])
        );
        assert_eq!(found["fold_losses"].as_array().unwrap().len(), 4);
    }
}

#[test]
fn the_table_marks_both_choices_and_shows_their_coefficients() {
    let ran = thalweg(&["cv", "--data", "diabetes", "--standardize"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let out = &ran.stdout;
    for phrase in [
        "Cross-validation: Lasso path, family gaussian, link identity",
        "10 folds at random, seed 0",
        "mean deviance",
        "std. error",
        "<- 1se",
        "<- min",
        "lambda_min = ",
        "lambda_1se = ",
        "(standard error ",
        "Certified: at each of",
    ] {
        assert!(out.contains(phrase), "`{phrase}` is not in\n{out}");
    }
    assert!(out.lines().all(|line| line.chars().count() <= 100), "{out}");
    // The simpler model stands above the better one.
    assert!(out.find("<- 1se").unwrap() < out.find("<- min").unwrap());
    let repeated = thalweg(&[
        "cv",
        "--data",
        "diabetes",
        "--folds",
        "5",
        "--repeats",
        "3",
        "--stratified",
        "--seed",
        "4",
    ]);
    assert!(
        repeated.stdout.contains("5 folds stratified by the target, 3 times, seed 4"),
        "{}",
        repeated.stdout
    );
}

#[test]
fn the_seed_decides_and_threads_do_not() {
    let run = |more: &[&str]| {
        let (code, mut found) = json(
            &[&["--data", "breast_cancer", "--standardize", "--lambdas", "12", "--folds", "4"], more]
                .concat(),
        );
        assert_eq!(code, 0);
        found["seconds"] = Value::Null;
        found
    };
    let one = run(&["--threads", "1"]);
    assert_eq!(one, run(&["--threads", "3"]));
    assert_ne!(one["fold_losses"], run(&["--seed", "1"])["fold_losses"]);
    assert_eq!(run(&["--repeats", "2"])["fold_losses"].as_array().unwrap().len(), 8);
    assert_ne!(one["fold_losses"], run(&["--stratified"])["fold_losses"]);
}

#[test]
fn the_chosen_model_is_saved() {
    let data = file("saved.csv", path_fixture()["cv_gaussian_csv"].as_str().unwrap());
    let (min, simple) = (file("min.json", ""), file("1se.json", ""));
    let ran = thalweg(&["cv", &data, "--groups", "fold", "--folds", "4", "--save", &min]);
    assert!(ran.stderr.contains("the model of least error is saved: thalweg predict"), "{}", ran.stderr);
    thalweg(&["cv", &data, "--groups", "fold", "--folds", "4", "--save", &simple, "--choose", "1se"]);
    let read = |path: &str| -> Value { serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap() };
    let (_, found) = json(&[&data, "--groups", "fold", "--folds", "4"]);
    assert_eq!(read(&min)["lambda"], found["lambda_min"]);
    assert_eq!(read(&simple)["lambda"], found["lambda_1se"]);
    assert!(number(&found["lambda_1se"]) > number(&found["lambda_min"]), "{found}");
    let ran = thalweg(&["predict", &min, &data]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn a_page_with_the_curve() {
    let path = file("page.html", "");
    let ran = thalweg(&["cv", "--data", "diabetes", "--standardize", "--report", &path]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let page = fs::read_to_string(&path).unwrap();
    roxmltree::Document::parse(&page.replacen("<!DOCTYPE html>", "", 1)).unwrap();
    assert!(!["<script", "src=", "href=", "url("].iter().any(|link| page.contains(link)));
    assert_eq!((page.matches("<figure>").count(), page.matches("<figcaption>").count()), (4, 4));
    for phrase in [
        "mean over folds, ± 1 standard error",
        ">λ of one SE</text>",
        ">least error</text>",
        "Each fold",
        "<dt>Folds</dt><dd>10 folds at random, seed 0</dd>",
        "one standard error</th>",
    ] {
        assert!(page.contains(phrase), "`{phrase}` is not on the page");
    }
}

/// Exit code 2, nothing on stdout, one line that holds the phrases.
fn refused(args: &[&str], phrases: &[&str]) {
    support::refused(&[&["cv", "-q"], args].concat(), phrases);
}

#[test]
fn wrong_input_is_named_with_its_remedy() {
    let with = |more: &[&'static str]| [&["--data", "diabetes"], more].concat();
    refused(&with(&["--folds", "1"]), &["folds = 1", "at least 2", "10"]);
    refused(&with(&["--folds", "443"]), &["folds = 443", "442 rows"]);
    refused(&with(&["--repeats", "0"]), &["repeats = 0", "at least 1"]);
    refused(&with(&["--repeats", "1000000000000"]), &["repeats = 1000000000000", "at most 10000"]);
    refused(&with(&["--groups", "sexx"]), &["sexx", "did you mean `sex`?"]);
    refused(&with(&["--groups", "sex"]), &["folds = 10", "2 groups"]);
    refused(&with(&["--groups", "progression"]), &["--groups", "`progression` is the target"]);
    refused(&with(&["--groups", "sex", "--stratified"]), &["--groups", "--stratified"]);
    refused(&with(&["--lambdas", "0"]), &["lambdas = 0"]);
    refused(&with(&["--alpha", "2"]), &["alpha", "2"]);
    refused(&with(&["--choose", "best"]), &["--choose", "1se"]);
    refused(
        &[&file("rows.svm", "1 1:1\n0 2:1\n1 1:2\n"), "--groups", "g"],
        &["--groups needs columns with names"],
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_the_folds_that_are_done() {
    let model = file("interrupted.json", "");
    // Fifty thousand folds take minutes.
    let args = ["cv", "--data", "diabetes", "--standardize", "--repeats", "5000", "--save", &model];
    let (code, found) = support::interrupted(&args, "12 of 50000 folds done");
    assert_eq!((code, &found["status"]), (130, &Value::from("Interrupted")));
    let folds = found["fold_losses"].as_array().unwrap();
    assert!((12..1000).contains(&folds.len()), "{}", folds.len());
    // The path of all rows is whole, the folds are those of the whole run, and the choice is made by them.
    let (_, whole) = json(&["--data", "diabetes", "--standardize", "--repeats", "2"]);
    assert_eq!(found["points"].as_array().unwrap().len(), whole["points"].as_array().unwrap().len());
    assert_eq!(folds[..12], whole["fold_losses"].as_array().unwrap()[..12]);
    let index = number(&found["index_min"]) as usize;
    assert_eq!(found["lambda_min"], found["points"][index]["lambda"]);
    let words = format!("interrupted: the errors are those of {} of 50000 folds", folds.len());
    assert!(found["warnings"].as_array().unwrap().iter().any(|w| w == &Value::from(words.as_str())));
    let saved: Value = serde_json::from_str(&fs::read_to_string(&model).unwrap()).unwrap();
    assert_eq!(saved["lambda"], found["lambda_min"]);
}
