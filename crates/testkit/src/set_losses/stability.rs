//! Far out nothing is NaN.

use thalweg_core::Want;

use super::{Subject, action, evaluate, properties};
use crate::violation::Verdict;

/// With predictors at ±800 and ±1e5, in blocks, one by one and in turns, value, gradient and Hessian products are finite, and a convex loss has
/// no negative curvature.
///
/// # Errors
/// The violation.
pub fn extremes_are_stable(subject: &Subject) -> Verdict {
    let law = subject.law("extremes-are-stable");
    for data in &subject.data {
        let loss = subject.made(law, data)?;
        let (n, k) = (loss.rows(), loss.outputs());
        let count = n * k;
        for far in [-1e5, -800.0, -745.2, 745.2, 800.0, 1e5] {
            let patterns: [&dyn Fn(usize) -> f64; 6] = [
                &|_| far,
                &|at| if at % 2 == 0 { far } else { -far },
                &|at| if at < count / 2 { far } else { -far },
                &|at| if at % 7 == 3 { far } else { 0.3 },
                &|at| if at == count / 3 { far } else { -0.1 },
                &|at| far * at as f64 / count as f64 + 0.5,
            ];
            for (which, pattern) in patterns.into_iter().enumerate() {
                let eta: Vec<f64> = (0..count).map(pattern).collect();
                let at = evaluate(&*loss, &eta, Want::Curvature);
                let product = action(&*loss, &eta, &at.gradient).unwrap_or_default();
                let finite = at.value.is_finite()
                    && at.gradient.iter().chain(&at.curvature).chain(&product).all(|x| x.is_finite());
                let convex = properties(&*loss).convex;
                let curved = !convex || at.curvature.iter().step_by(k + 1).all(|h| *h >= 0.0);
                law.require(finite && curved, || {
                    format!(
                        "at ±{far} in pattern {which} the value is {:e}, the gradient {:?}, the curvature {:?}",
                        at.value, at.gradient, at.curvature
                    )
                })?;
            }
        }
    }
    Ok(())
}
