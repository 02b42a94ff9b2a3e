//! `composite`: L1-penalised linear models, from the raw data to a relative duality gap of 1e-6, which one code judges for all sides.

use serde_json::{Value, json};
use thalweg_core::streams::{Streams, normal, uniform};
use thalweg_core::{Composite, Cost, Design, Driver, Objective, Penalised, interop, stop, vector};
use thalweg_losses::loss;
use thalweg_optimizers::CoordinateDescent;
use thalweg_problems::linear::Kind;
use thalweg_regularization::L1;

use crate::{Benchmark, Metric, Result, Row, Session, Side, timed};

const FIT: Metric = Metric::cost("fit", "s");
/// (F − dual objective)/F, at most.
const GAP: f64 = 1e-6;
/// Tolerances, the loosest first.
const TOLERANCES: &[f64] = &[1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-10, 1e-12];
/// One column in this many has a true coefficient, of 1.
const SPARSITY: usize = 50;

/// A model and its data.
#[derive(Copy, Clone)]
struct Task {
    n: usize,
    p: usize,
    logistic: bool,
    /// λ as a share of λ_max.
    share: f64,
    rivals: &'static [(&'static str, &'static str)],
}

const LASSO: &[(&str, &str)] = &[
    ("scikit-learn", "lasso-sklearn"),
    ("scikit-learn", "lasso-sklearn-gram"),
    ("celer", "lasso-celer"),
    ("skglm", "lasso-skglm"),
];
const LOGISTIC: &[(&str, &str)] = &[
    ("scikit-learn", "lasso-logistic-liblinear"),
    ("celer", "lasso-logistic-celer"),
    ("skglm", "lasso-logistic-skglm"),
];

pub(super) fn benchmarks() -> Vec<Benchmark> {
    let wide = Task { n: 1000, p: 5000, logistic: false, share: 0.1, rivals: LASSO };
    let tall = Task { n: 10_000, p: 1000, ..wide };
    let dense = Task { share: 0.02, ..wide };
    let logistic = Task { logistic: true, rivals: LOGISTIC, ..wide };
    vec![
        Benchmark::new("composite", "lasso-wide", move |s| run(s, wide)),
        Benchmark::new("composite", "lasso-tall", move |s| run(s, tall)).thorough(),
        Benchmark::new("composite", "lasso-wide-small-lambda", move |s| run(s, dense)).thorough(),
        Benchmark::new("composite", "sparse-logistic-l1", move |s| run(s, logistic)).thorough(),
    ]
}

/// Targets of a model with few true coefficients: signal and noise of the same size, or outcomes of such log-odds.
fn targets(x: &[f64], task: Task) -> Vec<f64> {
    let mut y = vec![0.0; task.n];
    for column in x.chunks(task.n).step_by(SPARSITY) {
        vector::axpy(1.0, column, &mut y);
    }
    let size = ((task.p / SPARSITY) as f64).sqrt();
    let mut rng = Streams::new(3).stream("composite", 0);
    for y in &mut y {
        *y = if task.logistic {
            let odds = 4.0 * *y / size;
            f64::from(u8::from(uniform(&mut rng) < 1.0 / (1.0 + (-odds).exp())))
        } else {
            *y + 0.5 * size * normal(&mut rng)
        };
    }
    y
}

fn run(session: &mut Session, task: Task) -> Result<Vec<Row>> {
    let data = session.linear(task.n, task.p, Kind::Squared);
    let y = targets(&data.x, task);
    let loss = loss::<f64>(if task.logistic { "logistic" } else { "squared" })?;
    let design = Design::new(interop::column_major(&data.x, task.n, task.p)?)?;
    let datafit = Cost::new(&*loss, &y)?;
    let mut judge = Penalised::new(&design, &datafit, &L1, 0.0)?;
    let mut g = vec![0.0; task.p];
    judge.smooth(&vec![0.0; task.p], &mut g).map_err(|halt| format!("{halt:?}"))?;
    let lambda = task.share * vector::norm_inf(&g);
    judge.set_lambda(lambda)?;

    let ours = |tolerance: f64| -> Result<(f64, Vec<f64>)> {
        let (seconds, x) = timed(|| -> Result<Vec<f64>> {
            let design = Design::new(interop::column_major(&data.x, task.n, task.p)?)?;
            let datafit = Cost::new(&*loss, &y)?;
            let mut objective = Penalised::new(&design, &datafit, &L1, lambda)?;
            let mut driver = Driver::new().stop(stop::gradient_inf(tolerance * lambda)).without_certificate();
            let x0 = vec![0.0; task.p];
            Ok(driver.minimize(&CoordinateDescent::default(), &mut objective, &x0)?.x)
        });
        Ok((seconds, x?))
    };
    let mut tolerance = f64::NAN;
    for candidate in TOLERANCES {
        tolerance = *candidate;
        if accepts(&mut judge, &ours(tolerance)?.1) {
            break;
        }
    }

    let (x_name, y_name) =
        (format!("composite-x-{}-{}", task.n, task.p), format!("composite-y-{}-{}", task.n, task.logistic));
    session.load(&x_name, &data.x, &[task.n, task.p])?;
    session.load(&y_name, &y, &[task.n])?;
    let params = json!({"x": x_name, "y": y_name, "lambda": lambda, "order": "F"});
    let mut rivals = Vec::new();
    for (package, name) in task.rivals {
        rivals.extend(tune(session, package, name, &params, &mut judge));
    }
    let mut found = Vec::new();
    let mut sides = vec![Side::fallible(|| {
        let (seconds, x) = ours(tolerance)?;
        found = x;
        Ok(seconds)
    })];
    sides.extend(rivals.iter().map(|rival| Side::peer(rival.name, rival.params.clone())));
    let times = session.race(session.effort(), &mut sides)?;
    drop(sides);
    let right = accepts(&mut judge, &found);
    let row = || Row::new(FIT, times[0]).valid(right);
    let mut order: Vec<usize> = (0..rivals.len()).collect();
    order.sort_by(|a, b| times[1 + a].median.total_cmp(&times[1 + b].median));
    if order.is_empty() {
        return Ok(vec![row()]);
    }
    let label =
        |k: usize| format!("{} {:.0e}", rivals[k].name, rivals[k].params["tol"].as_f64().unwrap_or(f64::NAN));
    Ok(order.iter().map(|k| row().peer(label(*k), times[1 + k]).valid(rivals[*k].right)).collect())
}

/// True if the gap at x, proven by the separate products of the design, is small enough.
fn accepts(judge: &mut Penalised<'_, f64>, x: &[f64]) -> bool {
    if x.is_empty() || !x.iter().all(|v| v.is_finite()) {
        return false;
    }
    let (Ok(value), Ok(verified)) = (judge.value(x), judge.verify(x)) else { return false };
    verified.certificate.bound().is_some_and(|bound| bound <= GAP * value)
}

/// A peer with the tolerance it is measured with.
struct Tuned {
    name: &'static str,
    params: Value,
    right: bool,
}

/// The loosest tolerance that reaches the gap; the tightest if none does.
fn tune(
    session: &mut Session,
    package: &str,
    name: &'static str,
    params: &Value,
    judge: &mut Penalised<'_, f64>,
) -> Option<Tuned> {
    let mut params = params.clone();
    let mut right = false;
    for tolerance in TOLERANCES {
        params["tol"] = json!(tolerance);
        let reply = session.try_peer(package, name, &params)?;
        right = accepts(judge, &reply.numbers("coefficients"));
        if right {
            break;
        }
    }
    Some(Tuned { name, params, right })
}
