//! `regularization`: whole paths of the lasso, L1-penalised logistic and multinomial regression, the group lasso and SLOPE, and cross-validation of
//! them. Every fit has to have a proven gap of at most 1e-6 of the null model's loss, which one code judges for all sides. A peer that
//! does not come that close is compared at the gap it does reach: ours then runs to that gap, too, and the row names it.

use serde_json::{Value, json};
use thalweg_core::streams::{Streams, below, normal, uniform};
use thalweg_core::{
    Columns, Cost, Design, Objective, Penalised, PenalisedOutputs, Penalty, Sparse, interop, vector,
};
use thalweg_losses::{Softmax, loss};
use thalweg_models::{CrossValidation, Observations, Path, PathFit};
use thalweg_problems::linear;
use thalweg_regularization::{Slope, penalty_over};

use crate::{Benchmark, Metric, Reply, Result, Row, Session, Side, timed};

const PATH: Metric = Metric::cost("path", "s");
const VALIDATION: Metric = Metric::cost("cross-validation", "s");
/// A gap as a share of the null loss, at most.
const GAP: f64 = 1e-6;
/// Tolerances, the loosest first, three a decade.
const TOLERANCES: &[f64] = &[
    1e-2, 5e-3, 2e-3, 1e-3, 5e-4, 2e-4, 1e-4, 5e-5, 2e-5, 1e-5, 5e-6, 2e-6, 1e-6, 5e-7, 2e-7, 1e-7, 1e-8,
    1e-10,
];
/// Columns of a group.
const GROUP: usize = 5;
/// The false discovery rate of SLOPE's weights.
const RATE: f64 = 0.1;
/// True coefficients, all 1.
const RELEVANT: usize = 20;
const FOLDS: usize = 10;
/// Entries of a sparse column.
const ENTRIES: usize = 20;

type Rival = (&'static str, &'static str);

const LASSO: &[Rival] = &[
    ("scikit-learn", "path-lasso-sklearn"),
    ("scikit-learn", "path-lasso-sklearn-gram"),
    ("celer", "path-lasso-celer"),
    ("skglm", "path-lasso-skglm"),
    ("glmnet", "path-lasso-glmnet"),
];
/// A Gram matrix of all columns would not fit.
const SPARSE: &[Rival] = &[
    ("scikit-learn", "path-lasso-sklearn"),
    ("celer", "path-lasso-celer"),
    ("skglm", "path-lasso-skglm"),
    ("glmnet", "path-lasso-glmnet"),
];
const LOGISTIC: &[Rival] =
    &[("celer", "path-logistic-celer"), ("skglm", "path-logistic-skglm"), ("glmnet", "path-logistic-glmnet")];
const MULTINOMIAL: &[Rival] = &[("glmnet", "path-multinomial-glmnet")];
const CROSS: &[Rival] = &[("scikit-learn", "path-cv-sklearn"), ("celer", "path-cv-celer")];

/// A model and its data.
#[derive(Copy, Clone)]
struct Task {
    n: usize,
    p: usize,
    sparse: bool,
    model: Model,
    penalty: Kind,
    /// Values of λ, and λ_min/λ_max.
    grid: (usize, f64),
    rivals: &'static [Rival],
}

#[derive(Copy, Clone, PartialEq)]
enum Model {
    Squared,
    Logistic,
    /// With as many classes.
    Multinomial(usize),
}

impl Model {
    const fn family(self) -> &'static str {
        match self {
            Self::Squared => "gaussian",
            Self::Logistic => "binomial",
            Self::Multinomial(_) => "multinomial",
        }
    }
}

#[derive(Copy, Clone, PartialEq)]
enum Kind {
    L1,
    /// Neighbours in groups of [`GROUP`], each weighing the root of its size.
    Group,
    Slope,
}

