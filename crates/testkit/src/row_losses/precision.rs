//! Single precision agrees with double.

use thalweg_core::Want;

use super::{Subject, direction, largest};
use crate::numeric::close;
use crate::violation::Verdict;

/// Value and derivatives in f32 are within [`Subject::narrow_tolerance`] of those in f64, relative to the largest term that cancels in them.
///
/// # Errors
/// The violation.
pub fn single_precision_agrees(subject: &Subject) -> Verdict {
    let law = subject.law("single-precision-agrees");
    let Some(narrow) = &subject.narrow else { return Ok(()) };
    let k = subject.wide.outputs();
    for (i, (y, eta)) in subject.rows().into_iter().enumerate() {
        // The same inputs on both sides.
        let [y_narrow, eta_narrow] = [y, &eta].map(|x| x.iter().map(|x| *x as f32).collect::<Vec<f32>>());
        let [y, eta] =
            [&y_narrow, &eta_narrow].map(|x| x.iter().map(|x| f64::from(*x)).collect::<Vec<f64>>());
        if subject.is_kink(&y, &eta, &direction("narrow", i, k), 1e-5) {
            continue;
        }
        let floor = 1.0 + (1.0 + largest(&y)) * largest(&eta).max(1.0);
        for want in [Want::Fisher, Want::Curvature] {
            let wide = subject.at(&y, &eta, want);
            let (mut gradient, mut hessian) = (vec![f32::NAN; k], vec![f32::NAN; k * k]);
            let value = narrow.row(&y_narrow, &eta_narrow, want, &mut gradient, &mut hessian);
            let found = core::iter::once(value).chain(gradient).chain(hessian);
            let expected = core::iter::once(wide.value).chain(wide.gradient).chain(wide.hessian);
            // What overflows in single precision is a true infinity there.
            let most = f64::from(f32::MAX);
            for (at, (found, expected)) in found.zip(expected).enumerate() {
                let expected =
                    if expected.abs() > most { expected.signum() * f64::INFINITY } else { expected };
                law.require(close(f64::from(found), expected, subject.narrow_tolerance, floor), || {
                    format!("{want:?} at y = {y:?}, eta = {eta:?}, number {at}: {found:e} in f32, {expected:e} in f64")
                })?;
            }
        }
    }
    Ok(())
}
