//! The report for programs: one JSON object, schema `thalweg.stability/1`. Numbers that do not exist are null, never left out; a new field never
//! changes the meaning of an old one.

use serde::Serialize;

use super::{Outcome, StabilityArgs};
use crate::failure::Failure;
use crate::path::json::{About, Origin, about, line, origin};

#[derive(Serialize)]
struct Object<'a> {
    schema: &'static str,
    #[serde(flatten)]
    model: About<'a>,
    pairs: u64,
    seed: u64,
    threshold: f64,
    /// Null where every λ is judged.
    tolerated_false_selections: f64,
    /// What the bound assumes: `any` or `unimodal`.
    bound: &'static str,
    /// How many subsamples were fitted.
    samples: usize,
    /// The names of the stable predictors, in the order of the columns.
    stable: Vec<&'a str>,
    /// The bound on how many of them are false, in expectation; null where there is none.
    expected_false_selections: f64,
    /// How many of `lambdas` are judged, from the first on.
    region: usize,
    /// λ decreasing.
    lambdas: &'a [f64],
    /// How many predictors a subsample selected at this λ or a larger one, on average.
    mean_selected: &'a [f64],
    /// Those that some subsample selected, in the order of the columns.
    predictors: Vec<Predictor<'a>>,
    status: &'static str,
    #[serde(flatten)]
    origin: Origin<'a>,
}

#[derive(Serialize)]
struct Predictor<'a> {
    name: &'a str,
    stable: bool,
    /// The largest share at a λ that is judged.
    largest: f64,
    /// The share of the subsamples that selected it, one a λ.
    shares: Vec<f64>,
}

/// The object, on one line.
pub fn object(outcome: &Outcome, args: &StabilityArgs) -> Result<String, Failure> {
    let found = &outcome.found;
    let name = |j: &u32| found.path.names.get(*j as usize).map_or("", String::as_str);
    let stable = found.stable();
    let predictor = |j: &u32| Predictor {
        name: name(j),
        stable: stable.contains(j),
        largest: found.largest(*j as usize),
        shares: found.probabilities(*j as usize),
    };
    line(&Object {
        schema: "thalweg.stability/1",
        model: about(&found.path),
        pairs: args.pairs,
        seed: args.seed,
        threshold: found.threshold,
        tolerated_false_selections: outcome.tolerated,
        bound: args.bound.name(),
        samples: found.samples,
        stable: stable.iter().map(name).collect(),
        expected_false_selections: found.false_selections(),
        region: found.region,
        lambdas: &found.lambdas,
        mean_selected: &found.mean_selected,
        predictors: found.predictors.iter().map(predictor).collect(),
        status: outcome.status().name(),
        origin: origin(&outcome.about, found.path.seconds, &outcome.warnings),
    })
}
