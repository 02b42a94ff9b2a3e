//! Cumulative link models against R's `MASS::polr`, polished by Newton steps (`fixtures/ordinal.R`) and confirmed in 40-digit arithmetic
//! (`fixtures/ordinal_check.py`). What `polr` itself leaves is up to 4e-7 of an estimate and 8e-7 of a standard error.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use faer::{Mat, mat};
use serde_json::Value;
use thalweg_core::{Columns, Status};
use thalweg_models::{Glm, Observations, Ordinal, State, WeightKind};

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn table(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

fn close(name: &str, what: &str, ours: f64, theirs: f64) {
    let error = (ours - theirs).abs() / theirs.abs().max(1.0);
    assert!(error <= 1e-9, "{name}: {what} is {ours}, R has {theirs}");
}

#[test]
fn every_number_agrees_with_r() {
    let cases: Value = serde_json::from_str(include_str!("fixtures/ordinal.json")).unwrap();
    for case in cases.as_array().unwrap() {
        let link = case["link"].as_str().unwrap();
        let name = &format!("{} {link}", case["name"].as_str().unwrap());
        let (y, w, offset) = (numbers(&case["y"]), numbers(&case["w"]), numbers(&case["offset"]));
        let columns = table(&case["x"]);
        let x = Mat::from_fn(y.len(), columns.len(), |i, j| columns[j][i]);
        let data = Observations::new(x.as_ref(), &y).weights(&w).offset(&offset);
        let fit = Ordinal::new(link).unwrap().fit(&data).unwrap();
        assert_eq!(fit.status, Status::Stationary, "{name}");
        assert!(fit.gradient_inf < 1e-12, "{name}: {}", fit.gradient_inf);
        let (estimates, zeta) = (numbers(&case["coefficients"]), numbers(&case["zeta"]));
        let errors = numbers(&case["std_errors"]);
        let ours = fit.coefficients.iter().chain(&fit.thresholds);
        for ((ours, theirs), error) in ours.zip(estimates.iter().chain(&zeta)).zip(&errors) {
            close(name, "estimate", ours.estimate, *theirs);
            close(name, "standard error", ours.std_error, *error);
            close(name, "z", ours.statistic, theirs / error);
        }
        let of = |key: &str| numbers(&case[key])[0];
        close(name, "log-likelihood", fit.log_likelihood, of("log_likelihood"));
        close(name, "null deviance", fit.null_deviance, -2.0 * of("null_log_likelihood"));
        close(name, "AIC", fit.aic, of("aic"));
        close(name, "BIC", fit.bic, of("bic"));
        let (p, theirs) = (fit.against_null.p_value, of("p_value"));
        assert!((p / theirs - 1.0).abs() < 1e-9, "{name}: {p} {theirs}");
        let rows: Vec<usize> = numbers(&case["rows"]).iter().map(|i| *i as usize).collect();
        let new = Mat::from_fn(rows.len(), columns.len(), |i, j| x[(rows[i], j)]);
        let shift: Vec<f64> = rows.iter().map(|i| offset[*i]).collect();
        let predicted = fit.predict(vec![Columns::Dense(new.as_ref())], Some(&shift)).unwrap();
        let errors = table(&case["probability_errors"]);
        for (i, p) in table(&case["probabilities"]).iter().enumerate() {
            for k in 0..p.len() {
                close(name, "probability", predicted.probabilities[(i, k)], p[k]);
                close(name, "its standard error", predicted.std_errors[(i, k)], errors[i][k]);
            }
        }
    }
}

/// Two classes are a binomial model with the sign of the coefficients turned round: P(y = 0) = F(θ − s).
#[test]
fn two_classes_are_a_binomial_model() {
    let x = mat![[0.1], [0.4], [1.2], [0.3], [2.2], [1.9], [0.8], [3.1], [2.5], [0.9]];
    let y = [0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0];
    let zero = y.map(|y| 1.0 - y);
    let w = [1.0, 2.0, 1.0, 3.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0];
    for link in ["logit", "probit", "cloglog"] {
        let ordinal = Ordinal::new(link).unwrap();
        let fit = ordinal.fit(&Observations::new(x.as_ref(), &y).weights(&w)).unwrap();
        let glm = Glm::new("binomial").unwrap().link(link).unwrap().weights_are(WeightKind::Frequency);
        let glm = glm.information(thalweg_core::Information::Observed);
        let glm = glm.fit(&Observations::new(x.as_ref(), &zero).weights(&w)).unwrap();
        close(link, "threshold", fit.thresholds[0].estimate, glm.coefficients[0].estimate);
        close(link, "coefficient", fit.coefficients[0].estimate, -glm.coefficients[1].estimate);
        close(link, "standard error", fit.coefficients[0].std_error, glm.coefficients[1].std_error);
        close(link, "log-likelihood", fit.log_likelihood, glm.log_likelihood);
        close(link, "null deviance", fit.null_deviance, glm.null_deviance);
    }
}

/// The column of the extreme class alone diverges; the other column and the other thresholds keep their place in the table.
#[test]
fn separation_names_what_diverges() {
    let x = [0.1, 0.4, 1.2, 0.3, 2.2, 1.9, 0.8, 3.1, 2.5, 0.9, 1.1, 0.2];
    let is_one = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0];
    let y = [0.0, 1.0, 2.0, 0.0, 1.0, 2.0, 1.0, 1.0, 0.0, 2.0, 2.0, 2.0];
    let columns = Mat::from_fn(12, 2, |i, j| if j == 0 { x[i] } else { is_one[i] });
    for link in ["logit", "probit", "cloglog"] {
        let fit = Ordinal::new(link).unwrap().fit(&Observations::new(columns.as_ref(), &y)).unwrap();
        assert_eq!(fit.status, Status::Separated, "{link}");
        let separation = fit.separation.as_ref().unwrap();
        assert!(!separation.complete && separation.rows == 3, "{separation:?}");
        let states: Vec<State> = fit.coefficients.iter().chain(&fit.thresholds).map(|c| c.state).collect();
        assert_eq!(states, [State::Estimated, State::Diverging, State::Estimated, State::Estimated]);
        assert!(fit.warnings[0].contains("the estimates of x1 are infinite"), "{:?}", fit.warnings);
        assert!(fit.predict(vec![Columns::Dense(columns.as_ref())], None).is_err());
    }
    let x = mat![[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]];
    let fit = Ordinal::new("probit").unwrap();
    let fit = fit.fit(&Observations::new(x.as_ref(), &[0.0, 0.0, 1.0, 1.0, 2.0, 2.0])).unwrap();
    assert_eq!(fit.status, Status::Separated);
    assert!(fit.separation.unwrap().complete);
}

