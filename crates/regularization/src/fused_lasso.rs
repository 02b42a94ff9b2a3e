//! Fused lasso λ(α‖b‖₁ + (1 − α) Σ|bⱼ₊₁ − bⱼ|): coefficients of ordered columns that are piecewise constant; total variation for α = 0.
//!
//! Source: Tibshirani, Saunders, Rosset, Zhu and Knight, *Sparsity and smoothness via the fused lasso*, J. R. Statist. Soc. B 67 (2005);
//! Friedman, Hastie, Höfling and Tibshirani, *Pathwise coordinate optimization*, Ann. Appl. Stat. 1 (2007), for the composition of the prox.

use thalweg_core::{Blocks, Diagonal, Error, Parameter, Penalty, Real, Result, Step};

use crate::l1::soft_threshold;
use crate::norm::shrink;
use crate::scratch::Scratch;
use crate::whole::{UNKNOWN, over, rounding, whole};
use crate::{Make, PenaltyEntry};

mod total_variation;

use total_variation::Taut;

/// With s = λα and r = λ(1 − α): P(b; λ) = s‖b‖₁ + r Σ|bⱼ₊₁ − bⱼ|. prox: that of r·TV, exact and in time linear in p, then soft thresholding by st; a
/// step a coefficient is exact for α = 0. Violation: −g minus the slopes of the terms that are smooth at b, put through the prox of those that
/// are not. Conjugate 0 where v = a + Dᵀu with |aⱼ| ≤ s and |uⱼ| ≤ r, +∞ elsewhere, found by one sweep of intervals; for α = 0 that needs Σvⱼ = 0
/// (within rounding). λ_max is the least λ with g₀ in that set; for α = 0 there is none.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let variation = thalweg_regularization::FusedLasso::new(4, 0.0)?;
/// let mut v = [1.0, 2.0, 9.0, 8.0];
/// variation.prox(0, &mut v, Step::Scalar(1.0), 1.0);
/// // Two levels, 1.5 + ½ and 8.5 − ½.
/// assert_eq!(v, [2.0, 2.0, 8.0, 8.0]);
/// assert_eq!(variation.value(&v, 2.0), 12.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Debug)]
pub struct FusedLasso {
    blocks: Blocks,
    alpha: f64,
    memory: Scratch<Taut>,
}

impl FusedLasso {
    /// Over p coefficients in order, with α, the share of the L1 norm, from 0 (total variation) to 1 (lasso).
    ///
    /// # Errors
    /// p = 0; α outside [0, 1].
    pub fn new(p: usize, alpha: f64) -> Result<Self> {
        Ok(Self::of(whole(p)?, p, check_alpha(alpha)?))
    }

    fn of(blocks: Blocks, p: usize, alpha: f64) -> Self {
        Self { blocks, alpha, memory: Scratch::new(Taut::new(p)) }
    }

    /// (λα, λ(1 − α)).
    fn shares<T: Real>(&self, lambda: T) -> (T, T) {
        (lambda * T::of(self.alpha), lambda * T::of(1.0 - self.alpha))
    }

    /// Whether v = a + Dᵀu with |a| ≤ s, |u| ≤ r: the partial sums of a may be what intervals allow that hold the partial sums of v ± r.
    fn holds<T: Real>(&self, v: &[T], lambda: T) -> bool {
        let (s, r) = self.shares(lambda);
        let (mut low, mut high, mut sum, mut size) = (T::ZERO, T::ZERO, T::ZERO, T::ZERO);
        for v in v {
            sum += *v;
            size += v.abs();
            low = (low - s).max(sum - r);
            high = (high + s).min(sum + r);
            if low > high || sum.is_nan() {
                return false;
            }
        }
        let slack = rounding::<T>(v.len()) * size;
        low - slack <= sum && sum <= high + slack
    }

    /// The least λ for which `holds`; +∞ if none does.
    fn gauge<T: Real>(&self, v: &[T]) -> T {
        let largest = v.iter().fold(T::ZERO, |m, v| if v.abs() > m || v.is_nan() { v.abs() } else { m });
        if largest == T::ZERO {
            return T::ZERO;
        }
        // Enough for a = v, or for u the partial sums.
        let total: T = v.iter().map(|v| v.abs()).sum();
        let (alpha, rest) = self.shares(T::ONE);
        let mut high = if alpha > T::ZERO { largest / alpha } else { total / rest };
        high *= T::ONE + T::of(4.0) * T::EPSILON;
        if !self.holds(v, high) {
            return T::INFINITY;
        }
        let mut low = T::ZERO;
        for _ in 0..1100 {
            let middle = low + T::of(0.5) * (high - low);
            if middle <= low || middle >= high {
                break;
            }
            if self.holds(v, middle) { high = middle } else { low = middle }
        }
        high
    }
}

