//! The mathematics that losses of class probabilities p = softmax(η) share: cross-entropy with a goal c over the K classes, of sum s,
//! ℓ = Σ cₖ(ln Σ e^η − ηₖ), ∂ℓ/∂η = s p − c, ∂²ℓ/∂η² = s(diag(p) − ppᵀ).
//!
//! With m = max η and the top class t, where c is largest, nothing cancels:
//! ℓ = s ln(Σ e^(η − m)) + Σ cₖ(m − ηₖ) has terms ≥ 0 only, and s p_t − c_t = (s − c_t) − s Σ_{k≠t} pₖ is exact as p_t tends to 1.

use thalweg_core::{Block, Error, Real, Result, Rowwise, Target, Want, Weights};

use crate::pointwise::logistic::x_ln_x;

/// What the probabilities of a row are compared with.
pub(super) trait Goal<T: Real>: Copy {
    /// cₖ ≥ 0.
    fn at(&self, k: usize) -> T;
    /// s = Σ cₖ.
    fn sum(&self) -> T;
    /// The class of the largest c.
    fn top(&self) -> usize;
    /// s − c at the top class: Σ of the others.
    fn rest(&self) -> T;
}

/// A loss of class probabilities.
pub(super) trait Categorical<T: Real>: Rowwise<T> {
    type Goal<'y>: Goal<T>
    where
        Self: 'y;
    /// The goal of a row of targets.
    fn goal<'y>(&'y self, y: &'y [T]) -> Self::Goal<'y>;
}

pub(super) fn classes(classes: usize) -> Result<u32> {
    match u32::try_from(classes) {
        Ok(classes) if classes >= 2 => Ok(classes),
        _ => Err(Error::invalid_parameter("classes", classes, "it must be two or more")),
    }
}

pub(super) const SMOOTHING_RULE: &str = "it must lie in [0, 1)";

pub(super) fn smoothing(smoothing: f64) -> Result<f64> {
    if (0.0..1.0).contains(&smoothing) {
        Ok(smoothing)
    } else {
        Err(Error::invalid_parameter("smoothing", smoothing, SMOOTHING_RULE))
    }
}

/// How far the sum of a row of probabilities may be from 1.
pub(super) const SUM_TOLERANCE: f64 = 1e-6;

/// The rule that this row breaks as one of probabilities, if any.
pub(super) fn refuses_probabilities<T: Real>(q: &[T]) -> Option<&'static str> {
    let target = Target::UnitInterval;
    if !q.iter().all(|q| target.admits(q.to_f64())) {
        return Some(target.rule());
    }
    let sum: f64 = q.iter().map(|q| q.to_f64()).sum();
    ((sum - 1.0).abs() > SUM_TOLERANCE).then_some("the probabilities of a row must sum to 1 (within 1e-6)")
}

/// c(m − η), a row's share of the loss; a class without a goal may have η = −∞.
#[inline(always)]
fn shortfall<T: Real>(c: T, m: T, eta: T) -> T {
    T::select(c.le(T::ZERO), T::ZERO, c * (m - eta))
}

/// s ln Σ e^(η − m), where `others` is the sum over all classes but the top one, whose own term is `top`.
#[inline(always)]
fn log_sum<T: Real>(s: T, top: T, others: T) -> T {
    s * T::select(top.lt(T::ONE), (top + others).ln(), others.ln_1p())
}

/// Elements of a row taken at a time; sums have as many accumulators.
pub(super) const LANES: usize = 16;

