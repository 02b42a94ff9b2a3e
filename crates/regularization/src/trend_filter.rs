//! Trend filtering λ‖D⁽ᵏ⁺¹⁾b‖₁: coefficients of ordered columns that follow a polynomial of degree k piece by piece, its knots chosen by the data.
//!
//! Source: Kim, Koh, Boyd and Gorinevsky, *ℓ₁ trend filtering*, SIAM Rev. 51 (2009); Tibshirani, *Adaptive piecewise polynomial estimation via
//! trend filtering*, Ann. Statist. 42 (2014); Han and Curtis, *Primal–dual active-set methods for isotonic regression and trend filtering*
//! (2016), for the last steps.

use thalweg_core::{Blocks, Diagonal, Error, Parameter, Penalty, Real, Result, Step};

use crate::norm::shrink;
use crate::scratch::Scratch;
use crate::whole::{UNKNOWN, over, rounding, whole};
use crate::{Make, PenaltyEntry};

mod banded;
mod difference;
mod dual;
mod interior;
mod polynomial;

use difference::Difference;
use dual::Dual;

/// P(b; λ) = λ Σ|(Db)ᵢ| with D the (k + 1)-th differences: for k = 1 (Db)ᵢ = bᵢ − 2bᵢ₊₁ + bᵢ₊₂. prox v − tDᵀu, where |u| ≤ λ minimises the rest: an
/// interior point and a system of equations, O(pk²) a step and about 15 steps, for any steps t. Violation: the distance of −g to λDᵀ sign(Db), a
/// problem of the same kind. Conjugate 0 where v = Dᵀu with |u| ≤ λ, +∞ elsewhere; that needs v orthogonal to all polynomials of degree k
/// (within rounding), so there is no λ_max. A difference that is rounding beside the largest |b| counts as 0.
///
/// The prox is right to rounding, of λt where that is larger than v, which a long piece between knots amplifies: relative errors of 1e-13, 1e-12 and 1e-10
/// for k = 1, 2 and 3 at pieces of 300 coefficients, and of 1e-14 for one piece of any length. Where no set of knots settles, at pieces of thousands for k =
/// 3, the answer is the point of least value met.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let trend = thalweg_regularization::TrendFilter::new(5, 1)?;
/// // One knot: 0 1 2 1 0 is up and down, and its only difference that is not 0 is −2.
/// assert_eq!(trend.value(&[0.0, 1.0, 2.0, 1.0, 0.0], 0.5), 1.0);
/// // Beyond ‖(DDᵀ)⁻¹Dv‖∞ nothing is left but the line through v.
/// let mut v = [0.0_f64, 1.0, 2.0, 1.0, 1.0];
/// trend.prox(0, &mut v, Step::Scalar(1.0), 10.0);
/// assert!(v.iter().zip([0.6, 0.8, 1.0, 1.2, 1.4]).all(|(z, line)| (z - line).abs() < 1e-15));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Debug)]
pub struct TrendFilter {
    blocks: Blocks,
    order: usize,
    memory: Scratch<Memory>,
}

#[derive(Debug)]
struct Memory {
    dual: Dual,
    /// Db of the point whose violation is asked for, or sums of v and of |v|.
    first: Vec<f64>,
    second: Vec<f64>,
}

impl TrendFilter {
    /// Over p coefficients in order, with pieces of degree k, 1 to 3.
    ///
    /// # Errors
    /// p = 0; k outside 1 to 3.
    pub fn new(p: usize, order: usize) -> Result<Self> {
        Ok(Self::of(whole(p)?, p, check_order(order as f64)?))
    }

    fn of(blocks: Blocks, p: usize, order: usize) -> Self {
        let memory = Memory { dual: Dual::new(p, order), first: vec![0.0; p], second: vec![0.0; p] };
        Self { blocks, order, memory: Scratch::new(memory) }
    }

