//! `glm`: whole fits to a relative suboptimality of 1e-8, judged by a reference whose own error is proven.

mod passes;
mod reference;
mod rivals;
mod sparse;

use std::sync::Arc;

use serde_json::json;
use thalweg_core::{Cost, Driver, Smooth, Weights, stop};
use thalweg_likelihood::{Dispersion, family};
use thalweg_losses::loss;
use thalweg_models::{Glm, GlmFit, Observations};
use thalweg_optimizers::{Newton, PreconditionedLbfgs};
use thalweg_problems::linear::Kind;
use thalweg_regularization::Ridge;

use self::passes::Passes;
use self::reference::Reference;
use self::rivals::Rival;
use crate::{Benchmark, Metric, Result, Row, Sample, Session, Side, timed};

const FIT: Metric = Metric::cost("fit", "s");
const OPTIMIZER: Metric = Metric::cost("optimizer", "s");
const PASSES: Metric = Metric::cost("gram-passes", "passes");

/// A model and its data.
#[derive(Copy, Clone)]
struct Task {
    family: &'static str,
    /// The link on both sides, and the loss of the pair.
    link: &'static str,
    loss: &'static str,
    kind: Kind,
    n: usize,
    p: usize,
    lambda: f64,
    /// ρ of an AR(1) correlation among the columns; 0 for independent ones.
    correlation: f64,
    /// Standard errors are part of the fit, on both sides.
    inference: bool,
    rivals: &'static [Rival],
}

const LOGISTIC: Task = Task {
    family: "binomial",
    link: "logit",
    loss: "logistic",
    kind: Kind::Logistic,
    n: 200_000,
    p: 100,
    lambda: 1e-4,
    correlation: 0.0,
    inference: false,
    rivals: rivals::RIDGE,
};

pub(super) fn benchmarks() -> Vec<Benchmark> {
    let inference = Task { lambda: 0.0, inference: true, rivals: rivals::ALL, ..LOGISTIC };
    let poisson = Task {
        family: "poisson",
        link: "log",
        loss: "poisson",
        kind: Kind::Poisson,
        n: 500_000,
        p: 50,
        lambda: 0.0,
        correlation: 0.0,
        inference: true,
        rivals: rivals::ALL,
    };
    let gamma = Task { family: "gamma", loss: "gamma", kind: Kind::Gamma, ..poisson };
    let correlated = Task { correlation: 0.9, ..LOGISTIC };
    let poisson_ridge = Task { lambda: 1e-4, inference: false, rivals: rivals::RIDGE, ..poisson };
    vec![
        Benchmark::new("glm", "logistic-ridge", |s| run(s, &LOGISTIC)),
        Benchmark::new("glm", "logistic-ridge-correlated", move |s| run(s, &correlated)).thorough(),
        Benchmark::new("glm", "sparse-logistic-ridge", sparse::run).thorough(),
        Benchmark::new("likelihood", "logistic", move |s| run(s, &inference)),
        Benchmark::new("likelihood", "poisson", move |s| run(s, &poisson)).thorough(),
        Benchmark::new("likelihood", "gamma", move |s| run(s, &gamma)).thorough(),
        Benchmark::new("glm", "poisson-ridge", move |s| run(s, &poisson_ridge)).thorough(),
    ]
}

