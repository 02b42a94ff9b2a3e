//! Logistic regression with ridge on a sparse design: 100 000 × 50 000, one entry in a thousand.

use serde_json::json;
use thalweg_core::streams::{below, normal, uniform};
use thalweg_core::{Columns, Cost, Design, Driver, Smooth, Sparse, Streams, stop};
use thalweg_losses::loss;
use thalweg_models::{Glm, Observations};
use thalweg_optimizers::NewtonCg;
use thalweg_regularization::Ridge;

use super::reference::Reference;
use super::rivals::{self, Tuned};
use super::{FIT, OPTIMIZER};
use crate::{Result, Row, Session, Side, timed};

const ROWS: usize = 100_000;
const COLUMNS: usize = 50_000;
const ENTRIES_A_ROW: usize = 50;
const LAMBDA: f64 = 1e-5;

/// Compressed rows with normal entries at random places, and outcomes of a logistic model in them.
struct Data {
    starts: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f64>,
    y: Vec<f64>,
}

fn data() -> Data {
    let mut rng = Streams::new(1).stream("sparse logistic", 0);
    let truth: Vec<f64> = (0..COLUMNS).map(|_| 0.3 * normal(&mut rng)).collect();
    let mut data = Data { starts: vec![0], indices: Vec::new(), values: Vec::new(), y: Vec::new() };
    for _ in 0..ROWS {
        let mut row: Vec<u32> = (0..ENTRIES_A_ROW).map(|_| below(&mut rng, COLUMNS as u64) as u32).collect();
        row.sort_unstable();
        row.dedup();
        let mut eta = 0.0;
        for j in row {
            let value = normal(&mut rng);
            eta += value * truth[j as usize];
            data.indices.push(j);
            data.values.push(value);
        }
        data.starts.push(data.values.len());
        data.y.push(f64::from(u8::from(uniform(&mut rng) < 1.0 / (1.0 + (-eta).exp()))));
    }
    data
}

pub(super) fn run(session: &mut Session) -> Result<Vec<Row>> {
    let Data { starts, indices, values, y } = data();
    let wide = |numbers: &mut dyn Iterator<Item = f64>| numbers.collect::<Vec<f64>>();
    session.load("glm-sparse-values", &values, &[values.len()])?;
    session.load(
        "glm-sparse-indices",
        &wide(&mut indices.iter().map(|j| f64::from(*j))),
        &[indices.len()],
    )?;
    session.load("glm-sparse-starts", &wide(&mut starts.iter().map(|s| *s as f64)), &[starts.len()])?;
    session.load("glm-sparse-y", &y, &[y.len()])?;
    let params = json!({"x": "glm-sparse", "y": "glm-sparse-y", "columns": COLUMNS, "lambda": LAMBDA});

    let x = Sparse::from_csr(ROWS, COLUMNS, starts, indices, values)?;
    let design = Design::from_sparse(&x)?.with_intercept();
    let loss = loss::<f64>("logistic")?;
    let datafit = Cost::new(&*loss, &y)?;
    let smooth = || Smooth::new(&design, &datafit)?.with_penalty(&Ridge, LAMBDA);
    let mean = y.iter().sum::<f64>() / ROWS as f64;
    let mut x0 = vec![0.0; COLUMNS + 1];
    x0[0] = (mean / (1.0 - mean)).ln();
    let mut reference = Reference::find(smooth()?, &x0, None)?;
    let mut rivals: Vec<Tuned> = Vec::new();
    for rival in rivals::SPARSE {
        rivals.extend(rival.tune(session, &params, &mut reference));
    }

    let observations = Observations::from_columns(vec![Columns::Sparse(std::borrow::Cow::Borrowed(&x))], &y);
    let (mut fitted, mut found) = (Vec::new(), Vec::new());
    let mut objective = smooth()?;
    let mut sides = vec![
        Side::fallible(|| {
            let (seconds, fit) = timed(|| Glm::new("binomial")?.ridge(LAMBDA)?.fit(&observations));
            fitted = fit?.coefficients.iter().map(|c| c.estimate).collect();
            Ok(seconds)
        }),
        Side::fallible(|| {
            // What `Glm` does for its coefficients, and no more.
            let method = NewtonCg { target: 1e-9, ..NewtonCg::default() };
            let mut driver = Driver::new().stop(stop::predicted_decrease(1e-9)).without_certificate();
            let (seconds, solution) = timed(|| driver.minimize(&method, &mut objective, &x0));
            found = solution?.x;
            Ok(seconds)
        }),
    ];
    sides.extend(rivals.iter().map(|rival| Side::peer(rival.name, rival.params.clone())));
    let times = session.race(session.effort(), &mut sides)?;
    drop(sides);

    let (fit_right, optimizer_right) = (reference.accepts(&fitted)?, reference.accepts(&found)?);
    let mut order: Vec<usize> = (0..rivals.len()).collect();
    order.sort_by(|a, b| times[2 + a].median.total_cmp(&times[2 + b].median));
    let mut rows = Vec::new();
    for (metric, ours, right) in [(FIT, times[0], fit_right), (OPTIMIZER, times[1], optimizer_right)] {
        let row = || Row::new(metric, ours).valid(right);
        rows.extend(
            order.iter().map(|k| row().peer(rivals[*k].label(), times[2 + k]).valid(rivals[*k].right)),
        );
        if rivals.is_empty() {
            rows.push(row());
        }
    }
    Ok(rows)
}
