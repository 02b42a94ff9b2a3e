//! Coefficients, standard errors, statistics, intervals, deviances, log-likelihood, AIC and BIC against R's `glm` on nine public data
//! sets. `fixtures/glm.R` wrote the answers and `fixtures/glm_check.py` confirmed them in 40-digit arithmetic.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::Value;
use thalweg_core::Status;
use thalweg_data::{Column, EncodeOptions, Encoded, Roles, Table, Values, encode, load};
use thalweg_models::{Glm, GlmFit, Observations, State};

fn cases() -> Vec<Value> {
    let fixture: Value = serde_json::from_str(include_str!("fixtures/glm.json")).unwrap();
    fixture["cases"].as_array().unwrap().clone()
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap()
}

fn names(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
}

/// The column's values at some rows.
fn pick(column: &Column, name: &str, rows: &[usize]) -> Column {
    match column.values() {
        Values::Numeric(values) => Column::numeric(name, rows.iter().map(|i| values[*i]).collect()).unwrap(),
        Values::Categorical { codes, levels } => {
            Column::categorical(name, rows.iter().map(|i| Some(&levels[codes[*i] as usize]))).unwrap()
        }
    }
}

/// The data of a case: derived columns added, rows restricted or repeated, a success level turned into 0/1.
fn data(case: &Value) -> Encoded {
    let table = load(text(case, "dataset")).unwrap();
    let numbers = |name: &str| table.column(name).unwrap().numbers().unwrap().to_vec();
    let n = case["rows"].as_u64().map_or(table.rows(), |n| n as usize);
    let rows: Vec<usize> = match case["repeat_by"].as_str() {
        None => (0..n).collect(),
        Some(name) => {
            numbers(name).iter().enumerate().flat_map(|(i, times)| vec![i; *times as usize]).collect()
        }
    };
    let mut columns: Vec<Column> = table.columns().iter().map(|c| pick(c, c.name(), &rows)).collect();
    for derived in case["derived"].as_array().into_iter().flatten() {
        let values: Vec<f64> = match text(derived, "kind") {
            "log" => numbers(text(derived, "column")).iter().map(|v| v.ln()).collect(),
            _ => {
                let mut sum = vec![0.0; table.rows()];
                for (name, factor) in derived["terms"].as_object().unwrap() {
                    for (sum, v) in sum.iter_mut().zip(numbers(name)) {
                        *sum += factor.as_f64().unwrap() * v;
                    }
                }
                sum
            }
        };
        let all = Column::numeric(text(derived, "name"), values).unwrap();
        columns.push(pick(&all, text(derived, "name"), &rows));
    }
    let mut target = text(case, "target").to_owned();
    if let Some(success) = case["success_level"].as_str() {
        let column = table.column(&target).unwrap();
        let is_success = |i: &usize| match column.values() {
            Values::Numeric(values) => values[*i] == success.parse::<f64>().unwrap(),
            Values::Categorical { codes, levels } => levels[codes[*i] as usize] == success,
        };
        target = "is_success".to_owned();
        let y = rows.iter().map(|i| f64::from(u8::from(is_success(i)))).collect();
        columns.push(Column::numeric(target.clone(), y).unwrap());
    }
    let roles = Roles {
        predictors: Some(names(&case["predictors"])),
        weights: case["weights"].as_str().map(str::to_owned),
        offset: case["offset"].as_str().map(str::to_owned),
        ..Roles::target(target)
    };
    encode(&Table::new(columns).unwrap(), &roles, &EncodeOptions::default()).unwrap()
}

fn fit(case: &Value, data: &Encoded) -> GlmFit {
    let observations = Observations {
        x: vec![thalweg_core::Columns::Dense(data.x.as_ref())],
        y: &data.y,
        names: Some(&data.names),
        weights: data.weights.as_deref(),
        offset: data.offset.as_deref(),
        low: None,
    };
    Glm::new(text(case, "family")).unwrap().link(text(case, "link")).unwrap().fit(&observations).unwrap()
}

/// Every disagreement of a case, in words.
struct Differences(Vec<String>);

impl Differences {
    fn check(&mut self, what: &str, ours: f64, theirs: &Value, tolerance: f64) {
        let Some(theirs) = theirs.as_f64() else { return };
        let off = (ours - theirs).abs();
        if off > tolerance || off.is_nan() {
            self.0.push(format!("{what}: {ours:e} but R has {theirs:e} (off by {off:e})"));
        }
    }

    /// The promise is 1e-8; R's answers are good to 1e-11.
    fn relative(&mut self, what: &str, ours: f64, theirs: &Value) {
        let size = theirs.as_f64().map_or(1.0, f64::abs);
        self.check(what, ours, theirs, 1e-8 * size + 1e-300);
    }
}

