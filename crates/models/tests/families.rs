//! Every family with its links against R and statsmodels: coefficients, standard errors, p-values, deviances, dispersion, log-likelihood, AIC, BIC, residuals,
//! leverage, Cook's distance, predictions, robust covariances and tests. `fixtures/families.R` wrote data and answers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use faer::Mat;
use serde_json::Value;
use thalweg_core::{Columns, Information};
use thalweg_models::{
    Covariance, Glm, GlmFit, Inference, Observations, Residual, analysis_of_deviance, likelihood_ratio_test,
};

struct Data {
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
}

impl Data {
    fn load() -> Self {
        let mut lines = include_str!("fixtures/families.csv").lines();
        let names: Vec<String> = lines.next().unwrap().split(',').map(str::to_owned).collect();
        let mut columns = vec![Vec::new(); names.len()];
        for line in lines {
            for (column, value) in columns.iter_mut().zip(line.split(',')) {
                column.push(value.parse().unwrap());
            }
        }
        Self { names, columns }
    }

    fn column(&self, name: &str) -> &[f64] {
        &self.columns[self.names.iter().position(|known| known == name).unwrap()]
    }

    fn x(&self, names: &[&str]) -> Mat<f64> {
        Mat::from_fn(self.columns[0].len(), names.len(), |i, j| self.column(names[j])[i])
    }
}

fn fixture() -> Value {
    serde_json::from_str(include_str!("fixtures/families.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect(),
        Value::Null => vec![f64::NAN],
        one => vec![one.as_f64().unwrap()],
    }
}

/// Every disagreement, in words.
struct Differences(Vec<String>);

impl Differences {
    /// Against R's value, where it has one, to 1e-8 of its size.
    fn check(&mut self, what: &str, ours: &[f64], theirs: &Value) {
        if theirs.is_null() {
            return;
        }
        let theirs = numbers(theirs);
        assert_eq!(ours.len(), theirs.len(), "{what}");
        let size = theirs.iter().fold(0.0_f64, |size, v| size.max(v.abs()));
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let off = (ours - theirs).abs();
            let allowed = 1e-8 * theirs.abs() + 1e-11 * size;
            if theirs.is_finite() && (off > allowed || off.is_nan()) {
                self.0.push(format!("{what}: {ours:e} but R has {theirs:e} (off by {off:e})"));
            }
        }
    }
}

fn head(values: Vec<f64>) -> Vec<f64> {
    values[..6].to_vec()
}

fn compare_rows(d: &mut Differences, what: &str, inference: &Inference<'_>, case: &Value) {
    let residuals = |kind| head(inference.residuals(kind).unwrap());
    let standardized = |kind| head(inference.standardized(kind).unwrap());
    for (key, ours) in [
        ("leverage", head(inference.leverage().unwrap())),
        ("cooks", head(inference.cooks_distance().unwrap())),
        ("deviance_residuals", residuals(Residual::Deviance)),
        ("pearson_residuals", residuals(Residual::Pearson)),
        ("working_residuals", residuals(Residual::Working)),
        ("response_residuals", residuals(Residual::Response)),
        ("standardized_deviance", standardized(Residual::Deviance)),
        ("standardized_pearson", standardized(Residual::Pearson)),
    ] {
        d.check(&format!("{what}: {key}"), &ours, &case[key]);
    }
    let new = faer::mat![[-1.0, 0.2], [0.5, 0.9]];
    let found = inference.predict(vec![Columns::Dense(new.as_ref())], None, Covariance::Model, 0.95).unwrap();
    let column = |f: fn(&thalweg_models::Predicted) -> f64| found.iter().map(f).collect::<Vec<f64>>();
    d.check(&format!("{what}: predicted"), &column(|p| p.eta), &case["predicted"]);
    d.check(&format!("{what}: predicted_se"), &column(|p| p.std_error), &case["predicted_se"]);
}