/// One row, along its classes.
#[inline(always)]
pub(super) fn row<T: Real>(
    goal: &impl Goal<T>,
    eta: &[T],
    want: Want,
    gradient: &mut [T],
    hessian: &mut [T],
) -> T {
    let (k, t, s) = (eta.len(), goal.top(), goal.sum());
    let m = largest(eta);
    let (mut others, mut shortfalls) = ([T::ZERO; LANES], [T::ZERO; LANES]);
    let mut e = [T::ZERO; LANES];
    for start in (0..k).step_by(LANES) {
        let width = LANES.min(k - start);
        let mut part = [m; LANES];
        part[..width].copy_from_slice(&eta[start..start + width]);
        for l in 0..LANES {
            let (class, inside) = (start + l, l < width);
            e[l] = (part[l] - m).exp();
            others[l] += if inside & (class != t) { e[l] } else { T::ZERO };
            let c = if inside { goal.at(class.min(k - 1)) } else { T::ZERO };
            shortfalls[l] += shortfall(c, m, part[l]);
        }
        if want >= Want::Gradient {
            gradient[start..start + width].copy_from_slice(&e[..width]);
        }
    }
    let (top, others) = ((eta[t] - m).exp(), fold(others));
    let value = log_sum(s, top, others) + fold(shortfalls);
    if want == Want::Value {
        return value;
    }
    let scale = (top + others).recip();
    if want >= Want::Fisher {
        gradient.iter_mut().for_each(|p| *p *= scale);
        spread(s, gradient, hessian);
        slopes(goal, gradient, others * scale);
    } else {
        for (class, g) in gradient.iter_mut().enumerate() {
            *g = s * (*g * scale) - goal.at(class);
        }
        gradient[t] = goal.rest() - s * (others * scale);
    }
    value
}

/// The gradient in place of the probabilities, of which `others` do not belong to the top class.
#[inline(always)]
fn slopes<T: Real>(goal: &impl Goal<T>, p: &mut [T], others: T) {
    let s = goal.sum();
    for (class, p) in p.iter_mut().enumerate() {
        *p = s * *p - goal.at(class);
    }
    p[goal.top()] = goal.rest() - s * others;
}

#[inline(always)]
fn largest<T: Real>(eta: &[T]) -> T {
    let mut lanes = [eta[0]; LANES];
    let (whole, rest) = eta.as_chunks::<LANES>();
    for part in whole {
        for l in 0..LANES {
            lanes[l] = if part[l] > lanes[l] { part[l] } else { lanes[l] };
        }
    }
    let mut m = eta[0];
    for e in lanes.iter().chain(rest) {
        m = if *e > m { *e } else { m };
    }
    m
}

/// The sum of the lanes along a fixed tree.
#[inline(always)]
pub(super) fn fold<T: Real>(mut lanes: [T; LANES]) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for l in 0..half {
            let right = lanes[l + half];
            lanes[l] += right;
        }
        half /= 2;
    }
    lanes[0]
}

/// s(diag(p) − ppᵀ); p(1 − p) as p times the share of the other classes, which cancels nothing where p is close to 1.
#[inline(always)]
fn spread<T: Real>(s: T, p: &[T], hessian: &mut [T]) {
    for (k, row) in hessian.chunks_exact_mut(p.len()).enumerate() {
        let mut others = T::ZERO;
        for (l, (h, q)) in row.iter_mut().zip(p).enumerate() {
            *h = -(s * (p[k] * *q));
            others += if l == k { T::ZERO } else { *q };
        }
        row[k] = s * (p[k] * others);
    }
}

/// The most classes that a tile has room for.
const TILE_CLASSES: usize = 32;

