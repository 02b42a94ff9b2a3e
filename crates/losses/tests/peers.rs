//! Every loss that PyTorch, scikit-learn or optax also has, against their values and gradients on 1 000 rows. `fixtures/peers.py` made them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

use thalweg_core::catalogue;
use thalweg_core::{Block, Cost, Loss, Reduction, RowLoss, Want};
use thalweg_losses::{CATALOGUE, CrossEntropy, ROWWISE, SetData, Softmax, loss, rowwise, set};

const TOLERANCE: f64 = 1e-12;

/// The files whose loss a catalogue has: a loss that is renamed must not fall out of the comparison.
const COMPARED: usize = 58;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/peers")
}

/// A file of `# key: value` lines and rows of numbers.
struct Table {
    header: Vec<(String, String)>,
    rows: Vec<Vec<f64>>,
}

impl Table {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let (header, rows): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('#'));
        let pair = |line: &str| {
            let (key, value) = line.trim_start_matches("# ").split_once(": ").unwrap();
            (key.to_owned(), value.to_owned())
        };
        let numbers = |line: &str| line.split(',').map(|v| v.parse().unwrap()).collect();
        Self { header: header.into_iter().map(pair).collect(), rows: rows.into_iter().map(numbers).collect() }
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.header.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    fn number(&self, key: &str) -> Option<f64> {
        self.get(key).map(|text| text.parse().unwrap())
    }
}

enum Made {
    Pointwise(Box<dyn Loss<f64>>),
    Rowwise(Box<dyn RowLoss<f64>>),
}

/// The loss of the header's text, with the options that no text can give; `None` where no catalogue has it or its parameters.
fn made(table: &Table, outputs: usize) -> Option<Made> {
    let text = table.get("loss").unwrap();
    let (name, given) = catalogue::parse(text).unwrap();
    if let Some(entry) = CATALOGUE.iter().find(|entry| entry.name == name) {
        entry.values(&given).ok()?;
        return Some(Made::Pointwise(loss(text).unwrap()));
    }
    ROWWISE.iter().find(|entry| entry.name == name)?.values(&given).ok()?;
    let (weights, ignored) = (table.get("class_weights"), table.number("ignored"));
    if weights.is_none() && ignored.is_none() {
        return Some(Made::Rowwise(rowwise(text, outputs).unwrap()));
    }
    let weights: Option<Vec<f64>> = weights.map(|w| w.split(',').map(|v| v.parse().unwrap()).collect());
    let smoothing = text.split_once("smoothing=").map_or(0.0, |(_, value)| value.parse().unwrap());
    if name == "cross-entropy" {
        let loss = CrossEntropy::new(outputs).unwrap().with_smoothing(smoothing).unwrap();
        return Some(Made::Rowwise(Box::new(loss.with_class_weights(&weights.unwrap()).unwrap())));
    }
    assert_eq!(name, "softmax", "{text} has no such options");
    let mut softmax = Softmax::new(outputs).unwrap().with_smoothing(smoothing).unwrap();
    if let Some(weights) = weights {
        softmax = softmax.with_class_weights(&weights).unwrap();
    }
    if let Some(ignored) = ignored {
        softmax = softmax.with_ignored(ignored as i64);
    }
    Some(Made::Rowwise(Box::new(softmax)))
}

/// How large the terms are that the peer subtracts from one another.
fn cancelling(kind: &str, row: &[f64]) -> f64 {
    let largest = row.iter().fold(1.0_f64, |m, v| m.max(v.abs()));
    match kind {
        "none" => 0.0,
        "unit" => 1.0,
        "inputs" => largest,
        "large" => largest * row.iter().fold(1.0_f64, |m, v| m.max(v.abs().exp())),
        "eps" => 10.0,
        other => panic!("no such size: {other}"),
    }
}