impl Kind {
    fn penalty(self, p: usize) -> Result<Box<dyn Penalty<f64>>> {
        Ok(match self {
            Self::L1 => penalty_over("l1", p)?,
            Self::Group => penalty_over(&format!("group-lasso:size={GROUP}"), p)?,
            Self::Slope => Box::new(Slope::benjamini_hochberg(p, RATE)?),
        })
    }
}

pub(super) fn benchmarks() -> Vec<Benchmark> {
    let tall = Task {
        n: 10_000,
        p: 1000,
        sparse: false,
        model: Model::Squared,
        penalty: Kind::L1,
        grid: (100, 1e-2),
        rivals: LASSO,
    };
    let wide = Task { n: 1000, p: 10_000, ..tall };
    let sparse = Task { n: 20_000, p: 100_000, sparse: true, rivals: SPARSE, ..tall };
    let logistic = |task: Task| Task { model: Model::Logistic, rivals: LOGISTIC, ..task };
    let small = Task { n: 500, p: 2000, ..wide };
    let group = Task { penalty: Kind::Group, rivals: &[("skglm", "path-group-skglm")], ..wide };
    let slope =
        Task { penalty: Kind::Slope, grid: (30, 0.1), rivals: &[("skglm", "path-slope-skglm")], ..small };
    let multinomial = Task { n: 2000, p: 500, model: Model::Multinomial(4), rivals: MULTINOMIAL, ..tall };
    let path = |case: &str, task: Task| Benchmark::new("regularization", case, move |s| path(s, task));
    vec![
        path("path-lasso-small", small),
        path("path-lasso-wide", wide).thorough(),
        path("path-lasso-tall", tall).thorough(),
        path("path-lasso-sparse", sparse).thorough(),
        path("path-logistic-wide", logistic(wide)).thorough(),
        path("path-logistic-tall", logistic(tall)).thorough(),
        path("path-logistic-sparse", logistic(sparse)).thorough(),
        path("path-multinomial", multinomial).thorough(),
        path("path-group-lasso-wide", group).thorough(),
        path("path-group-lasso-tall", Task { n: tall.n, p: tall.p, ..group }).thorough(),
        path("path-slope", slope).thorough(),
        Benchmark::new("regularization", "cv-lasso-small", move |s| validation(s, small)).thorough(),
        Benchmark::new("regularization", "cv-lasso-tall", move |s| validation(s, tall)).thorough(),
    ]
}

/// X in either storage, and y.
struct Data {
    dense: Option<std::sync::Arc<thalweg_problems::linear::Linear>>,
    sparse: Option<Sparse<f64>>,
    y: Vec<f64>,
}

impl Data {
    fn columns(&self, task: Task) -> Result<Columns<'_, f64>> {
        Ok(match (&self.sparse, &self.dense) {
            (Some(x), _) => Columns::Sparse(std::borrow::Cow::Borrowed(x)),
            (None, Some(data)) => Columns::Dense(interop::column_major(&data.x, task.n, task.p)?),
            (None, None) => return Err("no data".into()),
        })
    }
}

