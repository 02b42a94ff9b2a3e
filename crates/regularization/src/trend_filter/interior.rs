//! An interior point of the dual: Mehrotra's predictor and corrector with one band factorisation a step, whose number hardly grows with n.
//!
//! Source: Kim, Koh, Boyd and Gorinevsky, *ℓ₁ trend filtering*, SIAM Rev. 51 (2009); Mehrotra, *On the implementation of a primal–dual interior
//! point method*, SIAM J. Optim. 2 (1992).

use super::banded::Banded;
use super::difference::Difference;
use super::dual::Place;

const STEPS: usize = 60;
/// The products sw relative to the mean |w| at which bounds have told themselves apart.
const TOLERANCE: f64 = 1e-10;

/// x = u/r in [−1, 1] with the distances s from both bounds and their multipliers w. All kept apart, so that none rounds to 0.
#[derive(Debug)]
pub(super) struct Interior {
    x: Vec<f64>,
    s: [Vec<f64>; 2],
    w: [Vec<f64>; 2],
    /// −Dz in the unit of the multipliers, which is Hx − b.
    slope: Vec<f64>,
    dx: Vec<f64>,
    dw: [Vec<f64>; 2],
    z: Vec<f64>,
}

impl Interior {
    pub(super) fn new(n: usize, rows: usize) -> Self {
        let zeros = || vec![0.0; rows];
        let two = || [zeros(), zeros()];
        Self { x: zeros(), s: two(), w: two(), slope: zeros(), dx: zeros(), dw: two(), z: vec![0.0; n] }
    }

    /// z = y − r·tDᵀx.
    pub(super) fn point(&mut self, d: &Difference, y: &[f64], t: &[f64], r: f64) -> &[f64] {
        self.z.copy_from_slice(y);
        d.pull(-r, &self.x, |i| t[i], &mut self.z);
        &self.z
    }

    /// Where the rows are: at the bound that is nearer to them, in its unit, than their multiplier is to 0.
    pub(super) fn place(&self, places: &mut [Place]) {
        let mean = mean(&self.slope);
        for (i, place) in places.iter_mut().enumerate().filter(|(_, place)| **place != Place::Out) {
            *place = if self.s[0][i] * mean < self.w[0][i] {
                Place::Lower
            } else if self.s[1][i] * mean < self.w[1][i] {
                Place::Upper
            } else {
                Place::Free
            };
        }
    }

    /// Runs until the products sw are small.
    pub(super) fn run(
        &mut self,
        d: &Difference,
        y: &[f64],
        t: &[f64],
        r: f64,
        places: &[Place],
        band: &mut Banded,
    ) {
        let inside = |i: usize| places[i] != Place::Out;
        self.x.fill(0.0);
        self.s.iter_mut().for_each(|s| s.fill(1.0));
        let rows = (0..places.len()).filter(|i| inside(*i)).count() as f64;
        // The unit of the multipliers; x = 0 then meets all equations but sw = 0.
        let unit = (0..places.len()).filter(|i| inside(*i)).fold(0.0_f64, |m, i| m.max(d.at(y, i).abs()));
        if !(unit > 0.0 && unit.is_finite()) {
            return;
        }
        for i in 0..places.len() {
            let slope = if inside(i) { -d.at(y, i) / unit } else { 0.0 };
            (self.w[0][i], self.w[1][i]) = (slope.max(0.0) + 0.1, (-slope).max(0.0) + 0.1);
        }
        for _ in 0..STEPS {
            self.point(d, y, t, r);
            for (i, slope) in self.slope.iter_mut().enumerate() {
                *slope = if inside(i) { -d.at(&self.z, i) / unit } else { 0.0 };
            }
            let product = self.product(0.0, inside) / (2.0 * rows);
            let weight = |i: usize| self.w[0][i] / self.s[0][i] + self.w[1][i] / self.s[1][i];
            let done = product <= TOLERANCE * mean(&self.slope);
            if done || !band.factor(r / unit, |i| inside(i).then(|| weight(i))) {
                return;
            }
            self.direction(0.0, 0.0, inside, band);
            let predicted = self.product(self.longest(inside), inside) / (2.0 * rows);
            self.direction((predicted / product).powi(3) * product, 1.0, inside, band);
            let length = (0.995 * self.longest(inside)).min(1.0);
            if !length.is_finite() || length < 1e-10 {
                return;
            }
            self.step(length);
        }
    }

    /// The Newton direction towards sw = `target`, with the products of the last direction's changes times `second` taken off.
    fn direction(&mut self, target: f64, second: f64, inside: impl Fn(usize) -> bool, band: &Banded) {
        let Self { s, w, slope, dx, dw, .. } = self;
        for i in (0..dx.len()).filter(|i| inside(*i)) {
            // s and x move together at the lower bound, against each other at the upper.
            let change = second * dx[i];
            let wanted = [
                target - s[0][i] * w[0][i] - change * dw[0][i],
                target - s[1][i] * w[1][i] + change * dw[1][i],
            ];
            let residual = slope[i] - w[0][i] + w[1][i];
            dx[i] = wanted[0] / s[0][i] - wanted[1] / s[1][i] - residual;
            (dw[0][i], dw[1][i]) = (wanted[0] / s[0][i], wanted[1] / s[1][i]);
        }
        (0..dx.len()).filter(|i| !inside(*i)).for_each(|i| dx[i] = 0.0);
        band.solve(dx);
        for i in (0..dx.len()).filter(|i| inside(*i)) {
            dw[0][i] -= w[0][i] * dx[i] / s[0][i];
            dw[1][i] += w[1][i] * dx[i] / s[1][i];
        }
    }

    /// The longest step up to 1 that keeps s and w from falling below 0.
    fn longest(&self, inside: impl Fn(usize) -> bool) -> f64 {
        let mut length = 1.0_f64;
        for i in (0..self.x.len()).filter(|i| inside(*i)) {
            for (side, ds) in [(0, self.dx[i]), (1, -self.dx[i])] {
                for (x, dx) in [(self.s[side][i], ds), (self.w[side][i], self.dw[side][i])] {
                    if dx < 0.0 {
                        length = length.min(-x / dx);
                    }
                }
            }
        }
        length
    }

    /// Σsw after a step of this length.
    fn product(&self, length: f64, inside: impl Fn(usize) -> bool) -> f64 {
        let one = |side: usize, sign: f64, i: usize| {
            (self.s[side][i] + sign * length * self.dx[i]) * (self.w[side][i] + length * self.dw[side][i])
        };
        (0..self.x.len()).filter(|i| inside(*i)).map(|i| one(0, 1.0, i) + one(1, -1.0, i)).sum()
    }

    fn step(&mut self, length: f64) {
        for i in 0..self.x.len() {
            let dx = length * self.dx[i];
            self.x[i] += dx;
            self.s[0][i] += dx;
            self.s[1][i] -= dx;
            for side in 0..2 {
                self.w[side][i] += length * self.dw[side][i];
            }
        }
    }
}

fn mean(x: &[f64]) -> f64 {
    x.iter().map(|x| x.abs()).sum::<f64>() / x.len() as f64
}
