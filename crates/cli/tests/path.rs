//! `thalweg path`: the sequence, its table, its JSON, its page and its errors. Fitted numbers are scikit-learn's (`fixtures/path.py`).

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;

use serde_json::Value;
use support::{file, json_of, kinds, number, path_fixture, thalweg};

/// The JSON object of `thalweg path --json -q`.
fn json(args: &[&str]) -> (i32, Value) {
    json_of("path", args)
}

/// Every case of the fixture against the point of the same λ; coefficients to `tolerance` of the largest.
fn agrees(found: &Value, cases: &[Value], tolerance: f64) {
    let points = found["points"].as_array().unwrap();
    assert_eq!(points.len(), cases.len());
    for case in cases {
        let lambda = number(&case["lambda"]);
        let point = points.iter().find(|p| (number(&p["lambda"]) / lambda - 1.0).abs() < 1e-12).unwrap();
        let expected = case["coefficients"].as_object().unwrap();
        let own = point["coefficients"].as_array().unwrap();
        assert_eq!(own.len(), expected.len(), "at {lambda}: {own:?} for {expected:?}");
        let size = expected.values().map(|b| number(b).abs()).fold(0.0, f64::max);
        for b in own {
            let (name, estimate) = (b["name"].as_str().unwrap(), number(&b["estimate"]));
            let error = (estimate - number(&expected[name])).abs();
            assert!(error <= tolerance * size, "{name} at {lambda}: {estimate}, off by {error:e}");
        }
        let error = (number(&point["intercept"]) - number(&case["intercept"])).abs();
        assert!(error <= 30.0 * tolerance * size, "intercept at {lambda}: off by {error:e}");
        if let Some(ratio) = case.get("deviance_ratio") {
            assert!((number(&point["deviance_ratio"]) - number(ratio)).abs() < 1e-9);
        }
        assert_eq!(point["status"], "Certified");
        assert!(number(&point["relative_gap"]) <= 1e-12);
    }
}

/// The λ of the cases, as an option reads them.
fn lambdas(cases: &[Value]) -> String {
    cases.iter().map(|case| format!("{:?}", number(&case["lambda"]))).collect::<Vec<_>>().join(",")
}

