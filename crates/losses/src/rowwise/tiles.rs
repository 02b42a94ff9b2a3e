//! Losses of few class probabilities: sixteen rows side by side, one array a class, so that a block becomes SIMD code across rows.

use thalweg_core::{Block, Real, Want, Weights};

use super::categorical::{Categorical, Goal, LANES, fold, log_sum, shortfall, slopes, spread, weigh};

/// The most classes that a tile has room for; rows of more are faster each along its classes.
pub(super) const CLASSES: usize = 16;

/// Rows of few classes, sixteen of them side by side.
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
    let goal = |i: usize| loss.goal(&y[i * width..]);
    let mut lanes = [T::ZERO; LANES];
    let rows = eta.len() / k;
    for start in (0..rows).step_by(LANES) {
        let here = LANES.min(rows - start);
        // The last tile is filled up with its first row.
        let at = |l: usize| if l < here { start + l } else { start };
        let mut e = [[T::ZERO; LANES]; CLASSES];
        let goals: [C::Goal<'_>; LANES] = core::array::from_fn(|l| goal(at(l)));
        let mut c = [[T::ZERO; LANES]; CLASSES];
        for l in 0..LANES {
            let part = goals[l].part(0);
            for (c, part) in c[..k].iter_mut().zip(part) {
                c[l] = part;
            }
        }
        for l in 0..LANES {
            let eta = &eta[at(l) * k..(at(l) + 1) * k];
            for (e, eta) in e.iter_mut().zip(eta) {
                e[l] = *eta;
            }
        }
        let (values, others) = tile(&goals, &c[..k], &mut e[..k], want);
        let mut weights = [T::ZERO; LANES];
        for (l, weight) in weights[..here].iter_mut().enumerate() {
            *weight = w.get(start + l);
        }
        if want == Want::Gradient && !matches!(w, Weights::Unit) {
            for e in &mut e[..k] {
                for l in 0..LANES {
                    e[l] = weigh(weights[l], e[l]);
                }
            }
        }
        for l in 0..here {
            let weight = weights[l];
            lanes[l] += weigh(weight, values[l]);
            if want == Want::Value {
                continue;
            }
            let row = start + l;
            let gradient = &mut out.gradient[row * k..(row + 1) * k];
            if want == Want::Gradient {
                for (g, e) in gradient.iter_mut().zip(&e) {
                    *g = e[l];
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

/// Sixteen rows side by side: `e` holds η class by class and is left with the gradient, or with the probabilities where a Hessian is to be made
/// of them. The values are returned, and the share of all classes but the top one.
#[inline(always)]
fn tile<T: Real, G: Goal<T>>(
    goals: &[G; LANES],
    c: &[[T; LANES]],
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
    let rest: [T; LANES] = core::array::from_fn(|l| goals[l].rest());
    let tops: [u32; LANES] = core::array::from_fn(|l| goals[l].top() as u32);
    let (mut top, mut others, mut value) = ([T::ZERO; LANES], [T::ZERO; LANES], [T::ZERO; LANES]);
    for (class, (e, c)) in e.iter_mut().zip(c).enumerate() {
        for l in 0..LANES {
            let is_top = tops[l] == class as u32;
            value[l] += shortfall(c[l], m[l], e[l]);
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
        for (class, (e, c)) in e.iter_mut().zip(c).enumerate() {
            for l in 0..LANES {
                let below = rest[l] - s[l] * others[l];
                let slope = s[l] * (e[l] * scale[l]) - c[l];
                e[l] = if tops[l] == class as u32 { below } else { slope };
            }
        }
    }
    (value, others)
}