/// The first difference beyond the tolerance, if any; otherwise whether there was anything to compare.
fn compare(table: &Table) -> Result<bool, String> {
    let inputs = Table::read(&folder().join("inputs").join(format!("{}.csv", table.get("inputs").unwrap())));
    let targets: usize = inputs.get("targets").unwrap().parse().unwrap();
    let outputs = inputs.rows[0].len() - targets;
    let Some(loss) = made(table, outputs) else { return Ok(false) };
    let factor = table.number("factor").unwrap();
    assert_eq!((table.rows.len(), inputs.rows.len()), (1000, 1000));
    for (i, (row, expected)) in inputs.rows.iter().zip(&table.rows).enumerate() {
        let (y, eta) = row.split_at(targets);
        let mut gradient = vec![0.0; outputs];
        let (value, weight) = match &loss {
            Made::Pointwise(loss) => {
                let [value, slope, ..] = loss.at(y[0], eta[0]);
                gradient[0] = slope;
                (value, 1.0)
            }
            Made::Rowwise(loss) => (loss.row(y, eta, Want::Gradient, &mut gradient, &mut []), loss.weight(y)),
        };
        let scale = factor * weight;
        // A predictor's own rounding, by the slope, is in every formula.
        let largest = row.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let terms = cancelling(table.get("cancels").unwrap(), row);
        let slope = expected[1..].iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let pairs = [scale * value].into_iter().chain(gradient.iter().map(|g| scale * g)).zip(expected);
        for (k, (found, expected)) in pairs.enumerate() {
            let size = expected.abs() + terms + if k == 0 { slope * largest } else { slope };
            let distance = (found - expected).abs();
            if distance > TOLERANCE * size || distance.is_nan() {
                let what = if k == 0 { "value".to_owned() } else { format!("slope {k}") };
                let apart = distance / size;
                return Err(format!(
                    "row {i} ({row:?}), {what}: {found:e} not {expected:e}, apart by {apart:e}"
                ));
            }
        }
    }
    let Some(mean) = table.number("mean") else { return Ok(true) };
    let Made::Rowwise(loss) = &loss else { return Err("only row losses have a mean here".to_owned()) };
    let column = |range: core::ops::Range<usize>| -> Vec<f64> {
        inputs.rows.iter().flat_map(|row| row[range.clone()].to_vec()).collect()
    };
    let (y, eta) = (column(0..targets), column(targets..targets + outputs));
    let found = Cost::rowwise(&**loss, &y).unwrap().value(&eta, Reduction::Mean).unwrap();
    let apart = (found / mean - 1.0).abs();
    if apart > TOLERANCE { Err(format!("mean: {found} not {mean}, apart by {apart:e}")) } else { Ok(true) }
}

#[test]
fn peers_agree() {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    files.sort();
    let (mut compared, mut wrong) = (0, Vec::new());
    for path in &files {
        let table = Table::read(path);
        let place = || format!("{} of {}", table.get("call").unwrap(), table.get("peer").unwrap());
        match compare(&table) {
            Ok(found) => compared += usize::from(found),
            Err(error) => wrong.push(format!("{}: {}: {error}", path.display(), place())),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared >= COMPARED, "{compared} of {} files have a loss in a catalogue", files.len());
}

/// Losses of a whole data set, all rows at once: the value in the header, then group, target, predictors and the peer's gradient of each row.
#[test]
fn peers_of_sets_agree() {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder().join("sets")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 3);
    for path in files {
        let table = Table::read(&path);
        let outputs = table.rows[0].len() / 2 - 1;
        let column = |range: core::ops::Range<usize>| -> Vec<f64> {
            table.rows.iter().flat_map(|row| row[range.clone()].to_vec()).collect()
        };
        let (groups, targets) = (column(0..1).iter().map(|g| *g as u32).collect::<Vec<_>>(), column(1..2));
        let (eta, expected) = (column(2..2 + outputs), column(2 + outputs..2 + 2 * outputs));
        let data = SetData { targets: &targets, groups: Some(&groups), weights: None };
        let loss = set::<f64>(table.get("loss").unwrap(), data).unwrap();
        let mut gradient = vec![0.0; eta.len()];
        let mut out = Block { value: 0.0, gradient: &mut gradient, curvature: &mut [] };
        loss.evaluate(0..loss.rows(), &eta, Want::Gradient, &mut out);
        let (factor, value) = (table.number("factor").unwrap(), table.number("value").unwrap());
        let found = factor * out.value;
        assert!((found - value).abs() <= TOLERANCE * value.abs(), "{}: {found} not {value}", path.display());
        let size = expected.iter().fold(0.0_f64, |m, g| m.max(g.abs()));
        for (at, (found, expected)) in gradient.iter().zip(&expected).enumerate() {
            let apart = (factor * found - expected).abs();
            assert!(apart <= TOLERANCE * size, "{}: slope {at} is apart by {apart:e}", path.display());
        }
    }
}
