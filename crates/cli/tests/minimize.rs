//! `thalweg minimize`: table, JSON, page and refusals.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;

use support::{file, json_of, number, numbers, thalweg};

#[test]
fn methods_of_every_kind_race() {
    let methods = "lbfgs,newton,levenberg-marquardt,nelder-mead,adam:lr=0.05";
    let (code, found) = json_of("minimize", &["rosenbrock", "--optimizer", methods]);
    // Methods without gradients prove nothing, which is not code 0.
    assert_eq!(code, 1);
    assert_eq!(found["schema"], "thalweg.minimize/1");
    let runs = found["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 5);
    for run in runs {
        let far = if run["method"].as_str().unwrap().starts_with("adam") { 0.5 } else { 1e-4 };
        assert!(number(&run["distance"]) < far, "{run}");
        assert_eq!(numbers(&run["x"]).len(), 2);
        assert!(number(&run["evaluations"]) >= 1.0);
    }
    let (code, found) = json_of("minimize", &["beale", "--optimizer", "bfgs,dogleg", "--start=2,0.4"]);
    assert_eq!((code, numbers(&found["start"])), (0, vec![2.0, 0.4]));
}

#[test]
fn the_page_shows_paths_convergence_and_table() {
    let page = file("race.html", "");
    let run = thalweg(&["minimize", "rosenbrock", "--optimizer", "lbfgs,newton", "--report", &page]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("newton") && run.stdout.contains("least known value 0"), "{}", run.stdout);
    let html = fs::read_to_string(&page).unwrap();
    for text in ["The way of each method", "By evaluations", "By time", "Each method"] {
        assert!(html.contains(text), "{text}");
    }
}

#[test]
fn wrong_names_and_starts_are_refused() {
    for (args, said) in [
        (&["rosenbrok"][..], "did you mean `rosenbrock`?"),
        (&["beale", "--optimizer", "nelder-maed"], "did you mean `nelder-mead`?"),
        (&["beale", "--start", "1"], "--start"),
        (&["beale", "--start", "1,a"], "separated by commas"),
        (&["beale", "--optimizer", "brent"], "nelder-mead"),
    ] {
        let run = thalweg(&[&["minimize"], args].concat());
        assert_eq!(run.code, 2, "{args:?}: {}", run.stdout);
        assert!(run.stderr.contains(said), "{args:?}: {}", run.stderr);
    }
}
