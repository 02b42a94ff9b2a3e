//! Metrics against scikit-learn (`fixtures/metrics.py` wrote the answers), by hand, and by their definitions.
#![allow(clippy::unwrap_used)]

use serde_json::Value;
use thalweg_core::{Error, Weights};
use thalweg_models::metrics::{accuracy, auc, brier, log_loss, mae, mean_deviance, mse, r2, rmse};
use thalweg_models::{Metrics, Model};

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn glm(family: &str, link: &str) -> Model {
    Model::Glm { family: family.to_owned(), link: link.to_owned() }
}

fn loss(loss: &str) -> Model {
    Model::Loss { loss: loss.to_owned() }
}

#[test]
fn scikit_learn_agrees() {
    let fixture: Value = serde_json::from_str(include_str!("fixtures/metrics.json")).unwrap();
    let cases = fixture["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 15);
    for (k, case) in cases.iter().enumerate() {
        let text = |key: &str| case[key].as_str().unwrap();
        let (y, eta, mu) = (numbers(&case["y"]), numbers(&case["eta"]), numbers(&case["mu"]));
        let w = (!case["w"].is_null()).then(|| numbers(&case["w"]));
        let w = w.as_deref().map_or(Weights::Unit, Weights::Each);
        let family = thalweg_likelihood::family(text("family")).unwrap();
        let link = thalweg_likelihood::link(text("link")).unwrap();
        let all = Metrics::of(&glm(text("family"), text("link")), &y, &eta, w).unwrap();
        for (name, answer) in case["answers"].as_object().unwrap() {
            let (alone, together) = match name.as_str() {
                "mse" => (mse(&y, &mu, w), all.mse),
                "rmse" => (rmse(&y, &mu, w), all.rmse),
                "mae" => (mae(&y, &mu, w), all.mae),
                "r2" => (r2(&y, &mu, w), all.r2),
                "mean_deviance" => (mean_deviance(&*family, link, &y, &eta, w), all.mean_deviance),
                "log_loss" => (log_loss(&y, &mu, w), all.log_loss),
                "accuracy" => (accuracy(&y, &mu, w), all.accuracy),
                "brier" => (brier(&y, &mu, w), all.brier),
                _ => (auc(&y, &mu, w), all.auc),
            };
            let answer = answer.as_f64().unwrap();
            for ours in [alone.unwrap(), together] {
                assert!((ours / answer - 1.0).abs() < 1e-13, "case {k}: {name} {ours} against {answer}");
            }
        }
    }
}

/// Every pair of a success and a failure, a tie counting one half.
fn pairs(y: &[f64], score: &[f64], w: &[f64]) -> f64 {
    let (mut wins, mut all) = (0.0, 0.0);
    for i in 0..y.len() {
        for j in 0..y.len() {
            let weight = w[i] * y[i] * w[j] * (1.0 - y[j]);
            let win = if score[i] > score[j] { 1.0 } else { 0.0 };
            wins += weight * if score[i] == score[j] { 0.5 } else { win };
            all += weight;
        }
    }
    wins / all
}

#[test]
fn the_area_is_the_share_of_ordered_pairs() {
    for n in [2, 7, 100] {
        let y: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i * 7 % 5 < 2))).collect();
        let score: Vec<f64> = (0..n).map(|i| f64::from((i * 13 % 11) as u8) * 0.25 - 1.0).collect();
        let w: Vec<f64> = (0..n).map(|i| f64::from((i % 3 + 1) as u8)).collect();
        assert_eq!(auc(&y, &score, Weights::Each(&w)).unwrap(), pairs(&y, &score, &w));
        assert_eq!(auc(&y, &score, Weights::Unit).unwrap(), pairs(&y, &score, &vec![1.0; n]));
    }
    // Zeros of both signs tie; one outcome alone has no area.
    assert_eq!(auc(&[0.0, 1.0], &[0.0, -0.0], Weights::Unit).unwrap(), 0.5);
    assert!(auc(&[1.0, 1.0], &[0.0, 1.0], Weights::Unit).unwrap().is_nan());
}

#[test]
fn shares_are_the_trials_they_stand_for() {
    // 3 of 4 and 1 of 2 successes, and the same trials one by one.
    let (y, p, w) = ([0.75, 0.5], [0.6, 0.3], [4.0, 2.0]);
    let trials = [1.0, 1.0, 1.0, 0.0, 1.0, 0.0];
    let q = [0.6, 0.6, 0.6, 0.6, 0.3, 0.3];
    for metric in [log_loss, accuracy, brier, auc] {
        let (a, b) =
            (metric(&y, &p, Weights::Each(&w)).unwrap(), metric(&trials, &q, Weights::Unit).unwrap());
        assert!((a - b).abs() < 1e-15, "{a} {b}");
    }
}

#[test]
fn the_five_rows_of_the_conventions() {
    // docs/CONVENTIONS.md: eta = 1 + x; residuals 0, -1, 1, -1, 1; weights 1, 1, 2, 1, 1.
    let (y, eta, w) = ([1.0, 3.0, 2.0, 5.0, 4.0], [1.0, 2.0, 3.0, 4.0, 5.0], [1.0, 1.0, 2.0, 1.0, 1.0]);
    let metrics = Metrics::of(&glm("gaussian", "identity"), &y, &eta, Weights::Each(&w)).unwrap();
    assert_eq!((metrics.n, metrics.mse, metrics.mae), (5, 5.0 / 6.0, 5.0 / 6.0));
    assert_eq!((metrics.mean_loss, metrics.mean_deviance), (5.0 / 12.0, 5.0 / 6.0));
    // The weighted variance of y is (65/6)/6.
    assert!((metrics.r2 - (1.0 - 5.0 / (65.0 / 6.0))).abs() < 1e-15);
    assert!(metrics.log_loss.is_nan() && metrics.auc.is_nan());
}

