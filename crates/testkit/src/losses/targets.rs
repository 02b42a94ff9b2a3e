//! Targets outside the domain are a typed error with their row.

use thalweg_core::{Cost, Error, Reduction, Target};

use super::Subject;
use crate::violation::Verdict;

/// NaN and infinite targets give [`Error::NonFinite`], others outside the domain [`Error::OutsideDomain`], each with row and value;
/// admissible ones pass.
///
/// # Errors
/// The violation.
pub fn targets_are_checked(subject: &Subject) -> Verdict {
    let law = subject.law("targets-are-checked");
    let good = subject.typical_targets();
    law.expect("admissible targets", subject.wide.check_targets("y", &good))?;
    let outside: &[f64] = match subject.properties().target {
        Target::Positive => &[0.0, -1.0],
        Target::Nonnegative => &[-1e-9, -1.0],
        Target::Count => &[0.5, -1.0],
        Target::Nonzero => &[0.0],
        Target::Binary => &[0.5, 2.0, -1.0],
        Target::UnitInterval => &[-1e-9, 1.0 + 1e-9, 2.0],
        _ => &[],
    };
    for bad in outside.iter().copied().chain([f64::NAN, f64::INFINITY, f64::NEG_INFINITY]) {
        let mut y = good.clone();
        y.insert(2, bad);
        let named = match subject.wide.check_targets("y", &y) {
            Err(Error::NonFinite { row, .. }) => !bad.is_finite() && row == 2,
            Err(Error::OutsideDomain { row, value, .. }) => bad.is_finite() && row == 2 && value == bad,
            _ => false,
        };
        law.require(named, || {
            format!("the target {bad} at row 2 gives {:?}", subject.wide.check_targets("y", &y))
        })?;
    }
    Ok(())
}

/// No rows, and lengths that differ, are typed errors.
///
/// # Errors
/// The violation.
pub fn shapes_are_checked(subject: &Subject) -> Verdict {
    let law = subject.law("shapes-are-checked");
    let empty = Cost::new(&*subject.wide, &[]);
    law.require(matches!(empty, Err(Error::Empty { .. })), || "no rows are accepted".to_owned())?;
    let y = subject.targets();
    let cost = law.expect("cost", Cost::new(&*subject.wide, &y))?;
    let (long, mut g) = (vec![0.5; y.len() + 1], vec![0.0; y.len() + 1]);
    let right = &long[1..];
    let verdicts = [
        cost.value(&long, Reduction::Mean).map(drop),
        cost.value_gradient(right, Reduction::Sum, &mut g).map(drop),
        cost.each(right, &mut g),
        Cost::new(&*subject.wide, &y).and_then(|cost| cost.with_weights(&long)).map(drop),
        Cost::new(&*subject.wide, &y).and_then(|cost| cost.with_offset(&long)).map(drop),
    ];
    for (i, verdict) in verdicts.iter().enumerate() {
        law.require(matches!(verdict, Err(Error::Shape { .. })), || {
            format!("wrong length {i}: {verdict:?}")
        })?;
    }
    Ok(())
}
