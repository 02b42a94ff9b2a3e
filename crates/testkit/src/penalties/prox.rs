//! The proximal operator: optimal, a minimiser, firmly nonexpansive; and the violation it makes vanish.

use thalweg_core::{Blocks, Step};

use super::{LAMBDAS, Steps, Subject};
use crate::numeric::{normals, smallest};
use crate::violation::Verdict;

/// (v − z)/t lies in ∂P(z) at z = prox(v): the violation with gradient (z − v)/t is 0.
///
/// # Errors
/// The violation.
pub fn prox_is_optimal(subject: &Subject) -> Verdict {
    let law = subject.law("prox-is-optimal");
    for (lambda, steps) in
        LAMBDAS.into_iter().flat_map(|l| Steps::all(subject).into_iter().map(move |s| (l, s)))
    {
        for v in subject.points() {
            let z = subject.prox(&v, &steps, lambda);
            for (k, range) in subject.blocks().into_iter().enumerate() {
                // Where P is infinitely steep at 0 the violation there is that of the step 1: the larger a step, the sooner it leaves 0.
                let rests = range.clone().all(|j| z[j] == 0.0 && steps.at(j) < 1.0);
                if !subject.convex && rests {
                    continue;
                }
                let g: Vec<f64> = range.clone().map(|j| (z[j] - v[j]) / steps.at(j)).collect();
                let size = |j: usize| (z[j].abs() + v[j].abs() + subject.centre) / steps.at(j);
                let size = range.clone().map(size).sum::<f64>();
                let violation = subject.penalty.violation(k, &z[range.clone()], &g, lambda);
                let slack = 1e-13 * (size + lambda * (1.0 + z[range].iter().map(|z| z.abs()).sum::<f64>()));
                law.require(violation <= slack, || {
                    format!("lambda = {lambda}, {steps:?}, v = {v:?}: z = {z:?} has violation {violation:e}")
                })?;
            }
        }
    }
    Ok(())
}

/// P(z) + Σ(zᵢ − vᵢ)²/(2tᵢ) is smallest at z = prox(v): against a one-dimensional search in each coordinate and random neighbours.
///
/// # Errors
/// The violation.
pub fn prox_minimises(subject: &Subject) -> Verdict {
    let law = subject.law("prox-minimises");
    for (lambda, steps) in
        LAMBDAS.into_iter().flat_map(|l| Steps::all(subject).into_iter().map(move |s| (l, s)))
    {
        for v in subject.points() {
            let z = subject.prox(&v, &steps, lambda);
            let objective = |z: &[f64]| {
                let distance: f64 = (0..z.len()).map(|j| (z[j] - v[j]).powi(2) / (2.0 * steps.at(j))).sum();
                subject.penalty.value(z, lambda) + distance
            };
            let found = objective(&z);
            let slack = 1e-12 * (found.abs() + 1e-3);
            for j in 0..z.len() {
                let along = |c: f64| objective(&[&z[..j], &[c], &z[j + 1..]].concat());
                let reach = 1.0 + v[j].abs();
                let (at, best) = smallest(along, -reach, reach);
                law.require(found <= best + slack, || {
                    format!("lambda = {lambda}, {steps:?}, v = {v:?}: z = {z:?} gives {found:e}, z[{j}] = {at} gives {best:e}")
                })?;
            }
            for i in 0..10 {
                let shift = normals("neighbour", i, z.len(), 0.1);
                let other: Vec<f64> = z.iter().zip(&shift).map(|(z, s)| z + s).collect();
                law.require(found <= objective(&other) + slack, || {
                    format!("lambda = {lambda}, {steps:?}, v = {v:?}: {other:?} is better than z = {z:?}")
                })?;
            }
        }
    }
    Ok(())
}