#[test]
fn losses_have_the_metrics_of_their_kind() {
    let (y, eta) = ([0.0, 1.0, 1.0], [-30.0, 40.0, -1.0]);
    let logistic = Metrics::of(&loss("logistic"), &y, &eta, Weights::Unit).unwrap();
    let binomial = Metrics::of(&glm("binomial", "logit"), &y, &eta, Weights::Unit).unwrap();
    assert_eq!(logistic.log_loss, binomial.log_loss);
    assert!(logistic.mean_deviance.is_nan() && logistic.mse.is_nan());
    let huber = Metrics::of(&loss("huber:delta=1"), &[0.0, 4.0], &[0.5, 0.0], Weights::Unit).unwrap();
    assert_eq!((huber.mean_loss, huber.mae), ((0.125 + 3.5) / 2.0, 2.25));
    let poisson = Metrics::of(&loss("poisson"), &[2.0], &[0.0], Weights::Unit).unwrap();
    assert_eq!((poisson.mae, poisson.mean_loss), (1.0, 1.0));
}

#[test]
fn extremes_are_honest() {
    assert_eq!(log_loss(&[1.0], &[0.0], Weights::Unit).unwrap(), f64::INFINITY);
    assert_eq!(log_loss(&[1.0, 0.0], &[1.0, 0.0], Weights::Unit).unwrap(), 0.0);
    assert!(r2(&[0.1; 3], &[0.2; 3], Weights::Unit).unwrap().is_nan());
    // A mean that overflows, and one outside the family's range.
    let huge = Metrics::of(&glm("poisson", "log"), &[1.0, 2.0], &[800.0, 0.0], Weights::Unit).unwrap();
    assert_eq!((huge.mse, huge.mean_loss), (f64::INFINITY, f64::INFINITY));
    let above = Metrics::of(&glm("binomial", "identity"), &[1.0, 0.0], &[1.2, 0.3], Weights::Unit).unwrap();
    assert!(above.brier.is_nan() && above.auc == 1.0 && above.log_loss == f64::INFINITY);
    // A row of weight 0 does not count, whatever it holds.
    let w = [0.0, 1.0, 1.0];
    assert_eq!(mse(&[9.0, 1.0, 2.0], &[0.0, 1.0, 2.0], Weights::Each(&w)).unwrap(), 0.0);
    assert_eq!(r2(&[9.0, 1.0, 2.0], &[0.0, 1.0, 2.0], Weights::Each(&w)).unwrap(), 1.0);
    assert_eq!(log_loss(&[1.0, 0.0, 1.0], &[0.0, 0.0, 1.0], Weights::Each(&w)).unwrap(), 0.0);
}

#[test]
fn wrong_input_is_named() {
    let message = |result: Result<f64, Error>| result.unwrap_err().to_string();
    let unit = Weights::Unit;
    assert_eq!(message(mse(&[1.0], &[1.0, 2.0], unit)), "predictions and targets: expected 1, found 2");
    assert_eq!(message(mae(&[], &[], unit)), "the target y is empty; give at least one row");
    assert!(message(mse(&[1.0, f64::NAN], &[1.0, 2.0], unit)).contains("the target y is NaN at row 1"));
    assert!(message(mse(&[1.0], &[f64::INFINITY], unit)).contains("the prediction is inf at row 0"));
    assert!(message(mse(&[1.0], &[1.0], Weights::Each(&[-1.0]))).contains("the weight is -1 at row 0"));
    assert!(message(mse(&[1.0], &[1.0], Weights::Each(&[0.0]))).contains("positive weight"));
    assert!(message(auc(&[2.0], &[1.0], unit)).contains("code the outcome as 0 and 1"));
    assert!(message(brier(&[1.0], &[1.5], unit)).contains("the prediction is 1.5 at row 0"));
    assert!(Metrics::of(&loss("hubber"), &[1.0], &[1.0], unit).is_err());
    assert!(Metrics::of(&glm("poisson", "log"), &[-1.0], &[1.0], unit).is_err());
}

#[test]
fn bits_do_not_depend_on_threads() {
    let n = 100_000;
    let eta: Vec<f64> = (0..n).map(|i| f64::from((i * 7919 % 1009) as u16) / 97.0 - 5.0).collect();
    let y: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i * 31 % 17 < 8))).collect();
    let w: Vec<f64> = (0..n).map(|i| f64::from((i % 13) as u8) / 7.0).collect();
    let of = |threads| {
        let metrics = || Metrics::of(&glm("binomial", "logit"), &y, &eta, Weights::Each(&w));
        let m = thalweg_core::par::with_threads(threads, metrics).unwrap().unwrap();
        [m.mean_loss, m.mean_deviance, m.log_loss, m.accuracy, m.brier, m.auc].map(f64::to_bits)
    };
    assert_eq!(of(1), of(2));
    assert_eq!(of(1), of(5));
}
