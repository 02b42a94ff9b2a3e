//! `thalweg fit --formula` and `predict`: coefficients and predictions are those of R's glm (`fixtures/formula.R`), errors name the place.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::Value;
use support::{file, json, numbers, refused, thalweg};

/// Within 1e-8 of the larger of the value and 1e-3 of the largest.
fn assert_close(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let size = 1e-3 * expected.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= 1e-8 * b.abs().max(size), "{what}: {a} for {b}");
    }
}

#[test]
fn fits_and_predictions_are_those_of_r() {
    let cases: Value = serde_json::from_str(include_str!("fixtures/formula.json")).unwrap();
    for (k, case) in cases.as_array().unwrap().iter().enumerate() {
        let text = |key: &str| case[key].as_str().unwrap();
        let formula = text("formula");
        let model = file(&format!("model{k}.json"), "");
        let (option, data) = match case["csv"].as_str() {
            Some(csv) => ("--format=csv", file(&format!("fit{k}.csv"), csv)),
            None => ("--data", text("data").to_owned()),
        };
        // The family follows the left side, but for counts and the embedded suggestion.
        let family = if text("family") == "poisson" { &["--family", "poisson"][..] } else { &[] };
        let args = [&[option, &data, "--formula", formula, "--save", &model], family].concat();
        let (code, fit) = json(&args);
        assert_eq!((code, fit["family"].as_str()), (0, Some(text("family"))), "{formula}");
        let found = fit["coefficients"].as_array().unwrap();
        let found: Vec<f64> = found.iter().map(|c| c["estimate"].as_f64().unwrap()).collect();
        assert_close(formula, &found, &numbers(&case["coefficients"]));
        assert_close(
            formula,
            &numbers(&Value::Array(vec![fit["deviance"].clone()])),
            &[case["deviance"].as_f64().unwrap()],
        );

        let new = file(&format!("new{k}.csv"), text("new"));
        let ran = thalweg(&["predict", &model, &new]);
        assert_eq!(ran.code, 0, "{formula}: {}", ran.stderr);
        let found: Vec<f64> = ran.stdout.lines().skip(1).map(|line| line.parse().unwrap()).collect();
        assert_close(&format!("predictions of {formula}"), &found, &numbers(&case["predictions"]));
    }
}