#[test]
fn equals_r() {
    let (data, mut d) = (Data::load(), Differences(Vec::new()));
    let x = data.x(&["x1", "x2"]);
    let fixture = fixture();
    let cases = fixture["cases"].as_array().unwrap();
    assert!(cases.len() >= 28);
    for case in cases {
        let text = |key: &str| case[key].as_str().unwrap();
        let what = format!("{} {}", text("name"), text("link"));
        let mut observations = Observations::new(x.as_ref(), data.column(text("target")));
        if !text("weights").is_empty() {
            observations = observations.weights(data.column(text("weights")));
        }
        if !text("offset").is_empty() {
            observations = observations.offset(data.column(text("offset")));
        }
        let glm = Glm::new(text("family")).unwrap().link(text("link")).unwrap();
        let fit = glm.fit(&observations).unwrap();
        if !fit.status.is_solved() {
            d.0.push(format!("{what}: {}", fit.status));
            continue;
        }
        let column =
            |f: fn(&thalweg_models::Coefficient) -> f64| fit.coefficients.iter().map(f).collect::<Vec<f64>>();
        d.check(&format!("{what}: coefficients"), &column(|c| c.estimate), &case["coefficients"]);
        d.check(&format!("{what}: std_errors"), &column(|c| c.std_error), &case["std_errors"]);
        d.check(&format!("{what}: p_values"), &column(|c| c.p_value), &case["p_values"]);
        // R's gamma likelihood takes prior weights as frequencies; ours divide the dispersion.
        let same = text("name") != "gamma-weighted";
        for (key, ours) in [
            ("deviance", fit.deviance),
            ("null_deviance", fit.null_deviance),
            ("dispersion", fit.dispersion),
            ("log_likelihood", fit.log_likelihood),
            ("aic", fit.aic),
            ("bic", fit.bic),
        ] {
            if same || !matches!(key, "log_likelihood" | "aic" | "bic") {
                d.check(&format!("{what}: {key}"), &[ours], &case[key]);
            }
        }
        if let Some(nuisance) = &fit.nuisance {
            d.check(&format!("{what}: theta"), &[nuisance.estimate], &case["theta"]);
        }
        let inference = glm.inference(&observations, &fit).unwrap();
        if !case["leverage"].is_null() {
            compare_rows(&mut d, &what, &inference, case);
        }
        if !case["profile"].is_null() {
            let (lower, upper) = inference.profile_interval(1, 0.95).unwrap();
            d.check(&format!("{what}: profile interval"), &[lower, upper], &case["profile"]);
        }
    }
    assert!(d.0.is_empty(), "{} differences:\n{}", d.0.len(), d.0.join("\n"));
}

#[test]
fn tests_and_robust_covariances_equal_r() {
    let (data, mut d) = (Data::load(), Differences(Vec::new()));
    let fixture = fixture();
    let expected = &fixture["tests"];
    let designs = [data.x(&[]), data.x(&["x1"]), data.x(&["x1", "x2"])];
    let group: Vec<u32> = data.column("group").iter().map(|g| *g as u32).collect();
    let names = ["x1".to_owned(), "x2".to_owned()];
    for (family, link, target, prefix) in
        [("poisson", "log", "count", ""), ("gamma", "log", "amount", "gamma_")]
    {
        let glm = Glm::new(family).unwrap().link(link).unwrap();
        let observations: Vec<Observations<'_>> = designs
            .iter()
            .map(|x| Observations::new(x.as_ref(), data.column(target)).names(&names[..x.ncols()]))
            .collect();
        let fits: Vec<GlmFit> = observations.iter().map(|o| glm.fit(o).unwrap()).collect();
        let table = analysis_of_deviance(&[&fits[0], &fits[1], &fits[2]]).unwrap();
        let tests: Vec<_> = table.iter().filter_map(|row| row.test).collect();
        let statistics: Vec<f64> = tests.iter().map(|t| t.statistic).collect();
        let p_values: Vec<f64> = tests.iter().map(|t| t.p_value).collect();
        let inference = glm.inference(&observations[2], &fits[2]).unwrap();
        let wald = inference.wald_test_of(&["x1", "x2"], Covariance::Model).unwrap();
        if family == "poisson" {
            d.check("lr", &statistics, &expected["poisson_lr"]);
            d.check("lr p", &p_values, &expected["poisson_p"]);
            d.check("wald", &[wald.statistic], &expected["wald"]);
            let small = glm.inference(&observations[1], &fits[1]).unwrap();
            let added = data.x(&["x2"]);
            let rao = small.score_test(&[Columns::Dense(added.as_ref())]).unwrap();
            d.check("rao", &[rao.statistic], &expected["rao"]);
            d.check("rao p", &[rao.p_value], &expected["rao_p"]);
            assert_eq!(likelihood_ratio_test(&fits[1], &fits[2]).unwrap(), tests[1]);
            // The smaller model must be the smaller one, and of the same family.
            assert!(likelihood_ratio_test(&fits[2], &fits[1]).is_err());
        } else {
            d.check("f", &statistics, &expected["gamma_f"]);
            d.check("f p", &p_values, &expected["gamma_p"]);
            d.check("wald f", &[wald.statistic], &expected["gamma_wald_f"]);
        }
        for (kind, name) in [
            (Covariance::Hc0, "hc0"),
            (Covariance::Hc1, "hc1"),
            (Covariance::Hc2, "hc2"),
            (Covariance::Hc3, "hc3"),
            (Covariance::Cluster(&group), "cluster"),
        ] {
            let found = inference.standard_errors(kind).unwrap();
            d.check(&format!("{prefix}{name}"), &found, &expected[format!("{prefix}{name}")]);
        }
    }
    assert!(d.0.is_empty(), "{} differences:\n{}", d.0.len(), d.0.join("\n"));
}

