//! `thalweg predict` and `fit --save`: every row gets its prediction, models stay readable, files are never half written.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;

use serde_json::{Value, json};
use support::{Ran, command, file, ran, refused, thalweg};

/// A model file of format 1, as this version and every later one must read it.
fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The path of a file of the tests that need not exist.
fn path(name: &str) -> String {
    let path = file(name, "");
    fs::remove_file(&path).unwrap();
    path
}

/// Predicts data that must be good.
fn predicted(model: &str, data: &str, more: &[&str]) -> Ran {
    let ran = thalweg(&[&["predict", model, data], more].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran
}

/// The column of predictions; `None` for NA.
fn column(stdout: &str) -> Vec<Option<f64>> {
    let mut lines = stdout.lines();
    assert_eq!(lines.next(), Some("prediction"));
    lines.map(|line| (line != "NA").then(|| line.parse().unwrap())).collect()
}

fn logistic(eta: f64) -> f64 {
    1.0 / (1.0 + (-eta).exp())
}

const PEOPLE: &str = "colour,log_n,extra,age\nred,0.5,a,2\ngreen,0,b,4\nblue,1,c,NA\nblue,-1.5,d,8\n";

#[test]
fn models_of_format_1_stay_readable() {
    let model = fixture("model-1-table.json");
    let data = file("people.csv", PEOPLE);
    // red is aliased, so it is the reference level.
    let eta =
        [Some(0.5 + 0.25 * 2.0 + 0.5), Some(0.5 + 0.25 * 4.0 - 1.0), None, Some(0.5 + 0.25 * 8.0 - 1.5)];
    let links = predicted(&model, &data, &["--type", "link"]);
    assert_eq!(column(&links.stdout), eta);
    let ran = predicted(&model, &data, &[]);
    for (ours, eta) in column(&ran.stdout).into_iter().zip(eta) {
        assert_eq!(ours.is_none(), eta.is_none());
        assert!((ours.unwrap_or(0.0) - eta.map_or(0.0, logistic)).abs() < 1e-15);
    }
    assert_eq!(ran.stderr, "warning: 1 row of 4 has no prediction, for missing values (age: 1): line 4\n");
    let sparse =
        predicted(&fixture("model-1-sparse.json"), &file("rows.svm", "1 1:2 3:1000\n-0.5 2:7\n"), &[]);
    assert_eq!(column(&sparse.stdout), [Some(4.0), Some(0.0)]);
    assert!(sparse.stderr.contains("2 rows with a target: RMSE "), "{}", sparse.stderr);
}

#[test]
fn json_is_one_object() {
    let data = file(
        "bought.csv",
        PEOPLE
            .replace("extra", "bought")
            .replace(",a,", ",yes,")
            .replace(",b,", ",no,")
            .replace(",c,", ",no,")
            .replace(",d,", ",NA,"),
    );
    let ran = predicted(&fixture("model-1-table.json"), &data, &["--json", "-q"]);
    assert_eq!((ran.stdout.lines().count(), ran.stderr.as_str()), (1, ""));
    let object: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(object["schema"], "thalweg.predict/1");
    assert_eq!(
        (&object["family"], &object["link"], &object["loss"]),
        (&json!("binomial"), &json!("logit"), &Value::Null)
    );
    assert_eq!((&object["type"], &object["level"]), (&json!("response"), &json!("yes")));
    assert_eq!((&object["n"], &object["left_out"]), (&json!(4), &json!(1)));
    assert_eq!(object["predictions"][1], 0.5 + 0.122_459_331_201_854_6);
    assert!(object["predictions"][2].is_null() && object["predictions"][3].is_f64());
    assert!(object["warnings"][0].as_str().unwrap().contains("line 4"));
    // The third row has no prediction and the fourth no outcome.
    let metrics = &object["metrics"];
    assert_eq!((&metrics["n"], &metrics["accuracy"], &metrics["auc"]), (&json!(2), &json!(0.5), &json!(1.0)));
    assert!(metrics["mse"].is_null() && metrics["r2"].is_null());
    let (a, b) = (-logistic(1.5).ln(), -(1.0 - logistic(0.5)).ln());
    assert!((metrics["log_loss"].as_f64().unwrap() - (a + b) / 2.0).abs() < 1e-15);
}

#[test]
fn the_data_of_the_fit_are_predicted_as_fitted() {
    let csv = "g,x,n,y\na,1,2,1\nb,2,1,3\na,3,3,2\nb,4,1,5\nc,5,2,4\nc,6,1,7\n";
    let (data, model) = (file("train.csv", csv), path("train.json"));
    let fit =
        thalweg(&["fit", &data, "--weights", "n", "--family", "poisson", "--save", &model, "--json", "-q"]);
    assert_eq!(fit.code, 0, "{}", fit.stderr);
    let fit: Value = serde_json::from_str(&fit.stdout).unwrap();
    let ran = predicted(&model, &data, &["--json"]);
    let object: Value = serde_json::from_str(&ran.stdout).unwrap();
    // Weights and target are used: Σw = 10.
    let deviance = object["metrics"]["mean_deviance"].as_f64().unwrap() * 10.0;
    assert!((deviance / fit["deviance"].as_f64().unwrap() - 1.0).abs() < 1e-12);
    // Any order of columns, and only those of the fit.
    let shuffled = file("shuffled.csv", "x,g\n6,c\n1,a\n");
    let two = column(&predicted(&model, &shuffled, &[]).stdout);
    let all: Vec<_> = object["predictions"].as_array().unwrap().iter().map(Value::as_f64).collect();
    assert_eq!(two, [all[5], all[0]]);
    // The same model gives the same file.
    let again = path("again.json");
    thalweg(&[
        "fit",
        &data,
        "--weights",
        "n",
        "--family",
        "poisson",
        "--save",
        &again,
        "-q",
        "--threads",
        "1",
    ]);
    assert_eq!(fs::read(&model).unwrap(), fs::read(&again).unwrap());
}

#[test]
fn standard_input_and_output_files() {
    let model = fixture("model-1-table.json");
    let from_stdin = ran(command().args(["predict", &model, "-"]).write_stdin(PEOPLE));
    let out = path("out.csv");
    let ran = predicted(&model, &file("people2.csv", PEOPLE), &["-o", &out]);
    assert_eq!((ran.stdout.as_str(), fs::read_to_string(&out).unwrap()), ("", from_stdin.stdout));
    let empty = predicted(&model, &file("gaps.csv", "colour,log_n,age\nred,0,NA\n"), &[]);
    assert_eq!(column(&empty.stdout), [None]);
}

#[test]
fn levels_that_read_as_one_number_are_told_apart() {
    let model = path("codes.json");
    let data = file("codes.csv", "c,y\n1,1\n01,5\n1,1.5\n01,5.5\n");
    let fit = thalweg(&["fit", &data, "--categorical", "c", "--save", &model, "-q"]);
    assert_eq!(fit.code, 0, "{}", fit.stderr);
    let both = column(&predicted(&model, &file("codes2.csv", "c\n1\n01\n"), &[]).stdout);
    assert!((both[0].unwrap() - 1.25).abs() < 1e-12 && (both[1].unwrap() - 5.25).abs() < 1e-12, "{both:?}");
}

#[test]
fn a_wrong_target_costs_the_metrics_only() {
    let model = fixture("model-1-table.json");
    let data = file("words.csv", PEOPLE.replace("extra", "bought"));
    let ran = predicted(&model, &data, &[]);
    assert_eq!(column(&ran.stdout).len(), 4);
    assert!(
        ran.stderr.contains("no metrics are shown") && ran.stderr.contains("line 2: column `bought`"),
        "{}",
        ran.stderr
    );
    let weights = file("weights.csv", PEOPLE.replace("extra", "w"));
    assert!(predicted(&model, &weights, &[]).stderr.contains("column `w`"));
}

#[test]
fn wrong_models() {
    let data = file("any.csv", PEOPLE);
    let model = |name: &str, text: &str| file(name, text);
    refused(&["predict", "no-such.json", &data], &["no-such.json", "does not exist", "check the path"]);
    refused(&["predict", env!("CARGO_TARGET_TMPDIR"), &data], &["directory", "thalweg fit --save"]);
    refused(&["predict", &data, &data], &["any.csv: this is no model", "JSON object"]);
    refused(&["predict", &model("empty.json", ""), &data], &["empty.json", "empty", "--save"]);
    refused(&["predict", &model("half.json", "{\"format\":\n"), &data], &["half.json: line 2", "damaged"]);
    let newer = model("newer.json", "{\"format\": \"thalweg.model/2\"}");
    refused(&["predict", &newer, &data], &["newer.json", "thalweg.model/2", "use a newer version"]);
    let report = model("report.json", &thalweg(&["fit", "--json", "-q"]).stdout);
    refused(&["predict", &report, &data], &["report.json", "the report of `thalweg fit --json`", "--save"]);
}

#[test]
fn wrong_data() {
    let model = fixture("model-1-table.json");
    let model = model.as_str();
    refused(&["predict", model, "no-such.csv"], &["no-such.csv", "does not exist"]);
    refused(&["predict", model, env!("CARGO_TARGET_TMPDIR")], &["directory"]);
    let lacking = file("lacking.csv", "colour,Age\nred,1\n");
    refused(&["predict", model, &lacking], &["lacking.csv", "columns `age`, `log_n`", "rename column `Age`"]);
    let unknown = file("unknown.csv", "colour,age,log_n\nred,1,0\nrde,1,0\n");
    refused(
        &["predict", model, &unknown],
        &["unknown.csv: line 3: column `colour`", "`rde`", "did you mean `red`?", "--unknown-levels missing"],
    );
    let ran = predicted(model, &unknown, &["--unknown-levels", "missing"]);
    assert!(column(&ran.stdout)[0].is_some() && column(&ran.stdout)[1].is_none());
    let word = file("word.csv", "colour,age,log_n\nred,old,0\n");
    refused(&["predict", model, &word], &["word.csv: line 2: column `age`", "`old` is not a number"]);
    let gaps = file("strict.csv", PEOPLE);
    refused(
        &["predict", model, &gaps, "--missing", "error"],
        &["strict.csv: line 4: column `age`", "missing"],
    );
    let rows = file("named.svm", "1 1:2\n");
    refused(&["predict", model, &rows], &["fitted on columns with names", "give a CSV or .npy file"]);
    let sparse = fixture("model-1-sparse.json");
    refused(&["predict", &sparse, &gaps], &["fitted on svmlight data", "--format svmlight"]);
    let wide = file("wide.svm", "1 1:2\n1 9:1\n");
    refused(&["predict", &sparse, &wide], &["wide.svm: line 2: index 9", "3 features", "correct the index"]);
    refused(&["predict", &sparse, &file("zero.svm", "1 0:2\n")], &["zero.svm: line 1", "index 0"]);
}

#[test]
fn wrong_usage() {
    let model = fixture("model-1-table.json");
    refused(&["predict", &model], &["<DATA>", "thalweg predict --help"]);
    refused(&["predict", &model, "a.csv", "--type", "probs"], &["'probs'", "response, link"]);
    refused(
        &["predict", &model, "a.csv", "-o", env!("CARGO_TARGET_TMPDIR")],
        &["directory", "name a file in it"],
    );
    refused(
        &["predict", &model, "a.csv", "-o", "no-such/a.csv"],
        &["`no-such` does not exist", "make it first"],
    );
    refused(&["fit", "--save", env!("CARGO_TARGET_TMPDIR")], &["directory", "name a file in it"]);
    refused(&["fit", "--save", "no-such/a.json"], &["`no-such` does not exist"]);
    let data = file("usage.csv", PEOPLE);
    refused(&["predict", &model, &data, "--target-file", "y.npy"], &["--target-file", ".npy file"]);
}

#[test]
fn a_file_is_replaced_whole_or_not_at_all() {
    let model = file("kept.json", "precious");
    // Wrong data: the file stays as it was.
    assert_eq!(thalweg(&["fit", "no-such.csv", "--save", &model]).code, 2);
    assert_eq!(fs::read_to_string(&model).unwrap(), "precious");
    let mut locked = fs::metadata(&model).unwrap().permissions();
    locked.set_readonly(true);
    fs::set_permissions(&model, locked.clone()).unwrap();
    let ran = thalweg(&["fit", "-q", "--save", &model]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("kept.json: it cannot be written: the file is read-only"), "{}", ran.stderr);
    assert!(ran.stdout.contains("Certified"), "the results are there all the same");
    assert_eq!(fs::read_to_string(&model).unwrap(), "precious");
    let replaced = file("replaced.json", "old");
    let ran = thalweg(&["fit", "--save", &replaced]);
    assert!(
        ran.stderr.ends_with("DATA\n") && ran.stderr.contains("the model is saved: thalweg predict"),
        "{}",
        ran.stderr
    );
    assert!(fs::read_to_string(&replaced).unwrap().starts_with("{\n  \"format\": \"thalweg.model/1\""));
    let folder = std::path::Path::new(&model).parent().unwrap();
    let left =
        fs::read_dir(folder).unwrap().filter_map(|entry| entry.unwrap().file_name().into_string().ok());
    assert_eq!(left.filter(|name| name.contains("replaced") || name.contains("kept")).count(), 2);
}

#[cfg(unix)]
#[test]
fn links_and_devices_are_kept() {
    let real = file("real.csv", "old");
    let link = path("link.csv");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let (model, data) = (fixture("model-1-table.json"), file("people3.csv", PEOPLE));
    predicted(&model, &data, &["-o", &link]);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().starts_with("prediction\n"));
    predicted(&model, &data, &["-o", "/dev/null"]);
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn a_fit_without_a_solution_is_saved_and_says_so() {
    let (data, model) = (file("separated.csv", "x,y\n1,0\n2,0\n3,1\n4,1\n"), path("separated.json"));
    assert_eq!(thalweg(&["fit", "-q", &data, "--save", &model]).code, 1);
    let ran = predicted(&model, &data, &[]);
    assert!(ran.stderr.contains("ended as Separated"), "{}", ran.stderr);
}
