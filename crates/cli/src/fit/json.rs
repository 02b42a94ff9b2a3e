//! The report for programs: one JSON object, schema `thalweg.fit/1`. Numbers that do not exist are null, never left out; a new field
//! never changes the meaning of an old one.

use serde::Serialize;
use thalweg::models::{Coefficient, GlmFit, Metrics, Separation, State};

use super::Outcome;
use super::args::Intervals;
use super::fitted::Fitted;
use crate::failure::Failure;

#[derive(Serialize)]
struct Object<'a> {
    schema: &'static str,
    family: Option<&'a str>,
    /// The family with its parameters, estimated ones included.
    distribution: Option<&'a str>,
    /// The parameter of the distribution that was estimated with the coefficients.
    nuisance: Option<Nuisance>,
    link: Option<&'a str>,
    loss: Option<&'a str>,
    penalty: &'a str,
    /// 0 without a penalty.
    lambda: f64,
    /// The share of the L1 norm: 0 for ridge, 1 for l1, null without a penalty or where it has none.
    alpha: Option<f64>,
    optimizer: &'static str,
    chosen_because: &'a str,
    n: usize,
    /// Coefficients, the intercept and aliased ones included.
    p: usize,
    coefficients: Vec<Line<'a>>,
    /// What the standard errors allow for, as `--covariance` reads it; null where there are none.
    covariance: Option<String>,
    /// How many clusters there are.
    clusters: Option<usize>,
    /// Where `lower` and `upper` come from, `wald` or `profile`; null where there are none.
    intervals: Option<&'static str>,
    /// Their confidence level; null where there are none.
    level: Option<f64>,
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
    /// Coefficients estimated, for a generalized linear model.
    rank: Option<usize>,
    /// Coefficients that are not 0, intercepts not counted, for an M-estimator.
    nonzero: Option<usize>,
    /// Whether the penalty acted on columns of unit variance.
    standardized: bool,
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
    class: Option<String>,
    state: &'static str,
    estimate: f64,
    std_error: f64,
    z: f64,
    p_value: f64,
    lower: f64,
    upper: f64,
}

#[derive(Serialize)]
struct Nuisance {
    name: &'static str,
    /// Null where the likelihood rises without end, or the coefficients were not found.
    estimate: f64,
    std_error: f64,
    /// As if the coefficients were known.
    std_error_given_coefficients: f64,
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
    let fit = outcome.fit.common();
    let coefficients = outcome.fit.coefficients();
    let (glm, estimate) = match &outcome.fit {
        Fitted::Glm(fit) => (Some(fit), None),
        Fitted::Estimate(fit) => (None, Some(fit)),
    };
    let likelihood = estimate.and_then(|fit| fit.likelihood.as_ref());
    let number = |get: fn(&GlmFit) -> f64| glm.map_or(f64::NAN, |fit| get(fit));
    let inferred = outcome.has_errors().then_some(&outcome.basis);
    let object = Object {
        schema: "thalweg.fit/1",
        family: glm.map(|fit| fit.family).or(likelihood.map(|(family, _)| family.as_str())),
        distribution: glm
            .map(|fit| fit.distribution.as_str())
            .or(likelihood.map(|(family, _)| family.as_str())),
        nuisance: glm.and_then(|fit| fit.nuisance.as_ref()).map(|found| Nuisance {
            name: found.name,
            estimate: found.estimate,
            std_error: found.std_error,
            std_error_given_coefficients: found.std_error_given_coefficients,
        }),
        link: glm.map(|fit| fit.link.as_str()).or(likelihood.map(|(_, link)| link.as_str())),
        loss: estimate.filter(|fit| fit.likelihood.is_none()).map(|fit| fit.loss.as_str()),
        penalty: fit.penalty,
        lambda: fit.lambda,
        alpha: alpha(fit.penalty),
        optimizer: fit.choice.optimizer,
        chosen_because: &fit.choice.because,
        n: fit.n,
        p: coefficients.len(),
        coefficients: coefficients.iter().zip(classes(&outcome.fit)).map(line).collect(),
        covariance: inferred.map(|basis| basis.covariance.to_string()),
        clusters: inferred.and_then(|basis| basis.clusters),
        intervals: inferred.map(|basis| match basis.intervals {
            Intervals::Wald => "wald",
            Intervals::Profile => "profile",
        }),
        level: inferred.map(|basis| basis.level),
        network: None,
        log_likelihood: number(|fit| fit.log_likelihood),
        deviance: number(|fit| fit.deviance),
        null_deviance: number(|fit| fit.null_deviance),
        dispersion: number(|fit| fit.dispersion),
        aic: number(|fit| fit.aic),
        bic: number(|fit| fit.bic),
        status: fit.status.name(),
        certificate: Proof { kind: fit.certificate.kind(), value: fit.certificate.bound() },
        iterations: fit.iterations,
        evaluations: fit.counts.total(),
        seconds: fit.seconds,
        seed,
        version: env!("CARGO_PKG_VERSION"),
        warnings: &outcome.warnings,
        data: &outcome.about.source,
        target: &outcome.about.target,
        target_levels: outcome.about.levels.as_ref().map(|(zero, one)| [zero.as_str(), one.as_str()]),
        rank: glm.map(|fit| fit.rank),
        nonzero: estimate.map(|fit| fit.nonzero),
        standardized: estimate.is_some_and(|fit| fit.standardized),
        df_residual: number(|fit| fit.df_residual),
        df_null: number(|fit| fit.df_null),
        objective: fit.objective,
        gradient_inf: fit.gradient_inf,
        dropped_rows: outcome.about.dropped,
        separation: outcome.fit.separation().map(|separation| direction(separation, &coefficients)),
        train: outcome.scores.map(|scores| scores.train),
        test: outcome.scores.map(|scores| scores.test),
    };
    // serde_json writes NaN and infinities as null.
    Ok(serde_json::to_string(&object).map_err(std::io::Error::from)?)
}

/// The share of the L1 norm in a penalty of the elastic-net family.
fn alpha(penalty: &str) -> Option<f64> {
    let (name, given) = thalweg::core::catalogue::parse(penalty).ok()?;
    match name {
        "ridge" => Some(0.0),
        "l1" => Some(1.0),
        "elastic-net" => {
            let entry = thalweg::regularization::CATALOGUE.iter().find(|entry| entry.name == name)?;
            let at = entry.parameters.iter().position(|p| p.name == "alpha")?;
            entry.values(&given).ok()?.get(at).copied()
        }
        _ => None,
    }
}

/// The name and the class of each coefficient.
fn classes(fit: &Fitted) -> Vec<(&str, Option<usize>)> {
    match fit {
        Fitted::Glm(fit) => fit.coefficients.iter().map(|c| (c.name.as_str(), None)).collect(),
        Fitted::Estimate(fit) => fit.coefficients.iter().map(|c| (c.name.as_str(), c.class)).collect(),
    }
}

fn line<'a>((c, (name, class)): (&'a Coefficient, (&'a str, Option<usize>))) -> Line<'a> {
    Line {
        name,
        class: class.map(|class| class.to_string()),
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