fn run(session: &mut Session, task: &Task) -> Result<Vec<Row>> {
    let mut data = session.linear(task.n, task.p, task.kind);
    if task.correlation != 0.0 {
        correlate(&mut Arc::make_mut(&mut data).x, task.n, task.correlation);
    }
    let design = data.design()?.with_intercept();
    let loss = loss::<f64>(task.loss)?;
    let datafit = Cost::new(&*loss, &data.y)?;
    let smooth = || Smooth::new(&design, &datafit)?.with_penalty(&Ridge, task.lambda);
    let mean = data.y.iter().sum::<f64>() / task.n as f64;
    let mut x0 = vec![0.0; task.p + 1];
    let (family, link) = (family(task.family)?, thalweg_likelihood::link(task.link)?);
    x0[0] = link.link(mean);
    let dispersion = |eta: &[f64]| match family.dispersion() {
        Dispersion::One => 1.0,
        Dispersion::Estimated => {
            family.totals(link, &data.y, eta, Weights::Unit).pearson / (task.n - x0.len()) as f64
        }
    };
    let mut reference = Reference::find(smooth()?, &x0, task.inference.then_some(&dispersion))?;

    let x_name = format!("glm-x-{}-{}", task.family, task.correlation);
    let y_name = format!("glm-y-{}", task.family);
    session.load(&x_name, &data.x, &[task.n, task.p])?;
    session.load(&y_name, &data.y, &[task.n])?;
    let params = json!({"x": x_name, "y": y_name, "family": task.family, "lambda": task.lambda, "inference": task.inference});
    let mut rivals = Vec::new();
    for rival in task.rivals {
        rivals.extend(rival.tune(session, &params, &mut reference));
    }

    let observations =
        Observations::new(thalweg_core::interop::column_major(&data.x, data.n, data.p)?, &data.y);
    let (mut fitted, mut found, mut passes) = (None, Vec::new(), 0.0);
    let mut objective = smooth()?;
    let mut sides = vec![
        Side::fallible(|| {
            let (seconds, fit) =
                timed(|| Glm::new(task.family)?.link(task.link)?.ridge(task.lambda)?.fit(&observations));
            fitted = Some(fit?);
            Ok(seconds)
        }),
        Side::fallible(|| {
            let mut counted = Passes::new(&mut objective);
            let (seconds, x) = timed(|| descend(&mut counted, &x0, task));
            (found, passes) = (x?, counted.gram);
            Ok(seconds)
        }),
    ];
    sides.extend(rivals.iter().map(|rival| Side::peer(rival.name, rival.params.clone())));
    let times = session.race(session.effort(), &mut sides)?;
    drop(sides);

    let fit_right = match fitted {
        Some(fit) => judge(&mut reference, &fit)?,
        None => false,
    };
    let optimizer_right = reference.accepts(&found)?;
    let mut order: Vec<usize> = (0..rivals.len()).collect();
    order.sort_by(|a, b| times[2 + a].median.total_cmp(&times[2 + b].median));
    let mut rows = Vec::new();
    for (metric, ours, right) in [(FIT, times[0], fit_right), (OPTIMIZER, times[1], optimizer_right)] {
        let row = || Row::new(metric, ours).valid(right);
        if metric == OPTIMIZER && task.inference {
            // The peers' fits include the inference; the optimizer alone would be no comparison.
            rows.push(row());
            continue;
        }
        rows.extend(
            order.iter().map(|k| row().peer(rivals[*k].label(), times[2 + k]).valid(rivals[*k].right)),
        );
        if rivals.is_empty() {
            rows.push(row());
        }
    }
    rows.push(Row::new(PASSES, Sample::exactly(passes)));
    Ok(rows)
}

/// xⱼ ← ρ xⱼ₋₁ + √(1 − ρ²) xⱼ for independent standard normal columns: correlation ρ^|i−j|. The target stays a model of the same kind in
/// the new columns, which are an invertible combination of the old.
fn correlate(x: &mut [f64], n: usize, rho: f64) {
    let rest = (1.0 - rho * rho).sqrt();
    for k in n..x.len() {
        x[k] = rho * x[k - n] + rest * x[k];
    }
}

/// What `Glm` does for its coefficients before the certificate's Newton step, and no more.
fn descend(objective: &mut Passes<'_, '_>, x0: &[f64], task: &Task) -> Result<Vec<f64>> {
    // Where no standard errors hang on it, the search may leave what the certificate allows.
    let share = if task.inference { 1e-16 } else { 1e-8 };
    let mut driver = Driver::new().stop(stop::predicted_decrease(share)).without_certificate();
    let solution = match PreconditionedLbfgs::new(task.n, x0.len()) {
        Some(method) => {
            driver.minimize(&PreconditionedLbfgs { polish: Some(share), ..method }, objective, x0)?
        }
        None => driver.minimize(&Newton { polish: Some(1e-9), ..Newton::default() }, objective, x0)?,
    };
    Ok(solution.x)
}

fn judge(reference: &mut Reference<'_>, fit: &GlmFit) -> Result<bool> {
    let x: Vec<f64> = fit.coefficients.iter().map(|c| c.estimate).collect();
    let errors: Vec<f64> = fit.coefficients.iter().map(|c| c.std_error).collect();
    Ok(fit.status.is_solved() && reference.accepts(&x)? && reference.accepts_errors(&errors))
}
