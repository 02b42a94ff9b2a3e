//! `--covariance`, `--intervals`, `--level` and `--exposure`, and what `fit` knows about the distribution. Numbers are R's, from
//! `fixtures/inference.R`.

// Helpers outside of tests unwrap too.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::sync::OnceLock;

use serde_json::Value;
use support::{file, json, numbers, thalweg};

const R: &str = include_str!("fixtures/inference.json");

fn r(case: &str) -> Value {
    let all: Value = serde_json::from_str(R).unwrap();
    all[case].clone()
}

fn column(object: &Value, key: &str) -> Vec<f64> {
    object["coefficients"].as_array().unwrap().iter().map(|c| c[key].as_f64().unwrap()).collect()
}

fn assert_close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (k, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= tolerance * b.abs().max(1e-3), "{what} {k}: {a}, R says {b}");
    }
}

/// The data of the fixtures.
fn data() -> String {
    static DATA: OnceLock<String> = OnceLock::new();
    // Once, because the tests run side by side.
    DATA.get_or_init(|| file("claims.csv", r("data").as_str().unwrap())).clone()
}

fn refused(args: &[&str], phrases: &[&str]) {
    support::refused(&[&["fit"], args].concat(), phrases);
}

const MODEL: &[&str] = &["-y", "claims", "--predictors", "age,kind", "--family", "poisson"];

fn fit(options: &[&str]) -> Value {
    let data = data();
    let (code, object) = json(&[&[data.as_str()], MODEL, options].concat());
    assert_eq!(code, 0, "{object}");
    object
}

#[test]
fn robust_standard_errors_are_those_of_r() {
    for kind in ["hc0", "hc1", "hc2", "hc3"] {
        let object = fit(&["--covariance", kind]);
        assert_eq!(object["covariance"], kind);
        assert_close(kind, &column(&object, "std_error"), &numbers(&r("robust")[kind]), 1e-8);
        // The rest of a line follows from its standard error.
        for c in object["coefficients"].as_array().unwrap() {
            let get = |key: &str| c[key].as_f64().unwrap();
            assert!((get("z") - get("estimate") / get("std_error")).abs() < 1e-12);
            assert!((get("upper") - get("estimate") - 1.959_963_984_540_054 * get("std_error")).abs() < 1e-9);
        }
    }
    assert_eq!(fit(&[])["covariance"], "model");
    assert_close("model", &column(&fit(&[]), "std_error"), &numbers(&r("robust")["model"]), 1e-8);
}

#[test]
fn clusters_are_a_column_that_is_no_predictor() {
    let data = data();
    let expected = numbers(&r("robust")["cluster"]);
    for cluster in ["cluster:region", "cluster:number"] {
        // Nothing names the predictors: the column of clusters must not be one of them.
        let excluded = if cluster == "cluster:region" { "number,one" } else { "region,one" };
        let args = ["-y", "claims", "--family", "poisson", "--exclude", excluded, "--exposure", "years"];
        let (_, object) = json(&[&[data.as_str()], &args[..], &["--covariance", cluster]].concat());
        assert_eq!((&object["covariance"], object["clusters"].as_u64()), (&cluster.into(), Some(8)));
        let names: Vec<&str> =
            object["coefficients"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["(intercept)", "age", "kind[b]", "kind[c]", "shift"]);
        assert_close(
            cluster,
            &column(&object, "std_error"),
            &numbers(&r("robust")["cluster_exposure"]),
            1e-8,
        );
    }
    let object = fit(&["--covariance", "cluster:region"]);
    assert_close("cluster", &column(&object, "std_error"), &expected, 1e-8);
    // Student's t with G - 1 = 7 degrees of freedom: qt(0.975, 7).
    let c = &object["coefficients"][1];
    let half = 0.5 * (c["upper"].as_f64().unwrap() - c["lower"].as_f64().unwrap());
    assert!((half / c["std_error"].as_f64().unwrap() - 2.364_624_251_592_784_5).abs() < 1e-9);
    // In a formula, `.` leaves it out too.
    let formula = [
        "--formula",
        "claims ~ . - years - number - shift - one",
        "--family",
        "poisson",
        "--covariance",
        "cluster:region",
    ];
    let (_, dotted) = json(&[&[data.as_str()], &formula[..]].concat());
    assert_close("dotted", &column(&dotted, "std_error"), &expected, 1e-8);
    let text = thalweg(&[&["fit", "-q", &data], MODEL, &["--covariance", "cluster:region"]].concat()).stdout;
    assert!(
        text.contains("standard errors: clustered by `region`, 8 clusters, Student's t on 7 df"),
        "{text}"
    );
    assert!(text.contains("std. error  ") && text.contains("   t  "), "{text}");
}

