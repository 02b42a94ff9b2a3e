//! Far out, results are finite or truly infinite, never NaN, and equal to references of many digits.

use super::Subject;
use crate::numeric::close;
use crate::violation::Verdict;

/// At η = ±800 and beyond, the value is never NaN or −∞; where it is finite so are no derivatives NaN, and a convex loss has ℓ″ ≥ 0; a loss of
/// bounded slope or curvature is finite. Where
/// the value is +∞ its derivatives are unspecified, as everywhere (derivatives by dual numbers meet 0·∞ there); [`goldens_match`] holds
/// closed forms to more.
///
/// # Errors
/// The violation.
pub fn extremes_are_stable(subject: &Subject) -> Verdict {
    let law = subject.law("extremes-are-stable");
    let far = [-1e150, -1e5, -800.0, -745.2, -708.5, -37.5, 37.5, 708.5, 745.2, 800.0, 1e5, 1e150];
    for y in subject.targets() {
        for eta in far.into_iter().filter(|eta| subject.admits(*eta)) {
            let at = subject.wide.at(y, eta);
            let defined = !at[0].is_nan() && (at[0] == f64::INFINITY || at.iter().all(|v| !v.is_nan()));
            law.require(defined, || format!("at y = {y}, eta = {eta}: {at:?}"))?;
            law.require(at[0] != f64::NEG_INFINITY, || format!("at y = {y}, eta = {eta} the value is -inf"))?;
            let bounded = subject.properties().lipschitz.or(subject.properties().curvature_bound).is_some();
            law.require(!bounded || at[0] < f64::INFINITY, || {
                format!("at y = {y}, eta = {eta} the value is inf, though its growth is bounded")
            })?;
            let convex = !subject.properties().convex || at[0] == f64::INFINITY || at[2] >= 0.0;
            law.require(convex, || format!("at y = {y}, eta = {eta} the second derivative is {:e}", at[2]))?;
        }
    }
    Ok(())
}

/// The rows `name,y,eta,value,first,second` of a fixture with this subject's name agree to a relative 1e-13 (`inf` where the true
/// value overflows), or, below the normal numbers, to 8 of their spacings, where no more digits are left. Lines that start with `#` are comments.
///
/// # Errors
/// The violation; also a fixture without rows for this subject.
pub fn goldens_match(subject: &Subject, csv: &str) -> Verdict {
    let law = subject.law("goldens-match");
    let mut rows = 0;
    for line in csv.lines().filter(|line| !line.starts_with('#')) {
        // The name itself may hold commas between its parameters.
        let mut fields: Vec<&str> = line.rsplitn(6, ',').collect();
        fields.reverse();
        let [name, numbers @ ..] = fields.as_slice() else { continue };
        if *name != subject.name {
            continue;
        }
        let numbers: Result<Vec<f64>, _> = numbers.iter().map(|number| number.parse()).collect();
        let numbers = law.expect(line, numbers)?;
        let [y, eta, expected @ ..] = numbers.as_slice() else { continue };
        let found = subject.wide.at(*y, *eta);
        for (k, expected) in expected.iter().enumerate() {
            // Where y is no edge of its domain the terms cancel, and only their size bounds the error.
            let cancelled = 4.0 * f64::EPSILON * (y * eta).abs().max(y.abs()) / 1e-13;
            let floor = cancelled.max(8.0 * f64::EPSILON * f64::MIN_POSITIVE / 1e-13);
            law.require(close(found[k], *expected, 1e-13, floor), || {
                format!(
                    "order {k} at y = {y}, eta = {eta}: {:e}, but the reference is {expected:e}",
                    found[k]
                )
            })?;
        }
        rows += 1;
    }
    law.require(rows > 0, || "the fixture has no row of this name".to_owned())
}
