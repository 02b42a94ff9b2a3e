//! Multinomial paths against R glmnet at thresh = 1e-28: lasso, elastic nets and the group lasso of the classes, standardised or not, with weights,
//! or without intercepts. `fixtures/path_multinomial.R` wrote data and answers.
#![allow(clippy::unwrap_used)]

use faer::Mat;
use serde_json::Value;
use thalweg_core::{Columns, Sparse, Status};
use thalweg_models::{Criterion, CrossValidation, Observations, Path, PathEnd, PathFit};

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn fixture() -> Value {
    serde_json::from_str(include_str!("fixtures/path_multinomial.json")).unwrap()
}

/// X, the classes and the weights.
fn data(fixture: &Value) -> (Mat<f64>, Vec<f64>, Vec<f64>) {
    let (n, p) = (fixture["n"].as_u64().unwrap() as usize, fixture["p"].as_u64().unwrap() as usize);
    let x = numbers(&fixture["x"]);
    (Mat::from_fn(n, p, |i, j| x[j * n + i]), numbers(&fixture["y"]), numbers(&fixture["w"]))
}

fn path(case: &Value) -> Path {
    let mut path = Path::new("multinomial").unwrap();
    path = if case["grouped"].as_bool().unwrap() {
        path.grouped().unwrap()
    } else {
        path.alpha(case["alpha"].as_f64().unwrap()).unwrap()
    };
    if case["kind"] == "no-intercept" {
        path = path.without_intercept();
    }
    path.standardize(case["standardize"].as_bool().unwrap()).gap(1e-15).unwrap()
}

#[test]
fn paths_agree_with_glmnet() {
    let fixture = fixture();
    let (x, y, w) = data(&fixture);
    let (n, p) = x.shape();
    let starts = (0..=p).map(|j| j * n).collect();
    let rows = (0..n * p).map(|at| (at % n) as u32).collect();
    let sparse = Sparse::from_csc(n, p, starts, rows, numbers(&fixture["x"])).unwrap();
    for case in fixture["cases"].as_array().unwrap() {
        let name = format!("{} {} {} {}", case["grouped"], case["alpha"], case["standardize"], case["kind"]);
        let (lambdas, wanted) = (numbers(&case["lambda"]), numbers(&case["coefficients"]));
        let (intercepts, ratios) = (numbers(&case["intercepts"]), numbers(&case["deviance_ratio"]));
        for columns in [Columns::Dense(x.as_ref()), Columns::Sparse(std::borrow::Cow::Borrowed(&sparse))] {
            let mut observations = Observations::from_columns(vec![columns], &y);
            if case["kind"] == "weights" {
                observations = observations.weights(&w);
            }
            let found = path(case).lambda_values(lambdas.clone()).unwrap().fit(&observations).unwrap();
            let nulldev = case["null_deviance"].as_f64().unwrap();
            let null = found.null_deviance;
            assert!((null / nulldev - 1.0).abs() < 1e-9, "{name}: {null} for {nulldev}");
            for (k, point) in found.points.iter().enumerate() {
                assert!(point.status.is_solved(), "{name}: {:?}", point.status);
                let b = point.coefficients.dense(3 * p);
                for (b, w) in b.iter().zip(&wanted[k * 3 * p..(k + 1) * 3 * p]) {
                    assert!((b - w).abs() <= 1e-7, "{name} at {}: {b} for {w}", point.lambda);
                }
                for (b, w) in point.intercepts.iter().zip(&intercepts[3 * k..]) {
                    assert!((b - w).abs() <= 1e-7, "{name}: intercept {b} for {w}");
                }
                let ratio = point.deviance_ratio;
                assert!((ratio - ratios[k]).abs() <= 1e-7, "{name}: {ratio} for {}", ratios[k]);
            }
            let own = path(case).lambdas(2, 0.5).unwrap().fit(&observations).unwrap();
            let wanted = case["lambda_max"].as_f64().unwrap();
            assert!((own.lambda_max / wanted - 1.0).abs() <= 1e-8, "{name}: {} for {wanted}", own.lambda_max);
            assert_eq!(own.points[0].coefficients.nonzero(), 0, "{name}");
        }
    }
}

fn fit(path: Path) -> PathFit {
    let fixture = fixture();
    let (x, y, _) = data(&fixture);
    path.fit(&Observations::new(x.as_ref(), &y)).unwrap()
}