fn check_alpha(alpha: f64) -> Result<f64> {
    if (0.0..=1.0).contains(&alpha) {
        Ok(alpha)
    } else {
        Err(Error::invalid_parameter(ALPHA.name, alpha, ALPHA.rule))
    }
}

const ALPHA: Parameter = Parameter {
    name: "alpha",
    default: 0.5,
    rule: "it must be a number from 0 (total variation) to 1 (lasso)",
    summary: "share of the L1 norm in the penalty",
};

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "fused-lasso",
    summary: "lambda times a mix of L1 norm and total variation: piecewise constant coefficients of ordered columns",
    parameters: &[ALPHA],
    example: "fused-lasso:alpha=0",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(FusedLasso::of(UNKNOWN, 0, check_alpha(values[0])?)))
}

/// −1, 0 or 1.
fn sign<T: Real>(x: T) -> f64 {
    if x > T::ZERO {
        1.0
    } else if x < T::ZERO {
        -1.0
    } else {
        0.0
    }
}

impl<T: Real> Penalty<T> for FusedLasso {
    fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    fn value(&self, b: &[T], lambda: T) -> T {
        let (s, r) = self.shares(lambda);
        let size: T = b.iter().map(|b| b.abs()).sum();
        let variation: T = b.windows(2).map(|b| (b[1] - b[0]).abs()).sum();
        s * size + r * variation
    }

    fn prox(&self, _block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        let (s, r) = self.shares(lambda);
        let mut taut = self.memory.take();
        taut.load(v.iter().enumerate().map(|(i, v)| (v.to_f64(), step.at(i).to_f64().recip())));
        taut.solve(r.to_f64());
        for (i, (v, z)) in v.iter_mut().zip(taut.solution()).enumerate() {
            *v = soft_threshold(T::of(*z), s * step.at(i));
        }
    }

    fn violation(&self, _block: usize, b: &[T], g: &[T], lambda: T) -> T {
        let (s, r) = self.shares(lambda);
        let (s, r) = (s.to_f64(), r.to_f64());
        let mut taut = self.memory.take();
        let (mut square, mut start) = (0.0, 0);
        while start < b.len() {
            let level = b[start];
            let end = start + b[start..].iter().take_while(|b| **b == level).count();
            let left = if start > 0 { sign(level - b[start - 1]) } else { 0.0 };
            let right = if end < b.len() { sign(level - b[end]) } else { 0.0 };
            taut.load((start..end).map(|i| {
                let ends = f64::from(u8::from(i == start)) * left + f64::from(u8::from(i + 1 == end)) * right;
                (-g[i].to_f64() - r * ends - s * sign(level), 1.0)
            }));
            taut.solve(r);
            let kink = if level == T::ZERO { s } else { 0.0 };
            square += taut.solution().iter().map(|z| soft_threshold(*z, kink).powi(2)).sum::<f64>();
            start = end;
        }
        T::of(square.sqrt())
    }

    fn in_support(&self, _block: usize, b: &[T], lambda: T) -> bool {
        lambda == T::ZERO || b.iter().any(|b| *b != T::ZERO)
    }

    fn quadratic_part(&self, _lambda: T) -> Option<Diagonal<T>> {
        None
    }

    fn takes_diagonal_steps(&self) -> bool {
        self.alpha == 0.0
    }

    fn over(&self, p: usize) -> Result<Option<Box<dyn Penalty<T>>>> {
        over(&self.blocks, p, |blocks| Self::of(blocks, p, self.alpha))
    }

    fn lambda_max(&self, g0: &[T]) -> Option<T> {
        (self.alpha > 0.0).then(|| self.gauge(g0))
    }

    fn conjugate(&self, v: &[T], lambda: T) -> T {
        if self.holds(v, lambda) { T::ZERO } else { T::INFINITY }
    }

    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        if self.holds(v, lambda) {
            return T::ONE;
        }
        let s = shrink(self.gauge(v), lambda, v.len());
        // The sums round anew for the scaled v, by more than its own digits where α is small.
        let mut scaled = s;
        for _ in 0..8 {
            let scaled_v: Vec<T> = v.iter().map(|v| *v * scaled).collect();
            if self.holds(&scaled_v, lambda) {
                return scaled;
            }
            scaled *= T::ONE - rounding::<T>(v.len());
        }
        T::ZERO
    }
}
