//! Value and gradient of the mean, in single precision, of the losses that PyTorch and JAX have too: ten million rows, and class
//! probabilities of a million rows of ten and of 8192 rows of a thousand. The limit is a triad, by plain or streaming stores, whichever is
//! faster, that moves the same bytes.

use serde_json::{Value, json};
use thalweg_core::streams::{Streams, normal, uniform};
use thalweg_core::{Cost, Loss, Reduction, RowLoss};
use thalweg_losses::{loss, rowwise};

use crate::limits::{triad, triad_streaming};
use crate::statistics::exact_sum;
use crate::{Benchmark, Metric, Result, Row, Session, Side};

const TIME: Metric = Metric::cost("value+gradient", "ms");
/// Single precision sums ten million terms.
const TOLERANCE: f64 = 2e-5;

/// A loss with its rows.
#[derive(Copy, Clone)]
struct Case {
    name: &'static str,
    loss: &'static str,
    rows: usize,
    /// Predictors of a row.
    outputs: usize,
    /// A target of a row from a uniform and a normal number.
    target: fn(f64, f64) -> f64,
}

const MANY: usize = 10_000_000;

const CASES: &[Case] = &[
    Case { name: "f32-squared", loss: "squared", rows: MANY, outputs: 1, target: |_, z| 2.0 * z },
    Case { name: "f32-huber", loss: "huber:delta=1.345", rows: MANY, outputs: 1, target: |_, z| 2.0 * z },
    Case { name: "f32-absolute", loss: "absolute", rows: MANY, outputs: 1, target: |_, z| 2.0 * z },
    Case { name: "f32-logistic", loss: "logistic", rows: MANY, outputs: 1, target: |u, _| u.round() },
    Case { name: "f32-hinge", loss: "hinge", rows: MANY, outputs: 1, target: |u, _| 2.0 * u.round() - 1.0 },
    Case { name: "f32-poisson", loss: "poisson", rows: MANY, outputs: 1, target: |u, _| (5.0 * u).floor() },
    Case {
        name: "f32-gaussian-variance",
        loss: "gaussian-variance",
        rows: MANY,
        outputs: 2,
        target: |_, z| 2.0 * z,
    },
    Case {
        name: "f32-softmax-10",
        loss: "softmax",
        rows: 1_000_000,
        outputs: 10,
        target: |u, _| (10.0 * u).floor(),
    },
    Case {
        name: "f32-softmax-1000",
        loss: "softmax",
        rows: 8192,
        outputs: 1000,
        target: |u, _| (1000.0 * u).floor(),
    },
];

pub(super) fn benchmarks() -> Vec<Benchmark> {
    CASES.iter().map(|case| Benchmark::new("losses", case.name, move |session| run(session, *case))).collect()
}

/// A loss of one predictor or of several.
enum Either {
    One(Box<dyn Loss<f32>>),
    Several(Box<dyn RowLoss<f32>>),
}

impl Either {
    fn of(case: Case) -> Result<Self> {
        Ok(if case.outputs == 1 {
            Self::One(loss(case.loss)?)
        } else {
            Self::Several(rowwise(case.loss, case.outputs)?)
        })
    }

    fn cost<'a>(&'a self, y: &'a [f32]) -> Result<Cost<'a, f32>> {
        Ok(match self {
            Self::One(loss) => Cost::new(&**loss, y)?,
            Self::Several(loss) => Cost::rowwise(&**loss, y)?,
        })
    }
}

fn run(session: &mut Session, case: Case) -> Result<Vec<Row>> {
    let n = if session.quick { case.rows / 10 } else { case.rows };
    let (y, eta) = data(case, n);
    let names = [format!("{}-y-{n}", case.name), format!("{}-eta-{n}", case.name)];
    session.load(&names[0], &y, &[n])?;
    session.load(&names[1], &eta, &[n * case.outputs])?;
    let peers = peers(session, case, &names);

    let loss = Either::of(case)?;
    let cost = loss.cost(&y)?;
    let (mut gradient, mut value) = (vec![0.0; eta.len()], Ok(0.0));
    let third = (y.len() + 2 * eta.len()) / 3;
    let (a, b, mut sum) = (vec![1.0; third], vec![2.0; third], vec![0.0; third]);
    let mut streamed = vec![0.0; third];
    let mut sides = vec![
        Side::of(|| value = cost.value_gradient(&eta, Reduction::Mean, &mut gradient)),
        Side::of(|| triad(&a, &b, &mut sum)),
        Side::of(|| triad_streaming(&a, &b, &mut streamed)),
    ];
    let ours = sides.len();
    sides.extend(peers.iter().map(|peer| Side::peer(peer.name, peer.params.clone())));
    let times = session.race(session.effort(), &mut sides)?;
    drop(sides);

    let found = totals(f64::from(value?), &gradient, &eta);
    let expected = reference(&loss, &y, &eta, case.outputs);
    let row = Row::new(TIME, times[0].scaled(1e3)).valid(near(&found, &expected));
    let limit = 1e3 * times[1].median.min(times[2].median);
    if peers.is_empty() {
        return Ok(vec![row.limit(limit)]);
    }
    let beside = |(i, peer): (usize, &Peer)| {
        let right = near(&peer.found, &expected);
        row.clone()
            .limit(limit)
            .peer(peer.label, times[ours + i].scaled(1e3))
            .valid(right && near(&found, &expected))
    };
    Ok(peers.iter().enumerate().map(beside).collect())
}

