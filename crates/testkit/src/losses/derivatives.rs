//! Closed-form derivatives equal those of the formula, by dual numbers and by differences.

use super::Subject;
use crate::numeric::{close, derivative};
use crate::violation::Verdict;

const ORDERS: [&str; 3] = ["value", "first derivative", "second derivative"];

/// `at` agrees with `formula_at`, the formula on nested dual numbers, to a relative 1e-12.
///
/// # Errors
/// The violation.
pub fn derivatives_match_formula(subject: &Subject) -> Verdict {
    let law = subject.law("derivatives-match-formula");
    for y in subject.targets() {
        for eta in subject.predictors().into_iter().filter(|eta| !subject.is_kink(y, *eta, 1e-9)) {
            let (closed, formula) = (subject.wide.at(y, eta), subject.wide.formula_at(y, eta));
            // Both sides may cancel terms of the size of y and η; what is left of them is no error of either.
            let floor = 1e-3 * (1.0 + y.abs() + eta.abs());
            for k in 0..3 {
                law.require(close(closed[k], formula[k], 1e-12, floor), || {
                    format!(
                        "at y = {y}, eta = {eta} the {} is {:e} in closed form and {:e} from the formula",
                        ORDERS[k], closed[k], formula[k]
                    )
                })?;
            }
        }
    }
    Ok(())
}

/// The first derivative is the slope of the value and the second the slope of the first, by central differences, to 1e-6.
///
/// # Errors
/// The violation.
pub fn derivatives_match_differences(subject: &Subject) -> Verdict {
    let law = subject.law("derivatives-match-differences");
    for y in subject.targets() {
        for eta in subject.predictors() {
            // Near the edge of the domain the loss bends on the scale of the distance to it, in a Gaussian tail on the scale 1/|η|.
            let edge = (eta - subject.domain.0).min(subject.domain.1 - eta);
            let h = (edge / 64.0).min(1.0 / 128.0).min(0.0625 / (1.0 + eta.abs()));
            if subject.is_kink(y, eta, 2.0 * h) {
                continue;
            }
            let closed = subject.wide.at(y, eta);
            for k in 0..2 {
                let slope = derivative(|eta| subject.wide.at(y, eta)[k], eta, h);
                // The rounding of the values, divided by the step, and the higher derivatives that the differences leave.
                let size = closed[k].abs() + closed[k + 1].abs() + y.abs();
                let noise = 8.0 * f64::EPSILON * (closed[k].abs() + y.abs() * (1.0 + eta.abs())) / h;
                let gap = (slope - closed[k + 1]).abs();
                law.require(gap <= 1e-6 * closed[k + 1].abs() + noise + 1e-9 * size + 1e-12, || {
                    format!(
                        "at y = {y}, eta = {eta} the {} is {:e}, but differences give {slope:e}",
                        ORDERS[k + 1],
                        closed[k + 1]
                    )
                })?;
            }
        }
    }
    Ok(())
}
