//! Far out, results are finite or truly infinite, never NaN, and equal to references of many digits.

use thalweg_core::Want;

use super::Subject;
use crate::numeric::close;
use crate::violation::Verdict;

/// With predictors at ±800 and ±1e5, one, several or all of them, the value is never NaN or −∞; where it is finite so is no derivative NaN, and a
/// convex loss has a Hessian whose diagonal is not negative; a loss of bounded slope or curvature is finite. Where the value is +∞ its
/// derivatives are unspecified.
///
/// # Errors
/// The violation.
pub fn extremes_are_stable(subject: &Subject) -> Verdict {
    let law = subject.law("extremes-are-stable");
    let (k, p) = (subject.wide.outputs(), subject.properties());
    let bounded = p.lipschitz.or(p.curvature_bound).is_some();
    for y in &subject.targets {
        for mut eta in far_rows(k) {
            (subject.place)(&mut eta);
            for want in [Want::Fisher, Want::Curvature] {
                let at = subject.at(y, &eta, want);
                let evidence = || {
                    let (value, g, h) = (at.value, &at.gradient, &at.hessian);
                    format!("{want:?} at y = {y:?}, eta = {eta:?}: {value:e}, gradient {g:?}, Hessian {h:?}")
                };
                let derivatives = || at.gradient.iter().chain(&at.hessian).all(|d| !d.is_nan());
                law.require(!at.value.is_nan() && at.value != f64::NEG_INFINITY, evidence)?;
                law.require(at.value == f64::INFINITY || derivatives(), evidence)?;
                law.require(!bounded || at.value < f64::INFINITY, evidence)?;
                let diagonal = || at.hessian.iter().step_by(k + 1).all(|h| *h >= 0.0);
                law.require(!p.convex || at.value == f64::INFINITY || diagonal(), evidence)?;
            }
        }
    }
    Ok(())
}

/// Rows with far predictors: all of them, one, every other, and of both signs.
fn far_rows(k: usize) -> Vec<Vec<f64>> {
    let mut rows = Vec::new();
    for far in [-1e5, -800.0, -745.2, -37.5, 37.5, 745.2, 800.0, 1e5] {
        rows.push(vec![far; k]);
        rows.push((0..k).map(|j| if j % 2 == 0 { far } else { -far }).collect());
        rows.push((0..k).map(|j| if j % 2 == 0 { far } else { 0.3 }).collect());
        rows.extend((0..k).map(|one| (0..k).map(|j| if j == one { far } else { 0.0 }).collect::<Vec<f64>>()));
    }
    rows
}

/// The rows `name;targets;predictors;value;gradient;Hessian` of a fixture with this subject's name, numbers separated by blanks, agree to a
/// relative 1e-13 (`inf` where the true value overflows). Lines that start with `#` are comments.
///
/// # Errors
/// The violation; also a fixture without rows for this subject.
pub fn goldens_match(subject: &Subject, csv: &str) -> Verdict {
    let law = subject.law("goldens-match");
    let mut rows = 0;
    for line in csv.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split(';').collect();
        let [name, numbers @ ..] = fields.as_slice() else { continue };
        if *name != subject.name {
            continue;
        }
        let parse = |text: &&str| text.split_whitespace().map(str::parse).collect::<Result<Vec<f64>, _>>();
        let numbers = law.expect(line, numbers.iter().map(parse).collect::<Result<Vec<_>, _>>())?;
        let [y, eta, value, gradient, hessian] = numbers.as_slice() else {
            return law.broken(format!("`{line}` has not six fields"));
        };
        let at = subject.at(y, eta, Want::Curvature);
        let found = core::iter::once(&at.value).chain(&at.gradient).chain(&at.hessian);
        let expected = value.iter().chain(gradient).chain(hessian);
        law.require(expected.clone().count() == 1 + eta.len() * (1 + eta.len()), || {
            format!("`{line}` has too few numbers or too many")
        })?;
        for (at, (found, expected)) in found.zip(expected).enumerate() {
            law.require(close(*found, *expected, 1e-13, 0.0), || {
                format!(
                    "number {at} at y = {y:?}, eta = {eta:?}: {found:e}, but the reference is {expected:e}"
                )
            })?;
        }
        rows += 1;
    }
    law.require(rows > 0, || "the fixture has no row of this name".to_owned())
}
