//! Value, gradient and Hessian are those of the definition and of differences.

use thalweg_core::{Dual, Want};

use super::{Subject, action, along, direction, dot, evaluate, terms};
use crate::numeric::{close, derivative};
use crate::violation::Verdict;

/// Σwℓ, gᵀv and vᵀHv agree with [`Subject::definition`] on nested dual numbers along η + t·v, to a relative 1e-12 of the terms that cancel;
/// v runs over random directions and unit vectors.
///
/// # Errors
/// The violation.
pub fn derivatives_match_definition(subject: &Subject) -> Verdict {
    let law = subject.law("derivatives-match-definition");
    let Some(definition) = &subject.definition else { return Ok(()) };
    for (i, (data, loss, eta)) in subject.cases(law)?.into_iter().enumerate() {
        let at = evaluate(&*loss, &eta, Want::Gradient);
        let unit = |at: usize| (0..eta.len()).map(|j| f64::from(u8::from(j == at))).collect::<Vec<f64>>();
        let mut directions: Vec<Vec<f64>> = (0..eta.len().min(12)).map(unit).collect();
        directions.extend((0..3).map(|k| direction("definition", 3 * i + k, eta.len())));
        for v in directions {
            let point = |(eta, v): (&f64, &f64)| Dual::<Dual<f64, 1>, 1> {
                value: Dual { value: *eta, derivatives: [*v] },
                derivatives: [Dual::constant(*v)],
            };
            let expected = definition(data, &eta.iter().zip(&v).map(point).collect::<Vec<_>>());
            let (value, slope) = (expected.value.value, expected.value.derivatives[0]);
            let floor = 1e-2 * (1.0 + at.value.abs());
            law.require(close(at.value, value, 1e-12, floor), || {
                format!("the value is {:e}, {value:e} by the definition, at eta = {eta:?}", at.value)
            })?;
            let (found, size) = (dot(&at.gradient, &v), terms(&at.gradient, &v));
            law.require(close(found, slope, 1e-12, size.max(1e-2)), || {
                format!("along {v:?} the slope is {found:e}, {slope:e} by the definition, at eta = {eta:?}")
            })?;
            let Some(product) = action(&*loss, &eta, &v) else { continue };
            let (found, bend) = (dot(&product, &v), expected.derivatives[0].derivatives[0]);
            law.require(close(found, bend, 1e-12, terms(&product, &v).max(1.0)), || {
                format!(
                    "along {v:?} the curvature is {found:e}, {bend:e} by the definition, at eta = {eta:?}"
                )
            })?;
        }
    }
    Ok(())
}

/// The gradient is the slope of the value and `hessian_action` that of the gradient along random directions, by central differences, to 1e-6.
///
/// # Errors
/// The violation.
pub fn derivatives_match_differences(subject: &Subject) -> Verdict {
    let law = subject.law("derivatives-match-differences");
    for (i, (_, loss, eta)) in subject.cases(law)?.into_iter().enumerate() {
        let v = direction("differences", i, eta.len());
        let at = evaluate(&*loss, &eta, Want::Gradient);
        let h = 1.0 / 512.0;
        let check = |what: &str, closed: f64, size: f64, f: &dyn Fn(&[f64]) -> f64| {
            let found = derivative(|t| f(&along(&eta, &v, t)), 0.0, h);
            let allowed = 1e-6 * (1.0 + closed.abs()) + 64.0 * f64::EPSILON * size / h;
            law.require((found - closed).abs() <= allowed, || {
                format!("{what} along {v:?} is {closed:e}, but differences give {found:e}, at eta = {eta:?}")
            })
        };
        let value = |eta: &[f64]| evaluate(&*loss, eta, Want::Value).value;
        check("the slope", dot(&at.gradient, &v), at.value.abs() + 1.0, &value)?;
        let Some(product) = action(&*loss, &eta, &v) else { continue };
        for other in 0..3 {
            let u = direction("differences of the gradient", 3 * i + other, eta.len());
            let slope = |eta: &[f64]| dot(&evaluate(&*loss, eta, Want::Gradient).gradient, &u);
            check("Hv", dot(&product, &u), terms(&at.gradient, &u) + 1.0, &slope)?;
        }
    }
    Ok(())
}