#[test]
fn rows_without_a_cluster_are_dropped_and_counted() {
    let text = "x,g,y\n1,a,1\n2,a,3\n3,b,2\n4,NA,5\n5,c,4\n6,c,7\n";
    let data = file("gaps.csv", text);
    let (code, object) = json(&[&data, "--covariance", "cluster:g"]);
    assert_eq!((code, object["n"].as_u64(), object["dropped_rows"].as_u64()), (0, Some(5), Some(1)));
    assert_eq!(object["clusters"], 3);
    assert!(object["warnings"][0].as_str().unwrap().contains("1 row of 6 dropped for missing values (g: 1)"));
    refused(
        &[&data, "--covariance", "cluster:g", "--missing", "error"],
        &["line 5", "column `g`", "belongs to no group", "have incomplete rows dropped"],
    );
}

#[test]
fn clusters_keep_to_their_rows() {
    // Rows dropped for other gaps must not shift the clusters.
    let (mut gaps, mut whole) = ("x,g,y\n".to_owned(), "x,g,y\n".to_owned());
    for i in 0..30 {
        let (x, y) = (f64::from(i % 11), f64::from((i * 7) % 13));
        let group = if i < 8 {
            "p"
        } else if i < 17 {
            "q"
        } else {
            "r"
        };
        let missing = i % 5 == 2;
        gaps.push_str(&format!("{},{group},{y}\n", if missing { "NA".to_owned() } else { x.to_string() }));
        if !missing {
            whole.push_str(&format!("{x},{group},{y}\n"));
        }
    }
    let errors = |name: &str, text: String| {
        column(&json(&[&file(name, text), "--covariance", "cluster:g"]).1, "std_error")
    };
    assert_eq!(errors("gappy.csv", gaps), errors("whole.csv", whole));
}

#[test]
fn rows_of_leverage_1_are_pointed_out() {
    let data = file("alone.csv", "x,d,y\n1,0,1\n2,0,3\n3,0,2\n4,1,5\n5,0,4\n6,0,7\n");
    let (_, object) = json(&[&data, "--covariance", "hc3"]);
    assert!(object["warnings"][0].as_str().unwrap().starts_with("1 row of leverage 1: its residual is 0"));
    let (_, object) = json(&[&data, "--covariance", "hc1"]);
    assert_eq!(object["warnings"], serde_json::json!([]));
}

#[test]
fn profile_intervals_are_those_of_r() {
    let object = fit(&["--intervals", "profile"]);
    assert_eq!((&object["intervals"], object["level"].as_f64()), (&"profile".into(), Some(0.95)));
    assert_close("lower", &column(&object, "lower"), &numbers(&r("profile")["lower"]), 1e-6);
    assert_close("upper", &column(&object, "upper"), &numbers(&r("profile")["upper"]), 1e-6);
    // The standard errors stay Wald's.
    assert_close("errors", &column(&object, "std_error"), &numbers(&r("robust")["model"]), 1e-8);
    let data = data();
    let text = thalweg(&[&["fit", "-q", &data], MODEL, &["--intervals", "profile"]].concat()).stdout;
    assert!(text.contains("\nintervals: profile likelihood\n"), "{text}");
}

#[test]
fn the_level_is_that_of_the_intervals() {
    let object = fit(&["--level", "0.9"]);
    assert_eq!(object["level"].as_f64(), Some(0.9));
    assert_close("lower", &column(&object, "lower"), &numbers(&r("wald90")["lower"]), 1e-8);
    assert_close("upper", &column(&object, "upper"), &numbers(&r("wald90")["upper"]), 1e-8);
    let data = data();
    let text = thalweg(&[&["fit", "-q", &data], MODEL, &["--level", "0.9"]].concat()).stdout;
    assert!(text.contains("lower 90 %") && text.contains("upper 90 %"), "{text}");
}