    /// max|u| for the u with v = Dᵀu, +∞ where there is none: Dᵀ is k + 1 differences, whose inverse are as many sums, each of which must vanish at its end.
    fn gauge<T: Real>(&self, v: &[T]) -> f64 {
        let mut memory = self.memory.take();
        let Memory { first: sums, second: sizes, .. } = &mut *memory;
        for (i, v) in v.iter().enumerate() {
            (sums[i], sizes[i]) = (v.to_f64(), v.to_f64().abs());
        }
        let mut n = v.len();
        for _ in 0..=self.order.min(n.saturating_sub(1)) {
            let (mut sum, mut size) = (0.0, 0.0);
            for (x, a) in sums[..n].iter_mut().zip(&mut sizes[..n]) {
                sum += *x;
                size += *a;
                (*x, *a) = (sum, size);
            }
            n -= 1;
            // Also for NaN.
            let vanishes = sum.abs() <= rounding::<T>(v.len()).to_f64() * size;
            if !vanishes {
                return f64::INFINITY;
            }
        }
        sums[..n].iter().fold(0.0, |m, u| m.max(u.abs()))
    }
}

fn check_order(order: f64) -> Result<usize> {
    match order {
        1.0 => Ok(1),
        2.0 => Ok(2),
        3.0 => Ok(3),
        _ => Err(Error::invalid_parameter(ORDER.name, order, ORDER.rule)),
    }
}

const ORDER: Parameter = Parameter {
    name: "order",
    default: 1.0,
    rule: "it must be 1, 2 or 3; pieces of degree 0 are those of fused-lasso:alpha=0",
    summary: "degree of the polynomial of each piece",
};

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "trend-filter",
    summary: "lambda times the L1 norm of higher differences: piecewise linear, quadratic or cubic coefficients of ordered columns",
    parameters: &[ORDER],
    example: "trend-filter:order=2",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(TrendFilter::of(UNKNOWN, 0, check_order(values[0])?)))
}

impl<T: Real> Penalty<T> for TrendFilter {
    fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    fn value(&self, b: &[T], lambda: T) -> T {
        let difference = Difference::new(self.order);
        let (rows, zero) = (b.len().saturating_sub(self.order + 1), difference.rounding(b));
        lambda * (0..rows).map(|i| difference.at(b, i).abs()).filter(|d| *d > zero || d.is_nan()).sum::<T>()
    }

    fn prox(&self, _block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        let mut memory = self.memory.take();
        let entries = v.iter().enumerate().map(|(i, v)| (v.to_f64(), step.at(i).to_f64()));
        let z = memory.dual.solve(entries, lambda.to_f64(), |_| false);
        for (v, z) in v.iter_mut().zip(z) {
            *v = T::of(*z);
        }
    }

    fn violation(&self, _block: usize, b: &[T], g: &[T], lambda: T) -> T {
        let lambda = lambda.to_f64();
        let mut memory = self.memory.take();
        let Memory { dual, first: target, second: signs } = &mut *memory;
        let zero = dual.difference.rounding(b).to_f64();
        let rows = b.len().saturating_sub(self.order + 1);
        for (i, sign) in signs[..rows].iter_mut().enumerate() {
            let difference = dual.difference.at(b, i).to_f64();
            *sign = if difference.abs() <= zero { 0.0 } else { difference.signum() };
        }
        // −g without the slopes of the terms that are smooth at b; the others do what they can.
        target.iter_mut().zip(g).for_each(|(target, g)| *target = -g.to_f64());
        dual.difference.pull(-lambda, &signs[..rows], |_| 1.0, target);
        let z = dual.solve(target.iter().map(|y| (*y, 1.0)), lambda, |i| signs[i] != 0.0);
        T::of(z.iter().map(|z| z * z).sum::<f64>().sqrt())
    }

    fn in_support(&self, _block: usize, b: &[T], lambda: T) -> bool {
        lambda == T::ZERO || b.len() <= self.order + 1 || b.iter().any(|b| *b != T::ZERO)
    }

    fn quadratic_part(&self, _lambda: T) -> Option<Diagonal<T>> {
        None
    }

    fn over(&self, p: usize) -> Result<Option<Box<dyn Penalty<T>>>> {
        over(&self.blocks, p, |blocks| Self::of(blocks, p, self.order))
    }

    fn lambda_max(&self, _g0: &[T]) -> Option<T> {
        None
    }

    fn conjugate(&self, v: &[T], lambda: T) -> T {
        if self.gauge(v) <= lambda.to_f64() { T::ZERO } else { T::INFINITY }
    }

    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        shrink(T::of(self.gauge(v)), lambda, v.len())
    }
}
