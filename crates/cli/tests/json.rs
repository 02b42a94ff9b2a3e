//! `thalweg fit --json`: one object, every key, the same for any number of threads.

mod support;

use serde_json::Value;
use support::{file, json};

const KEYS: &[&str] = &[
    "schema",
    "family",
    "distribution",
    "nuisance",
    "link",
    "loss",
    "penalty",
    "lambda",
    "alpha",
    "optimizer",
    "chosen_because",
    "n",
    "p",
    "coefficients",
    "covariance",
    "clusters",
    "intervals",
    "level",
    "network",
    "log_likelihood",
    "deviance",
    "null_deviance",
    "dispersion",
    "aic",
    "bic",
    "status",
    "certificate",
    "iterations",
    "evaluations",
    "seconds",
    "seed",
    "version",
    "warnings",
    "data",
    "target",
    "df_residual",
    "df_null",
    "gradient_inf",
    "dropped_rows",
    "separation",
    "train",
    "test",
];
const COEFFICIENT: &[&str] =
    &["name", "class", "state", "estimate", "std_error", "z", "p_value", "lower", "upper"];

fn has_every_key(object: &Value) {
    for key in KEYS {
        assert!(object.get(key).is_some(), "no `{key}` in {object}");
    }
    for coefficient in object["coefficients"].as_array().into_iter().flatten() {
        for key in COEFFICIENT {
            assert!(coefficient.get(key).is_some(), "no `{key}` in {coefficient}");
        }
    }
    assert!(object["certificate"].get("kind").is_some() && object["certificate"].get("value").is_some());
}

#[test]
fn a_certified_fit() {
    let (code, object) = json(&["--seed", "7"]);
    has_every_key(&object);
    assert_eq!(code, 0);
    assert_eq!(object["schema"], "thalweg.fit/1");
    assert_eq!(object["status"], "Certified");
    assert_eq!(object["certificate"]["kind"], "self-concordant");
    assert!(object["certificate"]["value"].as_f64().unwrap() < 1e-9);
    assert_eq!(
        (&object["loss"], &object["network"], &object["alpha"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(
        (object["n"].as_u64(), object["p"].as_u64(), object["seed"].as_u64()),
        (Some(944), Some(10), Some(7))
    );
    assert_eq!(object["version"], env!("CARGO_PKG_VERSION"));
    let pid = &object["coefficients"][6];
    assert_eq!((&pid["name"], &pid["state"]), (&"pid".into(), &"estimated".into()));
    // statsmodels 0.15.0: Logit(vote, add_constant(others)).fit(method="newton", tol=1e-14).
    assert!((pid["estimate"].as_f64().unwrap() - 1.026_372_682_7).abs() < 1e-9);
    assert!((object["log_likelihood"].as_f64().unwrap() + 212.428_543_158_3).abs() < 1e-9);
}

#[test]
fn numbers_that_do_not_exist_are_null() {
    let (code, object) = json(&["--lambda", "0.1"]);
    has_every_key(&object);
    assert_eq!((code, &object["penalty"], object["alpha"].as_f64()), (0, &"ridge".into(), Some(0.0)));
    assert!(object["aic"].is_null() && object["coefficients"][1]["std_error"].is_null());
    let (code, object) = json(&[&file("aliased.csv", "x,z,y\n1,2,1.1\n2,4,2.3\n3,6,2.9\n4,8,4.2\n")]);
    has_every_key(&object);
    assert_eq!((code, &object["coefficients"][2]["state"]), (0, &"aliased".into()));
    assert!(object["coefficients"][2]["estimate"].is_null());
    assert!(object["warnings"][0].as_str().unwrap().starts_with("aliased"));
}

#[test]
fn an_outcome_that_is_no_solution_is_written_too() {
    let (code, object) = json(&[&file("separated.csv", "x,y\n1,no\n2,no\n3,yes\n4,yes\n")]);
    has_every_key(&object);
    assert_eq!((code, &object["status"]), (1, &"Separated".into()));
    assert_eq!(object["coefficients"][1]["state"], "diverging");
    assert_eq!(object["target_levels"], serde_json::json!(["no", "yes"]));
    assert!(object["separation"]["direction"][1]["value"].as_f64().unwrap() > 0.0);
    let (code, object) = json(&["--iterations", "1"]);
    has_every_key(&object);
    assert_eq!((code, &object["status"]), (1, &"Budget".into()));
}

#[test]
fn threads_do_not_show() {
    for set in ["randhie", "anes96", "grunfeld"] {
        let fits: Vec<Value> = ["1", "2", "7"]
            .iter()
            .map(|threads| {
                let (_, mut object) = json(&["--data", set, "--threads", threads]);
                object["seconds"] = Value::Null;
                object
            })
            .collect();
        assert!(fits.iter().all(|fit| *fit == fits[0]), "{set}");
    }
}

#[test]
fn weights_and_offset_have_their_effect() {
    let once = file("once.csv", "x,w,y\n1,2,1\n2,1,3\n3,3,2\n4,1,5\n");
    let twice = file("twice.csv", "x,y\n1,1\n1,1\n2,3\n3,2\n3,2\n3,2\n4,5\n");
    let (_, weighted) = json(&[&once, "--weights", "w", "--weight-kind", "frequency"]);
    let (_, repeated) = json(&[&twice]);
    let gap = |key: &str| (weighted[key].as_f64().unwrap() - repeated[key].as_f64().unwrap()).abs();
    assert!(gap("deviance") < 1e-12 && gap("df_residual") == 0.0 && gap("log_likelihood") < 1e-12);
    // An offset equal to the target leaves nothing to explain.
    let (_, shifted) = json(&[&file("offset.csv", "x,o,y\n1,1,1\n2,3,3\n3,2,2\n4,5,5\n"), "--offset", "o"]);
    assert!(shifted["deviance"].as_f64().unwrap() < 1e-20);
    let (_, bare) = json(&[&twice, "--no-intercept"]);
    assert_eq!(bare["coefficients"].as_array().unwrap().len(), 1);
}