fn statsmodels() -> Value {
    serde_json::from_str(include_str!("fixtures/families_statsmodels.json")).unwrap()
}

/// statsmodels has links that R lacks, the errors of the observed information, and the joint fit of the negative binomial family.
#[test]
fn equals_statsmodels() {
    let (data, mut d) = (Data::load(), Differences(Vec::new()));
    let x = data.x(&["x1", "x2"]);
    let fixture = statsmodels();
    let cases = fixture["cases"].as_array().unwrap();
    assert!(cases.len() >= 17);
    for case in cases {
        let text = |key: &str| case[key].as_str().unwrap();
        let what = format!("{} {} of {}", text("name"), text("link"), text("target"));
        let mut observations = Observations::new(x.as_ref(), data.column(text("target")));
        if !text("weights").is_empty() {
            observations = observations.weights(data.column(text("weights")));
        }
        let glm = || Glm::new(text("family")).unwrap().link(text("link")).unwrap();
        let fit = glm().fit(&observations).unwrap();
        let estimates: Vec<f64> = fit.coefficients.iter().map(|c| c.estimate).collect();
        let errors = |fit: &GlmFit| fit.coefficients.iter().map(|c| c.std_error).collect::<Vec<f64>>();
        d.check(&format!("{what}: coefficients"), &estimates, &case["coefficients"]);
        d.check(&format!("{what}: std_errors"), &errors(&fit), &case["std_errors"]);
        let observed = glm().information(Information::Observed).fit(&observations).unwrap();
        d.check(&format!("{what}: observed"), &errors(&observed), &case["score_observed_errors"]);
        for (key, ours) in [
            ("deviance", fit.deviance),
            ("null_deviance", fit.null_deviance),
            ("dispersion", fit.dispersion),
            ("log_likelihood", fit.log_likelihood),
        ] {
            d.check(&format!("{what}: {key}"), &[ours], &case[key]);
        }
    }
    let joint = &fixture["negative_binomial"];
    let observations = Observations::new(x.as_ref(), data.column("dispersed"));
    let fit = Glm::new("negative-binomial").unwrap().fit(&observations).unwrap();
    let nuisance = fit.nuisance.as_ref().unwrap();
    let estimates: Vec<f64> = fit.coefficients.iter().map(|c| c.estimate).collect();
    d.check("joint coefficients", &estimates, &joint["coefficients"]);
    d.check("joint theta", &[nuisance.estimate], &joint["theta"]);
    d.check("joint log-likelihood", &[fit.log_likelihood], &joint["log_likelihood"]);
    d.check("joint errors", &nuisance.joint_std_errors, &joint["joint_std_errors"]);
    d.check("joint error of theta", &[nuisance.std_error], &joint["theta_std_error"]);
    assert!(d.0.is_empty(), "{} differences:\n{}", d.0.len(), d.0.join("\n"));
}
