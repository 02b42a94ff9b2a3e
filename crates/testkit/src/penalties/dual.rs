//! Duality: the conjugate, its domain, and the λ from which on all coefficients vanish.

use super::{LAMBDAS, Steps, Subject};
use crate::numeric::{close, normals};
use crate::violation::Verdict;
use thalweg_core::Vertex;

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The point of the domain of P* next to v, by Moreau's identity: the prox of σP* with a σ for which P* itself moves nothing.
fn nearest(subject: &Subject, v: &[f64], lambda: f64) -> Vec<f64> {
    const SIGMA: f64 = 1e-30;
    let far: Vec<f64> = v.iter().map(|v| v / SIGMA).collect();
    let z = subject.prox(&far, &Steps::Uniform(1.0 / SIGMA), lambda);
    v.iter().zip(&z).map(|(v, z)| v - SIGMA * z).collect()
}

/// P(b) + P*(v) ≥ vᵀb for all b, with equality at subgradients v = (u − prox u)/t of b = prox u.
///
/// # Errors
/// The violation.
pub fn fenchel_young(subject: &Subject) -> Verdict {
    let law = subject.law("fenchel-young");
    if !subject.convex {
        return Ok(());
    }
    for (lambda, t) in LAMBDAS.into_iter().flat_map(|l| [(l, 0.3), (l, 4.0)]) {
        for u in subject.points() {
            let b = subject.prox(&u, &Steps::Uniform(t), lambda);
            let mut v: Vec<f64> = u.iter().zip(&b).map(|(u, b)| (u - b) / t).collect();
            // Rounding may put a subgradient outside a bounded domain by its last bit.
            let rounding = 1e-12 * u.iter().chain(&b).map(|x| x.abs()).sum::<f64>() / t;
            let mut scale = subject.penalty.dual_scale(&v, lambda);
            let near = nearest(subject, &v, lambda);
            if scale == 0.0 && v.iter().zip(&near).all(|(v, near)| (v - near).abs() <= rounding) {
                // So it does where the domain is flat: in the plane of sum 0, for one, or on a ray.
                scale = subject.penalty.dual_scale(&near, lambda);
                v = near;
            }
            let reachable = scale >= 1.0 - 1e-9 || v.iter().all(|v| v.abs() <= rounding);
            law.require(reachable, || {
                format!("lambda = {lambda}: the subgradient {v:?} of {b:?} has dual_scale {scale}")
            })?;
            v.iter_mut().for_each(|v| *v *= scale);
            let dual = subject.penalty.conjugate(&v, lambda);
            let value = subject.penalty.value(&b, lambda);
            // Large terms of the product may cancel: their rounding is no violation.
            let terms: f64 = v.iter().zip(&b).map(|(v, b)| (v * b).abs()).sum();
            let size = value.abs() + dual.abs() + inner(&v, &b).abs() + 1e-3 + 1e-5 * terms;
            law.require(close(value + dual, inner(&v, &b), 1e-9, size), || {
                format!(
                    "lambda = {lambda}, b = {b:?}, v = {v:?}: {value:e} + {dual:e}, not {:e}",
                    inner(&v, &b)
                )
            })?;
            for other in subject.points() {
                let (value, product) = (subject.penalty.value(&other, lambda), inner(&v, &other));
                law.require(value + dual >= product - 1e-10 * (value + dual.abs() + product.abs()), || {
                    format!("lambda = {lambda}, b = {other:?}, v = {v:?}: {value:e} + {dual:e} < {product:e}")
                })?;
            }
        }
    }
    Ok(())
}

/// `dual_scale` is a number in [0, 1] that brings v into the domain of P*, and 1 where v already lies there.
///
/// # Errors
/// The violation.
pub fn dual_points_are_feasible(subject: &Subject) -> Verdict {
    let law = subject.law("dual-points-are-feasible");
    if !subject.convex {
        return Ok(());
    }
    for lambda in LAMBDAS {
        for v in subject.points() {
            let s = subject.penalty.dual_scale(&v, lambda);
            let scaled: Vec<f64> = v.iter().map(|v| v * s).collect();
            let dual = subject.penalty.conjugate(&scaled, lambda);
            let feasible = (0.0..=1.0).contains(&s) && dual < f64::INFINITY;
            law.require(feasible, || format!("lambda = {lambda}, v = {v:?}: scale {s}, conjugate {dual}"))?;
            let inside = subject.penalty.conjugate(&v, lambda) < f64::INFINITY;
            law.require(!inside || s == 1.0, || {
                format!("lambda = {lambda}: {v:?} is feasible, yet its scale is {s}")
            })?;
        }
    }
    Ok(())
}

