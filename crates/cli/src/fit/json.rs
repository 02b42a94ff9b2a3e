//! The report for programs: one JSON object, schema `thalweg.fit/1`. Numbers that do not exist are null, never left out; a new field
//! never changes the meaning of an old one.

use serde::Serialize;
use thalweg::models::{Coefficient, Metrics, Separation, State};

use super::Outcome;
use crate::failure::Failure;

#[derive(Serialize)]
struct Object<'a> {
    schema: &'static str,
    family: &'static str,
    link: &'static str,
    loss: Option<&'static str>,
    penalty: &'static str,
    /// 0 without a penalty.
    lambda: f64,
    /// The share of the L1 norm: 0 for ridge, null without a penalty.
    alpha: Option<f64>,
    optimizer: &'static str,
    chosen_because: &'a str,
    n: usize,
    /// Coefficients, the intercept and aliased ones included.
    p: usize,
    coefficients: Vec<Line<'a>>,
    network: Option<()>,
    log_likelihood: f64,
    deviance: f64,
    null_deviance: f64,
    dispersion: f64,
    aic: f64,
    bic: f64,
    status: &'static str,
    certificate: Proof,
    iterations: u64,
    evaluations: u64,
    seconds: f64,
    seed: Option<u64>,
    version: &'static str,
    warnings: &'a [String],
    data: &'a str,
    target: &'a str,
    target_levels: Option<[&'a str; 2]>,
    rank: usize,
    df_residual: f64,
    df_null: f64,
    objective: f64,
    gradient_inf: f64,
    dropped_rows: usize,
    separation: Option<Direction<'a>>,
    /// Metrics on the rows of the fit; null unless some were set apart.
    train: Option<Metrics>,
    /// The same on the rows set apart.
    test: Option<Metrics>,
}

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    class: Option<&'static str>,
    state: &'static str,
    estimate: f64,
    std_error: f64,
    z: f64,
    p_value: f64,
    lower: f64,
    upper: f64,
}

#[derive(Serialize)]
struct Proof {
    kind: &'static str,
    value: Option<f64>,
}

#[derive(Serialize)]
struct Direction<'a> {
    complete: bool,
    rows: usize,
    direction: Vec<Part<'a>>,
}

#[derive(Serialize)]
struct Part<'a> {
    name: &'a str,
    value: f64,
}

/// The object, on one line.
pub fn object(outcome: &Outcome, seed: Option<u64>) -> Result<String, Failure> {
    let fit = &outcome.fit;
    let object = Object {
        schema: "thalweg.fit/1",
        family: fit.family,
        link: fit.link,
        loss: None,
        penalty: fit.penalty,
        lambda: fit.lambda,
        alpha: (fit.penalty != "none").then_some(0.0),
        optimizer: fit.choice.optimizer,
        chosen_because: &fit.choice.because,
        n: fit.n,
        p: fit.coefficients.len(),
        coefficients: fit.coefficients.iter().map(line).collect(),
        network: None,
        log_likelihood: fit.log_likelihood,
        deviance: fit.deviance,
        null_deviance: fit.null_deviance,
        dispersion: fit.dispersion,
        aic: fit.aic,
        bic: fit.bic,
        status: fit.status.name(),
        certificate: Proof { kind: fit.certificate.kind(), value: fit.certificate.bound() },
        iterations: fit.iterations,
        evaluations: fit.counts.total(),
        seconds: fit.seconds,
        seed,
        version: env!("CARGO_PKG_VERSION"),
        warnings: &outcome.warnings,
        data: &outcome.source,
        target: &outcome.target,
        target_levels: outcome.levels.as_ref().map(|(zero, one)| [zero.as_str(), one.as_str()]),
        rank: fit.rank,
        df_residual: fit.df_residual,
        df_null: fit.df_null,
        objective: fit.objective,
        gradient_inf: fit.gradient_inf,
        dropped_rows: outcome.dropped,
        separation: fit.separation.as_ref().map(|separation| direction(separation, &fit.coefficients)),
        train: outcome.scores.map(|scores| scores.train),
        test: outcome.scores.map(|scores| scores.test),
    };
    // serde_json writes NaN and infinities as null.
    Ok(serde_json::to_string(&object).map_err(std::io::Error::from)?)
}

fn line(c: &Coefficient) -> Line<'_> {
    Line {
        name: &c.name,
        class: None,
        state: c.state.name(),
        estimate: c.estimate,
        std_error: c.std_error,
        z: c.statistic,
        p_value: c.p_value,
        lower: c.lower,
        upper: c.upper,
    }
}

/// The separating direction by name; aliased coefficients have no part in it.
fn direction<'a>(separation: &Separation, coefficients: &'a [Coefficient]) -> Direction<'a> {
    let kept = coefficients.iter().filter(|c| c.state != State::Aliased);
    let direction = kept.zip(&separation.direction).map(|(c, value)| Part { name: &c.name, value: *value });
    Direction { complete: separation.complete, rows: separation.rows, direction: direction.collect() }
}
