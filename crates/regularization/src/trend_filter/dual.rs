//! The prox of λ‖Db‖₁ by its dual, min ½Σ(yᵢ − tᵢ(Dᵀu)ᵢ)²/tᵢ over |u| ≤ r, with z = y − tDᵀu: an interior point names the rows at their bounds, and
//! the equations that are left are solved to rounding.

use super::banded::Banded;
use super::difference::Difference;
use super::interior::Interior;
use super::polynomial::fit;

/// Changes of the rows at bounds at most; none to three do where the interior point has ended well.
const CHANGES: usize = 30;
/// Corrections of a solution at most.
const CORRECTIONS: usize = 6;
/// How far, relatively, |u| may lie beyond its bound.
const SLACK: f64 = 1e-12;

/// Where a row's u is.
#[derive(Copy, Clone, Debug, PartialEq)]
pub(super) enum Place {
    /// Held at 0: the row is not part of the problem.
    Out,
    /// Between the bounds.
    Free,
    Lower,
    Upper,
}

impl Place {
    /// u/r there.
    fn side(self) -> f64 {
        match self {
            Self::Lower => -1.0,
            Self::Upper => 1.0,
            Self::Out | Self::Free => 0.0,
        }
    }
}

/// The problem and its working memory.
#[derive(Debug)]
pub(super) struct Dual {
    pub(super) difference: Difference,
    pub(super) y: Vec<f64>,
    pub(super) t: Vec<f64>,
    pub(super) places: Vec<Place>,
    pub(super) band: Banded,
    z: Vec<f64>,
    u: Vec<f64>,
    rhs: Vec<f64>,
    best: Vec<f64>,
    scratch: Vec<f64>,
    k: usize,
    interior: Interior,
}

impl Dual {
    /// Over n values, with differences of the (k + 1)-th order.
    pub(super) fn new(n: usize, k: usize) -> Self {
        let rows = n.saturating_sub(k + 1);
        let (values, zeros) = (|| vec![0.0; n], || vec![0.0; rows]);
        Self {
            difference: Difference::new(k),
            y: values(),
            t: values(),
            places: vec![Place::Free; rows],
            band: Banded::new(rows, k + 1),
            z: values(),
            u: zeros(),
            rhs: zeros(),
            best: values(),
            scratch: values(),
            k,
            interior: Interior::new(n, rows),
        }
    }

    /// z for the values and steps (y, t), the rows for which `out` is true left out.
    pub(super) fn solve(
        &mut self,
        entries: impl Iterator<Item = (f64, f64)>,
        r: f64,
        out: impl Fn(usize) -> bool,
    ) -> &[f64] {
        for (i, (y, t)) in entries.enumerate() {
            (self.y[i], self.t[i]) = (y, t);
        }
        self.z.copy_from_slice(&self.y);
        for (i, place) in self.places.iter_mut().enumerate() {
            *place = if out(i) { Place::Out } else { Place::Free };
        }
        if r == 0.0 || self.places.iter().all(|place| *place == Place::Out) {
            return &self.z;
        }
        let Self { band, difference, y, t, z, best, scratch, .. } = self;
        let whole = self.places.iter().all(|place| *place == Place::Free);
        if whole && fit(y, t, self.k, z, [best, scratch]) <= r {
            return &self.z;
        }
        band.load(|i, d| difference.gram(t, i, d));
        self.interior(r);
        &self.z
    }

    /// From the interior point on. Where no set of rows settles, the best z met.
    fn interior(&mut self, r: f64) {
        let Self { interior, difference, y, t, places, band, .. } = self;
        interior.run(difference, y, t, r, places, band);
        self.best.copy_from_slice(interior.point(difference, y, t, r));
        interior.place(places);
        if self.settles(r) {
            return;
        }
        // Also false for NaN.
        let better = self.objective(&self.z, r) <= self.objective(&self.best, r);
        if !better {
            self.z.copy_from_slice(&self.best);
        }
    }

    fn objective(&self, z: &[f64], r: f64) -> f64 {
        let near: f64 = z.iter().zip(&self.y).zip(&self.t).map(|((z, y), t)| (z - y).powi(2) / t).sum();
        0.5 * near + r * (0..self.u.len()).map(|i| self.difference.at(z, i).abs()).sum::<f64>()
    }

    /// Solves for the free rows and moves those that contradict their places, until none does: then z is optimal. False if that does not come to an end.
    fn settles(&mut self, r: f64) -> bool {
        for _ in 0..CHANGES {
            if !self.equations(r) {
                return false;
            }
            let Self { difference, places, z, u, .. } = self;
            let zero = difference.rounding(z);
            let mut settled = true;
            for (i, place) in places.iter_mut().enumerate() {
                let next = match *place {
                    Place::Free if u[i] > r * (1.0 + SLACK) => Place::Upper,
                    Place::Free if u[i] < -r * (1.0 + SLACK) => Place::Lower,
                    Place::Upper | Place::Lower if place.side() * difference.at(z, i) < -zero => Place::Free,
                    same => same,
                };
                settled &= next == *place;
                *place = next;
            }
            if settled {
                return true;
            }
        }
        false
    }

    /// z and u with Dz = 0 in the free rows and u at its bounds elsewhere. The first solution is corrected by the differences that it leaves: u may be
    /// larger than z by orders of magnitude. False if the free rows are too close to dependent for that: pieces of thousands of coefficients.
    fn equations(&mut self, r: f64) -> bool {
        let Self { difference, y, t, places, band, z, u, rhs, .. } = self;
        if !band.factor(1.0, |i| (places[i] == Place::Free).then_some(0.0)) {
            return false;
        }
        for (u, place) in u.iter_mut().zip(places.iter()) {
            *u = r * place.side();
        }
        z.copy_from_slice(y);
        difference.pull(-1.0, u, |i| t[i], z);
        let (mut before, mut left) = (f64::INFINITY, 0.0_f64);
        for _ in 0..CORRECTIONS {
            left = 0.0;
            for (i, rhs) in rhs.iter_mut().enumerate() {
                *rhs = if places[i] == Place::Free { difference.at(z, i) } else { 0.0 };
                left = left.max(rhs.abs());
            }
            if left == 0.0 || left > 0.5 * before {
                break;
            }
            before = left;
            band.solve(rhs);
            for (u, d) in u.iter_mut().zip(rhs.iter()) {
                *u += d;
            }
            difference.pull(-1.0, rhs, |i| t[i], z);
        }
        left <= difference.rounding(z)
    }
}
