//! The proximal operator of the losses of single rows, by values and slopes alone: for splitting methods, which take a loss with kinks as it is.
//!
//! ℓ(z) + ½κ(z − v)² is strictly convex, and its minimiser lies between v and v − ℓ′(v)/κ. Two evaluations bracket it and solve every row
//! whose loss is linear in between; the others go on one by one, by Newton steps where ℓ is smooth and by the tangents at both ends where
//! it has a kink, which for piecewise linear losses are exact.
//!
//! Source: Parikh and Boyd, *Proximal algorithms*, Found. Trends Optim. 1 (2014), section 6.1; the tangents are Kelley's cutting planes,
//! J. SIAM 8 (1960), in one dimension.

use crate::datafit::Datafit;
use crate::design::BLOCK_ROWS;
use crate::loss::{Block, Want, Weights};
use crate::par::Par;
use crate::real::Real;

/// Refinements of one row at most.
const ROUNDS: usize = 100;

/// out_i ← argmin_z w_i ℓ(y_i, z) + (z − v_i)²/(2t) for convex losses of one predictor and one target a row; a row without weight stays.
pub(crate) fn row_prox<T: Real>(datafit: &dyn Datafit<T>, v: &[T], t: T, out: &mut [T], par: Par) {
    let y = datafit.targets();
    par.for_each_chunk(out, BLOCK_ROWS, |chunk, out| {
        let start = chunk * BLOCK_ROWS;
        let (v, y) = (&v[start..start + out.len()], &y[start..start + out.len()]);
        let (mut first, mut second) = ([T::ZERO; BLOCK_ROWS], [T::ZERO; BLOCK_ROWS]);
        let (first, second) = (&mut first[..v.len()], &mut second[..v.len()]);
        let slopes = |z: &[T], out: &mut [T]| {
            let mut block = Block { value: T::ZERO, gradient: out, curvature: &mut [] };
            datafit.evaluate_with(y, Weights::Unit, z, Want::Gradient, &mut block);
        };
        let rate = |i: usize| datafit.weight_of(start + i..start + i + 1) * t;
        slopes(v, first);
        for (i, out) in out.iter_mut().enumerate() {
            *out = v[i] - rate(i) * first[i];
        }
        slopes(out, second);
        for (i, out) in out.iter_mut().enumerate() {
            let rate = rate(i);
            if rate > T::ZERO && first[i] != second[i] {
                let row = Row { datafit, y: &y[i..=i], v: v[i], kappa: rate.recip() };
                *out = row.solve(*out);
            }
        }
    });
}

/// One row: minimise ℓ(z) + ½κ(z − v)².
struct Row<'a, T: Real> {
    datafit: &'a dyn Datafit<T>,
    y: &'a [T],
    v: T,
    kappa: T,
}

/// ℓ, ℓ′ and ℓ″ at z.
#[derive(Copy, Clone)]
struct At<T> {
    z: T,
    value: T,
    slope: T,
    bend: T,
}

impl<T: Real> Row<'_, T> {
    fn at(&self, z: T) -> At<T> {
        let (mut gradient, mut curvature) = ([T::ZERO], [T::ZERO]);
        let mut block = Block { value: T::ZERO, gradient: &mut gradient, curvature: &mut curvature };
        self.datafit.evaluate_with(self.y, Weights::Unit, &[z], Want::Curvature, &mut block);
        let value = block.value;
        At { z, value, slope: gradient[0], bend: curvature[0] }
    }

    /// The slope of the whole at a point.
    fn total(&self, at: &At<T>) -> T {
        at.slope + self.kappa * (at.z - self.v)
    }

    /// The minimiser, between v and `other`.
    fn solve(&self, other: T) -> T {
        let (a, b) = (self.at(self.v), self.at(other));
        let (mut low, mut high) = if a.z < b.z { (a, b) } else { (b, a) };
        let smooth = self.datafit.properties().differentiable;
        let mut best = low;
        for round in 0..ROUNDS {
            let (half, width) = (T::of(0.5), high.z - low.z);
            let small = T::of(2.0) * T::EPSILON * low.z.abs().max(high.z.abs());
            if width <= small || width.is_nan() {
                break;
            }
            let newton = best.z - self.total(&best) / (best.bend + self.kappa);
            if smooth && round > 0 && (newton - best.z).abs() <= T::of(4.0) * T::EPSILON * best.z.abs() {
                // Quadratic convergence has ended in the last digit.
                return best.z;
            }
            let tangents = self.tangents(&low, &high);
            let z = if smooth || round % 3 == 1 { newton } else { tangents };
            // Every third step halves the bracket, whatever the others do.
            let z = if round % 3 == 2 || !(low.z < z && z < high.z) { low.z + half * width } else { z };
            let at = self.at(z);
            let total = self.total(&at);
            // Both tangents meet the loss here: a kink, with the minimiser on it.
            let on_kink = !smooth && z == tangents && self.touches(&low, &high, &at);
            let rounding = T::of(4.0) * T::EPSILON * (at.slope.abs() + self.kappa * (z - self.v).abs());
            if on_kink || (rounding.is_finite() && total.abs() <= rounding) {
                return z;
            }
            best = at;
            if total > T::ZERO {
                high = at;
            } else {
                low = at;
            }
        }
        low.z + T::of(0.5) * (high.z - low.z)
    }

    /// The minimiser of ½κ(z − v)² plus the larger of the tangents at both ends.
    fn tangents(&self, low: &At<T>, high: &At<T>) -> T {
        let (left, right) = (self.v - low.slope / self.kappa, self.v - high.slope / self.kappa);
        let meet =
            low.z + (high.value - low.value - high.slope * (high.z - low.z)) / (low.slope - high.slope);
        if left <= meet {
            left
        } else if right >= meet {
            right
        } else {
            meet
        }
    }

    /// Whether the loss at a point is no more than rounding above the tangents from both ends.
    fn touches(&self, low: &At<T>, high: &At<T>, at: &At<T>) -> bool {
        let from = |end: &At<T>| end.value + end.slope * (at.z - end.z);
        let scale = at.value.abs().max(low.value.abs()).max(high.value.abs());
        at.value - from(low).max(from(high)) <= T::of(8.0) * T::EPSILON * scale
            && from(low) - from(high) <= T::of(8.0) * T::EPSILON * scale
            && from(high) - from(low) <= T::of(8.0) * T::EPSILON * scale
    }
}