/// A block of rows: where rows are short, sixteen of them side by side.
#[inline(always)]
pub(super) fn block<T: Real, C: Categorical<T>>(
    loss: &C,
    y: &[T],
    eta: &[T],
    w: Weights<'_, T>,
    want: Want,
    out: &mut Block<'_, T>,
) {
    let (k, width) = (loss.outputs(), loss.targets());
    let goal = |i: usize| loss.goal(&y[i * width..(i + 1) * width]);
    let mut lanes = [T::ZERO; LANES];
    if k > TILE_CLASSES {
        for (i, eta) in eta.chunks_exact(k).enumerate() {
            let gradient =
                if want >= Want::Gradient { &mut out.gradient[i * k..(i + 1) * k] } else { &mut [] };
            let hessian =
                if want >= Want::Fisher { &mut out.curvature[i * k * k..(i + 1) * k * k] } else { &mut [] };
            let value = row(&goal(i), eta, want, gradient, hessian);
            let weight = w.get(i);
            lanes[i % LANES] += weigh(weight, value);
            if !matches!(w, Weights::Unit) {
                gradient.iter_mut().chain(hessian).for_each(|d| *d = weigh(weight, *d));
            }
        }
        out.value = fold(lanes);
        return;
    }
    let rows = eta.len() / k;
    for start in (0..rows).step_by(LANES) {
        let here = LANES.min(rows - start);
        // The last tile is filled up with its first row.
        let at = |l: usize| if l < here { start + l } else { start };
        let mut e = [[T::ZERO; LANES]; TILE_CLASSES];
        let goals: [C::Goal<'_>; LANES] = core::array::from_fn(|l| goal(at(l)));
        for l in 0..LANES {
            let eta = &eta[at(l) * k..(at(l) + 1) * k];
            for (e, eta) in e.iter_mut().zip(eta) {
                e[l] = *eta;
            }
        }
        let (values, others) = tile(&goals, &mut e[..k], want);
        for l in 0..here {
            let weight = w.get(start + l);
            lanes[l] += weigh(weight, values[l]);
            if want == Want::Value {
                continue;
            }
            let row = start + l;
            let gradient = &mut out.gradient[row * k..(row + 1) * k];
            if want == Want::Gradient {
                for (g, e) in gradient.iter_mut().zip(&e) {
                    *g = weigh(weight, e[l]);
                }
                continue;
            }
            for (p, e) in gradient.iter_mut().zip(&e) {
                *p = e[l];
            }
            let hessian = &mut out.curvature[row * k * k..(row + 1) * k * k];
            spread(goals[l].sum(), gradient, hessian);
            slopes(&goals[l], gradient, others[l]);
            gradient.iter_mut().chain(hessian).for_each(|d| *d = weigh(weight, *d));
        }
    }
    out.value = fold(lanes);
}

/// w·x, and 0 in a row of weight 0, even where x is infinite.
#[inline(always)]
fn weigh<T: Real>(w: T, x: T) -> T {
    T::select(w.le(T::ZERO), T::ZERO, w * x)
}

/// Sixteen rows side by side: `e` holds η class by class and is left with the gradient, or with the probabilities where a Hessian is to be made
/// of them. The values are returned, and the share of all classes but the top one.
#[inline(always)]
fn tile<T: Real, G: Goal<T>>(
    goals: &[G; LANES],
    e: &mut [[T; LANES]],
    want: Want,
) -> ([T; LANES], [T; LANES]) {
    let mut m = e[0];
    for eta in e.iter() {
        for l in 0..LANES {
            m[l] = if eta[l] > m[l] { eta[l] } else { m[l] };
        }
    }
    let s: [T; LANES] = core::array::from_fn(|l| goals[l].sum());
    let (mut top, mut others, mut value) = ([T::ZERO; LANES], [T::ZERO; LANES], [T::ZERO; LANES]);
    for (class, e) in e.iter_mut().enumerate() {
        for l in 0..LANES {
            let is_top = goals[l].top() == class;
            value[l] += shortfall(goals[l].at(class), m[l], e[l]);
            e[l] = (e[l] - m[l]).exp();
            top[l] = if is_top { e[l] } else { top[l] };
            others[l] += if is_top { T::ZERO } else { e[l] };
        }
    }
    for l in 0..LANES {
        value[l] += log_sum(s[l], top[l], others[l]);
    }
    if want == Want::Value {
        return (value, others);
    }
    let mut scale = [T::ZERO; LANES];
    for l in 0..LANES {
        scale[l] = (top[l] + others[l]).recip();
        others[l] *= scale[l];
    }
    if want >= Want::Fisher {
        for e in e.iter_mut() {
            for l in 0..LANES {
                e[l] *= scale[l];
            }
        }
    } else {
        for (class, e) in e.iter_mut().enumerate() {
            for l in 0..LANES {
                let is_top = goals[l].top() == class;
                let below = goals[l].rest() - s[l] * others[l];
                e[l] = if is_top { below } else { s[l] * (e[l] * scale[l]) - goals[l].at(class) };
            }
        }
    }
    (value, others)
}

/// ℓ*(u) = Σ vₖ ln(vₖ/s) at v = u + c on s times the simplex.
pub(super) fn conjugate<T: Real>(goal: &impl Goal<T>, u: &[T]) -> T {
    let (mut entropy, mut sum) = (T::ZERO, T::ZERO);
    for (k, u) in u.iter().enumerate() {
        let v = *u + goal.at(k);
        // A goal and its negative slope may differ by their rounding.
        let v = if v < T::ZERO && v >= -T::of(4.0) * T::EPSILON * goal.at(k) { T::ZERO } else { v };
        if v < T::ZERO || v.is_nan() {
            return T::INFINITY;
        }
        entropy += x_ln_x(v);
        sum += v;
    }
    // The simplex up to the rounding of K terms.
    let (s, slack) = (goal.sum(), T::of(8.0 * u.len() as f64) * T::EPSILON);
    if (sum - s).abs() <= slack * s { entropy - x_ln_x(s) } else { T::INFINITY }
}

/// out ← s(p∘v − p(pᵀv)) in O(K); `p` is scratch of length K. With v taken from its entry at the largest p nothing cancels as that p
/// tends to 1.
#[inline(always)]
pub(super) fn hessian_action<T: Real>(goal: &impl Goal<T>, eta: &[T], v: &[T], out: &mut [T], p: &mut [T]) {
    let m = largest(eta);
    let mut origin = T::ZERO;
    for (eta, v) in eta.iter().zip(v) {
        origin = if *eta == m { *v } else { origin };
    }
    let (mut sum, mut mean) = (T::ZERO, T::ZERO);
    for ((p, eta), v) in p.iter_mut().zip(eta).zip(v) {
        *p = (*eta - m).exp();
        sum += *p;
        mean += *p * (*v - origin);
    }
    mean /= sum;
    let scale = goal.sum() / sum;
    for ((out, p), v) in out.iter_mut().zip(p.iter()).zip(v) {
        *out = scale * *p * ((*v - origin) - mean);
    }
}

/// The masses v = u + c are mixed with one distribution q for all rows, v ← (1 − ε)v + ε s q, with the least ε for which a q exists that gives
/// every class its share of the goals.
pub(super) fn balance<T: Real, C: Categorical<T>>(
    loss: &C,
    y: &[T],
    w: Weights<'_, T>,
    slopes: &mut [T],
) -> bool {
    let (k, width) = (loss.outputs(), loss.targets());
    let goal = |i: usize| loss.goal(&y[i * width..(i + 1) * width]);
    let (mut fitted, mut wanted) = (vec![T::ZERO; k], vec![T::ZERO; k]);
    let mut total = T::ZERO;
    for (i, u) in slopes.chunks_exact(k).enumerate() {
        let (goal, w) = (goal(i), w.get(i));
        total += w * goal.sum();
        for (class, u) in u.iter().enumerate() {
            wanted[class] += w * goal.at(class);
            fitted[class] += w * (goal.at(class) + *u);
        }
    }
    let mut epsilon = T::ZERO;
    for (fitted, wanted) in fitted.iter().zip(&wanted) {
        if *fitted <= T::ZERO && *wanted > T::ZERO {
            return false;
        }
        let miss = if *fitted > T::ZERO { (*wanted - *fitted).abs() / *fitted } else { T::ZERO };
        epsilon = if miss > epsilon { miss } else { epsilon };
    }
    if !(epsilon <= T::ONE && total > T::ZERO) {
        return false;
    }
    // Twice the least ε keeps q inside its simplex in spite of rounding.
    epsilon = (epsilon + epsilon).min(T::ONE);
    if epsilon == T::ZERO {
        return true;
    }
    let q: Vec<T> = fitted.iter().zip(&wanted).map(|(p, o)| (*p + (*o - *p) / epsilon) / total).collect();
    for (i, u) in slopes.chunks_exact_mut(k).enumerate() {
        let goal = goal(i);
        for (class, (u, q)) in u.iter_mut().zip(&q).enumerate() {
            *u += epsilon * (goal.sum() * *q - (*u + goal.at(class)));
        }
    }
    true
}
