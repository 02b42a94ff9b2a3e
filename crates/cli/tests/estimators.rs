//! M-estimators and penalties with kinks on the command line.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use serde_json::Value;
use support::{file, json, json_of, kinds, number, refused, thalweg};

#[test]
fn any_loss_takes_any_penalty() {
    for loss in ["squared", "huber:delta=20"] {
        for penalty in ["ridge", "l1", "elastic-net:alpha=0.3", "box-constraint:lower=0"] {
            let arguments = [
                "--data",
                "diabetes",
                "--loss",
                loss,
                "--penalty",
                penalty,
                "--lambda",
                "0.5",
                "--standardize",
            ];
            let (code, object) = json(&arguments);
            assert_eq!(code, 0, "{loss} with {penalty}: {object}");
            assert_eq!((&object["loss"], &object["penalty"]), (&loss.into(), &penalty.into()));
            assert!(object["family"].is_null() && object["log_likelihood"].is_null());
            assert_eq!(object["coefficients"].as_array().unwrap().len(), 11);
            if penalty.starts_with("box") {
                let all = object["coefficients"].as_array().unwrap();
                assert!(all[1..].iter().all(|c| c["estimate"].as_f64().unwrap() >= 0.0), "{object}");
            }
        }
    }
}

#[test]
fn an_l1_penalty_on_a_family_zeroes_coefficients() {
    let (code, object) =
        json(&["--data", "breast_cancer", "--penalty", "l1", "--lambda", "0.02", "--standardize"]);
    assert_eq!((code, object["status"].as_str()), (0, Some("Certified")));
    assert_eq!((object["family"].as_str(), object["alpha"].as_f64()), (Some("binomial"), Some(1.0)));
    let zeros = object["coefficients"].as_array().unwrap().iter().filter(|c| c["estimate"] == 0.0).count();
    assert_eq!(30 - zeros as u64, object["nonzero"].as_u64().unwrap());
    assert!(zeros > 10 && object["chosen_because"].as_str().unwrap().contains("single coefficients"));
}

/// All levels of a column come in together, unequal sizes say the same, and a path finds the same minimum.
#[test]
fn groups_by_column_and_by_sizes() {
    let data = file("kinds.csv", kinds());
    let given = |lambda: &'static str, penalty: &'static str| {
        [&data[..], "-y", "y", "--standardize", "--lambda", lambda, "--penalty", penalty].map(str::to_owned)
    };
    let run = |lambda: &'static str, penalty: &'static str| {
        let arguments = given(lambda, penalty);
        let (code, found) = json(&arguments.each_ref().map(String::as_str));
        assert_eq!((code, &found["penalty"]), (0, &Value::from(penalty)));
        found
    };
    for (lambda, wanted) in [("2", 0), ("0.1", 3), ("0.03", 3)] {
        let (by, sizes) = (run(lambda, "group-lasso:by=column"), run(lambda, "group-lasso:sizes=1+3+1"));
        assert_eq!(by["coefficients"], sizes["coefficients"]);
        let kinds = by["coefficients"].as_array().unwrap().iter();
        let kinds = kinds.filter(|b| b["name"].as_str().unwrap().starts_with("kind["));
        assert_eq!(kinds.filter(|b| b["estimate"] != 0.0).count(), wanted, "{by}");
        let arguments = given(lambda, "group-lasso:by=column");
        let (_, path) = json_of("path", &arguments.each_ref().map(String::as_str));
        let point = &path["points"][0];
        assert_eq!(point["lambda"], by["lambda"]);
        let apart = number(&by["objective"]) - number(&point["objective"]);
        assert!(apart.abs() < 2e-8 * number(&path["scale"]), "{lambda}: {apart:e}");
        // All of its own is the lasso.
        let (lasso, l1) = (run(lambda, "sparse-group-lasso:sizes=1+1+1+1+1,alpha=1"), run(lambda, "l1"));
        let apart = number(&lasso["objective"]) / number(&l1["objective"]) - 1.0;
        assert!(apart.abs() < 2e-8, "{lambda}: {apart:e}");
    }
    for (penalty, phrases) in [
        ("group-lasso:sizes=1+3", ["sizes", "add up to 4", "5 coefficients"]),
        ("group-lasso:sizes=1+x", ["sizes = 1+x", "whole numbers", "3+1+2"]),
        ("group-lasso:by=row", ["by = row", "no way", "by=column"]),
        ("mcp:by=column", ["by", "mcp", "parameter"]),
    ] {
        let arguments = given("0.1", penalty);
        let arguments: Vec<&str> =
            ["fit", "-q"].into_iter().chain(arguments.iter().map(String::as_str)).collect();
        refused(&arguments, &phrases);
    }
    refused(
        &["fit", "-q", &data, "-y", "y", "--penalty", "group-lasso:by=column"],
        &["group-lasso:by=column", "needs its strength", "--lambda"],
    );
}