#[test]
fn the_report_names_the_terms_and_the_left_side() {
    let ran =
        thalweg(&["fit", "--data", "anes96", "--formula", "vote ~ poly(age, 2) + C(educ, ref = 3)*income"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for name in
        ["(intercept)", "poly(age, 2)[2]", "C(educ, ref = \"3\")[7]", "C(educ, ref = \"3\")[1]:income"]
    {
        assert!(ran.stdout.contains(name), "{name}: {}", ran.stdout);
    }
    let ran = thalweg(&["fit", "--data", "diabetes", "--formula", "log(progression) ~ bmi - 1"]);
    assert!(ran.stdout.contains("log(progression)") && !ran.stdout.contains("(intercept)"), "{}", ran.stdout);
    assert!(
        ran.stderr.contains("family gaussian: the target `log(progression)` is numeric"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_stored_recipe_predicts_by_its_numbers() {
    let model = format!("{}/tests/fixtures/model-1-formula.json", env!("CARGO_MANIFEST_DIR"));
    let data = file("wards.csv", "years,dose,ward,age,visits\n2,3,a,40,1\n1,3,b,20,NA\n1,1.5,b,30,2\n");
    // p1 = (d − 2)/4, p2 = ((d − 1.5)(d − 2) − 16/4)/2.
    let p1 = |d: f64| (d - 2.0) / 4.0;
    let p2 = |d: f64| ((d - 1.5) * (d - 2.0) - 4.0) / 2.0;
    let expected =
        [2.0_f64.ln() + 0.5 + 2.0 * 1.0 + p1(3.0), -0.25 - 2.0 + 3.0 * p2(3.0), -0.25 + 3.0 * p2(1.5)];
    let ran = thalweg(&["predict", &model, &data, "--type", "link"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let found: Vec<f64> = ran.stdout.lines().skip(1).map(|line| line.parse().unwrap()).collect();
    assert_close("link", &found, &expected);
    assert!(ran.stderr.contains("2 rows with a target"), "{}", ran.stderr);

    let unknown = file("unknown.csv", "years,dose,ward,age\n2,3,a,40\n2,3,c,40\n");
    refused(
        &["predict", &model, &unknown],
        &["line 3", "column `ward`", "unknown level `c`", "--unknown-levels missing"],
    );
    let ran = thalweg(&["predict", &model, &unknown, "--unknown-levels", "missing"]);
    assert_eq!((ran.code, ran.stdout.lines().nth(2)), (0, Some("NA")), "{}", ran.stderr);
    refused(&["predict", &model, &file("lacking.csv", "ward,age,years\na,1,1\n")], &["lacks column `dose`"]);
    let zero = file("zero.csv", "years,dose,ward,age\n0,3,a,40\n");
    refused(&["predict", &model, &zero], &["line 2", "`log(years)` is -inf at `years` = 0"]);
}

#[test]
fn a_target_that_cannot_be_read_costs_the_metrics_alone() {
    let data = file("positive.csv", "y,x\n1,1\n2,2\n4,3\n7,4\n");
    let model = file("positive.json", "");
    assert_eq!(thalweg(&["fit", &data, "--formula", "log(y) ~ x", "--save", &model]).code, 0);
    let ran = thalweg(&["predict", &model, &file("negative.csv", "y,x\n1,1\n-2,2\n")]);
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 3));
    assert!(
        ran.stderr.contains("no metrics are shown")
            && ran.stderr.contains("line 3: `log(y)` is NaN at `y` = -2"),
        "{}",
        ran.stderr
    );
}

#[test]
fn errors_name_the_place_and_contradictions_the_option() {
    let fit = |formula: &str, phrases: &[&str]| {
        refused(&["fit", "--data", "diabetes", "--formula", formula], phrases)
    };
    fit("progression ~ bmi +", &["column 20 of the formula", "a term belongs here"]);
    fit(
        "progression ~ bmi + agee",
        &["column 21 of the formula", "unknown column `agee`, did you mean `age`?"],
    );
    fit("progression ~ lg(bmi)", &["column 15 of the formula", "unknown function `lg`, did you mean `log`?"]);
    fit("progression ~ log(bmi - 30)", &["diabetes (embedded)", "line ", "`log(bmi - 30)` is "]);
    fit("progression ~ C(sex, ref = 3)", &["column 28 of the formula", "known: 1, 2"]);
    for option in [
        &["--target", "bmi"][..],
        &["--predictors", "bmi"],
        &["--exclude", "bmi"],
        &["--offset", "bmi"],
        &["--no-intercept"],
    ] {
        let args = [&["fit", "--data", "diabetes", "--formula", "progression ~ bmi"], option].concat();
        refused(&args, &["--formula <FORMULA>", option[0], "cannot be used with", "thalweg fit --help"]);
    }
    let counts = file("counts.csv", "s,n,w,x\n1,2,1,1\n1,3,1,2\n3,4,2,3\n1,5,1,4\n");
    refused(
        &["fit", &counts, "--formula", "s / n ~ x", "--weights", "w"],
        &["--weights contradicts --formula", "leave --weights out"],
    );
    assert_eq!(thalweg(&["fit", &counts, "--formula", "s ~ x", "--weights", "w"]).code, 0);
    let rows = file("rows.svm", "1 1:2\n0 1:3\n");
    refused(&["fit", &rows, "--formula", "y ~ x"], &["--formula needs columns with names"]);
}

#[test]
fn missing_values_holdout_and_weights_go_along() {
    let mut text = "y,x,g,w\n".to_owned();
    for i in 0..40 {
        let x = if i == 7 { "NA".to_owned() } else { format!("{}", f64::from(i) * 0.25 + 1.0) };
        let y = (f64::from(i) * 0.7).sin() + f64::from(i) * 0.1;
        text.push_str(&format!("{y},{x},{},{}\n", ["a", "b", "c"][i as usize % 3], i % 4 + 1));
    }
    let data = file("gaps.csv", text);
    let args = [
        data.as_str(),
        "--formula",
        "y ~ poly(x, 2) + C(g, Sum)",
        "--weights",
        "w",
        "--test-fraction",
        "0.25",
        "--seed",
        "3",
    ];
    let (code, fit) = json(&args);
    assert_eq!((code, fit["dropped_rows"].as_u64(), fit["p"].as_u64()), (0, Some(1), Some(5)));
    assert_eq!(fit["n"].as_u64().unwrap() + fit["test"]["n"].as_u64().unwrap(), 39);
}

#[test]
fn help_shows_formulas() {
    let help = thalweg(&["fit", "--help"]).stdout;
    for phrase in ["--formula <FORMULA>", "poly(x, 3, raw)", "exposure(e)", "cbind(won, lost)"] {
        assert!(help.contains(phrase), "{help}");
    }
    assert!(help.lines().all(|line| line.chars().count() <= 100));
}
