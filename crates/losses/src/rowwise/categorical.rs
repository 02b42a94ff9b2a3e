//! The mathematics that losses of class probabilities p = softmax(η) share: cross-entropy with a goal c over the K classes, of sum s,
//! ℓ = Σ cₖ(ln Σ e^η − ηₖ), ∂ℓ/∂η = s p − c, ∂²ℓ/∂η² = s(diag(p) − ppᵀ).
//!
//! With m = max η and the top class t, where c is largest, nothing cancels:
//! ℓ = s ln(Σ e^(η − m)) + Σ cₖ(m − ηₖ) has terms ≥ 0 only, and s p_t − c_t = (s − c_t) − s Σ_{k≠t} pₖ is exact as p_t tends to 1.

use thalweg_core::{Block, Error, Real, Result, Rowwise, Target, Want, Weights};

use super::tiles;
use crate::pointwise::logistic::x_ln_x;

/// What the probabilities of a row are compared with.
pub(super) trait Goal<T: Real>: Copy {
    /// cₖ ≥ 0.
    fn at(&self, k: usize) -> T;
    /// c of the sixteen classes from `start` on; beyond the last it may be anything.
    fn part(&self, start: usize) -> [T; LANES];
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
    /// The goal of the row of targets that `y` starts with.
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
pub(super) fn shortfall<T: Real>(c: T, m: T, eta: T) -> T {
    T::select(c.le(T::ZERO), T::ZERO, c * (m - eta))
}

/// s ln Σ e^(η − m), where `others` is the sum over all classes but the top one, whose own term is `top`. Where the largest term, 1, is not `top`
/// it is among the others.
#[inline(always)]
pub(super) fn log_sum<T: Real>(s: T, top: T, others: T) -> T {
    s * T::select(top.lt(T::ONE), (others - T::ONE) + top, others).ln_1p()
}

/// Elements of a row taken at a time; sums have as many accumulators.
pub(super) const LANES: usize = 16;

/// The sixteen numbers from `start` on, filled up beyond the last.
#[inline(always)]
pub(super) fn load<T: Real>(x: &[T], start: usize, fill: T) -> [T; LANES] {
    let rest = &x[start..];
    match rest.first_chunk::<LANES>() {
        Some(part) => *part,
        None => {
            let mut part = [fill; LANES];
            part[..rest.len()].copy_from_slice(rest);
            part
        }
    }
}

/// c of the sixteen classes of K from `start` on, 0 beyond the last.
#[inline(always)]
pub(super) fn part<T: Real>(goal: &impl Goal<T>, start: usize, k: usize) -> [T; LANES] {
    let mut c = goal.part(start);
    if start + LANES > k {
        let inside = (k - start) as u32;
        for l in 0..LANES {
            c[l] = if (l as u32) < inside { c[l] } else { T::ZERO };
        }
    }
    c
}

/// Writes as many as there are places from `start` on.
#[inline(always)]
fn store<T: Real>(part: &[T; LANES], start: usize, out: &mut [T]) {
    let rest = &mut out[start..];
    match rest.first_chunk_mut::<LANES>() {
        Some(whole) => *whole = *part,
        None => rest.copy_from_slice(&part[..rest.len()]),
    }
}

/// What a row's loss is made of: e^(η − m) of the top class, their sum over the others, Σ c(m − η).
#[derive(Copy, Clone)]
struct Sums<T> {
    top: T,
    others: T,
    shortfall: T,
}

/// One row, along its classes.
#[inline(always)]
pub(super) fn row<T: Real>(
    goal: &impl Goal<T>,
    eta: &[T],
    want: Want,
    gradient: &mut [T],
    hessian: &mut [T],
) -> T {
    let sums = parts(goal, eta.len(), eta, want, None, gradient);
    if want >= Want::Fisher {
        finish(goal, sums, gradient, hessian);
    }
    log_sum(goal.sum(), sums.top, sums.others) + sums.shortfall
}

/// The probabilities in `gradient` become the gradient, and the Hessian is made of them.
#[inline(always)]
fn finish<T: Real>(goal: &impl Goal<T>, sums: Sums<T>, gradient: &mut [T], hessian: &mut [T]) {
    spread(goal.sum(), gradient, hessian);
    slopes(goal, gradient, sums.others * (sums.top + sums.others).recip());
}

/// The row of K classes at the start of `eta`, sixteen classes at a time. `eta` and `gradient` may go on beyond it, into rows that come later: what
/// is read there counts for nothing, and what is written is written again. `gradient` is left with the gradient, times the weight, or with the
/// probabilities where a Hessian is to be made of them.
#[inline(always)]
fn parts<T: Real>(
    goal: &impl Goal<T>,
    k: usize,
    eta: &[T],
    want: Want,
    weight: Option<T>,
    gradient: &mut [T],
) -> Sums<T> {
    let (t, s) = (goal.top(), goal.sum());
    // Lanes beyond the last class are as if η = −∞ and c = 0.
    let at = |start: usize| {
        let mut x = load(eta, start, -T::INFINITY);
        if start + LANES > k {
            let inside = (k - start) as u32;
            for l in 0..LANES {
                x[l] = if (l as u32) < inside { x[l] } else { -T::INFINITY };
            }
        }
        x
    };
    let mut most = [-T::INFINITY; LANES];
    for start in (0..k).step_by(LANES) {
        let x = at(start);
        for l in 0..LANES {
            most[l] = if x[l] > most[l] { x[l] } else { most[l] };
        }
    }
    let m = largest_of(most);
    let (mut others, mut shortfalls) = ([T::ZERO; LANES], [T::ZERO; LANES]);
    let (mut top, mut e) = (T::ZERO, [T::ZERO; LANES]);
    for start in (0..k).step_by(LANES) {
        let (x, c) = (at(start), part(goal, start, k));
        for l in 0..LANES {
            e[l] = (x[l] - m).exp();
            shortfalls[l] += shortfall(c[l], m, x[l]);
        }
        if want >= Want::Gradient {
            store(&e, start, gradient);
        }
        // One part in a row: a branch that is foreseen costs less than a comparison in every lane.
        if start <= t && t < start + LANES {
            top = e[t - start];
            e[t - start] = T::ZERO;
        }
        for l in 0..LANES {
            others[l] += e[l];
        }
    }
    let sums = Sums { top, others: fold(others), shortfall: fold(shortfalls) };
    if want == Want::Value {
        return sums;
    }
    let scale = (top + sums.others).recip();
    let below = goal.rest() - s * (sums.others * scale);
    for start in (0..k).step_by(LANES) {
        let mut g = load(gradient, start, T::ZERO);
        if want >= Want::Fisher {
            for l in 0..LANES {
                g[l] *= scale;
            }
        } else {
            let c = part(goal, start, k);
            for l in 0..LANES {
                g[l] = s * (g[l] * scale) - c[l];
            }
            if let Some(w) = weight {
                for l in 0..LANES {
                    g[l] = weigh(w, g[l]);
                }
            }
        }
        store(&g, start, gradient);
    }
    if want == Want::Gradient {
        gradient[t] = weight.map_or(below, |w| weigh(w, below));
    }
    sums
}

/// The gradient in place of the probabilities, of which `others` do not belong to the top class.
#[inline(always)]
pub(super) fn slopes<T: Real>(goal: &impl Goal<T>, p: &mut [T], others: T) {
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
pub(super) fn fold<T: Real>(lanes: [T; LANES]) -> T {
    tree(
        lanes,
        #[inline(always)]
        |a, b| a + b,
    )
}

/// The largest of the lanes.
#[inline(always)]
pub(super) fn largest_of<T: Real>(lanes: [T; LANES]) -> T {
    tree(
        lanes,
        #[inline(always)]
        |a, b| if b > a { b } else { a },
    )
}

/// The lanes merged along a fixed tree, halves first.
#[inline(always)]
fn tree<T: Real>(lanes: [T; LANES], merge: impl Fn(T, T) -> T) -> T {
    let eight: [T; 8] = core::array::from_fn(|l| merge(lanes[l], lanes[l + 8]));
    let four: [T; 4] = core::array::from_fn(|l| merge(eight[l], eight[l + 4]));
    merge(merge(four[0], four[2]), merge(four[1], four[3]))
}

/// s(diag(p) − ppᵀ); p(1 − p) as p times the share of the other classes, which cancels nothing where p is close to 1.
#[inline(always)]
pub(super) fn spread<T: Real>(s: T, p: &[T], hessian: &mut [T]) {
    for (k, row) in hessian.chunks_exact_mut(p.len()).enumerate() {
        let mut others = T::ZERO;
        for (l, (h, q)) in row.iter_mut().zip(p).enumerate() {
            *h = -(s * (p[k] * *q));
            others += if l == k { T::ZERO } else { *q };
        }
        row[k] = s * (p[k] * others);
    }
}

/// A block of rows: where rows are short sixteen of them side by side, else each along its classes.
#[inline(always)]
pub(super) fn block<T: Real, C: Categorical<T>>(
    loss: &C,
    y: &[T],
    eta: &[T],
    w: Weights<'_, T>,
    want: Want,
    out: &mut Block<'_, T>,
) {
    if loss.outputs() <= tiles::CLASSES {
        tiles::block(loss, y, eta, w, want, out);
    } else {
        rows(loss, y, eta, w, want, out);
    }
}

/// Rows of many classes, each along them; the logarithms of sixteen rows are taken side by side.
#[inline(always)]
fn rows<T: Real, C: Categorical<T>>(
    loss: &C,
    y: &[T],
    eta: &[T],
    w: Weights<'_, T>,
    want: Want,
    out: &mut Block<'_, T>,
) {
    let (k, width) = (loss.outputs(), loss.targets());
    let mut lanes = [T::ZERO; LANES];
    let rows = eta.len() / k;
    for start in (0..rows).step_by(LANES) {
        let here = LANES.min(rows - start);
        let (mut s, mut top, mut others) = ([T::ZERO; LANES], [T::ONE; LANES], [T::ZERO; LANES]);
        let (mut short, mut weights) = ([T::ZERO; LANES], [T::ZERO; LANES]);
        for l in 0..here {
            let i = start + l;
            let (goal, weight) = (loss.goal(&y[i * width..]), w.get(i));
            let scaled = if matches!(w, Weights::Unit) { None } else { Some(weight) };
            let gradient = if want >= Want::Gradient { &mut out.gradient[i * k..] } else { &mut [] };
            let sums = parts(&goal, k, &eta[i * k..], want, scaled, gradient);
            if want >= Want::Fisher {
                let (gradient, hessian) =
                    (&mut gradient[..k], &mut out.curvature[i * k * k..(i + 1) * k * k]);
                finish(&goal, sums, gradient, hessian);
                gradient.iter_mut().chain(hessian).for_each(|d| *d = weigh(weight, *d));
            }
            (s[l], weights[l]) = (goal.sum(), weight);
            (top[l], others[l], short[l]) = (sums.top, sums.others, sums.shortfall);
        }
        for l in 0..LANES {
            lanes[l] += weigh(weights[l], log_sum(s[l], top[l], others[l]) + short[l]);
        }
    }
    out.value = fold(lanes);
}

/// w·x, and 0 in a row of weight 0, even where x is infinite.
#[inline(always)]
pub(super) fn weigh<T: Real>(w: T, x: T) -> T {
    T::select(w.le(T::ZERO), T::ZERO, w * x)
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
