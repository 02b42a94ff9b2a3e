//! What a loss says of itself is true: convexity, bounds on its derivatives, continuity, self-concordance.

use super::Subject;
use crate::numeric::uniforms;
use crate::violation::Verdict;

/// Pairs of predictors inside the domain.
fn pairs(subject: &Subject) -> Vec<(f64, f64)> {
    let (low, high) = (subject.domain.0.max(-30.0), subject.domain.1.min(30.0));
    let ends = uniforms("pairs", 400, low, high);
    ends.chunks_exact(2).map(|ends| (ends[0], ends[1])).collect()
}

/// A convex loss lies below its chords; a strongly convex one by ⅛μ(a − b)² more.
///
/// # Errors
/// The violation.
pub fn convexity_is_honest(subject: &Subject) -> Verdict {
    let law = subject.law("convexity-is-honest");
    let p = subject.properties();
    law.require(p.strong_convexity == 0.0 || p.convex, || {
        format!("strong_convexity is {} but convex is false", p.strong_convexity)
    })?;
    if !p.convex {
        return Ok(());
    }
    for y in subject.targets() {
        for (a, b) in pairs(subject) {
            let [left, middle, right] = [a, 0.5 * (a + b), b].map(|eta| subject.wide.at(y, eta)[0]);
            let chord = 0.5 * (left + right) - 0.125 * p.strong_convexity * (a - b) * (a - b);
            let noise = 1e-14 * (left.abs() + right.abs() + y.abs() * (a.abs() + b.abs()));
            law.require(middle <= chord + noise, || {
                format!("at y = {y} the middle of [{a}, {b}] is {middle:e}, above the chord's {chord:e}")
            })?;
        }
        for eta in subject.predictors() {
            let second = subject.wide.at(y, eta)[2];
            law.require(second >= p.strong_convexity * (1.0 - 1e-12), || {
                format!(
                    "at y = {y}, eta = {eta} the second derivative {second:e} is below {}",
                    p.strong_convexity
                )
            })?;
        }
    }
    Ok(())
}

/// |ℓ″| ≤ `curvature_bound` and |ℓ′| ≤ `lipschitz`, pointwise and as difference quotients.
///
/// # Errors
/// The violation.
pub fn curvature_is_honest(subject: &Subject) -> Verdict {
    let law = subject.law("curvature-is-honest");
    let p = subject.properties();
    let bounds = [(1, "lipschitz", p.lipschitz), (2, "curvature_bound", p.curvature_bound)];
    for (order, name, bound) in bounds.into_iter().filter_map(|(k, name, bound)| Some((k, name, bound?))) {
        for y in subject.targets() {
            for eta in subject.predictors() {
                let found = subject.wide.at(y, eta)[order].abs();
                law.require(found <= bound * (1.0 + 1e-12), || {
                    format!(
                        "at y = {y}, eta = {eta} derivative {order} is {found:e}, beyond {name} = {bound}"
                    )
                })?;
            }
            for (a, b) in pairs(subject) {
                let (at_a, at_b) = (subject.wide.at(y, a), subject.wide.at(y, b));
                let rise = (at_a[order - 1] - at_b[order - 1]).abs();
                let noise = 1e-13 * (at_a[order - 1].abs() + at_b[order - 1].abs() + y.abs());
                law.require(rise <= bound * (a - b).abs() + noise, || {
                    format!(
                        "at y = {y} derivative {} rises by {rise:e} on [{a}, {b}]: {name} = {bound}",
                        order - 1
                    )
                })?;
            }
        }
    }
    Ok(())
}

/// A derivative that is said to be continuous has no jump. Found by bisection towards the steeper half of each interval. Between the last two
/// floats a steep continuous function, such as |r|^0.02 sign r, steps as far as a jump does; but it still rises beside them.
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
        for y in subject.targets() {
            let f = |eta: f64| subject.wide.at(y, eta)[order];
            let mut grid = subject.predictors();
            grid.sort_by(f64::total_cmp);
            for ends in grid.windows(2) {
                let (mut a, mut b) = (ends[0], ends[1]);
                for _ in 0..60 {
                    let middle = 0.5 * (a + b);
                    if (f(middle) - f(a)).abs() > (f(b) - f(middle)).abs() { b = middle } else { a = middle }
                }
                let jump = (f(b) - f(a)).abs();
                // From one interval beside the step on: where it is a jump, its middle value may lie on either end.
                let (near, wide) = (b - a, 512.0 * (b - a));
                let beside = (f(b + wide) - f(b + near)).abs() + (f(a - near) - f(a - wide)).abs();
                let rises = beside > 1e-3 * jump;
                law.require(rises || jump <= 1e-6 * (1.0 + f(a).abs()), || {
                    format!("{name}, but at y = {y} derivative {order} jumps by {jump:e} at eta = {a}")
                })?;
            }
        }
    }
    Ok(())
}

/// |ℓ‴| ≤ M ℓ″ with M = `self_concordance`, as what it says of two points: ln ℓ″ changes by at most M times their distance. That is free of
/// truncation and holds where ℓ″ bends, too.
///
/// # Errors
/// The violation.
pub fn self_concordance_is_honest(subject: &Subject) -> Verdict {
    let law = subject.law("self-concordance-is-honest");
    let Some(m) = subject.properties().self_concordance else { return Ok(()) };
    for y in subject.targets() {
        for eta in subject.predictors() {
            let edge = (eta - subject.domain.0).min(subject.domain.1 - eta);
            let h = (0.5 * edge).min(1.0 / 128.0);
            let [left, right] = [eta - h, eta + h].map(|eta| subject.wide.at(y, eta)[2]);
            // Two zeros agree; below the normal numbers a ratio says nothing.
            if left == right || left.max(right) < f64::MIN_POSITIVE / f64::EPSILON {
                continue;
            }
            let (rise, width) = ((right / left).ln().abs(), 2.0 * h);
            law.require(rise <= width * (m * (1.0 + 1e-6) + 1e-9) + 16.0 * f64::EPSILON, || {
                format!("around y = {y}, eta = {eta} ln l'' changes by {rise:e} over {width:e}: M = {m}")
            })?;
        }
    }
    Ok(())
}

/// Where y is the response of η, no other predictor has a smaller loss.
///
/// # Errors
/// The violation.
pub fn response_is_honest(subject: &Subject) -> Verdict {
    let law = subject.law("response-is-honest");
    let p = subject.properties();
    let Some(response) = p.response else { return Ok(()) };
    for best in subject.predictors() {
        let y: f64 = response.of(best);
        // A count is a response between two counts, of which the mean is no target.
        if !p.target.admits(y) {
            continue;
        }
        let least = subject.wide.at(y, best)[0];
        for other in subject.predictors().into_iter().chain([best - 1e-3, best + 1e-3]) {
            let value = if subject.admits(other) { subject.wide.at(y, other)[0] } else { f64::INFINITY };
            let noise = 1e-14 * (1.0 + least.abs() + y.abs() * (1.0 + best.abs() + other.abs()));
            law.require(value.is_nan() || value >= least - noise, || {
                format!(
                    "at y = {y:e}, the response of {best}, the loss is {least:e}, but {value:e} at {other}"
                )
            })?;
        }
    }
    Ok(())
}