/// ‖prox u − prox v‖² ≤ ⟨prox u − prox v, u − v⟩ in the metric 1/t, for convex penalties.
///
/// # Errors
/// The violation.
pub fn prox_is_firmly_nonexpansive(subject: &Subject) -> Verdict {
    let law = subject.law("prox-is-firmly-nonexpansive");
    if !subject.convex {
        return Ok(());
    }
    for (lambda, steps) in
        LAMBDAS.into_iter().flat_map(|l| Steps::all(subject).into_iter().map(move |s| (l, s)))
    {
        for pair in subject.points().windows(2) {
            let (u, v) = (&pair[0], &pair[1]);
            let (a, b) = (subject.prox(u, &steps, lambda), subject.prox(v, &steps, lambda));
            let inner =
                |x: &dyn Fn(usize) -> f64| (0..subject.dim).map(|j| (a[j] - b[j]) * x(j) / steps.at(j)).sum();
            let (square, along): (f64, f64) = (inner(&|j| a[j] - b[j]), inner(&|j| u[j] - v[j]));
            law.require(square <= along * (1.0 + 1e-12) + 1e-300, || {
                format!("lambda = {lambda}, {steps:?}, u = {u:?}, v = {v:?}: {square:e} > {along:e}")
            })?;
        }
    }
    Ok(())
}

/// As a distance from −g to a set, the violation is not negative and moves by at most ‖δ‖ when g moves by δ; of two gradients far away in
/// opposite directions one at least is noticed, for no subdifferential holds a whole line. Outside a constraint the set is empty, and the
/// distance +∞.
///
/// # Errors
/// The violation.
pub fn violation_is_a_distance(subject: &Subject) -> Verdict {
    let law = subject.law("violation-is-a-distance");
    if !subject.convex {
        return Ok(());
    }
    for lambda in LAMBDAS {
        let points = subject.points();
        let feasible = points.iter().map(|b| subject.prox(b, &Steps::Uniform(1.0), lambda));
        for b in points.iter().cloned().chain(feasible) {
            for (k, range) in subject.blocks().into_iter().enumerate() {
                let m = range.len();
                let at = |g: &[f64]| subject.penalty.violation(k, &b[range.clone()], g, lambda);
                for i in 0..4 {
                    let (g, shift) = (normals("g", i, m, 1.0 + lambda), normals("shift", i, m, 0.3));
                    let moved: Vec<f64> = g.iter().zip(&shift).map(|(g, s)| g + s).collect();
                    let (here, there) = (at(&g), at(&moved));
                    if subject.penalty.value(&b, lambda) == f64::INFINITY {
                        // Some block is outside; the others are where they should be.
                        let known = |v: f64| v >= 0.0;
                        law.require(known(here) && known(there), || {
                            format!("lambda = {lambda}, b = {b:?}: {here:e} and {there:e} outside the domain")
                        })?;
                        continue;
                    }
                    let length = shift.iter().map(|s| s * s).sum::<f64>().sqrt();
                    let size = here + there + lambda * (1.0 + b.iter().map(|b| b.abs()).sum::<f64>());
                    law.require(here >= 0.0 && (here - there).abs() <= length + 1e-13 * size, || {
                        format!("lambda = {lambda}, b = {b:?}: {here:e} at g = {g:?}, {there:e} at {moved:?}")
                    })?;
                    // Far from a bounded set every direction is nearly normal to it.
                    let far = |sign: f64| g.iter().map(|g| sign * 1e6 * g).collect::<Vec<f64>>();
                    law.require(at(&far(1.0)) > 0.0 || at(&far(-1.0)) > 0.0, || {
                        format!("lambda = {lambda}, b = {b:?}: no violation at g = ±{:?}", far(1.0))
                    })?;
                }
            }
        }
    }
    Ok(())
}

/// The violation is the length of the shortest of all −(g + ∂P(b)), which is the limit of (b − prox(b − tg))/t as t falls to 0: neither a
/// larger nor a smaller set than ∂P(b) is measured.
///
/// # Errors
/// The violation.
pub fn violation_is_the_prox_step(subject: &Subject) -> Verdict {
    let law = subject.law("violation-is-the-prox-step");
    if !subject.convex {
        return Ok(());
    }
    for lambda in [0.05, 1.0] {
        let points: Vec<_> =
            subject.points().into_iter().filter(|b| b.iter().all(|b| b.abs() < 10.0)).collect();
        let kinked = points.iter().map(|b| subject.prox(b, &Steps::Uniform(0.7), lambda));
        for b in points.iter().cloned().chain(kinked) {
            for (i, (k, range)) in (0_u64..).zip(subject.blocks().into_iter().enumerate()) {
                let (b, g) = (&b[range.clone()], normals("gradient of a step", i, range.len(), 1.0 + lambda));
                let violation = subject.penalty.violation(k, b, &g, lambda);
                if violation == f64::INFINITY {
                    continue;
                }
                let length = |d: &[f64]| d.iter().map(|d| d * d).sum::<f64>().sqrt();
                let t = 1e-8 * (1.0 + length(b));
                let mut z: Vec<f64> = b.iter().zip(&g).map(|(b, g)| b - t * g).collect();
                subject.penalty.prox(k, &mut z, Step::Scalar(t), lambda);
                let step: Vec<f64> = z.iter().zip(b).map(|(z, b)| (b - z) / t).collect();
                let (found, size) = (length(&step), 1.0 + lambda + length(&g) + violation + subject.centre);
                law.require((found - violation).abs() <= 1e-5 * size, || {
                    format!("lambda = {lambda}, block {k} at b = {b:?}, g = {g:?}: violation {violation:e}, but a prox step moves by {found:e}")
                })?;
            }
        }
    }
    Ok(())
}

