//! The range of a polynomial on an interval.
//!
//! Where the slope keeps its sign, the ends give the range to the last bits. Elsewhere the interval is halved, until the pieces that could
//! still widen the range are too narrow to matter; those are enclosed by Horner's rule and by the centred form p(m) + p′(X)(X − m).
//! Cost: O(d) a piece. Source: Neumaier, *Interval Methods for Systems of Equations* (1990), sections 2.3 and 2.4.

use std::collections::VecDeque;

use thalweg_core::Scalar;

use crate::taylor::Interval;

/// How often the interval is halved at most, and how many pieces are looked at.
const DEPTH: u32 = 30;
const PIECES: usize = 1000;
/// The part of the range's width by which it may be too wide, where the limits above allow.
const ACCURACY: f64 = 1e-8;

/// tᵏ.
pub(super) fn power(t: Interval, k: usize) -> Interval {
    i32::try_from(k).map_or(Interval::ENTIRE, |k| t.powi(k))
}

/// Σ aₖ tᵏ by Horner's rule.
fn horner(a: &[f64], t: Interval) -> Interval {
    a.iter().rev().fold(Interval::ZERO, |sum, &a| sum * t + Interval::point(a))
}

/// Σ k aₖ tᵏ⁻¹ by Horner's rule.
fn slope(a: &[f64], t: Interval) -> Interval {
    let terms = a.iter().enumerate().skip(1).rev();
    terms.fold(Interval::ZERO, |sum, (k, &a)| sum * t + Interval::point(k as f64) * Interval::point(a))
}

/// The hull of the values at the two ends of `t`.
pub(super) fn ends(a: &[f64], t: Interval) -> Interval {
    horner(a, Interval::point(t.lo())).hull(horner(a, Interval::point(t.hi())))
}

/// The range of Σ aₖ tᵏ for t in a finite interval.
pub(super) fn polynomial(a: &[f64], t: Interval) -> Interval {
    let whole = horner(a, t);
    if t.is_point() {
        return whole;
    }
    // Values that are taken for sure: what lies within them needs no closer look.
    let mut range = ends(a, t);
    let noise = 4.0 * f64::EPSILON * whole.magnitude();
    // First in, first out: all pieces are equally narrow when their number runs out.
    let mut pieces = VecDeque::from([(t, 0)]);
    let mut seen = 0;
    while let Some((t, depth)) = pieces.pop_front() {
        seen += 1;
        let slope = slope(a, t);
        let value = if slope.lo() >= 0.0 || slope.hi() <= 0.0 {
            ends(a, t)
        } else {
            let middle = Interval::point(t.midpoint());
            let centre = horner(a, middle);
            range = range.hull(centre);
            let value = horner(a, t).refined(centre + slope * (t - middle));
            let excess = (value.hi() - range.hi()).max(range.lo() - value.lo());
            let m = t.midpoint();
            if excess > noise.max(ACCURACY * range.width())
                && depth < DEPTH
                && seen < PIECES
                && t.lo() < m
                && m < t.hi()
            {
                pieces.push_back((Interval::point(t.lo()).hull(middle), depth + 1));
                pieces.push_back((middle.hull(Interval::point(t.hi())), depth + 1));
                continue;
            }
            value
        };
        range = range.hull(value);
    }
    range.refined(whole)
}
