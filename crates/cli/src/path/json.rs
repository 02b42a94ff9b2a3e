//! The report for programs: one JSON object, schema `thalweg.path/1`. Numbers that do not exist are null, never left out; a new field never
//! changes the meaning of an old one.

use serde::Serialize;
use thalweg::models::{PathFit, PathPoint};

use super::{Outcome, status};
use crate::data;
use crate::failure::Failure;

#[derive(Serialize)]
struct Object<'a> {
    schema: &'static str,
    #[serde(flatten)]
    model: About<'a>,
    /// Why there are no more values of λ: `complete`, `explained`, `no-gain`, `stuck`, `interrupted`.
    end: &'static str,
    status: &'static str,
    /// λ decreasing.
    points: Vec<Point<'a>>,
    /// The point that `--at` or `--select` names, counted from 0.
    at: Option<usize>,
    #[serde(flatten)]
    origin: Origin<'a>,
}

/// Where and how it came about.
#[derive(Serialize)]
pub struct Origin<'a> {
    seconds: f64,
    version: &'static str,
    warnings: &'a [String],
    data: &'a str,
    target: &'a str,
    target_levels: Option<[&'a str; 2]>,
    dropped_rows: usize,
}

/// What was fitted.
#[derive(Serialize)]
pub struct About<'a> {
    family: Option<&'a str>,
    link: Option<&'a str>,
    loss: Option<&'a str>,
    penalty: &'a str,
    /// Whether the penalty acted on columns of unit variance.
    standardized: bool,
    intercept: bool,
    n: usize,
    /// Coefficients, the intercept not counted.
    p: usize,
    /// Null where no λ makes all penalised coefficients 0.
    lambda_max: f64,
    null_loss: f64,
    null_deviance: f64,
    /// What `relative_gap` is relative to.
    scale: f64,
    optimizer: &'static str,
    chosen_because: &'a str,
}

/// One λ.
#[derive(Serialize)]
pub struct Point<'a> {
    lambda: f64,
    intercept: Option<f64>,
    /// One a class, where there are classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    intercepts: Option<&'a [f64]>,
    /// Those that are not 0.
    coefficients: Vec<Line<'a>>,
    df: usize,
    loss: f64,
    objective: f64,
    deviance: f64,
    deviance_ratio: f64,
    /// A proven bound on the distance of the objective to its minimum.
    gap: Option<f64>,
    relative_gap: Option<f64>,
    /// The largest violation of the optimality conditions.
    violation: f64,
    status: &'static str,
    iterations: u64,
}

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    estimate: f64,
}

/// What was fitted.
pub fn about(fit: &PathFit) -> About<'_> {
    let likelihood = fit.likelihood.as_ref();
    About {
        family: likelihood.map(|(family, _)| family.as_str()),
        link: likelihood.map(|(_, link)| link.as_str()),
        loss: likelihood.is_none().then_some(fit.loss.as_str()),
        penalty: &fit.penalty,
        standardized: fit.standardized,
        intercept: fit.intercept,
        n: fit.n,
        p: fit.names.len(),
        lambda_max: fit.lambda_max,
        null_loss: fit.null_loss,
        null_deviance: fit.null_deviance,
        scale: fit.scale,
        optimizer: fit.choice.optimizer,
        chosen_because: &fit.choice.because,
    }
}

/// One λ.
pub fn point<'a>(fit: &'a PathFit, point: &'a PathPoint) -> Point<'a> {
    let name = |j: usize| fit.names.get(j).map_or("", String::as_str);
    let gap = point.certificate.bound();
    Point {
        lambda: point.lambda,
        intercept: (fit.outputs == 1 && fit.intercept).then(|| point.intercept()),
        intercepts: (fit.outputs > 1 && fit.intercept).then_some(&point.intercepts),
        coefficients: point
            .coefficients
            .iter()
            .map(|(j, estimate)| Line { name: name(j), estimate })
            .collect(),
        df: point.degrees_of_freedom,
        loss: point.loss,
        objective: point.objective,
        deviance: point.deviance,
        deviance_ratio: point.deviance_ratio,
        gap,
        relative_gap: gap.map(|gap| gap / fit.scale),
        violation: point.violation,
        status: point.status.name(),
        iterations: point.iterations,
    }
}

/// Where and how it came about.
pub fn origin<'a>(data: &'a data::About, seconds: f64, warnings: &'a [String]) -> Origin<'a> {
    Origin {
        seconds,
        version: env!("CARGO_PKG_VERSION"),
        warnings,
        data: &data.source,
        target: &data.target,
        target_levels: data.levels.as_ref().map(|(zero, one)| [zero.as_str(), one.as_str()]),
        dropped_rows: data.dropped,
    }
}

/// On one line.
pub fn line(object: &impl Serialize) -> Result<String, Failure> {
    // serde_json writes NaN and infinities as null.
    Ok(serde_json::to_string(object).map_err(std::io::Error::from)?)
}

/// The object, on one line.
pub fn object(outcome: &Outcome) -> Result<String, Failure> {
    let fit = &outcome.fit;
    let object = Object {
        schema: "thalweg.path/1",
        model: about(fit),
        end: fit.end.name(),
        status: status(fit).name(),
        points: fit.points.iter().map(|p| point(fit, p)).collect(),
        at: outcome.at,
        origin: origin(&outcome.about, fit.seconds, &outcome.warnings),
    };
    line(&object)
}
