//! The duality gap of a linear model, by the separate products of the design.

use std::borrow::Cow;

use crate::certificate::Certificate;
use crate::datafit::Datafit;
use crate::design::Design;
use crate::par::Par;
use crate::real::Real;

/// Σ terms with the rounding errors carried along (Neumaier 1974).
pub(crate) fn compensated_sum<T: Real>(terms: impl Iterator<Item = T>) -> T {
    let (mut sum, mut lost) = (T::ZERO, T::ZERO);
    for term in terms {
        let next = sum + term;
        lost += if sum.abs() >= term.abs() { (sum - next) + term } else { (term - next) + sum };
        sum = next;
    }
    sum + lost
}

/// n×K row-major values as K columns of length n.
pub(crate) fn by_output<T: Real>(values: &[T], outputs: usize) -> Cow<'_, [T]> {
    if outputs == 1 {
        return Cow::Borrowed(values);
    }
    (0..outputs).flat_map(|k| values.iter().skip(k).step_by(outputs).copied()).collect()
}

/// Σ|v|/W.
pub(crate) fn mean_abs<T: Real>(values: &[T], inverse: T) -> f64 {
    (values.iter().map(|v| v.abs()).sum::<T>() * inverse).to_f64()
}

/// Σ maxᵢ|xᵢⱼ|·|bⱼ| over all outputs: the size of the terms that a row's predictor is the sum of.
pub(crate) fn predictor_bound<T: Real>(design: &Design<'_, T>, x: &[T]) -> T {
    let q = design.parameters().max(1);
    x.iter().enumerate().map(|(k, b)| design.max_abs(k % q) * b.abs()).sum()
}

/// A point x with what the bound needs to know of it.
pub(crate) struct Primal<'a, T: Real> {
    pub(crate) design: &'a Design<'a, T>,
    pub(crate) datafit: &'a dyn Datafit<T>,
    pub(crate) par: Par,
    /// F(x).
    pub(crate) value: T,
    /// x.
    pub(crate) x: &'a [T],
    /// w ℓ′ of every row and output, not divided by Σw.
    pub(crate) weighted_slopes: &'a [T],
}

/// Slopes in the domain of the conjugate, and the same times the row weights.
pub(crate) struct DualPoint<T> {
    slopes: Vec<T>,
    pub(crate) weighted: Vec<T>,
}

impl<T: Real> Primal<'_, T> {
    /// F(x) minus the dual objective −(1/W) Σ w(ℓ*(u) − u·offset) − P*(v) at v = −Xᵀ(wu)/W. The slopes u = ℓ′(η) are first balanced, so that
    /// an unpenalised intercept's constraint Σ w u = 0 holds, then scaled into the domain of P*. `penalty` scales v (q×K, the intercepts'
    /// entries among them) and returns the factor and P* of the scaled v. Nothing is proven where the conjugate is unknown or infinite.
    pub(crate) fn duality_gap(self, penalty: impl FnOnce(&mut [T]) -> (T, T)) -> Certificate {
        let Some(dual) = self.dual_point() else { return Certificate::None };
        let mut v = vec![T::ZERO; self.x.len()];
        let weighted = by_output(&dual.weighted, self.datafit.outputs());
        self.design.apply_transpose(&weighted, &mut v, self.par);
        self.gap_at(dual, v, penalty)
    }

    /// The balanced slopes; `None` where no conjugate is known.
    pub(crate) fn dual_point(&self) -> Option<DualPoint<T>> {
        let Self { design, datafit, weighted_slopes, .. } = self;
        let outputs = datafit.outputs();
        if !datafit.properties().conjugate_known || weighted_slopes.len() != datafit.rows() * outputs {
            return None;
        }
        let weights = datafit.weights();
        let weight = |at: usize| weights.get(at / outputs);
        let unweighted = |(at, wu): (usize, &T)| match weight(at) {
            w if w > T::ZERO => *wu / w,
            _ => T::ZERO,
        };
        let mut slopes: Vec<T> = weighted_slopes.iter().enumerate().map(unweighted).collect();
        if design.has_intercept() && !datafit.balance(&mut slopes) {
            return None;
        }
        let weighted = slopes.iter().enumerate().map(|(at, u)| *u * weight(at)).collect();
        Some(DualPoint { slopes, weighted })
    }

    /// The gap, given v = Xᵀ(wu) at the dual point.
    pub(crate) fn gap_at(
        self,
        dual: DualPoint<T>,
        mut v: Vec<T>,
        penalty: impl FnOnce(&mut [T]) -> (T, T),
    ) -> Certificate {
        let Self { design, datafit, value, x, weighted_slopes, .. } = self;
        let DualPoint { mut slopes, mut weighted } = dual;
        let (outputs, first) = (datafit.outputs(), usize::from(design.has_intercept()));
        let inverse = datafit.total_weight().recip();
        for v in &mut v {
            *v = -(*v * inverse);
        }
        let (scale, conjugate) = penalty(&mut v);
        for (u, wu) in slopes.iter_mut().zip(&mut weighted) {
            *u *= scale;
            *wu *= scale;
        }
        let Some(rows) = datafit.conjugate(&slopes) else { return Certificate::None };
        let (primal, rows, penalty) = (value.to_f64(), (rows * inverse).to_f64(), conjugate.to_f64());
        let gap = primal + rows + penalty;
        // The terms nearly cancel; what their rounding can hide is added. So is what remains of the intercept's constraint, times twice an
        // intercept: the dual objective is a bound for every x₀ that small.
        let mut rounding = 64.0 * f64::EPSILON * (primal.abs() + rows.abs() + penalty.abs());
        // A predictor is rounded by a few ε of its terms, and so is v: either way the slopes multiply it. Columns far from 0 feel it.
        rounding +=
            16.0 * f64::EPSILON * mean_abs(weighted_slopes, inverse) * predictor_bound(design, x).to_f64();
        if first == 1 {
            for (k, b) in x.chunks_exact(design.parameters()).enumerate() {
                let terms = weighted.iter().skip(k).step_by(outputs).copied();
                let left = (compensated_sum(terms) * inverse).to_f64().abs();
                rounding += 2.0 * left * (1.0 + b[0].to_f64().abs());
            }
        }
        if gap.is_finite() {
            Certificate::DualityGap { bound: gap.max(0.0) + rounding }
        } else {
            Certificate::None
        }
    }
}
