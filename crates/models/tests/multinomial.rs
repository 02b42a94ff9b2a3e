//! The multinomial logit against statsmodels' `MNLogit` (`fixtures/multinomial.py`), polished in 40-digit arithmetic.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use faer::{Mat, mat};
use serde_json::Value;
use thalweg_core::{Columns, Status};
use thalweg_models::{Glm, Multinomial, MultinomialFit, Observations, State, WeightKind};

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn table(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

fn matrix(columns: &[Vec<f64>]) -> Mat<f64> {
    Mat::from_fn(columns[0].len(), columns.len(), |i, j| columns[j][i])
}

fn close(name: &str, what: &str, ours: f64, theirs: f64) {
    let error = (ours - theirs).abs() / theirs.abs().max(1.0);
    assert!(error <= 1e-10, "{name}: {what} is {ours}, the reference has {theirs}");
}

#[test]
fn every_number_agrees_with_statsmodels() {
    let cases: Value = serde_json::from_str(include_str!("fixtures/multinomial.json")).unwrap();
    for case in cases.as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let (y, w) = (numbers(&case["y"]), numbers(&case["w"]));
        let x = matrix(&table(&case["x"]));
        let fit = Multinomial::new().fit(&Observations::new(x.as_ref(), &y).weights(&w)).unwrap();
        assert!(fit.status.is_solved(), "{name}: {}", fit.status);
        assert!(fit.gradient_inf < 1e-12, "{name}: {}", fit.gradient_inf);
        let of = |key: &str| case[key].as_f64().unwrap();
        let (estimates, errors) = (table(&case["estimates"]), table(&case["std_errors"]));
        let p_values = table(&case["p_values"]);
        for (k, class) in fit.classes.iter().enumerate() {
            assert_eq!(class.class, k + 1);
            for (j, c) in class.coefficients.iter().enumerate() {
                close(name, "estimate", c.estimate, estimates[k][j]);
                close(name, "standard error", c.std_error, errors[k][j]);
                close(name, "z", c.statistic, estimates[k][j] / errors[k][j]);
                close(name, "p-value", c.p_value, p_values[k][j]);
                close(name, "upper end", c.upper, estimates[k][j] + 1.959_963_984_540_054 * errors[k][j]);
            }
        }
        close(name, "log-likelihood", fit.log_likelihood, of("log_likelihood"));
        close(name, "deviance", fit.deviance, -2.0 * of("log_likelihood"));
        close(name, "null deviance", fit.null_deviance, -2.0 * of("null_log_likelihood"));
        close(name, "LR test", fit.against_null.statistic, of("llr"));
        let (p, theirs) = (fit.against_null.p_value, of("llr_p_value"));
        assert!((p / theirs - 1.0).abs() < 1e-10, "{name}: {p} {theirs}");
        close(name, "AIC", fit.aic, of("aic"));
        close(name, "BIC", fit.bic, of("bic"));
        let new = table(&case["new"]);
        let new = Mat::from_fn(new.len(), new[0].len(), |i, j| new[i][j]);
        let predicted = fit.predict(vec![Columns::Dense(new.as_ref())]).unwrap();
        for (i, (p, e)) in
            table(&case["probabilities"]).iter().zip(table(&case["probability_errors"])).enumerate()
        {
            for k in 0..p.len() {
                close(name, "probability", predicted.probabilities[(i, k)], p[k]);
                close(name, "its standard error", predicted.std_errors[(i, k)], e[k]);
            }
        }
    }
}

fn small() -> (Mat<f64>, [f64; 10]) {
    let x = mat![[0.1], [0.4], [1.2], [0.3], [2.2], [1.9], [0.8], [3.1], [2.5], [0.9]];
    (x, [0.0, 1.0, 2.0, 0.0, 1.0, 2.0, 1.0, 1.0, 0.0, 2.0])
}

fn coefficient(fit: &MultinomialFit, class: usize, k: usize) -> f64 {
    fit.classes.iter().find(|c| c.class == class).map_or(0.0, |c| c.coefficients[k].estimate)
}

