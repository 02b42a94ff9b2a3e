//! L1 penalty λΣ|bⱼ|: the lasso. It sets coefficients to exactly zero; a Laplace prior on the coefficients.
//!
//! Source: Tibshirani, *Regression shrinkage and selection via the lasso*, J. R. Statist. Soc. B 58 (1996).

use thalweg_core::{Blocks, Diagonal, Penalty, Real, Result, Step, vector};

use crate::norm::shrink;
use crate::{Make, PenaltyEntry, run};

/// P(b; λ) = λ‖b‖₁; prox sign(vᵢ)(|vᵢ| − λtᵢ)₊; violation (|g| − λ)₊ at b = 0 and |g + λ sign b| elsewhere; conjugate 0 on ‖v‖∞ ≤ λ,
/// +∞ beyond. λ_max = ‖g₀‖∞.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let mut v = [3.0, -0.25];
/// thalweg_regularization::L1.prox(0, &mut v, Step::Scalar(1.0), 0.5);
/// assert_eq!(v, [2.5, 0.0]);
/// assert_eq!(thalweg_regularization::L1.value(&v, 0.5), 1.25);
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct L1;

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "l1",
    summary: "lambda times the sum of absolute values (lasso): sets coefficients to zero",
    parameters: &[],
    example: "l1",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(L1))
}

/// sign(v)(|v| − t)₊: the prox of t|·|, known as soft thresholding.
#[inline(always)]
pub(crate) fn soft_threshold<T: Real>(v: T, t: T) -> T {
    // v minus its projection onto [−t, t].
    v - v.max(-t).min(t)
}

/// The distance of −g to the subdifferential of s|·| at b.
#[inline(always)]
pub(crate) fn distance<T: Real>(b: T, g: T, s: T) -> T {
    if b == T::ZERO { (g.abs() - s).max(T::ZERO) } else { (g + if b > T::ZERO { s } else { -s }).abs() }
}

impl<T: Real> Penalty<T> for L1 {
    fn blocks(&self) -> &Blocks {
        &Blocks::Coordinates
    }

    fn value(&self, b: &[T], lambda: T) -> T {
        lambda * vector::norm1(b)
    }

    fn prox(&self, _block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        for (i, v) in v.iter_mut().enumerate() {
            *v = soft_threshold(*v, lambda * step.at(i));
        }
    }

    fn violation(&self, _block: usize, b: &[T], g: &[T], lambda: T) -> T {
        run::violation(b, g, |b, g| distance(b, g, lambda))
    }

    fn quadratic_part(&self, _lambda: T) -> Option<Diagonal<T>> {
        None
    }

    fn in_support(&self, _block: usize, b: &[T], lambda: T) -> bool {
        lambda == T::ZERO || b.iter().any(|b| *b != T::ZERO)
    }

    fn lambda_max(&self, g0: &[T]) -> Option<T> {
        Some(vector::norm_inf(g0))
    }

    fn conjugate(&self, v: &[T], lambda: T) -> T {
        if vector::norm_inf(v) <= lambda { T::ZERO } else { T::INFINITY }
    }

    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        shrink(vector::norm_inf(v), lambda, 0)
    }

    fn margin(&self, _block: usize, v: &[T], lambda: T) -> T {
        (lambda - vector::norm_inf(v)).max(T::ZERO)
    }
}