#[test]
fn an_exposure_is_an_offset_of_its_logarithm() {
    let exposed = fit(&["--exposure", "years"]);
    assert_close("exposure", &column(&exposed, "estimate"), &numbers(&r("exposure")["estimate"]), 1e-8);
    assert!(
        (exposed["deviance"].as_f64().unwrap() / r("exposure")["deviance"].as_f64().unwrap() - 1.0).abs()
            < 1e-10
    );
    // With an offset the two add; with a formula too.
    let both = fit(&["--exposure", "years", "--offset", "shift"]);
    assert_close("both", &column(&both, "estimate"), &numbers(&r("exposure")["both"]), 1e-8);
    let data = data();
    let formula =
        ["--formula", "claims ~ age + kind + offset(shift)", "--family", "poisson", "--exposure", "years"];
    let (_, formula) = json(&[&[data.as_str()], &formula[..]].concat());
    assert_close("formula", &column(&formula, "estimate"), &numbers(&r("exposure")["both"]), 1e-8);
    // All columns but those with a part of their own.
    let args = [
        "-y",
        "claims",
        "--family",
        "poisson",
        "--exclude",
        "number,region,one",
        "--offset",
        "shift",
        "--exposure",
        "years",
    ];
    let (_, all) = json(&[&[data.as_str()], &args[..]].concat());
    assert_close("all", &column(&all, "estimate"), &numbers(&r("exposure")["both"]), 1e-8);
    // Nothing but the exposure: the intercept is the logarithm of all claims over all years, here ln(9/6).
    let bare = file("bare.csv", "years,y\n1,2\n2,3\n3,4\n");
    let (_, bare) = json(&[&bare, "--family", "poisson", "--exposure", "years"]);
    assert_close("bare", &column(&bare, "estimate"), &[1.5_f64.ln()], 1e-10);
    // The saved model knows the exposure.
    let model = file("exposed.json", "");
    let args = [&["fit", "-q", &data], MODEL, &["--exposure", "years", "--save", &model]].concat();
    assert_eq!(thalweg(&args).code, 0);
    let new = file("new.csv", "age,kind,years\n40,a,2\n40,a,4\n");
    let rows: Vec<f64> = thalweg(&["predict", &model, &new])
        .stdout
        .lines()
        .skip(1)
        .map(|line| line.parse().unwrap())
        .collect();
    assert!((rows[1] / rows[0] - 2.0).abs() < 1e-12, "{rows:?}");
}

#[test]
fn estimated_parameters_of_the_distribution_are_shown() {
    let data = data();
    let args = ["-y", "claims", "--predictors", "age,kind", "--family", "negative-binomial"];
    let (_, object) = json(&[&[data.as_str()], &args[..]].concat());
    let nuisance = &object["nuisance"];
    assert_eq!(nuisance["name"], "theta");
    let theta = r("theta");
    assert!(
        (nuisance["estimate"].as_f64().unwrap() / theta["estimate"].as_f64().unwrap() - 1.0).abs() < 1e-5
    );
    let distribution = object["distribution"].as_str().unwrap();
    let value: f64 = distribution.strip_prefix("negative-binomial:theta=").unwrap().parse().unwrap();
    assert_eq!(Some(value), nuisance["estimate"].as_f64());
    assert!(nuisance["std_error"].as_f64().unwrap() > 0.0);
    assert_eq!(object["family"], "negative-binomial");
    let text = thalweg(&[&["fit", "-q", &data], &args[..]].concat()).stdout;
    assert!(text.contains("\ntheta           ") && text.contains(" (std. error "), "{text}");
    // A given parameter is part of the family and no estimate.
    let (_, given) = json(&[
        data.as_str(),
        "-y",
        "claims",
        "--predictors",
        "age",
        "--family",
        "negative-binomial:theta=2",
    ]);
    assert_eq!(
        (&given["distribution"], &given["nuisance"]),
        (&"negative-binomial:theta=2".into(), &Value::Null)
    );
    // Counts that scatter less than Poisson's have no finite theta.
    let even = file("even.csv", "x,y\n1,2\n2,2\n3,3\n4,3\n5,4\n6,4\n7,5\n8,5\n");
    let (_, even) = json(&[&even, "--family", "negative-binomial"]);
    assert_eq!((&even["nuisance"]["name"], &even["nuisance"]["estimate"]), (&"theta".into(), &Value::Null));
    assert!(even["warnings"][0].as_str().unwrap().contains("no finite estimate"), "{even}");
    let (_, plain) = json(&[]);
    assert_eq!((&plain["nuisance"], &plain["distribution"]), (&Value::Null, &"binomial".into()));
}