/// Targets, and predictors row by row; a variance is positive.
fn data(case: Case, n: usize) -> (Vec<f32>, Vec<f32>) {
    let mut rng = Streams::new(5).stream(case.name, 0);
    let y = (0..n).map(|_| (case.target)(uniform(&mut rng), normal(&mut rng)) as f32).collect();
    let variance = case.loss == "gaussian-variance";
    let mut eta = |i: usize| {
        let z = normal(&mut rng);
        if variance && i % 2 == 1 { (0.5 * z).exp() as f32 } else { (1.5 * z) as f32 }
    };
    (y, (0..n * case.outputs).map(&mut eta).collect())
}

/// The mean, Σ g and Σ g·η: what a wrong gradient would miss.
fn totals(value: f64, gradient: &[f32], eta: &[f32]) -> [f64; 3] {
    let wide = |x: &f32| f64::from(*x);
    let along = exact_sum(gradient.iter().zip(eta).map(|(g, eta)| wide(g) * wide(eta)));
    [value, exact_sum(gradient.iter().map(wide)), along]
}

/// [`totals`] by the formula on dual numbers, which shares nothing with the closed forms that are timed, in double precision; of a row of
/// many predictors along η and along (1, …, 1).
fn reference(loss: &Either, y: &[f32], eta: &[f32], outputs: usize) -> [f64; 3] {
    let n = y.len() as f64;
    let rows: Vec<[f64; 3]> = match loss {
        Either::One(loss) => y
            .iter()
            .zip(eta)
            .map(|(y, eta)| {
                let [value, slope, _] = loss.formula_at(*y, *eta).map(f64::from);
                [value, slope, slope * f64::from(*eta)]
            })
            .collect(),
        Either::Several(loss) => y
            .chunks(1)
            .zip(eta.chunks_exact(outputs))
            .map(|(y, eta)| {
                let [value, along, _] = loss.formula_along(y, eta, eta).map(f64::from);
                let [_, up, _] = loss.formula_along(y, eta, &vec![1.0; outputs]).map(f64::from);
                [value, up, along]
            })
            .collect(),
    };
    core::array::from_fn(|k| exact_sum(rows.iter().map(|row| row[k])) / n)
}

fn near(found: &[f64], expected: &[f64; 3]) -> bool {
    found.len() == 3 && found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= TOLERANCE * b.abs().max(1.0))
}

/// A peer that answered, with its [`totals`].
struct Peer {
    name: &'static str,
    label: &'static str,
    params: Value,
    found: Vec<f64>,
}

fn peers(session: &mut Session, case: Case, names: &[String; 2]) -> Vec<Peer> {
    let variants = [
        ("torch", "torch-loss", "eager", "PyTorch eager"),
        ("torch", "torch-loss", "compile", "PyTorch compiled"),
        ("jax", "jax-loss", "jit", "JAX jit"),
        ("jax", "jax-loss", "sharded", "JAX jit, a device a core"),
    ];
    let base = case.loss.split(':').next().unwrap_or(case.loss);
    let params = |variant: &str| {
        json!({"loss": base, "y": names[0], "eta": names[1], "outputs": case.outputs, "variant": variant,
               "threads": session.threads})
    };
    let variants = variants.map(|(package, name, variant, label)| (package, name, params(variant), label));
    let answers = variants.into_iter().filter_map(|(package, name, params, label)| {
        let found = session.try_peer(package, name, &params)?.numbers("totals");
        Some(Peer { name, label, params, found })
    });
    answers.collect()
}
