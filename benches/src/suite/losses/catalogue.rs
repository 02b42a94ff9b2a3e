//! Value and gradient of every catalogue loss in double precision over a million rows, against memory with the same streams (two in, one out) and
//! scikit-learn's compiled losses.

use serde_json::json;
use thalweg_core::streams::{Streams, normal, uniform};
use thalweg_core::{Cost, Properties, Reduction, Target};
use thalweg_losses::{CATALOGUE, loss};

use crate::limits::triad;
use crate::statistics::exact_sum;
use crate::{Benchmark, Metric, Result, Row, Session, Side};

const N: usize = 1_000_000;
const SPEED: Metric = Metric::rate("speed", "elements/ns");
/// The losses that scikit-learn has as well.
const SKLEARN: &[&str] = &["squared", "logistic", "poisson", "huber"];

pub(super) fn benchmarks() -> Vec<Benchmark> {
    let bench =
        |name: &'static str| Benchmark::new("losses", name, move |session| value_and_gradient(session, name));
    CATALOGUE.iter().map(|entry| bench(entry.name)).collect()
}

fn value_and_gradient(session: &mut Session, name: &str) -> Result<Vec<Row>> {
    let loss = loss::<f64>(name)?;
    let (y, eta) = rows(loss.properties());
    let cost = Cost::new(&*loss, &y)?;
    let (mut gradient, mut value) = (vec![0.0; N], Ok(0.0));
    let mut out = vec![0.0; N];
    let params = json!({"loss": name, "y": format!("loss-y-{name}"), "eta": format!("loss-eta-{name}"), "threads": session.threads});
    session.load(&format!("loss-y-{name}"), &y, &[N])?;
    session.load(&format!("loss-eta-{name}"), &eta, &[N])?;
    let reply = if SKLEARN.contains(&name) {
        session.try_peer("scikit-learn", "sklearn-loss", &params)
    } else {
        None
    };
    let mut sides = vec![
        Side::of(|| value = cost.value_gradient(&eta, Reduction::Mean, &mut gradient)),
        Side::of(|| triad(&y, &eta, &mut out)),
    ];
    sides.extend(reply.as_ref().map(|_| Side::peer("sklearn-loss", params.clone())));
    let times = session.race(session.effort(), &mut sides)?;
    drop(sides);
    // The formula on dual numbers shares nothing with the closed forms that are timed.
    let reference: Vec<[f64; 3]> = (0..N).map(|i| loss.formula_at(y[i], eta[i])).collect();
    let total = |at: usize| exact_sum(reference.iter().map(|r| r[at])) / N as f64;
    let (true_value, true_slope) = (total(0), total(1));
    let near = |found: f64, wanted: f64| (found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0);
    let slope = exact_sum(gradient.iter().copied());
    let elements = N as f64 * 1e-9;
    let row = Row::new(SPEED, times[0].rate(elements)).limit(elements / times[1].median);
    let row = row.valid(near(value?, true_value) && near(slope, true_slope));
    let Some(reply) = reply else { return Ok(vec![row]) };
    let theirs = reply.numbers("value_slope");
    let right = theirs.len() == 2 && near(theirs[0], true_value) && near(theirs[1], true_slope);
    Ok(vec![row.peer("sklearn loss_gradient", times[2].rate(elements)).valid(right)])
}

/// Targets that the loss admits, and predictors inside its domain.
fn rows(properties: Properties<f64>) -> (Vec<f64>, Vec<f64>) {
    let mut rng = Streams::new(3).stream("losses", 0);
    let (low, _) = properties.predictor;
    let inside = |z: f64| if low.is_finite() { low + (0.5 * z).exp() } else { z };
    let eta = (0..N).map(|_| inside(2.0 * normal(&mut rng))).collect();
    let mut draw = || match properties.target {
        Target::Real => 2.0 * normal(&mut rng),
        Target::Positive | Target::Nonzero => 0.1 + uniform(&mut rng),
        Target::UnitInterval | Target::Binary => uniform(&mut rng).round(),
        // A target unknown here is refused by the cost if counts are not admitted.
        _ => (5.0 * uniform(&mut rng)).floor(),
    };
    (((0..N).map(|_| draw())).collect(), eta)
}
