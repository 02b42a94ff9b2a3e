//! Wrong input is a typed error, and parts of the rows have no value.

use thalweg_core::{Block, Error, Want};

use super::{Data, Subject, evaluate};
use crate::violation::Verdict;

/// No rows, weights or groups of a wrong length, weights that are negative, not finite or all 0, targets that are NaN, infinite or refused:
/// errors of their kind, with the row where there is one. Some of the rows, or predictors of a wrong length, give NaN, and a `hessian_action`
/// of wrong lengths `false`. The total weight is Σw.
///
/// # Errors
/// The violation.
pub fn shapes_are_checked(subject: &Subject) -> Verdict {
    let law = subject.law("shapes-are-checked");
    let make =
        |data: &Data| (subject.wide)(&data.targets, data.groups.as_deref(), data.weights.as_deref()).err();
    let none = make(&Data::default());
    law.require(matches!(none, Some(Error::Empty { .. })), || format!("no rows give {none:?}"))?;
    for data in &subject.data {
        let loss = subject.made(law, data)?;
        let (n, k, width) = (loss.rows(), loss.outputs(), loss.target_width());
        let weighted = |weights: Vec<f64>| make(&Data { weights: Some(weights), ..data.clone() });
        let with = |row: usize, w: f64| {
            let mut weights = vec![1.0; n];
            weights[row] = w;
            weighted(weights)
        };
        let short = weighted(vec![1.0; n - 1]);
        law.require(matches!(short, Some(Error::Shape { .. })), || {
            format!("a weight too few gives {short:?}")
        })?;
        let groups = make(&Data { groups: Some(vec![0; n + 1]), ..data.clone() });
        law.require(matches!(groups, Some(Error::Shape { .. })), || {
            format!("a group too many gives {groups:?}")
        })?;
        let zero = weighted(vec![0.0; n]);
        law.require(zero.is_some(), || "weights of 0 are accepted".to_owned())?;
        for w in [-1.0, f64::NAN, f64::INFINITY] {
            let found = with(n - 1, w);
            let named = matches!(found, Some(Error::OutsideDomain { row, .. }) if row == n - 1);
            law.require(named, || format!("the weight {w} in the last row gives {found:?}"))?;
        }
        let spoilt = |row: &[f64], at: usize| {
            let mut targets = data.targets.clone();
            targets[at * width..(at + 1) * width].copy_from_slice(row);
            make(&Data { targets, ..data.clone() })
        };
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut row = data.targets[(n - 1) * width..].to_vec();
            row[0] = value;
            let found = spoilt(&row, n - 1);
            let named = matches!(found, Some(Error::NonFinite { row, .. }) if row == n - 1);
            law.require(named, || format!("the target {value} in the last row gives {found:?}"))?;
        }
        for row in &subject.refused {
            let found = spoilt(row, n - 1);
            let named = matches!(found, Some(Error::OutsideDomain { row, .. }) if row == n - 1);
            law.require(named, || format!("the target {row:?} in the last row gives {found:?}"))?;
        }
        let total: f64 = (0..n).map(|row| data.weight(row)).sum();
        law.require((loss.total_weight() - total).abs() <= 1e-13 * total, || {
            format!("the total weight is {}, not {total}", loss.total_weight())
        })?;
        let (eta, mut g) = (vec![0.1; n * k], vec![0.0; n * k]);
        let mut out = Block { value: 0.0, gradient: &mut g, curvature: &mut [] };
        loss.evaluate(0..n - 1, &eta[..(n - 1) * k], Want::Value, &mut out);
        law.require(!loss.separable() && out.value.is_nan(), || {
            format!("all rows but one have the value {}", out.value)
        })?;
        let found = evaluate(&*loss, &eta[1..], Want::Value).value;
        law.require(found.is_nan(), || format!("with a predictor too few the value is {found}"))?;
        let mut out = vec![0.0; n * k];
        let accepted = loss.hessian_action(&eta[1..], &eta, &mut out)
            || loss.hessian_action(&eta, &eta[1..], &mut out)
            || loss.hessian_action(&eta, &eta, &mut out[1..]);
        law.require(!accepted, || "hessian_action takes wrong lengths".to_owned())?;
    }
    Ok(())
}