/// Normal columns, dense or with few entries; targets of a few true coefficients with half as much noise as signal, or outcomes of such log-odds.
fn data(session: &mut Session, task: Task) -> Result<(Data, Value)> {
    let mut y = vec![0.0; task.n];
    let x_name = format!("path-x-{}-{}", task.n, task.p);
    let every = task.p / RELEVANT;
    let (mut dense, mut sparse) = (None, None);
    let mut params = json!({"x": x_name});
    if task.sparse {
        let mut rng = Streams::new(1).stream("sparse path", 0);
        let (mut starts, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
        for j in 0..task.p {
            let mut rows: Vec<u32> = (0..ENTRIES).map(|_| below(&mut rng, task.n as u64) as u32).collect();
            rows.sort_unstable();
            rows.dedup();
            for i in rows {
                let value = normal(&mut rng);
                if j % every == 0 {
                    y[i as usize] += value;
                }
                indices.push(i);
                values.push(value);
            }
            starts.push(values.len());
        }
        let wide = |numbers: Vec<f64>| (numbers.len(), numbers);
        for (part, (count, numbers)) in [
            ("values", wide(values.clone())),
            ("indices", wide(indices.iter().map(|i| f64::from(*i)).collect())),
            ("starts", wide(starts.iter().map(|s| *s as f64).collect())),
        ] {
            session.load(&format!("{x_name}-{part}"), &numbers, &[count])?;
        }
        params["columns"] = json!(task.p);
        sparse = Some(Sparse::from_csc(task.n, task.p, starts, indices, values)?);
    } else {
        let linear = session.linear(task.n, task.p, linear::Kind::Squared);
        for column in linear.x.chunks(task.n).step_by(every) {
            vector::axpy(1.0, column, &mut y);
        }
        session.load(&x_name, &linear.x, &[task.n, task.p])?;
        dense = Some(linear);
    }
    let size = vector::norm2(&y) / (task.n as f64).sqrt();
    let mut rng = Streams::new(3).stream("path", 0);
    for y in &mut y {
        let odds = 4.0 * *y / size;
        *y = match task.model {
            Model::Squared => *y + 0.5 * size * normal(&mut rng),
            Model::Logistic => f64::from(u8::from(uniform(&mut rng) < 1.0 / (1.0 + (-odds).exp()))),
            // Classes along the signal, which noise of a logistic distribution moves.
            Model::Multinomial(classes) => {
                let u = uniform(&mut rng);
                let place = (odds + (u / (1.0 - u)).ln() + 4.0) / 8.0 * classes as f64;
                place.clamp(0.0, (classes - 1) as f64).floor()
            }
        };
    }
    let y_name = format!("path-y-{}-{}-{}", task.n, task.p, task.model.family());
    session.load(&y_name, &y, &[task.n])?;
    params["y"] = json!(y_name);
    Ok((Data { dense, sparse, y }, params))
}

fn model(task: Task) -> Result<Path> {
    let path = Path::new(task.model.family())?;
    let (count, ratio) = task.grid;
    let path = path.custom_penalty("penalty", task.penalty.penalty(task.p)?).lambdas(count, ratio)?;
    Ok(path.gap(GAP)?.without_intercept().stop_at(f64::INFINITY, 0.0))
}

fn path(session: &mut Session, task: Task) -> Result<Vec<Row>> {
    let (data, mut params) = data(session, task)?;
    let ours = |gap: f64| -> Result<(f64, PathFit)> {
        let path = model(task)?.gap(gap)?;
        let observations = Observations::from_columns(vec![data.columns(task)?], &data.y);
        let (seconds, fit) = timed(|| path.fit(&observations));
        Ok((seconds, fit?))
    };
    let (_, first) = ours(GAP)?;
    params["lambdas"] = json!(first.lambdas());
    params["group"] = json!(GROUP);
    if task.penalty == Kind::Slope {
        params["weights"] = json!(Slope::benjamini_hochberg(task.p, RATE)?.weights());
    }
    let judge = Judge { task, data: &data, lambdas: first.lambdas(), scale: first.scale };
    let mut rivals: Vec<Found> = Vec::new();
    for (package, name) in task.rivals {
        let mut found = None;
        for tolerance in TOLERANCES {
            params["tol"] = json!(tolerance);
            let Some(reply) = session.try_peer(package, name, &params) else { break };
            let reached = judge.gap(&entries(&reply))?;
            found = Some(Found { name, params: params.clone(), reached });
            if reached <= GAP {
                break;
            }
        }
        rivals.extend(found);
    }
    // A peer that falls short gets a run of ours to its own gap beside it.
    let gaps: Vec<f64> = rivals.iter().map(|rival| rival.reached.max(GAP)).collect();
    let mut found: Vec<Option<PathFit>> = rivals.iter().map(|_| None).collect();
    let mut own = first;
    let mut sides: Vec<Side<'_>> = Vec::new();
    sides.push(Side::fallible(|| {
        let (seconds, fit) = ours(GAP)?;
        own = fit;
        Ok(seconds)
    }));
    sides.extend(rivals.iter().map(|rival| Side::peer(rival.name, rival.params.clone())));
    for (gap, found) in gaps.iter().zip(&mut found).filter(|(gap, _)| **gap > GAP && gap.is_finite()) {
        sides.push(Side::fallible(move || {
            let (seconds, fit) = ours(*gap)?;
            *found = Some(fit);
            Ok(seconds)
        }));
    }
    let times = session.race(session.effort(), &mut sides)?;
    drop(sides);
    let row = Row::new(PATH, times[0]).valid(judge.gap(&coefficients(&own))? <= GAP);
    let mut rows = vec![];
    let mut short = times[1 + rivals.len()..].iter();
    for ((rival, gap), (found, time)) in rivals.iter().zip(&gaps).zip(found.iter().zip(&times[1..])) {
        let label = format!("{} {:.0e}", rival.name, rival.params["tol"].as_f64().unwrap_or(f64::NAN));
        rows.push(match (found, *gap > GAP) {
            (_, false) => (time.median, row.clone().peer(label, *time)),
            (Some(fit), true) => {
                let ours = short.next().copied().unwrap_or(times[0]);
                let right = judge.gap(&coefficients(fit))? <= *gap;
                let label = format!("{label} (gap {gap:.0e})");
                (time.median, Row::new(PATH, ours).peer(label, *time).valid(right))
            }
            (None, true) => (time.median, row.clone().peer(label, *time).valid(false)),
        });
    }
    if rows.is_empty() {
        return Ok(vec![row]);
    }
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

/// A peer at the loosest tolerance that comes close enough, or its tightest.
struct Found {
    name: &'static str,
    params: Value,
    /// The largest gap of its fits, as a share of the null loss.
    reached: f64,
}

/// What proves the gaps of all sides.
struct Judge<'a> {
    task: Task,
    data: &'a Data,
    lambdas: Vec<f64>,
    scale: f64,
}

impl Judge<'_> {
    /// The largest gap of fits at all λ, as a share of the null loss.
    fn gap(&self, fits: &[Vec<(usize, f64)>]) -> Result<f64> {
        let Self { task, data, lambdas, scale } = self;
        if fits.len() != lambdas.len() {
            return Ok(f64::INFINITY);
        }
        let design = Design::from_columns([data.columns(*task)?])?;
        let penalty = task.penalty.penalty(task.p)?;
        let classes = if let Model::Multinomial(classes) = task.model { classes } else { 1 };
        let dense = |fit: &Vec<(usize, f64)>| {
            let mut x = vec![0.0; task.p * classes];
            fit.iter().for_each(|(j, b)| x[*j] = *b);
            x
        };
        let mut worst = 0.0_f64;
        if classes > 1 {
            let loss = Softmax::new(classes)?;
            let datafit = Cost::rowwise(&loss, &data.y)?;
            let mut judge = PenalisedOutputs::new(&design, &datafit, &*penalty, 0.0)?;
            for (fit, lambda) in fits.iter().zip(lambdas) {
                judge.set_lambda(*lambda)?;
                let verified = judge.verify(&dense(fit)).map_err(|halt| format!("{halt:?}"))?;
                worst = worst.max(verified.certificate.bound().unwrap_or(f64::INFINITY));
            }
        } else {
            let loss = loss::<f64>(if task.model == Model::Logistic { "logistic" } else { "squared" })?;
            let datafit = Cost::new(&*loss, &data.y)?;
            let judge = Penalised::new(&design, &datafit, &*penalty, 0.0)?;
            for (fits, lambdas) in fits.chunks(16).zip(lambdas.chunks(16)) {
                let xs: Vec<Vec<f64>> = fits.iter().map(dense).collect();
                let points: Vec<(f64, &[f64])> = lambdas.iter().zip(&xs).map(|(l, x)| (*l, &x[..])).collect();
                for verified in judge.verify_many(&points)? {
                    worst = worst.max(verified.verification.certificate.bound().unwrap_or(f64::INFINITY));
                }
            }
        }
        Ok(worst / scale)
    }
}