/// Any reference gives the same model.
#[test]
fn the_reference_changes_the_coefficients_only() {
    let (x, y) = small();
    let data = Observations::new(x.as_ref(), &y);
    let first = Multinomial::new().fit(&data).unwrap();
    let second = Multinomial::new().reference(1).fit(&data).unwrap();
    assert_eq!(second.classes.iter().map(|c| c.class).collect::<Vec<_>>(), [0, 2]);
    close("reference", "log-likelihood", first.log_likelihood, second.log_likelihood);
    for k in 0..2 {
        let between = coefficient(&first, 2, k) - coefficient(&first, 1, k);
        close("reference", "coefficient", coefficient(&second, 2, k), between);
    }
    let of = |fit: &MultinomialFit| fit.predict(vec![Columns::Dense(x.as_ref())]).unwrap();
    let (a, b) = (of(&first), of(&second));
    for k in 0..3 {
        close("reference", "probability", a.probabilities[(4, k)], b.probabilities[(4, k)]);
        close("reference", "its error", a.std_errors[(4, k)], b.std_errors[(4, k)]);
    }
}

/// Two classes are a binomial logit.
#[test]
fn two_classes_are_logistic_regression() {
    let (x, y) = small();
    let y = y.map(|y| f64::from(u8::from(y > 0.0)));
    let w = [1.0, 2.0, 1.0, 3.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0];
    let data = Observations::new(x.as_ref(), &y).weights(&w);
    let fit = Multinomial::new().fit(&data).unwrap();
    let glm = Glm::new("binomial").unwrap().weights_are(WeightKind::Frequency).fit(&data).unwrap();
    for (a, b) in fit.classes[0].coefficients.iter().zip(&glm.coefficients) {
        close("binomial", "estimate", a.estimate, b.estimate);
        close("binomial", "standard error", a.std_error, b.std_error);
    }
    close("binomial", "log-likelihood", fit.log_likelihood, glm.log_likelihood);
    close("binomial", "null deviance", fit.null_deviance, glm.null_deviance);
    close("binomial", "AIC", fit.aic, glm.aic);
    close("binomial", "BIC", fit.bic, glm.bic);
}

/// Class 2 never occurs where the second column is 1: its coefficient there is −∞, and no other diverges.
#[test]
fn separation_names_what_diverges() {
    let x = [0.1, 0.4, 1.2, 0.3, 2.2, 1.9, 0.8, 3.1, 2.5, 0.9, 1.1, 0.2];
    let is_one = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0];
    let y = [0.0, 1.0, 2.0, 0.0, 1.0, 2.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0];
    let columns = Mat::from_fn(12, 2, |i, j| if j == 0 { x[i] } else { is_one[i] });
    let fit = Multinomial::new().fit(&Observations::new(columns.as_ref(), &y)).unwrap();
    assert_eq!(fit.status, Status::Separated);
    assert!(!fit.separation.as_ref().unwrap().complete);
    let states = |k: usize| fit.classes[k].coefficients.iter().map(|c| c.state).collect::<Vec<_>>();
    assert_eq!(states(0), [State::Estimated; 3]);
    assert_eq!(states(1), [State::Estimated, State::Estimated, State::Diverging]);
    assert!(fit.classes[1].coefficients[2].estimate < -5.0);
    assert!(fit.warnings[0].contains("class 2: x1 are infinite"), "{:?}", fit.warnings);
    assert!(fit.predict(vec![Columns::Dense(columns.as_ref())]).is_err());
    // Three classes side by side on one axis.
    let x = mat![[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]];
    let data = Observations::new(x.as_ref(), &[0.0, 0.0, 1.0, 1.0, 2.0, 2.0]);
    let fit = Multinomial::new().fit(&data).unwrap();
    assert_eq!(fit.status, Status::Separated);
    assert!(fit.separation.unwrap().complete);
}

/// Four classes, three columns, a separating direction in five coefficients (scipy's linprog finds it): the heading of the last step alone does
/// not lie in the cone.
#[test]
fn separation_is_found_where_several_coefficients_diverge() {
    let x = [
        [2.0, 2.0, 5.0, 3.0, 5.0, 0.0, 5.0, 6.0, 0.0, 2.0, 2.0, 1.0, 4.0, 1.0, 6.0],
        [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0],
        [3.0, 4.0, 3.0, 5.0, 3.0, 0.0, 3.0, 0.0, 1.0, 6.0, 3.0, 2.0, 3.0, 3.0, 3.0],
    ];
    let y = [0.0, 1.0, 2.0, 3.0, 2.0, 1.0, 2.0, 2.0, 0.0, 3.0, 1.0, 1.0, 3.0, 1.0, 2.0];
    let x = Mat::from_fn(15, 3, |i, j| x[j][i]);
    let fit = Multinomial::new().fit(&Observations::new(x.as_ref(), &y)).unwrap();
    assert_eq!(fit.status, Status::Separated);
    // Every inequality of the direction, row by row.
    let d = &fit.separation.as_ref().unwrap().direction;
    let eta = |i: usize, class: usize| match class {
        0 => 0.0,
        _ => {
            let b = &d[4 * (class - 1)..4 * class];
            b[0] + (0..3).map(|j| b[j + 1] * x[(i, j)]).sum::<f64>()
        }
    };
    let margins: Vec<f64> = (0..15)
        .flat_map(|i| (0..4).map(move |class| (i, class)))
        .map(|(i, class)| eta(i, y[i] as usize) - eta(i, class))
        .collect();
    assert!(margins.iter().all(|m| *m > -1e-6) && margins.iter().any(|m| *m > 0.1), "{margins:?}");
}

