//! Paths of classes: `thalweg path --family multinomial` and `thalweg cv` of it, against glmnet's numbers in the fixture of the models crate.

#![allow(clippy::unwrap_used)]

mod support;

use std::fmt::Write;
use std::fs;

use serde_json::Value;
use support::{file, json_of, number, thalweg};

fn fixture() -> Value {
    serde_json::from_str(include_str!("../../models/tests/fixtures/path_multinomial.json")).unwrap()
}

/// The fixture's rows as a table, the target `class`.
fn table(fixture: &Value) -> String {
    let (n, p) = (fixture["n"].as_u64().unwrap() as usize, fixture["p"].as_u64().unwrap() as usize);
    let mut out = (0..p).map(|j| format!("x{j},")).collect::<String>() + "class\n";
    for i in 0..n {
        for j in 0..p {
            write!(out, "{:?},", number(&fixture["x"][j * n + i])).unwrap();
        }
        writeln!(out, "{}", fixture["y"][i]).unwrap();
    }
    out
}

#[test]
fn paths_are_those_of_glmnet() {
    let fixture = fixture();
    let data = file("multinomial.csv", table(&fixture));
    let p = fixture["p"].as_u64().unwrap() as usize;
    let cases = fixture["cases"].as_array().unwrap();
    let plain = |case: &&Value| case["kind"] == "plain" && case["alpha"] == 1 && case["standardize"] == true;
    for case in cases.iter().filter(plain) {
        let lambdas: Vec<String> =
            case["lambda"].as_array().unwrap().iter().map(|l| format!("{:?}", number(l))).collect();
        let penalty = if case["grouped"] == true { "group-lasso:by=class" } else { "lasso" };
        let args = [
            data.as_str(),
            "-y",
            "class",
            "--family",
            "multinomial",
            "--standardize",
            "--penalty",
            penalty,
            "--gap",
            "1e-14",
            "--lambda",
            &lambdas.join(","),
        ];
        let (code, found) = json_of("path", &args);
        assert_eq!(code, 0, "{found}");
        for (k, point) in found["points"].as_array().unwrap().iter().enumerate() {
            for (class, b) in point["intercepts"].as_array().unwrap().iter().enumerate() {
                assert!((number(b) - number(&case["intercepts"][3 * k + class])).abs() < 1e-7);
            }
            let mut expected = 0;
            for c in 0..3 * p {
                let name = format!("class {}: x{}", c / p, c % p);
                let wanted = number(&case["coefficients"][k * 3 * p + c]);
                expected += usize::from(wanted != 0.0);
                let own =
                    point["coefficients"].as_array().unwrap().iter().find(|b| b["name"] == name.as_str());
                let own = own.map_or(0.0, |b| number(&b["estimate"]));
                assert!((own - wanted).abs() < 1e-7, "{name}: {own} for {wanted}");
            }
            assert_eq!(point["df"].as_u64().unwrap() as usize, expected);
        }
    }
}

#[test]
fn folds_and_pages_work() {
    let data = file("multinomial_cv.csv", table(&fixture()));
    let page = file("multinomial_cv.html", "");
    let args =
        [&data, "-y", "class", "--family", "multinomial", "--folds", "3", "--stratified", "--report", &page];
    let (code, found) = json_of("cv", &args);
    assert_eq!(code, 0, "{found}");
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("class 0: (intercept)") && page.contains("class 2: x3"));
    let ran = thalweg(&["path", &data, "-y", "class", "--family", "multinomial", "--at", "0.05"]);
    let text = ran.stdout;
    assert!(text.contains("family multinomial, link logit") && text.contains("class 0: x0"), "{text}");
}

#[test]
fn classes_are_asked_for_in_words() {
    let data = file("multinomial_bad.csv", "x,class\n1,a\n2,b\n3,c\n4,a\n");
    let ran = thalweg(&["path", &data, "-y", "class", "--family", "multinomial"]);
    let told = ran.stderr;
    assert!(ran.code == 2 && told.contains("class"), "{told}");
    let ran = thalweg(&["path", "--data", "diabetes", "--penalty", "group-lasso:by=class"]);
    let told = ran.stderr;
    assert!(ran.code == 2 && told.contains("multinomial"), "{told}");
}
