//! Firth's penalised likelihood against an implementation in R (`fixtures/firth.R`), whose numbers `fixtures/firth_check.py` confirmed in
//! 40-digit arithmetic.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use faer::{Mat, mat};
use serde_json::Value;
use thalweg_core::{Certificate, Status};
use thalweg_models::{Firth, Glm, Observations, State, WeightKind};

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn close(name: &str, what: &str, ours: f64, theirs: f64) {
    let error = (ours - theirs).abs() / theirs.abs().max(1.0);
    assert!(error <= 1e-10, "{name}: {what} is {ours}, R has {theirs}");
}

#[test]
fn every_number_agrees_with_r() {
    let cases: Value = serde_json::from_str(include_str!("fixtures/firth.json")).unwrap();
    for case in cases.as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let columns: Vec<Vec<f64>> = case["x"].as_array().unwrap().iter().map(numbers).collect();
        let (y, w, offset) = (numbers(&case["y"]), numbers(&case["w"]), numbers(&case["offset"]));
        let x = Mat::from_fn(y.len(), columns.len(), |i, j| columns[j][i]);
        let mut firth = Firth::new(case["family"].as_str().unwrap()).unwrap();
        firth = firth.weights_are(WeightKind::Frequency);
        if !case["intercept"].as_bool().unwrap() {
            firth = firth.without_intercept();
        }
        let data = Observations::new(x.as_ref(), &y).weights(&w).offset(&offset);
        let fit = firth.fit(&data).unwrap();
        assert_eq!(fit.status, Status::Stationary, "{name}");
        assert_eq!(fit.certificate, Certificate::None);
        assert!(fit.gradient_inf < 1e-12, "{name}: {}", fit.gradient_inf);
        let of = |key: &str| numbers(&case[key]);
        for (k, c) in fit.coefficients.iter().enumerate() {
            close(name, "estimate", c.estimate, of("estimates")[k]);
            close(name, "standard error", c.std_error, of("std_errors")[k]);
            close(name, "likelihood ratio", c.likelihood_ratio, of("lr")[k]);
            close(name, "lower end", c.lower, of("lower")[k]);
            close(name, "upper end", c.upper, of("upper")[k]);
        }
        let (penalised, plain) = (of("penalised")[0], of("log_likelihood")[0]);
        close(name, "penalty", fit.penalised_log_likelihood - fit.log_likelihood, penalised - plain);
        close(name, "test of all", fit.against_null.statistic, of("lr_null")[0]);
        if name == "spector" {
            close(name, "log-likelihood", fit.log_likelihood, plain);
            // pchisq(13.188126319906768, 3, lower.tail = FALSE) and pchisq(5.6992667591273936, 1, lower.tail = FALSE) in R.
            close(name, "p-value", fit.against_null.p_value, P_ALL);
            close(name, "p-value", fit.coefficients[1].p_value, P_GPA);
        }
    }
}

const P_ALL: f64 = 0.004_246_940_021_586_943;
const P_GPA: f64 = 0.016_972_001_768_080_67;