#[test]
fn dependent_columns_are_left_out() {
    let (x, y) = small();
    let twice = Mat::from_fn(10, 2, |i, j| x[(i, 0)] * (j as f64 + 1.0));
    let data = Observations::new(x.as_ref(), &y);
    let one = Multinomial::new().fit(&data).unwrap();
    let two = Multinomial::new().fit(&Observations::new(twice.as_ref(), &y)).unwrap();
    assert_eq!(two.classes[0].coefficients[2].state, State::Aliased);
    assert_eq!(two.rank, 2);
    close("alias", "estimate", coefficient(&two, 2, 1), coefficient(&one, 2, 1));
    let predicted = two.predict(vec![Columns::Dense(twice.as_ref())]).unwrap();
    let other = one.predict(vec![Columns::Dense(x.as_ref())]).unwrap();
    close("alias", "error", predicted.std_errors[(3, 1)], other.std_errors[(3, 1)]);
}

/// A column of another unit moves its own coefficient by the factor, and nothing else.
#[test]
fn units_do_not_matter() {
    let (x, y) = small();
    let scaled = Mat::from_fn(10, 1, |i, _| 1e-6 * x[(i, 0)]);
    let a = Multinomial::new().fit(&Observations::new(x.as_ref(), &y)).unwrap();
    let b = Multinomial::new().fit(&Observations::new(scaled.as_ref(), &y)).unwrap();
    for class in [1, 2] {
        close("units", "intercept", coefficient(&b, class, 0), coefficient(&a, class, 0));
        close("units", "coefficient", 1e-6 * coefficient(&b, class, 1), coefficient(&a, class, 1));
    }
    close("units", "log-likelihood", b.log_likelihood, a.log_likelihood);
}

#[test]
fn a_search_out_of_iterations_says_so() {
    let (x, y) = small();
    let fit = Multinomial::new().iterations(1).fit(&Observations::new(x.as_ref(), &y)).unwrap();
    assert_eq!(fit.status, Status::Budget);
    assert!(fit.classes[0].coefficients[1].std_error.is_nan());
    assert!(fit.warnings[0].contains("did not reach the maximum"), "{:?}", fit.warnings);
}

#[test]
fn wrong_input_is_told() {
    let (x, y) = small();
    let told = |y: &[f64]| {
        let x = x.as_ref().subrows(0, y.len());
        Multinomial::new().fit(&Observations::new(x, y)).unwrap_err().to_string()
    };
    assert!(told(&[0.0, 2.0, 2.0, 0.0, 3.0]).contains("class 1 of 0 ... 3.0 is empty"));
    assert!(told(&[0.0, 1.0, 1e300]).contains("class 2 of 0 ... 1e300 is empty"));
    assert!(told(&[0.0, 0.0, 0.0]).contains("there must be two or more"));
    assert!(told(&[0.0, 1.5, 1.0]).contains("1.5 at row 1"));
    assert!(told(&[0.0, -1.0, 1.0]).contains("-1 at row 1"));
    assert!(told(&[0.0, f64::NAN, 1.0]).contains("NaN at row 1"));
    assert!(told(&[0.0, 1.0]).contains("less than the 2 rows"));
    let w = [1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0];
    let data = Observations::new(x.as_ref(), &y);
    // All rows of class 2 have weight 0.
    let refused = Multinomial::new().fit(&data.clone().weights(&w)).unwrap_err();
    assert!(refused.to_string().contains("no row of positive weight"));
    let offset = [1.0; 10];
    let refused = Multinomial::new().fit(&data.clone().offset(&offset)).unwrap_err();
    assert!(refused.to_string().contains("cancels"));
    let refused = Multinomial::new().reference(3).fit(&data).unwrap_err();
    assert!(refused.to_string().contains("reference = 3"));
}