#[test]
fn equals_r() {
    let mut report = Vec::new();
    let mut compared = 0;
    for case in cases().iter().filter(|case| text(case, "status") == "converged") {
        let data = data(case);
        let fit = fit(case, &data);
        let mut found = Differences(Vec::new());
        if !fit.status.is_solved() {
            found.0.push(format!("status {}", fit.status));
        }
        for (ours, theirs) in fit.coefficients.iter().zip(case["coefficients"].as_array().unwrap()) {
            let name = text(theirs, "name");
            assert_eq!(ours.name, name);
            if theirs["estimate"].is_null() {
                assert_eq!(ours.state, State::Aliased, "{name} of {}", text(case, "id"));
                continue;
            }
            // An estimate near 0 is known to a share of its standard error, not of itself.
            let size = theirs["estimate"].as_f64().unwrap().abs();
            let scale = theirs["std_error"].as_f64().map_or(size, |e| size.max(1e-2 * e));
            found.check(&format!("{name} estimate"), ours.estimate, &theirs["estimate"], 1e-8 * scale);
            found.relative(&format!("{name} std_error"), ours.std_error, &theirs["std_error"]);
            found.check(
                &format!("{name} statistic"),
                ours.statistic,
                &theirs["statistic"],
                1e-8 * ours.statistic.abs().max(1e-2),
            );
            let p = theirs["p_value"].as_f64().unwrap_or(1.0);
            found.check(&format!("{name} p_value"), ours.p_value, &theirs["p_value"], 1e-7 * p + 1e-300);
            found.check(
                &format!("{name} lower"),
                ours.lower,
                &theirs["lower"],
                1e-8 * (ours.std_error + size),
            );
            found.check(
                &format!("{name} upper"),
                ours.upper,
                &theirs["upper"],
                1e-8 * (ours.std_error + size),
            );
        }
        let saturated = case["df_residual"] == 0;
        if !saturated {
            found.relative("deviance", fit.deviance, &case["deviance"]);
        }
        found.relative("null deviance", fit.null_deviance, &case["null_deviance"]);
        found.relative("log-likelihood", fit.log_likelihood, &case["log_likelihood"]);
        found.relative("dispersion", fit.dispersion, &case["dispersion"]);
        found.relative("aic", fit.aic, &case["aic"]);
        // R's BIC counts rows of weight 0 among n; they are no observations.
        if text(case, "id") != "poisson_log_anes96_weights" {
            found.relative("bic", fit.bic, &case["bic"]);
        }
        found.check("df residual", fit.df_residual, &case["df_residual"], 0.0);
        found.check("df null", fit.df_null, &case["df_null"], 0.0);
        compared += 1;
        if !found.0.is_empty() {
            report.push(format!(
                "{} [{} {:?}]:\n  {}",
                text(case, "id"),
                fit.status,
                fit.certificate,
                found.0.join("\n  ")
            ));
        }
    }
    assert_eq!(compared, 29);
    assert!(report.is_empty(), "{}", report.join("\n"));
}

/// Weights that stand for repeated rows give the answer of the repeated rows, standard errors and degrees of freedom included.
#[test]
fn frequency_weights_are_repeated_rows() {
    let all = cases();
    let by_id = |id: &str| all.iter().find(|case| text(case, "id") == id).unwrap();
    for stem in ["gaussian_identity_anes96", "binomial_logit_anes96", "poisson_log_anes96"] {
        let weighted = data(by_id(&format!("{stem}_weights")));
        let case = by_id(&format!("{stem}_repeated"));
        let observations = Observations::new(weighted.x.as_ref(), &weighted.y)
            .names(&weighted.names)
            .weights(weighted.weights.as_deref().unwrap());
        let glm = Glm::new(text(case, "family")).unwrap().weights_are(thalweg_models::WeightKind::Frequency);
        let fit = glm.fit(&observations).unwrap();
        let mut found = Differences(Vec::new());
        for (ours, theirs) in fit.coefficients.iter().zip(case["coefficients"].as_array().unwrap()) {
            found.relative("estimate", ours.estimate, &theirs["estimate"]);
            found.relative("std_error", ours.std_error, &theirs["std_error"]);
        }
        found.relative("log-likelihood", fit.log_likelihood, &case["log_likelihood"]);
        found.relative("bic", fit.bic, &case["bic"]);
        found.check("df residual", fit.df_residual, &case["df_residual"], 0.0);
        assert!(found.0.is_empty(), "{stem}: {}", found.0.join("\n"));
    }
}

#[test]
fn separation_is_found_and_names_the_coefficients() {
    for case in cases().iter().filter(|case| text(case, "status") == "separated") {
        let id = text(case, "id");
        let fit = fit(case, &data(case));
        assert_eq!(fit.status, Status::Separated, "{id}");
        let separation = fit.separation.as_ref().unwrap();
        assert_eq!(separation.complete, text(case, "separation") == "complete", "{id}");
        let Some(diverging) = case["diverging"].as_object() else { continue };
        for (k, coefficient) in fit.coefficients.iter().enumerate() {
            let sign = diverging.get(&coefficient.name).map(|s| if s == "+inf" { 1.0 } else { -1.0 });
            assert_eq!(coefficient.state == State::Diverging, sign.is_some(), "{id}: {}", coefficient.name);
            if let Some(sign) = sign {
                assert!(separation.direction[k] * sign > 0.0, "{id}: {}", coefficient.name);
            }
        }
    }
}
