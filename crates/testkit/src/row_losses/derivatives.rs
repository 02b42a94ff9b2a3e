//! Closed-form derivatives equal those of the formula, by dual numbers and by differences.

use thalweg_core::Want;

use super::{Subject, along, direction, dot, largest};
use crate::numeric::{close, derivative};
use crate::violation::Verdict;

/// ℓ, gᵀv and vᵀHv agree with `formula_along`, the formula on nested dual numbers along η + t·v, to a relative 1e-12 of the largest
/// term that cancels; v runs over random directions and the unit vectors.
///
/// # Errors
/// The violation.
pub fn derivatives_match_formula(subject: &Subject) -> Verdict {
    let law = subject.law("derivatives-match-formula");
    let k = subject.wide.outputs();
    for (i, (y, eta)) in subject.rows().into_iter().enumerate() {
        let at = subject.at(y, &eta, Want::Curvature);
        let unit: Vec<f64> = (0..k).map(|j| if j == i % k { 1.0 } else { 0.0 }).collect();
        for v in [direction("formula", i, k), unit] {
            if subject.is_kink(y, &eta, &v, 1e-9) {
                continue;
            }
            let found = [at.value, dot(&at.gradient, &v), bilinear(&at.hessian, &v, |x| x)];
            let formula = subject.wide.formula_along(y, &eta, &v);
            // Both sides may cancel terms of the size of y and η, and the entries of their sums; what is left of them is no error of either.
            let terms: f64 = at.gradient.iter().zip(&v).map(|(g, v)| (g * v).abs()).sum();
            let sizes = [0.0, terms, bilinear(&at.hessian, &v, f64::abs)];
            let floor = 1e-3 * (1.0 + largest(y) + largest(&eta));
            for order in 0..3 {
                law.require(close(found[order], formula[order], 1e-12, floor.max(sizes[order])), || {
                    format!(
                        "at y = {y:?}, eta = {eta:?} along {v:?} derivative {order} is {:e} in closed form and {:e} from the formula",
                        found[order], formula[order]
                    )
                })?;
            }
        }
    }
    Ok(())
}

/// Σ vᵢ Hᵢⱼ vⱼ of the terms as `f` takes them.
fn bilinear(hessian: &[f64], v: &[f64], f: fn(f64) -> f64) -> f64 {
    let row = |(h, vi): (&[f64], &f64)| h.iter().zip(v).map(|(h, vj)| f(vi * h * vj)).sum::<f64>();
    hessian.chunks_exact(v.len()).zip(v).map(row).sum()
}

/// The gradient is the slope of the value and the Hessian that of the gradient along random directions, by central differences, to 1e-6.
///
/// # Errors
/// The violation.
pub fn derivatives_match_differences(subject: &Subject) -> Verdict {
    let law = subject.law("derivatives-match-differences");
    let k = subject.wide.outputs();
    for (i, (y, eta)) in subject.rows().into_iter().enumerate() {
        let v = direction("differences", i, k);
        let h = (1.0_f64 / 256.0).min(0.0625 / (1.0 + largest(&eta)));
        if subject.is_kink(y, &eta, &v, 2.0 * h) {
            continue;
        }
        let at = subject.at(y, &eta, Want::Curvature);
        let check = |what: String, closed: f64, size: f64, f: &dyn Fn(&[f64]) -> f64| {
            let slope = derivative(|t| f(&along(&eta, &v, t)), 0.0, h);
            // The rounding of the values, divided by the step, and the higher derivatives that the differences leave.
            let noise = 8.0 * f64::EPSILON * (size + (1.0 + largest(y)) * (1.0 + largest(&eta))) / h;
            let allowed = 1e-6 * (closed.abs() + 1e-2 * size) + noise + 1e-8;
            law.require((slope - closed).abs() <= allowed, || {
                format!("at y = {y:?}, eta = {eta:?} {what} along {v:?} is {closed:e}, but differences give {slope:e}")
            })
        };
        check("the slope".to_owned(), dot(&at.gradient, &v), at.value.abs(), &|eta| subject.value(y, eta))?;
        for (j, row) in at.hessian.chunks_exact(k).enumerate() {
            let entry = |eta: &[f64]| subject.at(y, eta, Want::Gradient).gradient[j];
            let size = at.gradient[j].abs() + largest(row);
            check(format!("row {j} of the Hessian"), dot(row, &v), size, &entry)?;
        }
    }
    Ok(())
}
