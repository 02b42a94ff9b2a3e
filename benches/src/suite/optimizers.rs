//! `optimizers`: every contestant on every catalogue problem until F − F* ≤ 1e-8 max(1, |F*|); evaluations and time. The peer, scipy's
//! L-BFGS-B, evaluates the same Rust function over the pipe, so only its evaluations are compared.

use std::ops::ControlFlow;

use serde_json::Value;
use thalweg_core::{Counts, Driver, Gradient, Progress};
use thalweg_problems::{CATALOGUE as PROBLEMS, Problem, problem};

use crate::{Benchmark, Contestant, Heat, Metric, Result, Row, Sample, Session, Side};

const EVALUATIONS: Metric = Metric::cost("evaluations", "evaluations");
const TIME: Metric = Metric::cost("time", "s");
const TOLERANCE: f64 = 1e-8;
const ITERATIONS: u64 = 100_000;

pub(super) fn benchmarks(contestants: &[Contestant]) -> Vec<Benchmark> {
    let bench = |problem: &'static str, contestant: Contestant| {
        let case = format!("{problem}-{}", contestant.name);
        Benchmark::new("optimizers", case, move |session| race(session, problem, contestant))
    };
    PROBLEMS.iter().flat_map(|p| contestants.iter().map(move |c| bench(p.name, *c))).collect()
}

fn race(session: &mut Session, name: &'static str, contestant: Contestant) -> Result<Vec<Row>> {
    let optimizer = contestant.name;
    // Unsolved until it has been seen to solve: a run that is refused leaves no gap in the ranking.
    session.heats.push(Heat {
        problem: name,
        optimizer,
        solved: false,
        evaluations: f64::NAN,
        seconds: f64::NAN,
    });
    let mut function = problem::<f64>(name)?;
    let targets: Vec<f64> =
        function.minima().iter().map(|m| m.value + TOLERANCE * m.value.abs().max(1.0)).collect();
    // Any of the known minima counts: which valley a method ends in is not its merit.
    let near = |value: f64, slope: f64| {
        targets.first().is_some_and(|t| value <= *t)
            || targets.iter().any(|t| value <= *t && value >= *t - 3e-8 * t.abs().max(1.0) && slope <= 1e-3)
    };
    let mut reached = None;
    let mut descend = |function: &mut dyn Problem<f64>| -> Result<f64> {
        let start = function.start();
        reached = None;
        let mut observer = |p: &Progress| {
            if near(p.value, p.gradient_inf) {
                reached = Some((p.counts, p.seconds));
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        };
        let mut driver = Driver::new().without_certificate().iterations(ITERATIONS).observe(&mut observer);
        let solution = (contestant.run)(&mut driver, function, &start)?;
        drop(driver);
        Ok(reached.map_or(solution.seconds, |(_, seconds)| seconds))
    };
    let time = session.race(session.brief(), &mut [Side::fallible(|| descend(&mut *function))])?[0];
    let counts: Option<Counts> = reached.map(|(counts, _)| counts);
    let evaluations = Sample::exactly(counts.map_or(f64::NAN, |c| c.total() as f64));
    if let Some(heat) = session.heats.last_mut() {
        (heat.solved, heat.evaluations, heat.seconds) = (counts.is_some(), evaluations.median, time.median);
    }
    let row = Row::new(EVALUATIONS, evaluations).valid(counts.is_some());
    let row = match scipy(session, &mut *function, &near) {
        Some(theirs) => row.peer("scipy L-BFGS-B", Sample::exactly(theirs)).valid(!theirs.is_nan()),
        None => row,
    };
    Ok(vec![row, Row::new(TIME, time).valid(counts.is_some())])
}

/// The evaluations that L-BFGS-B needs to get as near; NaN if it never does.
fn scipy(
    session: &mut Session,
    function: &mut dyn Problem<f64>,
    near: &dyn Fn(f64, f64) -> bool,
) -> Option<f64> {
    if !session.has("scipy") {
        return None;
    }
    let (mut count, mut reached) = (0.0, f64::NAN);
    let start = function.start();
    let mut evaluate = |x: &[f64]| {
        let mut gradient = vec![0.0; x.len()];
        let value =
            Gradient::value_gradient(function, x, &mut gradient).map_err(|halt| format!("{halt:?}"))?;
        count += 1.0;
        if reached.is_nan() && near(value, thalweg_core::vector::norm_inf(&gradient)) {
            reached = count;
        }
        Ok((value, gradient))
    };
    let params = serde_json::json!({"start": start});
    let outcome: Result<_> = session.peer_minimise("scipy-lbfgsb", &Value::clone(&params), &mut evaluate);
    match outcome {
        Ok(_) => Some(reached),
        Err(error) => {
            eprintln!("  scipy-lbfgsb: {error}; the row goes without it");
            None
        }
    }
}