#[test]
fn every_optimizer_can_be_asked_for() {
    let reference = json(&["--data", "breast_cancer", "--lambda", "0.1", "--standardize"]).1["objective"]
        .as_f64()
        .unwrap();
    for optimizer in ["newton", "newton-cg", "lbfgs", "gradient-descent", "fista", "coordinate-descent"] {
        let arguments = [
            "--data",
            "breast_cancer",
            "--lambda",
            "0.1",
            "--standardize",
            "--iterations",
            "5000",
            "--optimizer",
            optimizer,
        ];
        let (code, object) = json(&arguments);
        assert_eq!(code, 0, "{optimizer}: {}", object["status"]);
        assert!((object["objective"].as_f64().unwrap() / reference - 1.0).abs() < 1e-7, "{optimizer}");
    }
    let adam = json(&[
        "--data",
        "breast_cancer",
        "--lambda",
        "0.1",
        "--standardize",
        "--optimizer",
        "adamw:epochs=60",
    ])
    .1;
    assert!(adam["objective"].as_f64().unwrap() / reference - 1.0 < 0.01, "{adam}");
}

#[test]
fn seeds_and_threads() {
    let fit = |seed: &str, threads: &str| {
        let arguments = [
            "--data",
            "breast_cancer",
            "--standardize",
            "--lambda",
            "0.1",
            "--optimizer",
            "sgd:epochs=5",
            "--seed",
            seed,
            "--threads",
            threads,
        ];
        json(&arguments).1["coefficients"].clone()
    };
    let one = fit("1", "1");
    assert_eq!(one, fit("1", "2"));
    assert_eq!(one, fit("1", "7"));
    assert_ne!(one, fit("2", "2"));
}

#[test]
fn softmax_on_the_command_line() {
    let (code, object) = json(&["--data", "digits", "--loss", "softmax", "--lambda", "0.1"]);
    assert_eq!((code, object["status"].as_str(), object["p"].as_u64()), (0, Some("Certified"), Some(650)));
    assert_eq!(object["coefficients"][65]["class"].as_str(), Some("1"));
    let text = thalweg(&["fit", "--data", "digits", "--loss", "softmax", "--lambda", "0.1"]);
    assert!(text.stdout.contains("smaller coefficients not shown"), "{}", text.stdout);
}

#[test]
fn saved_estimators_predict() {
    // y = 2x + 1 with one outlier, which half a Huber loss passes over.
    let data = file("line.csv", "x,z,y\n0,1,1\n1,0,3\n2,1,5\n3,0,7\n4,1,9\n5,0,11\n6,1,130\n7,0,15\n");
    let new = file("new.csv", "z,x\n1,10\n0,-1\n");
    let model = file("huber.json", "");
    let fit =
        ["fit", &data, "--loss", "huber:delta=0.01", "--penalty", "l1", "--lambda", "1e-6", "--save", &model];
    let ran = thalweg(&fit);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let ran = thalweg(&["predict", &model, &new]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let predicted: Vec<f64> = ran.stdout.lines().filter_map(|line| line.trim().parse().ok()).collect();
    assert_eq!(predicted.len(), 2, "{}", ran.stdout);
    assert!((predicted[0] - 21.0).abs() < 0.05 && (predicted[1] + 1.0).abs() < 0.05, "{predicted:?}");
}

#[test]
fn what_does_not_fit_together_is_one_line() {
    for (arguments, words) in [
        (&["fit", "--loss", "hubber"][..], "did you mean `huber`"),
        (&["fit", "--loss", "huber", "--family", "poisson"], "cannot be used with"),
        (&["fit", "--penalty", "l1", "--lambda", "0.1", "--optimizer", "lbfgs"], "coordinate-descent"),
        (&["fit", "--penalty", "l1", "--lambda", "0.1", "--optimizer", "adam"], "fista"),
        (&["fit", "--penalty", "elastic-net:alpha=2", "--lambda", "0.1"], "alpha"),
        (&["fit", "--penalty", "l1"], "--lambda"),
        (&["fit", "--optimizer", "adam:lr=-1"], "lr"),
        (&["fit", "--data", "anes96", "--loss", "poisson:x=1"], "x"),
        (
            &[
                "fit",
                "--data",
                "digits",
                "--loss",
                "softmax",
                "--penalty",
                "l1",
                "--lambda",
                "0.1",
                "--optimizer",
                "owl-qn",
            ],
            "several predictors",
        ),
    ] {
        let ran = thalweg(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        let lines: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("error:")).collect();
        assert!(lines.len() == 1 && lines[0].contains(words), "{arguments:?}: {}", ran.stderr);
    }
}
