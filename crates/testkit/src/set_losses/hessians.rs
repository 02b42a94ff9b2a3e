//! Hessians are symmetric, semidefinite where the loss is convex, and change no faster than is said.

use thalweg_core::Want;

use super::{Subject, action, along, direction, dot, evaluate, largest, properties, terms};
use crate::numeric::{close, derivative};
use crate::violation::Verdict;

/// uᵀHv = vᵀHu; vᵀHv ≥ 0 if the loss is convex; the curvatures are the diagonal blocks of H.
///
/// # Errors
/// The violation.
pub fn hessians_are_symmetric(subject: &Subject) -> Verdict {
    let law = subject.law("hessians-are-symmetric");
    for (i, (_, loss, eta)) in subject.cases(law)?.into_iter().enumerate() {
        let count = eta.len();
        for pair in 0..4 {
            let [u, v] = [0, 1].map(|k| direction("symmetric", 8 * i + 2 * pair + k, count));
            let (Some(hu), Some(hv)) = (action(&*loss, &eta, &u), action(&*loss, &eta, &v)) else {
                return Ok(());
            };
            let (left, right) = (dot(&u, &hv), dot(&v, &hu));
            let size = terms(&u, &hv) + terms(&v, &hu);
            law.require(close(left, right, 1e-12, size), || {
                format!("uᵀHv is {left:e}, but vᵀHu is {right:e}, at eta = {eta:?}")
            })?;
            let bend = dot(&u, &hu);
            law.require(!properties(&*loss).convex || bend >= -1e-13 * terms(&u, &hu), || {
                format!("convex, but along {u:?} the curvature is {bend:e}, at eta = {eta:?}")
            })?;
        }
        let (k, at) = (loss.outputs(), evaluate(&*loss, &eta, Want::Curvature));
        for column in (0..count).step_by(count.div_ceil(16)) {
            let unit: Vec<f64> = (0..count).map(|j| f64::from(u8::from(j == column))).collect();
            let Some(product) = action(&*loss, &eta, &unit) else { return Ok(()) };
            let row = column / k;
            for r in 0..k {
                let (found, expected) = (at.curvature[(row * k + r) * k + column % k], product[row * k + r]);
                law.require(close(found, expected, 1e-12, 1.0 + largest(&product)), || {
                    format!("a curvature of row {row} is {found:e}, but {expected:e} in the Hessian, at eta = {eta:?}")
                })?;
            }
        }
    }
    Ok(())
}

/// |D³[v, v, v]| ≤ M max|v| D²[v, v] along random directions v with M = `self_concordance`, the third derivative by differences.
///
/// # Errors
/// The violation; also a claim without a `hessian_action` to hold it against.
pub fn self_concordance_is_honest(subject: &Subject) -> Verdict {
    let law = subject.law("self-concordance-is-honest");
    for (i, (_, loss, eta)) in subject.cases(law)?.into_iter().enumerate() {
        let Some(m) = properties(&*loss).self_concordance else { return Ok(()) };
        let signs = |v: Vec<f64>| v.into_iter().map(f64::signum).collect::<Vec<f64>>();
        let one_against_all = |at: usize| {
            (0..eta.len()).map(|j| if j == at % eta.len() { 1.0 } else { -1.0 }).collect::<Vec<f64>>()
        };
        let mut directions: Vec<Vec<f64>> =
            (0..4).map(|k| direction("third", 4 * i + k, eta.len())).collect();
        directions.extend(directions.clone().into_iter().map(signs));
        directions.extend((0..eta.len()).map(one_against_all));
        for v in directions {
            let size = largest(&v);
            let v: Vec<f64> = v.iter().map(|v| v / size).collect();
            let Some(product) = action(&*loss, &eta, &v) else {
                return law.broken("claimed without a hessian_action".to_owned());
            };
            let bend = |t: f64| {
                let there = along(&eta, &v, t);
                action(&*loss, &there, &v).map_or(f64::NAN, |product| dot(&product, &v))
            };
            let (second, third) = (dot(&product, &v), derivative(bend, 0.0, 1.0 / 256.0));
            let noise = 1e-9 * (terms(&product, &v) + 1e-3);
            law.require(third.abs() <= m * second * (1.0 + 1e-6) + noise, || {
                format!("the third derivative is {third:e} and the second {second:e} along {v:?}: self_concordance = {m}, at eta = {eta:?}")
            })?;
        }
    }
    Ok(())
}
