//! Derivatives that are said to be continuous have no jumps.

use thalweg_core::Want;

use super::{Subject, along, dot};
use crate::violation::Verdict;

/// A derivative that is said to be continuous has no jump along segments. Found by bisection towards the steeper half.
///
/// # Errors
/// The violation.
pub fn continuity_is_honest(subject: &Subject) -> Verdict {
    let law = subject.law("continuity-is-honest");
    let p = subject.properties();
    for (order, name, claimed) in
        [(1, "differentiable", p.differentiable), (2, "twice_differentiable", p.twice_differentiable)]
    {
        if !claimed {
            continue;
        }
        for y in &subject.targets {
            for (left, right) in
                subject.predictors("left", 3, 3.0).iter().zip(subject.predictors("right", 3, 3.0))
            {
                let v: Vec<f64> = left.iter().zip(&right).map(|(l, r)| r - l).collect();
                let f = |t: f64| {
                    let at = subject.at(y, &along(left, &v, t), Want::Curvature);
                    let slope = dot(&at.gradient, &v);
                    let bend = at.hessian.chunks_exact(v.len()).zip(&v).map(|(h, vi)| vi * dot(h, &v)).sum();
                    if order == 1 { slope } else { bend }
                };
                for piece in 0..8 {
                    let (mut a, mut b) = (f64::from(piece) / 8.0, f64::from(piece + 1) / 8.0);
                    for _ in 0..50 {
                        let middle = 0.5 * (a + b);
                        let here = f(middle);
                        if (here - f(a)).abs() > (f(b) - here).abs() { b = middle } else { a = middle }
                    }
                    let jump = (f(b) - f(a)).abs();
                    law.require(jump <= 1e-6 * (1.0 + f(a).abs()), || {
                        let eta = along(left, &v, a);
                        format!(
                            "{name}, but at y = {y:?} derivative {order} jumps by {jump:e} at eta = {eta:?}"
                        )
                    })?;
                }
            }
        }
    }
    Ok(())
}
