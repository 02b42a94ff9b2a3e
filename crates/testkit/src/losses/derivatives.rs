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
                // In the value it is terms of the size of y·η that cancel, as in (y + θ) ln(1 + μ/θ) − yη near its zeros.
                let product = 4.0 * f64::EPSILON * (y * eta).abs() / 1e-12;
                let floor = if k == 0 { floor.max(product) } else { floor };
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

/// The first derivative is the slope of the value and the second the slope of the first, by central differences, to 1e-6. A loss that bends on a
/// scale below the step has differences that disagree with those of half the step; there the step is cut.
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
                if let Err(slope) = slope_agrees(subject, y, eta, k, h) {
                    law.require(false, || {
                        format!(
                            "at y = {y}, eta = {eta} the {} is {:e}, but differences give {slope:e}",
                            ORDERS[k + 1],
                            closed[k + 1]
                        )
                    })?;
                }
            }
        }
    }
    Ok(())
}

/// Whether derivative k + 1 is the slope of derivative k by differences of a step of at most h; if not, that slope.
fn slope_agrees(subject: &Subject, y: f64, eta: f64, k: usize, mut h: f64) -> Result<(), f64> {
    let closed = subject.wide.at(y, eta);
    let slope_by = |h: f64| derivative(|eta| subject.wide.at(y, eta)[k], eta, h);
    let mut slope = f64::NAN;
    for _ in 0..10 {
        slope = slope_by(h);
        // The rounding of the values, divided by the step, and the higher derivatives that the differences leave.
        let size = closed[k].abs() + closed[k + 1].abs() + y.abs();
        let noise = 8.0 * f64::EPSILON * (closed[k].abs() + y.abs() * (1.0 + eta.abs())) / h;
        let allowed = 1e-6 * closed[k + 1].abs() + noise + 1e-9 * size + 1e-12;
        if (slope - closed[k + 1]).abs() <= allowed {
            return Ok(());
        }
        if (slope - slope_by(0.5 * h)).abs() <= 0.1 * allowed {
            break;
        }
        h *= 0.125;
    }
    Err(slope)
}