/// At z = prox(v) with its stationary gradient g, a block in the generalised support notices small changes of g along one of the coordinates,
/// or along z itself, in full; of a block outside it each of these directions goes unnoticed in part, one way at least.
///
/// # Errors
/// The violation.
pub fn support_is_honest(subject: &Subject) -> Verdict {
    let law = subject.law("support-is-honest");
    if !subject.convex {
        return Ok(());
    }
    for lambda in LAMBDAS {
        for v in subject.points() {
            let t = 0.7;
            let z = subject.prox(&v, &Steps::Uniform(t), lambda);
            for (k, range) in subject.blocks().into_iter().enumerate() {
                let inside = subject.penalty.in_support(k, &z[range.clone()], lambda);
                let size = range.clone().map(|j| (z[j].abs() + v[j].abs()) / t).sum::<f64>() + lambda;
                let step = 1e-4 * (1.0 + size);
                let length = range.clone().map(|j| z[j] * z[j]).sum::<f64>().sqrt();
                let mut ways: Vec<Vec<f64>> = range
                    .clone()
                    .map(|i| range.clone().map(|j| f64::from(u8::from(i == j))).collect())
                    .collect();
                if length > 0.0 {
                    ways.push(range.clone().map(|j| z[j] / length).collect());
                }
                let at = |way: &[f64], step: f64| {
                    let g = |(d, j): (&f64, usize)| (z[j] - v[j]) / t + step * d;
                    let g: Vec<f64> = way.iter().zip(range.clone()).map(g).collect();
                    subject.penalty.violation(k, &z[range.clone()], &g, lambda)
                };
                let most = ways.iter().map(|way| at(way, step).min(at(way, -step))).fold(0.0, f64::max);
                let noticed = most >= step * (1.0 - 1e-9);
                law.require(noticed == inside, || {
                    format!("lambda = {lambda}, v = {v:?}, block {k} at z = {z:?}: in_support is {inside}, but a change of {step:e} gives {most:e}")
                })?;
            }
        }
    }
    Ok(())
}

/// Where every coefficient is a block, one call over a run of neighbours gives the bits of a call each.
///
/// # Errors
/// The violation.
pub fn runs_of_coordinates_agree(subject: &Subject) -> Verdict {
    let law = subject.law("runs-of-coordinates-agree");
    if !matches!(subject.penalty.blocks(), Blocks::Coordinates) {
        return Ok(());
    }
    for (lambda, steps) in
        LAMBDAS.into_iter().flat_map(|l| Steps::all(subject).into_iter().map(move |s| (l, s)))
    {
        for v in subject.points() {
            let single = subject.prox(&v, &steps, lambda);
            let mut run = v.clone();
            // The first coefficient alone, the others together.
            let (head, tail) = run.split_at_mut(1);
            match &steps {
                Steps::Uniform(t) => {
                    subject.penalty.prox(0, head, Step::Scalar(*t), lambda);
                    subject.penalty.prox(1, tail, Step::Scalar(*t), lambda);
                }
                Steps::Each(t) => {
                    subject.penalty.prox(0, head, Step::Diagonal(&t[..1]), lambda);
                    subject.penalty.prox(1, tail, Step::Diagonal(&t[1..]), lambda);
                }
            }
            law.require(run == single, || {
                format!("lambda = {lambda}, {steps:?}, v = {v:?}: {run:?} together, {single:?} one by one")
            })?;
        }
    }
    Ok(())
}