/// The coefficients of each λ that are not 0.
fn coefficients(fit: &PathFit) -> Vec<Vec<(usize, f64)>> {
    fit.points.iter().map(|point| point.coefficients.iter().collect()).collect()
}

/// One row a rival, the fastest first.
fn beside(row: &Row, rivals: &[(&'static str, Value, bool)], times: &[crate::Sample]) -> Vec<Row> {
    let mut order: Vec<usize> = (0..rivals.len()).collect();
    order.sort_by(|a, b| times[*a].median.total_cmp(&times[*b].median));
    let label = |k: usize| format!("{} {:.0e}", rivals[k].0, rivals[k].1["tol"].as_f64().unwrap_or(f64::NAN));
    if order.is_empty() {
        return vec![row.clone()];
    }
    order.iter().map(|k| row.clone().peer(label(*k), times[*k]).valid(rivals[*k].2)).collect()
}

/// The coefficients of each λ that are not 0.
fn entries(reply: &Reply) -> Vec<Vec<(usize, f64)>> {
    let [starts, indices, values] = ["starts", "indices", "values"].map(|key| reply.numbers(key));
    let of = |ends: &[f64]| {
        let range = ends[0] as usize..ends[1] as usize;
        range.map(|at| (indices[at] as usize, values[at])).collect()
    };
    starts.windows(2).map(of).collect()
}

/// The same folds for all sides; a side is right if its mean held-out losses are within 1e-4 of ours at a gap a hundred times smaller.
fn validation(session: &mut Session, task: Task) -> Result<Vec<Row>> {
    let (data, mut params) = data(session, task)?;
    let folds: Vec<usize> = (0..task.n).map(|i| i % FOLDS).collect();
    let run = |gap: f64| -> Result<(f64, Vec<f64>, Vec<f64>)> {
        let observations = Observations::from_columns(vec![data.columns(task)?], &data.y);
        let cross = CrossValidation::new(model(task)?.gap(gap)?).assigned(&folds);
        let (seconds, found) = timed(|| cross.fit(&observations));
        let found = found?;
        Ok((seconds, found.mean_loss.clone(), found.path.lambdas()))
    };
    let (_, reference, lambdas) = run(1e-2 * GAP)?;
    let agrees = |losses: &[f64]| {
        losses.len() == reference.len()
            && losses.iter().zip(&reference).all(|(a, b)| (a - b).abs() <= 1e-4 * b.abs())
    };
    params["lambdas"] = json!(lambdas);
    params["folds"] = json!(FOLDS);
    let mut rivals: Vec<(&'static str, Value, bool)> = Vec::new();
    for (package, name) in CROSS {
        let mut found = None;
        for tolerance in TOLERANCES.iter().step_by(3) {
            params["tol"] = json!(tolerance);
            let Some(reply) = session.try_peer(package, name, &params) else { break };
            let right = agrees(&reply.numbers("losses"));
            found = Some((*name, params.clone(), right));
            if right {
                break;
            }
        }
        rivals.extend(found);
    }
    let mut losses = Vec::new();
    let mut sides = vec![Side::fallible(|| {
        let (seconds, found, _) = run(GAP)?;
        losses = found;
        Ok(seconds)
    })];
    sides.extend(rivals.iter().map(|(name, params, _)| Side::peer(name, params.clone())));
    let times = session.race(session.effort(), &mut sides)?;
    drop(sides);
    Ok(beside(&Row::new(VALIDATION, times[0]).valid(agrees(&losses)), &rivals, &times[1..]))
}
