//! Rows of targets outside the domain are a typed error with their row.

use thalweg_core::Error;

use super::Subject;
use crate::violation::Verdict;

/// NaN and infinite targets give [`Error::NonFinite`], others outside the domain [`Error::OutsideDomain`], each with its row; targets that are no
/// whole rows are [`Error::Shape`]; admissible ones pass.
///
/// # Errors
/// The violation.
pub fn targets_are_checked(subject: &Subject) -> Verdict {
    let law = subject.law("targets-are-checked");
    let width = subject.wide.targets();
    if width == 0 {
        return Ok(());
    }
    let good = subject.targets.concat();
    law.expect("admissible targets", subject.wide.check_targets("y", &good))?;
    let row = subject.targets.len() / 2;
    let with = |bad: &[f64]| {
        let mut y = good.clone();
        y[row * width..(row + 1) * width].copy_from_slice(bad);
        y
    };
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut bad = subject.targets[row].clone();
        bad[width / 2] = value;
        let found = subject.wide.check_targets("y", &with(&bad));
        let named = matches!(&found, Err(Error::NonFinite { row: at, .. }) if *at == row);
        law.require(named, || format!("the targets {bad:?} at row {row} give {found:?}"))?;
    }
    for bad in &subject.refused {
        let found = subject.wide.check_targets("y", &with(bad));
        let named = matches!(&found, Err(Error::OutsideDomain { row: at, .. }) if *at == row);
        law.require(named, || format!("the targets {bad:?} at row {row} give {found:?}"))?;
    }
    if width > 1 {
        let found = subject.wide.check_targets("y", &good[1..]);
        law.require(matches!(found, Err(Error::Shape { .. })), || format!("part of a row gives {found:?}"))?;
    }
    Ok(())
}