#[test]
fn lasso_and_elastic_net_are_those_of_scikit_learn() {
    let all = path_fixture();
    for alpha in [1.0, 0.5] {
        let cases: Vec<Value> = all["diabetes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|c| number(&c["alpha"]) == alpha)
            .cloned()
            .collect();
        assert!(cases.len() >= 2);
        let args = [
            "--data",
            "diabetes",
            "--standardize",
            "--gap",
            "1e-12",
            "--alpha",
            &alpha.to_string(),
            "--lambda",
            &lambdas(&cases),
        ];
        let (code, found) = json(&args);
        assert_eq!((code, &found["end"]), (0, &Value::from("complete")));
        agrees(&found, &cases, 1e-7);
        let top = number(&cases[0]["lambda_max"]);
        assert!((number(&found["lambda_max"]) / top - 1.0).abs() < 1e-12);
    }
}

#[test]
fn a_sparse_logistic_regression_is_that_of_scikit_learn() {
    let all = path_fixture();
    let cases = all["logistic"].as_array().unwrap();
    let path = file("logistic.csv", all["logistic_csv"].as_str().unwrap());
    let (code, found) = json(&[&path, "--gap", "1e-12", "--lambda", &lambdas(cases)]);
    assert_eq!(
        (code, &found["family"], &found["link"]),
        (0, &Value::from("binomial"), &Value::from("logit"))
    );
    agrees(&found, cases, 1e-6);
}

#[test]
fn more_columns_than_rows() {
    let all = path_fixture();
    let cases = all["wide"].as_array().unwrap();
    let path = file("wide.csv", all["wide_csv"].as_str().unwrap());
    let (code, found) = json(&[&path, "--gap", "1e-12", "--lambda", &lambdas(cases)]);
    assert_eq!((code, number(&found["p"]), number(&found["n"])), (0, 40.0, 12.0));
    agrees(&found, cases, 1e-6);
    // The default sequence ends at a hundredth of the first λ, unless it explains everything before.
    let (code, found) = json(&[&path, "--full"]);
    let points = found["points"].as_array().unwrap();
    assert_eq!((code, points.len()), (0, 100));
    let share = number(&points[99]["lambda"]) / number(&found["lambda_max"]);
    assert!((share - 0.01).abs() < 1e-12, "{share}");
}

#[test]
fn the_first_lambda_is_the_least_that_makes_all_coefficients_zero() {
    // y = 2x over five rows: λ_max = mean((x − 3)(y − 6)) = 4, and below it b = 2 − λ/2.
    let path = file("line.csv", "x,y\n1,2\n2,4\n3,6\n4,8\n5,10\n");
    let (code, found) = json(&[&path, "--lambdas", "5", "--ratio", "0.0625", "--full"]);
    let points = found["points"].as_array().unwrap();
    assert_eq!((code, points.len(), number(&found["lambda_max"])), (0, 5, 4.0));
    for (k, point) in points.iter().enumerate() {
        let lambda = 4.0 / 2.0_f64.powi(i32::try_from(k).unwrap());
        assert!((number(&point["lambda"]) / lambda - 1.0).abs() < 1e-14);
        let df = number(&point["df"]);
        assert_eq!(df, if k == 0 { 0.0 } else { 1.0 });
        if k > 0 {
            assert!((number(&point["coefficients"][0]["estimate"]) - (2.0 - lambda / 2.0)).abs() < 1e-6);
            assert_eq!(point["coefficients"][0]["name"], "x");
        }
    }
}

#[test]
fn the_table_shows_who_comes_in() {
    let ran = thalweg(&["path", "--data", "diabetes", "--standardize", "--at", "4.5"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let out = &ran.stdout;
    for phrase in [
        "Lasso path, family gaussian, link identity",
        "progression on 10 columns, n = 442, p = 10, data: diabetes (embedded)",
        "penalty l1 on standardised columns, lambda_max = 45.16003",
        "% deviance",
        "in (+) and out (-)",
        "<- shown below",
        "At lambda = 4.",
        "of lambda not shown; --rows shows more",
        "Certified: at each of",
        "of the null model's loss",
    ] {
        assert!(out.contains(phrase), "`{phrase}` is not in\n{out}");
    }
    let first = out.lines().find(|line| line.starts_with("45.160")).unwrap();
    assert!(first.contains(" 0 ") && first.contains("0.00"), "{first}");
    assert!(out.lines().all(|line| line.chars().count() <= 100), "{out}");
    // With a line for every λ, s5 or bmi comes in first, and each comes in once before any leaves.
    let all = thalweg(&["path", "--data", "diabetes", "--standardize", "--rows", "200"]).stdout;
    let came = |name: &str| all.lines().position(|line| line.contains(&format!("+{name}"))).unwrap();
    assert!(came("bmi") <= came("bp") && came("bp") < came("s1"), "{all}");
    assert!(!all.contains("--rows shows more"));
}

#[test]
fn a_point_is_saved_for_predict() {
    let all = path_fixture();
    let case = &all["wide"][1];
    let data = file("saved.csv", all["wide_csv"].as_str().unwrap());
    let model = file("saved.json", "");
    let ran =
        thalweg(&["path", &data, "--gap", "1e-12", "--lambda", "1,0.2", "--at", "0.2", "--save", &model]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("the model is saved: thalweg predict"), "{}", ran.stderr);
    let row: String = (0..40).map(|j| if j == 4 { "1," } else { "0," }).collect();
    let names: String = (0..40).map(|j| format!("g{j},")).collect();
    let new = file("new.csv", format!("{}\n{}\n", names.trim_end_matches(','), row.trim_end_matches(',')));
    let ran = thalweg(&["predict", &model, &new]);
    let expected = number(&case["intercept"]) + number(&case["coefficients"]["g4"]);
    let found: f64 = ran.stdout.lines().last().unwrap().split(',').next_back().unwrap().parse().unwrap();
    assert!((found - expected).abs() < 1e-5, "{found} for {expected}: {}", ran.stdout);
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    let run = |threads: &str| {
        let (_, mut found) =
            json(&["--data", "breast_cancer", "--standardize", "--lambdas", "20", "--threads", threads]);
        found["seconds"] = Value::Null;
        found
    };
    let one = run("1");
    assert_eq!(one, run("3"));
    assert!(one["points"].as_array().unwrap().len() > 5);
}

#[test]
fn other_penalties_and_models() {
    for penalty in ["ridge", "elastic-net:alpha=0.3", "mcp", "scad", "l1"] {
        let (code, found) =
            json(&["--data", "diabetes", "--standardize", "--lambdas", "10", "--penalty", penalty]);
        assert_eq!((code, &found["penalty"]), (0, &Value::from(penalty)), "{found}");
        let points = found["points"].as_array().unwrap();
        assert!(points.iter().all(|p| ["Certified", "Stationary"].contains(&p["status"].as_str().unwrap())));
    }
    let (code, counts) =
        json(&["--data", "randhie", "--family", "poisson", "--standardize", "--lambdas", "12"]);
    assert_eq!((code, &counts["family"]), (0, &Value::from("poisson")));
    let (code, huber) =
        json(&["--data", "stackloss", "--loss", "huber:delta=2", "--standardize", "--lambdas", "8"]);
    assert_eq!((code, &huber["loss"]), (0, &Value::from("huber:delta=2")));
    assert!(huber["family"].is_null() && huber["null_deviance"].is_null());
    let rows: String =
        (0..30).map(|i| format!("{} 1:{} 3:{}\n", i % 2, (i * 7) % 11, (i * 5) % 13)).collect();
    let (code, sparse) = json(&[&file("rows.svm", rows), "--lambdas", "5"]);
    assert_eq!((code, &sparse["family"]), (0, &Value::from("binomial")));
}

/// The criterion recomputed from the deviances: n ln(D/n) + k ln n is least at the point that is named.
#[test]
fn an_information_criterion_selects() {
    let (code, found) = json(&["--data", "diabetes", "--standardize", "--select", "bic"]);
    let points = found["points"].as_array().unwrap();
    let n = number(&found["n"]);
    let bic = |p: &Value| n * (number(&p["deviance"]) / n).ln() + (number(&p["df"]) + 1.0) * n.ln();
    let least = points.iter().map(bic).fold(f64::INFINITY, f64::min);
    let at = found["at"].as_u64().unwrap() as usize;
    assert_eq!((code, bic(&points[at])), (0, least));
    assert!(at > 0 && at + 1 < points.len());
    refused(&["--data", "stackloss", "--loss", "huber", "--select", "aic"], &["huber", "cross-validation"]);
    refused(&["--data", "diabetes", "--select", "aic", "--at", "1"], &["--select", "--at"]);
}

#[test]
fn a_page_with_pictures() {
    let path = file("page.html", "");
    let ran = thalweg(&["path", "--data", "diabetes", "--standardize", "--report", &path, "--at", "1"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains(&format!("the report is written: {path}\n")));
    let page = fs::read_to_string(&path).unwrap();
    let xml = page.replacen("<!DOCTYPE html>", "", 1);
    roxmltree::Document::parse(&xml).unwrap();
    assert!(!["<script", "src=", "href=", "url("].iter().any(|link| page.contains(link)));
    assert_eq!(page.matches("<figure>").count(), 4);
    assert_eq!(page.matches("<figcaption>").count(), 4);
    for phrase in [
        "<h1>Lasso path, family gaussian, link identity</h1>",
        "For one standard deviation of the column",
        "Above the plot: how many coefficients are not 0.",
        "<dt>λ_max</dt><dd>45.16</dd>",
        "Explained along the path",
        ">bmi</text>",
        "proven to be within",
    ] {
        assert!(page.contains(phrase), "`{phrase}` is not on the page");
    }
}

/// Exit code 2, nothing on stdout, one line that holds the phrases.
fn refused(args: &[&str], phrases: &[&str]) {
    support::refused(&[&["path", "-q"], args].concat(), phrases);
}

/// All levels of a column come in together, and unequal sizes say the same.
#[test]
fn groups_by_column_and_by_sizes() {
    let data = file("kinds.csv", kinds());
    let run = |penalty: &str| {
        let (code, found) = json(&[
            &data,
            "-y",
            "y",
            "--standardize",
            "--lambdas",
            "20",
            "--ratio",
            "0.01",
            "--penalty",
            penalty,
        ]);
        assert_eq!((code, &found["penalty"]), (0, &Value::from(penalty)));
        found
    };
    let (by, sizes) = (run("group-lasso:by=column"), run("group-lasso:sizes=1+3+1"));
    assert_eq!(by["points"], sizes["points"]);
    let mut whole = 0;
    for point in by["points"].as_array().unwrap() {
        let names = point["coefficients"].as_array().unwrap();
        let levels = names.iter().filter(|b| b["name"].as_str().unwrap().starts_with("kind[")).count();
        assert!(levels == 0 || levels == 3, "{point}");
        whole += usize::from(levels == 3);
    }
    assert!(whole > 5);
    // All of its own is the lasso: both objectives are within 1e-8 of the null model's loss of the same minimum.
    let (lasso, l1) = (run("sparse-group-lasso:sizes=1+1+1+1+1,alpha=1"), run("l1"));
    let both = lasso["points"].as_array().unwrap().iter().zip(l1["points"].as_array().unwrap());
    for (point, other) in both {
        let apart = number(&point["objective"]) - number(&other["objective"]);
        assert!(apart.abs() < 2e-8 * number(&l1["scale"]), "{apart:e}");
    }
    for (penalty, phrases) in [
        ("group-lasso:sizes=1+3", ["sizes", "add up to 4", "5 coefficients"]),
        ("group-lasso:sizes=1+x", ["sizes = 1+x", "whole numbers", "3+1+2"]),
        ("group-lasso:sizes=5+0", ["sizes = 5+0", "whole numbers", "3+1+2"]),
        ("group-lasso:by=row", ["by = row", "no way", "by=column"]),
        ("group-lasso:by=column,size=2", ["group-lasso", "one of", "leave the others out"]),
        ("sparse-group-lasso:by=column,alpha=2", ["alpha", "2", "group lasso"]),
        ("mcp:by=column", ["by", "mcp", "parameter"]),
        ("group-lasso:size=2", ["size = 2", "divide", "5"]),
    ] {
        refused(&[&data, "-y", "y", "--penalty", penalty], &phrases);
    }
}

#[test]
fn wrong_input_is_named_with_its_remedy() {
    let data = ["--data", "diabetes"];
    let with = |more: &[&'static str]| [&data[..], more].concat();
    refused(&with(&["--lambdas", "0"]), &["lambdas = 0", "at least one value"]);
    refused(&with(&["--ratio", "1.5"]), &["ratio = 1.5", "between 0 and 1", "such as 0.01"]);
    refused(&with(&["--ratio", "NaN"]), &["ratio = NaN"]);
    refused(&with(&["--alpha", "1.5"]), &["alpha", "1.5"]);
    refused(&with(&["--alpha", "-0.1"]), &["alpha", "-0.1"]);
    refused(&with(&["--alpha", "NaN"]), &["alpha", "NaN"]);
    refused(
        &with(&["--alpha", "0.5", "--penalty", "l1"]),
        &["--alpha 0.5", "--penalty is l1", "leave one of them out"],
    );
    refused(&with(&["--lambda", "1,-2"]), &["lambda = -2", ">= 0"]);
    refused(&with(&["--lambda", "1", "--lambdas", "3"]), &["--lambda", "--lambdas"]);
    refused(&with(&["--gap", "0"]), &["gap = 0", "positive"]);
    refused(&with(&["--at", "-1"]), &["at = -1", "positive"]);
    refused(&with(&["--save", "model.json"]), &["--at"]);
    refused(&with(&["--penalty", "none"]), &["--penalty none", "lasso"]);
    refused(&with(&["--penalty", "box-constraint"]), &["--penalty box-constraint", "lasso"]);
    refused(&with(&["--penalty", "rigde"]), &["rigde", "did you mean `ridge`?"]);
    refused(&with(&["--family", "gausian"]), &["did you mean `gaussian`?"]);
    refused(&with(&["-y", "progresion"]), &["progresion", "did you mean `progression`?"]);
    refused(&with(&["--predictors", "bmj"]), &["bmj", "did you mean `bmi`?"]);
    refused(&["no-such.csv"], &["no-such.csv", "does not exist"]);
    let constant = file("constant.csv", "x,y\n1,3\n2,3\n3,3\n");
    refused(&[&constant], &["constant.csv", "lambda_max is 0", "--lambda"]);
    // With values of λ a constant target is a fit like any other.
    let (code, found) = json(&[&constant, "--lambda", "1,0.1"]);
    assert_eq!((code, number(&found["points"][1]["intercept"])), (0, 3.0));
    let counts = file("counts.csv", "a,visits\n1,2\n2,3\n3,-2\n4,1\n");
    refused(
        &[&counts, "-y", "visits", "--family", "poisson"],
        &["line 4", "column `visits`", "value -2", "--family"],
    );
    let weights = file("weights.csv", "a,w,y\n1,1,2\n2,-1,3\n");
    refused(&[&weights, "--weights", "w"], &["line 3", "column `w`", "-1 is negative"]);
}

#[test]
fn one_row_and_constant_columns() {
    // One row explains itself: there is no sequence of λ.
    refused(&[&file("one.csv", "x,y\n1,2\n")], &["one.csv"]);
    let (code, found) = json(&[&file("zero.csv", "x,z,y\n1,0,2\n2,0,3\n3,0,5\n4,0,4\n"), "--standardize"]);
    assert_eq!(code, 0);
    let names =
        found["points"].as_array().unwrap().iter().flat_map(|p| p["coefficients"].as_array().unwrap());
    assert!(names.into_iter().all(|b| b["name"] == "x"), "a column of zeros never comes in");
}

#[test]
fn columns_in_different_units_are_mentioned() {
    let ran = thalweg(&["path", "--data", "longley"]);
    assert!(ran.stdout.contains("--standardize makes it act alike"), "{}", ran.stdout);
    let ran = thalweg(&["path", "--data", "longley", "--standardize"]);
    assert!(!ran.stdout.contains("--standardize makes it act alike"), "{}", ran.stdout);
}