#[test]
fn a_fit_without_standard_errors_says_so() {
    let (_, object) = json(&["--lambda", "0.1"]);
    for key in ["covariance", "clusters", "intervals", "level"] {
        assert!(object[key].is_null(), "{key}");
    }
    // Only the fit can tell that outcomes are separated: the table has what exists.
    let separated = file("separated.csv", "x,y\n1,0\n2,0\n3,1\n4,1\n");
    let (code, object) = json(&[&separated, "--covariance", "hc3", "--level", "0.9"]);
    assert_eq!((code, &object["status"], &object["covariance"]), (1, &"Separated".into(), &Value::Null));
}

#[test]
fn misuse_is_one_clear_error() {
    let path = data();
    let data = path.as_str();
    let of = |options: &[&'static str], phrases: &[&str]| {
        refused(&[&[data], MODEL, options].concat(), phrases);
    };
    of(&["--covariance", "hc9"], &["unknown covariance `hc9`", "did you mean `hc0`?", "cluster:COLUMN"]);
    of(&["--covariance", "cluster"], &["--covariance cluster:COLUMN"]);
    of(&["--covariance", "cluster:"], &["--covariance cluster:COLUMN"]);
    of(
        &["--covariance", "cluster:regio"],
        &["claims.csv", "unknown column `regio`", "did you mean `region`?"],
    );
    of(&["--covariance", "cluster:claims"], &["cluster:claims", "is the target"]);
    of(&["--covariance", "cluster:one"], &["column `one`", "at least two clusters"]);
    of(&["--intervals", "profil"], &["'profil'", "similar value exists: 'profile'"]);
    of(
        &["--intervals", "profile", "--covariance", "hc3"],
        &["--intervals profile", "--covariance hc3", "leave one of them out"],
    );
    of(
        &["--intervals", "profile", "--lambda", "0.1"],
        &["--intervals needs standard errors", "penalised", "leave --intervals out"],
    );
    of(
        &["--covariance", "hc0", "--penalty", "l1", "--lambda", "0.1"],
        &["--covariance needs standard errors"],
    );
    of(&["--level", "0.9", "--standardize"], &["--level needs standard errors"]);
    of(&["--level", "95"], &["level = 95", "between 0 and 1"]);
    of(&["--level", "nan"], &["level = NaN"]);
    of(&["--exposure", "yeers"], &["claims.csv", "unknown column `yeers`", "did you mean `years`?"]);
    of(&["--exposure", "age"], &["column `age` as the exposure", "already a predictor", "one role"]);
    of(&["--exposure", "claims"], &["already the target"]);
    of(&["--exposure", "years", "--offset", "years"], &["already the offset"]);
    of(&["--exposure", "region"], &["column `region` holds text", "--exposure"]);
    refused(
        &["--data", "diabetes", "--loss", "huber", "--covariance", "hc3"],
        &["--covariance needs standard errors", "a loss is no likelihood"],
    );
    let zero = file("zero.csv", "years,x,y\n1,1,2\n0,2,3\n2,3,3\n");
    refused(&[&zero, "--family", "poisson", "--exposure", "years"], &["zero.csv", "line 3", "years", "0"]);
    let minus = file("minus.csv", "years,x,y\n1,1,2\n-2,2,3\n2,3,3\n");
    refused(&[&minus, "--family", "poisson", "--exposure", "years"], &["minus.csv", "line 3", "years", "-2"]);
    let rows = file("rows.svm", "1 1:2\n0 1:3\n");
    refused(&[&rows, "--exposure", "x1"], &["--exposure needs columns with names"]);
    refused(&[&rows, "--covariance", "cluster:x1"], &["--covariance cluster:x1 needs columns with names"]);
}
