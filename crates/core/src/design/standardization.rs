//! Centring and scaling without touching the data: X̃ = (X − 1mᵀ)S⁻¹ acts on the parameters, b ↦ S⁻¹b and b₀ ↦ b₀ − mᵀS⁻¹b.

use faer::MatMut;

use super::{Design, Storage, dense};
use crate::error::{Error, Result, check_shape};
use crate::gap::compensated_sum;
use crate::loss::Weights;
use crate::par::Par;
use crate::real::Real;

/// The weighted mean mⱼ and standard deviation sⱼ (divisor Σw) of every predictor.
#[derive(Clone, Debug)]
pub(crate) struct Standardization<T> {
    center: Vec<T>,
    scale: Vec<T>,
}

impl<T: Real> Standardization<T> {
    pub(super) fn of(design: &Design<'_, T>, weights: Weights<'_, T>) -> Result<Self> {
        let n = design.rows();
        if let Weights::Each(w) = weights {
            check_shape("length of the weights", n, w.len())?;
        }
        let total = match weights {
            Weights::Unit | Weights::Same(_) => weights.total(n),
            Weights::Each(w) => compensated_sum(w.iter().copied()),
        };
        if !(total.is_finite() && total > T::ZERO) {
            return Err(Error::invalid_parameter("weights", total, "their sum must be positive and finite"));
        }
        let mut moments = vec![[T::ZERO; 2]; design.predictors()];
        Par::Rayon.for_each_chunk(&mut moments, 1, |j, out| out[0] = moments_of(design, j, weights, total));
        let scale = |[_, s]: &[T; 2]| if *s > T::ZERO { *s } else { T::ONE };
        Ok(Self {
            center: moments.iter().map(|[m, _]| *m).collect(),
            scale: moments.iter().map(scale).collect(),
        })
    }

    pub(super) fn select(&self, columns: &[usize]) -> Self {
        Self {
            center: columns.iter().map(|j| self.center[*j]).collect(),
            scale: columns.iter().map(|j| self.scale[*j]).collect(),
        }
    }

    /// What is subtracted from column j: its mean, or nothing without an intercept to take it up.
    #[inline]
    pub(super) fn center(&self, intercept: bool, j: usize) -> T {
        if intercept { self.center[j] } else { T::ZERO }
    }

    #[inline]
    pub(super) fn scale(&self, j: usize) -> T {
        self.scale[j]
    }

    /// Parameters of the standardised columns ↦ parameters of the stored ones.
    pub(super) fn to_raw(&self, intercept: bool, b: &mut [T]) {
        let (first, b) = b.split_at_mut(usize::from(intercept));
        let mut shift = T::ZERO;
        for ((b, s), m) in b.iter_mut().zip(&self.scale).zip(&self.center) {
            *b /= *s;
            shift += *m * *b;
        }
        if let [first] = first {
            *first -= shift;
        }
    }

    pub(super) fn of_raw(&self, intercept: bool, b: &mut [T]) {
        let (first, b) = b.split_at_mut(usize::from(intercept));
        let mut shift = T::ZERO;
        for ((b, s), m) in b.iter_mut().zip(&self.scale).zip(&self.center) {
            shift += *m * *b;
            *b *= *s;
        }
        if let [first] = first {
            *first += shift;
        }
    }

    /// The gradient by the stored columns' parameters ↦ by those of the standardised ones.
    pub(super) fn pull_back(&self, intercept: bool, g: &mut [T]) {
        let (first, g) = g.split_at_mut(usize::from(intercept));
        let total = first.first().copied().unwrap_or(T::ZERO);
        for (j, g) in g.iter_mut().enumerate() {
            *g = (*g - self.center(intercept, j) * total) / self.scale[j];
        }
    }

    /// XᵀWX ↦ X̃ᵀWX̃, in place, both triangles: the pull-back of every column, then of every row.
    pub(super) fn pull_back_gram(&self, intercept: bool, mut h: MatMut<'_, T>) {
        let (first, q) = (usize::from(intercept), h.nrows());
        for c in 0..q {
            let total = if intercept { h[(0, c)] } else { T::ZERO };
            for j in 0..q - first {
                h[(first + j, c)] = (h[(first + j, c)] - self.center(intercept, j) * total) / self.scale[j];
            }
        }
        for j in 0..q - first {
            for r in 0..q {
                let total = if intercept { h[(r, 0)] } else { T::ZERO };
                h[(r, first + j)] = (h[(r, first + j)] - self.center(intercept, j) * total) / self.scale[j];
            }
        }
        // The two orders of subtraction differ in the last bits; the lower triangle stands.
        for c in 0..q {
            for r in 0..c {
                h[(r, c)] = h[(c, r)];
            }
        }
    }
}

/// The mean and standard deviation of stored predictor j, in two passes: Σw(x − m)² loses nothing to a large mean.
fn moments_of<T: Real>(design: &Design<'_, T>, j: usize, weights: Weights<'_, T>, total: T) -> [T; 2] {
    let section = design.section_of(j);
    let local = j - section.start;
    let (mean, variation) = match &section.storage {
        Storage::Dense(x) => {
            let x = x.column(local);
            let mean = match weights {
                Weights::Unit | Weights::Same(_) => weights.get(0) * crate::vector::sum(x),
                Weights::Each(w) => crate::vector::dot(x, w),
            } / total;
            (mean, dense::weighted_variation(x, weights, mean))
        }
        Storage::Few(x) => {
            let (rows, values) = x.column(local);
            let entries = || rows.iter().zip(values).map(|(i, v)| (weights.get(*i as usize), *v));
            let mean = entries().map(|(w, v)| w * v).sum::<T>() / total;
            let inside: T = entries().map(|(w, v)| w * (v - mean).square()).sum();
            // The weight of the rows without an entry: a difference of sums, whose rounding the square of the mean would magnify.
            let held = entries().map(|(w, _)| -w);
            let rest = compensated_sum(core::iter::once(total).chain(held));
            let known = rows.len() < design.rows() && rest > T::of(4.0) * T::EPSILON * total;
            (mean, inside + if known { rest * mean * mean } else { T::ZERO })
        }
    };
    // A column whose spread is lost in the rounding of its mean is constant.
    let deviation = (variation / total).sqrt();
    [mean, if deviation <= T::of(8.0) * T::EPSILON * mean.abs() { T::ZERO } else { deviation }]
}
