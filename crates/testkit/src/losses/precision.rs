//! Single precision agrees with double.

use super::Subject;
use crate::numeric::close;
use crate::violation::Verdict;

/// Value and derivatives in f32 are within [`Subject::narrow_tolerance`] of those in f64, relative to the largest term that cancels in them, or
/// are those of inputs four roundings away: where large terms cancel in a derivative, no f32 arithmetic can do better.
///
/// # Errors
/// The violation.
pub fn single_precision_agrees(subject: &Subject) -> Verdict {
    let law = subject.law("single-precision-agrees");
    let Some(narrow) = &subject.narrow else { return Ok(()) };
    for y in subject.targets() {
        for eta in subject.predictors() {
            // The same inputs on both sides; one that rounds onto the edge of its domain says nothing.
            let (y, eta) = (y as f32, eta as f32);
            if !subject.admits(f64::from(eta)) || subject.is_kink(f64::from(y), f64::from(eta), 1e-5) {
                continue;
            }
            let (wide, narrow) = (subject.wide.at(f64::from(y), f64::from(eta)), narrow.at(y, eta));
            let floor = 1.0 + (y * eta).abs().max(y.abs());
            // Towards 0, which stays inside every domain.
            let nearer = 1.0 - 4.0 * f64::from(f32::EPSILON);
            let (y64, eta64) = (f64::from(y), f64::from(eta));
            let moved = [subject.wide.at(nearer * y64, eta64), subject.wide.at(y64, nearer * eta64)];
            for k in 0..4 {
                let expected = if wide[k].abs() > f64::from(f32::MAX) { f64::INFINITY } else { wide[k] };
                let found = f64::from(narrow[k]);
                let roundings: f64 = moved.iter().map(|at| (at[k] - wide[k]).abs()).sum();
                law.require(
                    close(found, expected, subject.narrow_tolerance, f64::from(floor))
                        || (found - expected).abs() <= roundings,
                    || {
                        format!(
                            "order {k} at y = {y}, eta = {eta}: {:e} in f32, {:e} in f64",
                            narrow[k], wide[k]
                        )
                    },
                )?;
            }
        }
    }
    Ok(())
}
