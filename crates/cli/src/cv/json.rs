//! The report for programs: one JSON object, schema `thalweg.cv/1`. Numbers that do not exist are null, never left out; a new field never
//! changes the meaning of an old one.

use serde::Serialize;

use super::{CvArgs, Outcome};
use crate::failure::Failure;
use crate::path::json::{About, Origin, Point, about, line, origin, point};

#[derive(Serialize)]
struct Object<'a> {
    schema: &'static str,
    #[serde(flatten)]
    model: About<'a>,
    folds: u64,
    repeats: u64,
    seed: u64,
    /// `random`, `stratified` or `grouped`.
    assignment: &'static str,
    groups: Option<&'a str>,
    /// What is averaged over the rows left out: `mean deviance` or `mean loss`.
    measure: &'static str,
    /// Null where an interrupt left no fold to choose by.
    lambda_min: f64,
    lambda_1se: f64,
    /// Their places in `points`, counted from 0.
    index_min: Option<usize>,
    index_1se: Option<usize>,
    end: &'static str,
    status: &'static str,
    /// λ decreasing: the fits of all rows, with the errors on rows left out.
    points: Vec<Judged<'a>>,
    /// The error of each fold, repeat by repeat, one list of λ each; after an interrupt of those that were done.
    fold_losses: &'a [Vec<f64>],
    #[serde(flatten)]
    origin: Origin<'a>,
}

#[derive(Serialize)]
struct Judged<'a> {
    #[serde(flatten)]
    point: Point<'a>,
    /// Null where the path of some fold ended before.
    cv_mean: Option<f64>,
    cv_std_error: Option<f64>,
}

/// The object, on one line.
pub fn object(outcome: &Outcome, args: &CvArgs) -> Result<String, Failure> {
    let (found, fit) = (&outcome.found, &outcome.found.path);
    let chosen = |k: usize| found.best().map(|_| k);
    let judged = fit.points.iter().enumerate().map(|(k, p)| Judged {
        point: point(fit, p),
        cv_mean: found.mean_loss.get(k).copied(),
        cv_std_error: found.std_error.get(k).copied(),
    });
    let object = Object {
        schema: "thalweg.cv/1",
        model: about(fit),
        folds: args.folds,
        repeats: args.repeats,
        seed: args.seed,
        assignment: match (&args.groups, args.stratified) {
            (Some(_), _) => "grouped",
            (None, true) => "stratified",
            (None, false) => "random",
        },
        groups: args.groups.as_deref(),
        measure: outcome.measure(),
        lambda_min: found.lambda_min(),
        lambda_1se: found.lambda_1se(),
        index_min: chosen(found.index_min),
        index_1se: chosen(found.index_1se),
        end: fit.end.name(),
        status: outcome.status().name(),
        points: judged.collect(),
        fold_losses: &found.fold_losses,
        origin: origin(&outcome.about, fit.seconds, &outcome.warnings),
    };
    line(&object)
}
