//! Through a [`Cost`]: the mean over rows, and typed errors for data that do not fit.

use thalweg_core::{Cost, Error, Reduction, Result, RowLoss};

use super::Subject;
use crate::numeric::close;
use crate::violation::Verdict;

/// The cost of n rows, with or without targets.
pub(super) fn cost<'a>(loss: &'a dyn RowLoss<f64>, y: &'a [f64], n: usize) -> Result<Cost<'a, f64>> {
    if loss.targets() == 0 { Cost::without_targets(loss, n) } else { Cost::rowwise(loss, y) }
}

/// The cost is Σwℓ/Σw of its rows, with the weights that the loss gives; empty data, wrong lengths and data of which every row is ignored
/// are typed errors.
///
/// # Errors
/// The violation.
pub fn costs_are_checked(subject: &Subject) -> Verdict {
    let law = subject.law("costs-are-checked");
    let (loss, k, width) = (&*subject.wide, subject.wide.outputs(), subject.wide.targets());
    let rows = subject.rows();
    let y: Vec<f64> = rows.iter().flat_map(|(y, _)| y.to_vec()).collect();
    let eta: Vec<f64> = rows.iter().flat_map(|(_, eta)| eta.clone()).collect();
    let fit = law.expect("the cost of admissible rows", cost(loss, &y, rows.len()))?;
    let (mut sum, mut size, mut total) = (0.0, 0.0, 0.0);
    for (y, eta) in &rows {
        let (w, value) = (loss.weight(y), subject.value(y, eta));
        law.require(w >= 0.0 && w.is_finite(), || format!("at y = {y:?} the loss gives the weight {w}"))?;
        (sum, size, total) = (sum + w * value, size + (w * value).abs(), total + w);
    }
    let found = law.expect("the value", fit.value(&eta, Reduction::Mean))?;
    law.require(close(found, sum / total, 1e-12, size / total), || {
        format!("the mean cost is {found:e}, that of the rows {:e}", sum / total)
    })?;

    let is_shape = |result: Result<f64>| matches!(result, Err(Error::Shape { .. }));
    for length in [0, eta.len() - 1, eta.len() + k] {
        let wrong = vec![0.5; length];
        law.require(is_shape(fit.value(&wrong, Reduction::Mean)), || {
            format!("{length} predictors for {} rows of {k} are not refused", rows.len())
        })?;
    }
    let mut short = vec![0.0; eta.len() - 1];
    law.require(is_shape(fit.value_gradient(&eta, Reduction::Mean, &mut short)), || {
        "a gradient that is one too short is not refused".to_owned()
    })?;
    let empty = |result: Result<Cost<'_, f64>>| matches!(result, Err(Error::Empty { .. }));
    law.require(empty(cost(loss, &[], 0)), || "empty data are not refused".to_owned())?;
    if width > 1 {
        let part = Cost::rowwise(loss, &y[..y.len() - 1]);
        law.require(matches!(part, Err(Error::Shape { .. })), || {
            "part of a row of targets is not refused".to_owned()
        })?;
    }
    if width > 0 {
        let without = Cost::without_targets(loss, 2);
        law.require(matches!(without, Err(Error::Shape { .. })), || {
            "missing targets are not refused".to_owned()
        })?;
    }
    let Some(ignored) = &subject.ignored else { return Ok(()) };
    law.require(empty(Cost::rowwise(loss, &ignored.repeat(3))), || {
        "data without a row that counts are not refused".to_owned()
    })?;
    // Beside rows that count, an ignored one changes nothing, whatever its predictors.
    let (mut y, mut eta) = (y.clone(), eta.clone());
    y.extend_from_slice(ignored);
    eta.extend(vec![700.0; k]);
    let fit = law.expect("the cost with an ignored row", Cost::rowwise(loss, &y))?;
    let with = law.expect("the value", fit.value(&eta, Reduction::Mean))?;
    law.require(close(with, found, 1e-12, size / total), || {
        format!("an ignored row changes the cost from {found:e} to {with:e}")
    })
}