/// Where a constraint knows where linear functions gᵀs are least, s is a point of the set, gᵀs = −P*(−g), and a vertex along an axis has no
/// other entry. What is no constraint knows nothing of the kind.
///
/// # Errors
/// The violation.
pub fn linear_minimizers_support_the_set(subject: &Subject) -> Verdict {
    let law = subject.law("linear-minimizers-support-the-set");
    for g in subject.points() {
        let mut s = vec![f64::NAN; subject.dim];
        let mut known = true;
        for (k, range) in subject.runs() {
            let vertex = subject.penalty.linear_minimizer(k, &g[range.clone()], &mut s[range.clone()]);
            known &= vertex != Vertex::Unknown;
            let alone = |at: usize| range.clone().all(|i| i == range.start + at || s[i] == 0.0);
            law.require(!matches!(vertex, Vertex::Axis(at) if !alone(at)), || {
                format!("{vertex:?}, but s = {s:?}")
            })?;
        }
        if !known {
            continue;
        }
        law.require(subject.penalty.is_constraint(), || "an oracle of no constraint".to_owned())?;
        let against: Vec<f64> = g.iter().map(|g| -g).collect();
        let (least, wanted) = (inner(&g, &s), -subject.penalty.conjugate(&against, 1.0));
        let inside = subject.penalty.value(&s, 1.0) == 0.0;
        law.require(inside && close(least, wanted, 1e-13, wanted.abs()), || {
            format!("g = {g:?}: s = {s:?} gives {least:e}, not {wanted:e}; inside the set: {inside}")
        })?;
    }
    Ok(())
}

/// At b = 0 the violation is 0 for λ ≥ `lambda_max` and positive below it. The gradient of blocks that no λ puts at rest is 0: they have been
/// fitted.
///
/// # Errors
/// The violation.
pub fn lambda_max_is_the_threshold(subject: &Subject) -> Verdict {
    let law = subject.law("lambda-max-is-the-threshold");
    for i in 0..10 {
        let mut g = normals("gradient", i, subject.dim, 2.0);
        for (k, range) in subject.blocks().into_iter().enumerate() {
            if subject.penalty.violation(k, &vec![0.0; range.len()], &g[range.clone()], 1e12) > 0.0 {
                g[range].fill(0.0);
            }
        }
        let Some(threshold) = subject.penalty.lambda_max(&g) else { continue };
        let largest = |lambda: f64| {
            let one = |(k, range): (usize, core::ops::Range<usize>)| {
                subject.penalty.violation(k, &vec![0.0; range.len()], &g[range], lambda)
            };
            subject.blocks().into_iter().enumerate().map(one).fold(0.0, f64::max)
        };
        let (above, below) = (largest(threshold * (1.0 + 1e-12)), largest(threshold * (1.0 - 1e-6)));
        law.require(above <= 1e-12 * (1.0 + threshold) && below > 0.0, || {
            format!("g = {g:?}, lambda_max = {threshold}: violations {above:e} above it, {below:e} below")
        })?;
    }
    Ok(())
}

/// Inside its margin a point may move in any direction while b = 0 stays optimal.
///
/// # Errors
/// The violation.
pub fn margins_are_safe(subject: &Subject) -> Verdict {
    let law = subject.law("margins-are-safe");
    for lambda in LAMBDAS {
        for v in subject.points() {
            for (k, range) in subject.blocks().into_iter().enumerate() {
                let (v, zero) = (&v[range.clone()], vec![0.0; range.len()]);
                let margin = subject.penalty.margin(k, v, lambda);
                law.require(margin >= 0.0, || format!("lambda = {lambda}, v = {v:?}: margin {margin:e}"))?;
                let length = |d: &[f64]| d.iter().map(|d| d * d).sum::<f64>().sqrt();
                let mut ways: Vec<Vec<f64>> = (0..8).map(|i| normals("way", i, v.len(), 1.0)).collect();
                // Outwards, along v and along its largest entry, the way is shortest.
                ways.push(v.to_vec());
                let largest = v.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
                ways.push(v.iter().map(|v| if v.abs() == largest { *v } else { 0.0 }).collect());
                for way in ways.iter().filter(|way| length(way) > 0.0) {
                    let far = margin * (1.0 - 1e-9) / length(way);
                    let g: Vec<f64> = v.iter().zip(way).map(|(v, d)| -(v + far * d)).collect();
                    let violation = subject.penalty.violation(k, &zero, &g, lambda);
                    law.require(margin == 0.0 || violation == 0.0, || {
                        format!("lambda = {lambda}, v = {v:?}, margin {margin:e}: violation {violation:e} at {g:?}")
                    })?;
                }
            }
        }
    }
    Ok(())
}
