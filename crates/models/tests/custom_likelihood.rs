//! Likelihoods written by hand against R: Weibull survival times with censoring, and counts with too many zeros.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::Value;
use thalweg_autodiff::Function;
use thalweg_core::{Scalar, Status};
use thalweg_models::{LikelihoodFit, MaximumLikelihood};

fn columns(text: &str, names: &[&str]) -> Vec<Vec<f64>> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at: Vec<usize> = names.iter().map(|name| header.iter().position(|h| h == name).unwrap()).collect();
    let mut columns = vec![Vec::new(); names.len()];
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        for (column, at) in columns.iter_mut().zip(&at) {
            column.push(cells[*at].parse().unwrap());
        }
    }
    columns
}

fn fixture() -> Value {
    serde_json::from_str(include_str!("fixtures/custom.json")).unwrap()
}

fn compare(fit: &LikelihoodFit, expected: &Value) {
    assert_eq!(fit.status, Status::Stationary, "{:?}", fit.warnings);
    let numbers = |key: &str| -> Vec<f64> {
        expected[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
    };
    for (c, (estimate, error)) in
        fit.coefficients.iter().zip(numbers("estimates").iter().zip(numbers("std_errors")))
    {
        assert!((c.estimate - estimate).abs() <= 1e-9 * error, "{}: {}, not {estimate}", c.name, c.estimate);
        assert!((c.std_error / error - 1.0).abs() <= 1e-8, "{}: {}, not {error}", c.name, c.std_error);
    }
    let expected = expected["log_likelihood"].as_f64().unwrap();
    assert!((fit.log_likelihood - expected).abs() <= 1e-11 * expected.abs());
}

fn compare_profile((lower, upper): (f64, f64), expected: &Value) {
    for (found, expected) in [lower, upper].iter().zip(expected["profile"].as_array().unwrap()) {
        let expected = expected.as_f64().unwrap();
        assert!((found - expected).abs() <= 1e-8 * expected.abs().max(1.0), "{found}, not {expected}");
    }
}

#[test]
fn censored_weibull_times() {
    let data = columns(include_str!("fixtures/lung.csv"), &["time", "status", "age", "sex"]);
    let data: Vec<&[f64]> = data.iter().map(Vec::as_slice).collect();
    // With z = (ln t − xb)/σ: ln f = z − ln σ − ln t − e^z, ln S = −e^z.
    let weibull = MaximumLikelihood::new(4, 4, |p, row| {
        let z = (row[0].ln() - p[0] - p[1] * row[2] - p[2] * row[3]) / p[3].exp();
        row[1] * (z - p[3] - row[0].ln()) - z.exp()
    })
    .unwrap()
    .names(&["(intercept)", "age", "sex", "ln sigma"])
    .unwrap();
    let start = [5.0, 0.0, 0.0, 0.0];
    let fit = weibull.fit(&data, &start).unwrap();
    let expected = &fixture()["weibull"];
    compare(&fit, expected);
    compare_profile(weibull.profile_interval(&fit, &data, 2, 0.95).unwrap(), expected);
    // The likelihood-ratio test of sex agrees with its interval.
    let null = weibull.fit_holding(&data, &start, &[(2, 0.0)]).unwrap();
    assert!(null.coefficients[2].std_error.is_nan() && null.free == 3);
    let test = fit.likelihood_ratio_test(&null).unwrap();
    assert!(test.df == 1.0 && test.p_value < 0.01, "{test:?}");
    assert!(null.likelihood_ratio_test(&fit).is_err());
    let (scale, error) = weibull.derived(&fit, |p| p[3].exp()).unwrap();
    let ln = &fit.coefficients[3];
    assert!((scale - ln.estimate.exp()).abs() < 1e-14 && (error - scale * ln.std_error).abs() < 1e-14);
}

/// ln P of a count with excess zeros, over any number type: parameters, then y and x.
struct ZeroInflatedPoisson;

impl Function for ZeroInflatedPoisson {
    fn inputs(&self) -> Option<usize> {
        Some(5)
    }

    fn eval<S: Scalar>(&self, at: &[S]) -> S {
        let [intercept, slope, logit, y, x] = [at[0], at[1], at[2], at[3], at[4]];
        let eta = intercept + slope * x;
        let (ln_excess, ln_rest) = (-(-logit).softplus(), -logit.softplus());
        let zero = thalweg_core::logsumexp(&[ln_excess, ln_rest - eta.exp()]);
        let more = ln_rest + y * eta - eta.exp() - (y + S::of(1.0)).ln_gamma();
        S::select(y.le(S::of(0.0)), zero, more)
    }
}

#[test]
fn zero_inflated_counts() {
    let data = columns(include_str!("fixtures/families.csv"), &["dispersed", "x1"]);
    let data: Vec<&[f64]> = data.iter().map(Vec::as_slice).collect();
    let zip = MaximumLikelihood::of(3, 2, &ZeroInflatedPoisson).unwrap();
    let fit = zip.fit(&data, &[0.0; 3]).unwrap();
    let expected = &fixture()["zip"];
    compare(&fit, expected);
    compare_profile(zip.profile_interval(&fit, &data, 1, 0.95).unwrap(), expected);
}

#[test]
fn outcomes_without_a_maximum_are_said() {
    // The likelihood rises without end as p → ∞.
    let rising = MaximumLikelihood::new(1, 1, |p, row| -(-p[0] * row[0]).softplus()).unwrap();
    let fit = rising.fit(&[&[1.0, 2.0]], &[0.0]).unwrap();
    assert!(fit.coefficients[0].estimate > 10.0 && fit.covariance.is_none(), "{fit:?}");
    assert!(fit.warnings[0].contains("infinity"), "{:?}", fit.warnings);
    assert!(rising.profile_interval(&fit, &[&[1.0, 2.0]], 0, 0.95).is_err());
    // Two parameters of which only the sum matters.
    let sum = MaximumLikelihood::new(2, 1, |p, row| -(p[0] + p[1] - row[0]).square()).unwrap();
    let fit = sum.fit(&[&[1.0, 3.0]], &[0.0, 0.0]).unwrap();
    assert!(fit.covariance.is_none() && fit.warnings[0].contains("not identified"), "{:?}", fit.warnings);
    // No density at the start; no rows; a wrong place.
    let positive = MaximumLikelihood::new(1, 1, |p, row| p[0].ln() - p[0] * row[0]).unwrap();
    for (what, error) in [
        ("start", positive.fit(&[&[1.0]], &[-1.0]).unwrap_err()),
        ("row", positive.fit(&[&[]], &[1.0]).unwrap_err()),
        ("place", positive.fit_holding(&[&[1.0]], &[1.0], &[(3, 0.0)]).unwrap_err()),
        ("start", positive.fit(&[&[1.0]], &[1.0, 2.0]).unwrap_err()),
    ] {
        assert!(error.to_string().contains(what), "{error}");
    }
}
