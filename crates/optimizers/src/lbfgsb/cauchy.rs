//! The generalized Cauchy point and the subspace step of L-BFGS-B: where the quadratic model leads within the box.
//!
//! Source: Byrd, Lu, Nocedal and Zhu, *A limited memory algorithm for bound constrained optimization*, SIAM J. Sci. Comput. 16 (1995),
//! algorithms CP and section 5.1; Morales and Nocedal, *Remark on algorithm 778*, ACM TOMS 38 (2011), for the projected subspace step.

use core::cmp::Ordering;

use thalweg_core::{Real, vector};

use super::compact::Compact;

/// The box and gradient of a step, and the point the model leads to.
pub(super) struct Model<'a, T: Real> {
    pub(super) x: &'a [T],
    pub(super) g: &'a [T],
    pub(super) lower: &'a [T],
    pub(super) upper: &'a [T],
    pub(super) compact: &'a mut Compact<T>,
}

/// Buffers; all memory is taken once.
#[derive(Clone, Debug)]
pub(super) struct Scratch<T> {
    /// The Cauchy point, then the minimiser within its face.
    pub(super) point: Vec<T>,
    cauchy: Vec<T>,
    d: Vec<T>,
    breaks: Vec<T>,
    order: Vec<usize>,
    free: Vec<usize>,
    /// c, p, a row of W, and M times it.
    c: Vec<T>,
    p: Vec<T>,
    w: Vec<T>,
    mw: Vec<T>,
}

impl<T: Real> Scratch<T> {
    pub(super) fn new(n: usize, width: usize) -> Self {
        let zeros = |n: usize| vec![T::ZERO; n];
        Self {
            point: zeros(n),
            cauchy: zeros(n),
            d: zeros(n),
            breaks: zeros(n),
            order: Vec::with_capacity(n),
            free: Vec::with_capacity(n),
            c: zeros(width),
            p: zeros(width),
            w: zeros(width),
            mw: zeros(width),
        }
    }
}

impl<T: Real> Model<'_, T> {
    /// Writes the first minimiser of the model along the projected steepest descent to `s.point`, and c = Wᵀ(point − x) to `s.c`.
    pub(super) fn cauchy_point(&mut self, s: &mut Scratch<T>) {
        let n = self.x.len();
        s.point.copy_from_slice(self.x);
        s.order.clear();
        for k in 0..n {
            let g = self.g[k];
            s.breaks[k] = match g {
                g if g < T::ZERO => (self.x[k] - self.upper[k]) / g,
                g if g > T::ZERO => (self.x[k] - self.lower[k]) / g,
                _ => T::INFINITY,
            };
            s.d[k] = if s.breaks[k] > T::ZERO { -g } else { T::ZERO };
            if s.breaks[k] > T::ZERO && s.breaks[k].is_finite() {
                s.order.push(k);
            }
        }
        let breaks = &s.breaks;
        s.order.sort_unstable_by(|a, b| {
            breaks[*a].partial_cmp(&breaks[*b]).unwrap_or(Ordering::Equal).then(a.cmp(b))
        });
        let theta = self.compact.theta;
        self.compact.project(&s.d, &mut s.p);
        s.c.fill(T::ZERO);
        s.mw.copy_from_slice(&s.p);
        self.compact.middle(&mut s.mw);
        let mut slope = -vector::norm2_squared(&s.d);
        let start = -theta * slope;
        let mut curvature = start - vector::dot(&s.mw, &s.p);
        let mut at = T::ZERO;
        let mut best = -slope / curvature;
        for i in 0..s.order.len() {
            let k = s.order[i];
            let span = s.breaks[k] - at;
            if best < span || slope >= T::ZERO {
                break;
            }
            let g = self.g[k];
            s.point[k] = if g < T::ZERO { self.upper[k] } else { self.lower[k] };
            let z = s.point[k] - self.x[k];
            vector::axpy(span, &s.p, &mut s.c);
            self.compact.row(k, &mut s.w);
            s.mw.copy_from_slice(&s.w);
            self.compact.middle(&mut s.mw);
            slope += span * curvature + g * g + theta * g * z - g * vector::dot(&s.mw, &s.c);
            curvature -=
                theta * g * g + g * (T::of(2.0) * vector::dot(&s.mw, &s.p) + g * vector::dot(&s.mw, &s.w));
            curvature = curvature.max(T::EPSILON * start);
            vector::axpy(g, &s.w, &mut s.p);
            s.d[k] = T::ZERO;
            at = s.breaks[k];
            best = -slope / curvature;
        }
        // What is left to go may be nothing, and is not a number where every coordinate is at its bound.
        let best = if best > T::ZERO { best } else { T::ZERO };
        let rest = if best.is_finite() { best } else { T::ZERO };
        at += rest;
        for k in 0..n {
            if s.d[k] != T::ZERO {
                s.point[k] = (self.x[k] + at * s.d[k]).max(self.lower[k]).min(self.upper[k]);
            }
        }
        vector::axpy(rest, &s.p, &mut s.c);
    }

    /// Moves the point to the minimiser of the model over the coordinates that the Cauchy point leaves free, projected onto the box if that
    /// still points downhill, else cut where it leaves it.
    pub(super) fn subspace_step(&mut self, s: &mut Scratch<T>) {
        s.free.clear();
        s.free.extend(
            (0..self.x.len()).filter(|k| self.lower[*k] < s.point[*k] && s.point[*k] < self.upper[*k]),
        );
        if s.free.is_empty() || self.compact.is_empty() {
            return;
        }
        s.cauchy.copy_from_slice(&s.point);
        let inverse = self.compact.theta.recip();
        // d ← r = g + θ(point − x) − W M c on the free coordinates, 0 elsewhere.
        for (k, d) in s.d.iter_mut().enumerate() {
            *d = self.g[k] + self.compact.theta * (s.point[k] - self.x[k]);
        }
        s.mw.copy_from_slice(&s.c);
        self.compact.middle(&mut s.mw);
        self.compact.add(-T::ONE, &s.mw, &mut s.d);
        let mut next = s.free.iter().peekable();
        for (k, d) in s.d.iter_mut().enumerate() {
            if next.peek() == Some(&&k) {
                next.next();
            } else {
                *d = T::ZERO;
            }
        }
        self.compact.project(&s.d, &mut s.p);
        if !self.compact.subspace(&s.free, &mut s.p, &mut s.w) {
            return;
        }
        // d ← −r/θ − W(…)/θ².
        vector::scale(-inverse, &mut s.d);
        self.compact.add(-inverse * inverse, &s.p, &mut s.d);
        let mut slope = T::ZERO;
        for k in &s.free {
            s.point[*k] = (s.cauchy[*k] + s.d[*k]).max(self.lower[*k]).min(self.upper[*k]);
        }
        for (k, point) in s.point.iter().enumerate() {
            slope += self.g[k] * (*point - self.x[k]);
        }
        if slope < T::ZERO {
            return;
        }
        let mut share = T::ONE;
        for k in &s.free {
            let room = if s.d[*k] > T::ZERO { self.upper[*k] } else { self.lower[*k] } - s.cauchy[*k];
            if s.d[*k] != T::ZERO {
                share = share.min(room / s.d[*k]);
            }
        }
        for k in &s.free {
            let moved = s.cauchy[*k] + share * s.d[*k];
            s.point[*k] = moved.max(self.lower[*k]).min(self.upper[*k]);
        }
    }
}
