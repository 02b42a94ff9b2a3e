//! `thalweg fit --test-fraction`: rows set apart, the same for every number of threads, with the metrics of both parts.

mod support;

use support::{file, json, thalweg};

#[test]
fn both_parts_are_in_the_report_and_in_json() {
    let ran = thalweg(&["fit", "-q", "--test-fraction", "0.25", "--seed", "7"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("\nsplit, seed 7      train       test\nrows                 708        236\n"),
        "{}",
        ran.stdout
    );
    for name in ["log-loss ", "accuracy ", "AUC ", "Brier score ", "mean deviance "] {
        assert!(ran.stdout.contains(&format!("\n{name}")), "{name}: {}", ran.stdout);
    }
    let (_, object) = json(&["--test-fraction", "0.25", "--seed", "7"]);
    assert_eq!(
        (&object["n"], &object["train"]["n"], &object["test"]["n"]),
        (&708.into(), &708.into(), &236.into())
    );
    // The deviance of the fit is that of its own rows.
    let deviance = object["train"]["mean_deviance"].as_f64().unwrap() * 708.0;
    assert!((deviance / object["deviance"].as_f64().unwrap() - 1.0).abs() < 1e-12);
    assert!(object["test"]["auc"].as_f64().unwrap() > 0.9 && object["test"]["mse"].is_null());
    let (_, whole) = json(&[]);
    assert!(whole["train"].is_null() && whole["test"].is_null() && whole["seed"].is_null());
}

#[test]
fn the_seed_alone_decides() {
    let fit = |seed: &str, threads: &str| {
        let (_, mut object) = json(&["--test-fraction", "0.3", "--seed", seed, "--threads", threads]);
        object["seconds"] = serde_json::Value::Null;
        object
    };
    assert_eq!(fit("1", "1"), fit("1", "3"));
    assert_ne!(fit("1", "1")["test"], fit("2", "1")["test"]);
    // Without a seed it is 0, and recorded.
    let (_, object) = json(&["--test-fraction", "0.3"]);
    assert_eq!((&object["seed"], &object["test"]), (&0.into(), &fit("0", "1")["test"]));
}

#[test]
fn a_saved_model_is_that_of_the_training_rows() {
    let rows: String = (0..20).map(|i| format!("{i},{}\n", (i * 7 + 3) % 11)).collect();
    let (data, model) = (file("twenty.csv", format!("x,y\n{rows}")), file("twenty.json", ""));
    let (_, object) = json(&[&data, "--test-fraction", "0.5", "--save", &model]);
    let ran = thalweg(&["predict", &model, &data, "--json"]);
    let all: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let mse = |part: &serde_json::Value| part["mse"].as_f64().unwrap();
    let both = (mse(&object["train"]) + mse(&object["test"])) / 2.0;
    assert!((mse(&all["metrics"]) / both - 1.0).abs() < 1e-12);
    let model: serde_json::Value = serde_json::from_slice(&std::fs::read(model).unwrap()).unwrap();
    assert_eq!(model["n"], 10);
}

#[test]
fn outcomes_keep_their_proportions() {
    let rows: String =
        (0..40).map(|i| format!("{},{}\n", i * 13 % 40, if i % 10 == 3 { "sick" } else { "well" })).collect();
    let data = file("rare.csv", format!("x,y\n{rows}"));
    let ran = thalweg(&["fit", "-v", &data, "--test-fraction", "0.25", "--lambda", "0.1"]);
    assert!(
        ran.stderr.contains(
            "seed 0 sets 10 rows apart for the test and leaves 30 rows, both outcomes in proportion"
        ),
        "{}",
        ran.stderr
    );
    // Of 4 sick, one is in the test: both parts have an AUC.
    let auc = ran.stdout.lines().find(|line| line.starts_with("AUC"));
    assert!(auc.is_some_and(|line| !line.contains("n/a")), "{}", ran.stdout);
}

#[test]
fn a_level_that_only_test_rows_have_is_pointed_out() {
    let data = file("level.csv", "c,y\na,1\na,2\nb,3\nb,2\na,4\nz,5\n");
    let found = (0..20).any(|seed| {
        let ran = thalweg(&["fit", "-q", &data, "--test-fraction", "0.34", "--seed", &seed.to_string()]);
        let text = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        text.contains(
            "warning: no training row has c[z]: 1 test row is predicted as if of the reference level",
        )
    });
    assert!(found);
}

#[test]
fn fractions_that_split_nothing() {
    for (fraction, phrase) in
        [("0", "= 0"), ("1", "= 1"), ("nan", "= NaN"), ("1.5", "= 1.5"), ("-0.1", "= -0.1")]
    {
        let ran = thalweg(&["fit", "-q", "--test-fraction", fraction]);
        assert_eq!((ran.code, ran.stderr.lines().count()), (2, 1), "{fraction}: {}", ran.stderr);
        assert!(ran.stderr.contains(phrase) && ran.stderr.contains("between 0 and 1"), "{}", ran.stderr);
    }
    let outcomes = file("five.csv", "x,y\n1,0\n2,1\n3,0\n4,1\n5,1\n");
    let ran = thalweg(&["fit", "-q", &outcomes, "--test-fraction", "0.999"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("needs a row for training; lower --test-fraction"), "{}", ran.stderr);
    let one = file("one.csv", "x,y\n1,2.5\n");
    let ran = thalweg(&["fit", "-q", &one, "--test-fraction", "0.5"]);
    assert!(ran.code == 2 && ran.stderr.contains("a split of 1 rows"), "{}", ran.stderr);
    // A number is fitted on the one row that is left, and the table says how well.
    let numbers = file("numbers.csv", "x,y\n1,2\n2,3\n3,5\n4,4\n5,7\n");
    let ran = thalweg(&["fit", "-q", &numbers, "--test-fraction", "0.999"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("rows                1         4\n"), "{}", ran.stdout);
}
