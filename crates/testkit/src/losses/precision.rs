//! Single precision agrees with double.

use super::Subject;
use crate::numeric::close;
use crate::violation::Verdict;

/// Value and derivatives in f32 are within [`Subject::narrow_tolerance`] of those in f64, relative to the largest term that cancels in them.
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
            for k in 0..4 {
                let expected = if wide[k].abs() > f64::from(f32::MAX) { f64::INFINITY } else { wide[k] };
                law.require(
                    close(f64::from(narrow[k]), expected, subject.narrow_tolerance, f64::from(floor)),
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