#[test]
fn whole_paths_are_certified() {
    for grouped in [false, true] {
        let path = Path::new("multinomial").unwrap().stop_at(f64::INFINITY, 0.0).standardize(true);
        let found = fit(if grouped { path.grouped().unwrap() } else { path });
        assert_eq!((found.points.len(), found.end), (100, PathEnd::Complete));
        assert!(found.points.iter().all(|point| point.status == Status::Certified));
        assert!(found.points.iter().all(|point| point.gap() <= 1e-8 * found.scale));
        assert!(found.points.is_sorted_by(|a, b| a.deviance >= b.deviance));
        for point in &found.points {
            let classes = |j: usize| (0..3).filter(|k| point.coefficients.get(k * 10 + j) != 0.0).count();
            assert!((0..10).all(|j| if grouped { [0, 3].contains(&classes(j)) } else { classes(j) < 3 }));
        }
        // One of three intercepts is free of meaning.
        let last = &found.points[99];
        let bic = last.deviance + 90.0_f64.ln() * (last.coefficients.nonzero() + 2) as f64;
        assert!((found.criterion(Criterion::Bic).unwrap()[99] - bic).abs() < 1e-9);
    }
}

/// The mean deviance of a fold by the formula.
#[test]
fn folds_are_judged_by_their_deviance() {
    let fixture = fixture();
    let (x, y, _) = data(&fixture);
    let (n, p) = x.shape();
    let observations = Observations::new(x.as_ref(), &y);
    let lambdas = vec![0.1, 0.02];
    let path = || Path::new("multinomial").unwrap().lambda_values(lambdas.clone()).unwrap();
    let found = CrossValidation::new(path()).folds(3).unwrap().stratified().fit(&observations).unwrap();
    let folds = &found.assignments[0];
    for fold in 0..3 {
        let w: Vec<f64> = folds.iter().map(|f| f64::from(u8::from(*f != fold))).collect();
        let own = path().fit(&observations.clone().weights(&w)).unwrap();
        for (k, point) in own.points.iter().enumerate() {
            let rows: Vec<usize> = (0..n).filter(|i| folds[*i] == fold).collect();
            let deviance = |i: &usize| {
                let eta = |c: usize| {
                    let b = |j: usize| point.coefficients.get(c * p + j) * x[(*i, j)];
                    point.intercepts[c] + (0..p).map(b).sum::<f64>()
                };
                let sum: f64 = (0..3).map(|c| eta(c).exp()).sum();
                2.0 * (sum.ln() - eta(y[*i] as usize))
            };
            let wanted = rows.iter().map(deviance).sum::<f64>() / rows.len() as f64;
            let loss = found.fold_losses[fold][k];
            assert!((loss - wanted).abs() < 1e-5 * wanted, "{fold} {k}: {loss} for {wanted}");
        }
    }
    assert!(found.best().is_some());
}

#[test]
fn wrong_input_is_named() {
    let fixture = fixture();
    let (x, y, _) = data(&fixture);
    let path = || Path::new("multinomial").unwrap();
    let told = |result: thalweg_core::Result<PathFit>| result.unwrap_err().to_string();
    let offset = vec![0.5; y.len()];
    let observations = || Observations::new(x.as_ref(), &y);
    assert!(told(path().fit(&observations().offset(&offset))).contains("offset"));
    assert!(path().link("probit").is_err() && Path::new("gaussian").unwrap().grouped().is_err());
    let half: Vec<f64> = y.iter().map(|y| y + 0.5).collect();
    assert!(told(path().fit(&Observations::new(x.as_ref(), &half))).contains("class number"));
    let fit = path().lambdas(3, 0.5).unwrap().fit(&observations()).unwrap();
    assert!(told(path().relax(&observations(), &fit, 0.0)).contains("a predictor for every class"));
    // A class that a fold holds whole.
    let rare: Vec<f64> = (0..y.len()).map(|i| if i == 7 { 3.0 } else { y[i] }).collect();
    let folds = CrossValidation::new(path().lambdas(3, 0.5).unwrap()).folds(3).unwrap();
    let told = folds.fit(&Observations::new(x.as_ref(), &rare)).unwrap_err().to_string();
    assert!(told.contains("stratify"), "{told}");
}
