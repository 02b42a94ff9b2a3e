//! Paths against R glmnet at thresh = 1e-28: three families, lasso and elastic nets, standardised or not, with weights, an offset, or without an
//! intercept. `fixtures/path.R` wrote data and answers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use faer::Mat;
use serde_json::Value;
use thalweg_core::{Columns, Sparse};
use thalweg_models::{Observations, Path, PathFit};

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn fixture() -> Value {
    serde_json::from_str(include_str!("fixtures/path.json")).unwrap()
}

fn fit(case: &Value, data: &Value, columns: Columns<'_, f64>, lambdas: Option<Vec<f64>>) -> PathFit {
    let (y, w, offset) = (numbers(&case["y"]), numbers(&data["w"]), numbers(&data["offset"]));
    let kind = case["kind"].as_str().unwrap();
    let mut observations = Observations::from_columns(vec![columns], &y);
    let mut path = Path::new(case["family"].as_str().unwrap())
        .unwrap()
        .alpha(case["alpha"].as_f64().unwrap())
        .unwrap()
        .standardize(case["standardize"].as_bool().unwrap())
        .gap(1e-15)
        .unwrap();
    path = match lambdas {
        Some(lambdas) => path.lambda_values(lambdas).unwrap(),
        None => path.lambdas(2, 0.5).unwrap(),
    };
    match kind {
        "weights" => observations = observations.weights(&w),
        "offset" => observations = observations.offset(&offset),
        "no-intercept" => path = path.without_intercept(),
        _ => {}
    }
    path.fit(&observations).unwrap()
}

/// Dense columns, and the same stored as sparse ones, whose search goes by rows and not by a Gram matrix.
#[test]
fn paths_agree_with_glmnet() {
    let data = fixture();
    let (n, p) = (data["n"].as_u64().unwrap() as usize, data["p"].as_u64().unwrap() as usize);
    let x = numbers(&data["x"]);
    let dense = Mat::from_fn(n, p, |i, j| x[j * n + i]);
    let starts = (0..=p).map(|j| j * n).collect();
    let rows = (0..n * p).map(|at| (at % n) as u32).collect();
    let sparse = Sparse::from_csc(n, p, starts, rows, x.clone()).unwrap();
    let mut worst = 0.0_f64;
    for case in data["cases"].as_array().unwrap() {
        let name = format!("{} {} {} {}", case["family"], case["alpha"], case["standardize"], case["kind"]);
        let (lambdas, wanted) = (numbers(&case["lambda"]), numbers(&case["coefficients"]));
        let (intercepts, ratios) = (numbers(&case["intercept"]), numbers(&case["deviance_ratio"]));
        let kinds = [Columns::Dense(dense.as_ref()), Columns::Sparse(std::borrow::Cow::Borrowed(&sparse))];
        for columns in kinds {
            let found = fit(case, &data, columns, Some(lambdas.clone()));
            assert_eq!(found.points.len(), lambdas.len(), "{name}");
            for (k, point) in found.points.iter().enumerate() {
                assert!(point.status.is_solved(), "{name}: {:?}", point.status);
                let b = point.coefficients.dense(p);
                for (b, w) in b.iter().zip(&wanted[k * p..(k + 1) * p]) {
                    worst = worst.max((b - w).abs());
                    assert!((b - w).abs() <= 1e-7, "{name} at {}: {b} for {w}", point.lambda);
                }
                assert!((point.intercept() - intercepts[k]).abs() <= 1e-7, "{name}: intercept");
                assert!(
                    (point.deviance_ratio - ratios[k]).abs() <= 1e-7,
                    "{name}: {} for {}",
                    point.deviance_ratio,
                    ratios[k]
                );
            }
        }
        let own = fit(case, &data, Columns::Dense(dense.as_ref()), None);
        let wanted = case["lambda_max"].as_f64().unwrap();
        assert!((own.lambda_max / wanted - 1.0).abs() <= 1e-8, "{name}: {} for {wanted}", own.lambda_max);
        assert_eq!(own.points[0].coefficients.nonzero(), 0, "{name}");
    }
    assert!(worst > 0.0, "nothing was compared");
}