/// A constant column is what the thresholds already are; a repeated one is left out too.
#[test]
fn dependent_columns_are_left_out() {
    let x = [0.1, 0.4, 1.2, 0.3, 2.2, 1.9, 0.8, 3.1, 2.5, 0.9];
    let y = [0.0, 1.0, 2.0, 0.0, 1.0, 2.0, 1.0, 1.0, 0.0, 2.0];
    let columns = Mat::from_fn(10, 3, |i, j| [7.0, x[i], 1.0 - x[i]][j]);
    let alone = Mat::from_fn(10, 1, |i, _| x[i]);
    let ordinal = Ordinal::new("logit").unwrap();
    let fit = ordinal.fit(&Observations::new(columns.as_ref(), &y)).unwrap();
    let other = ordinal.fit(&Observations::new(alone.as_ref(), &y)).unwrap();
    let states: Vec<State> = fit.coefficients.iter().map(|c| c.state).collect();
    assert_eq!(states, [State::Aliased, State::Estimated, State::Aliased]);
    close("alias", "estimate", fit.coefficients[1].estimate, other.coefficients[0].estimate);
    let (a, b) = (
        fit.predict(vec![Columns::Dense(columns.as_ref())], None).unwrap(),
        other.predict(vec![Columns::Dense(alone.as_ref())], None).unwrap(),
    );
    close("alias", "probability", a.probabilities[(3, 1)], b.probabilities[(3, 1)]);
    close("alias", "its error", a.std_errors[(3, 1)], b.std_errors[(3, 1)]);
}

/// A class in a thousand rows: the two thresholds around it are all but one, and still in order.
#[test]
fn a_rare_class_keeps_its_thresholds_apart() {
    let n = 2000;
    let x = Mat::from_fn(n, 1, |i, _| ((i * 37) % 101) as f64 / 50.0);
    let y: Vec<f64> =
        (0..n).map(|i| if i == 700 { 1.0 } else { f64::from(u8::from(i % 3 == 0)) * 2.0 }).collect();
    for link in ["logit", "probit", "cloglog"] {
        let fit = Ordinal::new(link).unwrap().fit(&Observations::new(x.as_ref(), &y)).unwrap();
        assert_eq!(fit.status, Status::Stationary, "{link}");
        let gap = fit.thresholds[1].estimate - fit.thresholds[0].estimate;
        assert!(gap > 0.0 && gap < 0.01, "{link}: {gap}");
        // The thresholds alone give every class its share on average.
        let predicted = fit.predict(vec![Columns::Dense(x.as_ref())], None).unwrap();
        let sum: f64 = (0..n).map(|i| predicted.probabilities[(i, 1)]).sum();
        assert!((sum - 1.0).abs() < 0.01, "{link}: {sum}");
    }
}

#[test]
fn wrong_input_is_told() {
    let x = mat![[0.1], [0.4], [1.2], [0.3], [2.2]];
    let told = |y: &[f64]| {
        let x = x.as_ref().subrows(0, y.len());
        Ordinal::new("logit").unwrap().fit(&Observations::new(x, y)).unwrap_err().to_string()
    };
    assert!(told(&[0.0, 2.0, 2.0, 0.0, 3.0]).contains("class 1 of 0 ... 3.0 is empty"));
    assert!(told(&[0.0; 5]).contains("there must be two or more"));
    assert!(told(&[0.0, 1.5, 1.0]).contains("1.5 at row 1"));
    assert!(told(&[0.0, f64::INFINITY, 1.0]).contains("inf at row 1"));
    assert!(told(&[0.0, 1.0, 2.0]).contains("less than the 3 rows"));
    let error = Ordinal::new("logistic").unwrap_err().to_string();
    assert!(error.contains("logit") && error.contains("cloglog"), "{error}");
    let data = Observations::new(x.as_ref(), &[0.0, 1.0, 0.0, 1.0, 0.0]);
    let refused = Ordinal::new("logit").unwrap().fit(&data.clone().offset(&[0.0, 0.0, f64::NAN, 0.0, 0.0]));
    assert!(refused.unwrap_err().to_string().contains("the offset is NaN at row 2"));
    let refused = Ordinal::new("logit").unwrap().fit(&data.weights(&[1.0, -1.0, 1.0, 1.0, 1.0]));
    assert!(refused.is_err());
}