/// The penalty of a model with one coefficient a cell is half an observation more in each: Haldane and Anscombe's correction.
#[test]
fn a_saturated_table_gains_half_an_observation_a_cell() {
    let x = mat![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
    let (share, trials) = ([0.0, 1.0, 0.25], [6.0, 3.0, 8.0]);
    let data = Observations::new(x.as_ref(), &share).weights(&trials);
    let fit = Firth::new("binomial").unwrap().fit(&data).unwrap();
    let logit = |successes: f64, failures: f64| ((successes + 0.5) / (failures + 0.5)).ln();
    let expected = [logit(0.0, 6.0), logit(3.0, 0.0), logit(2.0, 6.0)];
    close("saturated", "intercept", fit.coefficients[0].estimate, expected[0]);
    close("saturated", "second cell", fit.coefficients[1].estimate, expected[1] - expected[0]);
    close("saturated", "third cell", fit.coefficients[2].estimate, expected[2] - expected[0]);
}

/// Ten million times the columns must not move anything but the coefficients.
#[test]
fn units_and_row_order_do_not_matter() {
    let x = [0.3, -1.0, 2.0, 0.7, 1.5, -0.2, 0.9, 3.0];
    let y = [0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0];
    let plain = Mat::from_fn(8, 1, |i, _| x[i]);
    let scaled = Mat::from_fn(8, 1, |i, _| 1e7 * x[7 - i]);
    let reversed: Vec<f64> = y.iter().rev().copied().collect();
    let firth = Firth::new("binomial").unwrap();
    let a = firth.fit(&Observations::new(plain.as_ref(), &y)).unwrap();
    let b = firth.fit(&Observations::new(scaled.as_ref(), &reversed)).unwrap();
    for (a, b, unit) in
        [(&a.coefficients[0], &b.coefficients[0], 1.0), (&a.coefficients[1], &b.coefficients[1], 1e7)]
    {
        close("units", "estimate", unit * b.estimate, a.estimate);
        close("units", "lower end", unit * b.lower, a.lower);
        close("units", "upper end", unit * b.upper, a.upper);
        close("units", "likelihood ratio", b.likelihood_ratio, a.likelihood_ratio);
    }
    // The same data have no maximum-likelihood estimate.
    let glm = Glm::new("binomial").unwrap().fit(&Observations::new(plain.as_ref(), &y)).unwrap();
    assert_eq!(glm.status, Status::Separated);
}

#[test]
fn dependent_columns_are_left_out() {
    let x = mat![[1.0, 2.0, 0.0], [2.0, 4.0, 1.0], [3.0, 6.0, 0.0], [4.0, 8.0, 1.0], [5.0, 10.0, 1.0]];
    let y = [0.0, 1.0, 0.0, 0.0, 1.0];
    let fit = Firth::new("binomial").unwrap().fit(&Observations::new(x.as_ref(), &y)).unwrap();
    assert_eq!(fit.coefficients[2].state, State::Aliased);
    assert!(fit.coefficients[2].estimate.is_nan() && fit.rank == 3);
    assert!(fit.warnings[0].contains("x1"), "{:?}", fit.warnings);
    let kept = mat![[1.0, 0.0], [2.0, 1.0], [3.0, 0.0], [4.0, 1.0], [5.0, 1.0]];
    let other = Firth::new("binomial").unwrap().fit(&Observations::new(kept.as_ref(), &y)).unwrap();
    close("alias", "estimate", fit.coefficients[3].estimate, other.coefficients[2].estimate);
}

#[test]
fn wrong_input_is_told() {
    let told = |outcome: thalweg_core::Result<Firth>| outcome.err().unwrap().to_string();
    assert!(told(Firth::new("gamma")).contains("canonical links"));
    assert!(told(Firth::new("binomal")).contains("did you mean `binomial`?"));
    assert!(told(Firth::new("binomial").unwrap().level(1.0)).contains("strictly between 0 and 1"));
    let x = mat![[1.0], [2.0]];
    let refused = Firth::new("binomial").unwrap().fit(&Observations::new(x.as_ref(), &[0.0, 2.0]));
    assert!(refused.unwrap_err().to_string().contains("row 1"));
    let nothing = mat![[0.0], [0.0]];
    let model = Firth::new("binomial").unwrap().without_intercept();
    let refused = model.fit(&Observations::new(nothing.as_ref(), &[0.0, 1.0]));
    assert!(refused.unwrap_err().to_string().contains("not 0 throughout"));
}

#[test]
fn a_search_out_of_iterations_says_so() {
    let x = mat![[1.0], [2.0], [3.0], [4.0]];
    let data = Observations::new(x.as_ref(), &[0.0, 0.0, 1.0, 1.0]);
    let fit = Firth::new("binomial").unwrap().iterations(2).fit(&data).unwrap();
    assert_eq!(fit.status, Status::Budget);
    assert!(fit.coefficients[1].p_value.is_nan() && fit.warnings[0].contains("no tests and intervals"));
}