/// A fixture that any path satisfied would prove nothing.
#[test]
fn a_wrong_lambda_is_seen() {
    let data = fixture();
    let (n, p) = (data["n"].as_u64().unwrap() as usize, data["p"].as_u64().unwrap() as usize);
    let x = numbers(&data["x"]);
    let dense = Mat::from_fn(n, p, |i, j| x[j * n + i]);
    let case = &data["cases"][0];
    let lambdas: Vec<f64> = numbers(&case["lambda"]).iter().map(|l| l * 1.001).collect();
    let found = fit(case, &data, Columns::Dense(dense.as_ref()), Some(lambdas));
    assert!(found.points.iter().all(|point| point.status.is_solved()));
    let b = found.points[1].coefficients.dense(p);
    let wanted = &numbers(&case["coefficients"])[p..2 * p];
    assert!(b.iter().zip(wanted).any(|(b, w)| (b - w).abs() > 1e-6));
}

/// A relaxed path at γ = 0 is R's `glm` on the columns that the lasso chose; between 0 and 1 it lies between them. `fixtures/relax.R` wrote the answers.
#[test]
fn relaxed_paths_agree_with_glm_on_the_support() {
    let data = fixture();
    let relaxed: Value = serde_json::from_str(include_str!("fixtures/relax.json")).unwrap();
    let (n, p) = (data["n"].as_u64().unwrap() as usize, data["p"].as_u64().unwrap() as usize);
    let x = numbers(&data["x"]);
    let dense = Mat::from_fn(n, p, |i, j| x[j * n + i]);
    let cases = relaxed["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 9);
    for wanted in cases {
        let case = &data["cases"][wanted["case"].as_u64().unwrap() as usize];
        let name = format!("{} {}", case["family"], case["kind"]);
        let (y, w, offset) = (numbers(&case["y"]), numbers(&data["w"]), numbers(&data["offset"]));
        let mut observations = Observations::new(dense.as_ref(), &y);
        match case["kind"].as_str().unwrap() {
            "weights" => observations = observations.weights(&w),
            "offset" => observations = observations.offset(&offset),
            _ => {}
        }
        let path = Path::new(case["family"].as_str().unwrap()).unwrap().gap(1e-12).unwrap();
        let path = path.lambda_values(numbers(&case["lambda"])).unwrap();
        let fit = path.fit(&observations).unwrap();
        let point = &path.relax(&observations, &fit, 0.0).unwrap().points[2];
        let support: Vec<f64> = point.coefficients.indices.iter().map(|j| f64::from(*j)).collect();
        assert_eq!(support, numbers(&wanted["support"]), "{name}");
        assert!(support.len() >= 2 && point.status.is_solved(), "{name}: {:?}", point.status);
        let coefficients = numbers(&wanted["coefficients"]);
        assert!(
            (point.intercept() - coefficients[0]).abs() <= 1e-9,
            "{name}: intercept {}",
            point.intercept()
        );
        for (b, wanted) in point.coefficients.values.iter().zip(&coefficients[1..]) {
            assert!((b - wanted).abs() <= 1e-9, "{name}: {b} for {wanted}");
        }
        let deviance = wanted["deviance"].as_f64().unwrap();
        assert!((point.deviance / deviance - 1.0).abs() <= 1e-10, "{name}: deviance {}", point.deviance);
        let half = &path.relax(&observations, &fit, 0.5).unwrap().points[2];
        for (k, b) in half.coefficients.values.iter().enumerate() {
            let middle = 0.5 * (fit.points[2].coefficients.values[k] + point.coefficients.values[k]);
            assert!((b - middle).abs() <= 1e-12, "{name}: {b} for {middle}");
        }
        assert!(half.deviance < fit.points[2].deviance && half.deviance > point.deviance, "{name}");
    }
    let observations = Observations::new(dense.as_ref(), &x[..n]);
    let path = Path::new("gaussian").unwrap();
    let fit = path.fit(&observations).unwrap();
    assert!(path.relax(&observations, &fit, 1.5).unwrap_err().to_string().contains("[0, 1]"));
}
