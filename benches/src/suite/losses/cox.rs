//! Cox's partial likelihood with distinct times, value and gradient, against the loop one writes by hand: one thread, two passes over rows that
//! are sorted already, exp and ln of std, no ties, no weights, and predictors that must not overflow.

use thalweg_core::streams::{Streams, normal, uniform};
use thalweg_core::{Block, Want};
use thalweg_losses::{SetData, set};

use crate::statistics::exact_sum;
use crate::{Benchmark, Metric, Result, Row, Session, Side};

const TIME: Metric = Metric::cost("value+gradient", "ms");
const CASES: &[(&str, usize)] = &[("cox-1e4", 10_000), ("cox-1e6", 1_000_000)];

pub(super) fn benchmarks() -> Vec<Benchmark> {
    CASES.iter().map(|&(name, n)| Benchmark::new("losses", name, move |session| run(session, n))).collect()
}

fn run(session: &mut Session, n: usize) -> Result<Vec<Row>> {
    let mut rng = Streams::new(6).stream("cox", n as u64);
    // Distinct times, in order, so that the loop by hand needs none of its own.
    let targets: Vec<f64> =
        (0..n).flat_map(|i| [i as f64 + 1.0, f64::from(uniform(&mut rng) < 0.7)]).collect();
    let eta: Vec<f64> = (0..n).map(|_| normal(&mut rng)).collect();
    let cox = set::<f64>("cox", SetData { targets: &targets, groups: None, weights: None })?;
    let (mut ours, mut value) = (vec![0.0; n], 0.0);
    let (mut theirs, mut plain_value) = (vec![0.0; n], 0.0);
    let mut sides = [
        Side::of(|| {
            let mut out = Block { value: 0.0, gradient: &mut ours, curvature: &mut [] };
            cox.evaluate(0..n, &eta, Want::Gradient, &mut out);
            value = out.value;
        }),
        Side::of(|| plain_value = plain(&targets, &eta, &mut theirs)),
    ];
    let times = session.race(session.effort(), &mut sides)?;
    drop(sides);
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs().max(1.0);
    let along = |g: &[f64]| exact_sum(g.iter().zip(&eta).map(|(g, eta)| g * eta));
    let valid = near(value, plain_value) && near(along(&ours), along(&theirs));
    Ok(vec![Row::new(TIME, times[0].scaled(1e3)).peer("plain loop", times[1].scaled(1e3)).valid(valid)])
}

/// Σ over the events of ln Σ_{later or now} e^η − η, with its gradient.
fn plain(targets: &[f64], eta: &[f64], g: &mut [f64]) -> f64 {
    let (mut risk, mut value) = (0.0, 0.0);
    for i in (0..eta.len()).rev() {
        risk += eta[i].exp();
        g[i] = risk;
        if targets[2 * i + 1] > 0.0 {
            value += risk.ln() - eta[i];
        }
    }
    let mut hazard = 0.0;
    for i in 0..eta.len() {
        let event = targets[2 * i + 1];
        hazard += event / g[i];
        g[i] = eta[i].exp() * hazard - event;
    }
    value
}
