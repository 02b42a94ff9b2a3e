//! Margin ranking loss max(0, margin − y(x₁ − x₂)): of two scores the first is to be larger by a margin where y = 1, smaller where y = −1.
//!
//! Equal to PyTorch's `margin_ranking_loss`. Minus no log-likelihood.
//!
//! Source: Herbrich, Graepel and Obermayer, *Large margin rank boundaries for ordinal regression* (2000).

use thalweg_core::{
    Block, Error, Parameter, Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want,
    Weights,
};

use super::strips::{self, Strip};
use super::{MakeRowwise, Outputs, RowwiseEntry};

/// For predictors x₁, x₂ and y in {−1, 1} (or {0, 1}, where 0 stands for −1): ℓ = max(0, margin − y(x₁ − x₂)), ∂ℓ/∂x = −y(1, −1) where ℓ > 0,
/// ℓ*(u) = −margin·α at u = −yα(1, −1), 0 ≤ α ≤ 1.
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let loss = thalweg_losses::MarginRanking::new(0.5)?;
/// let mut g = [0.0; 2];
/// assert_eq!(loss.row(&[1.0], &[2.0, 3.0], Want::Gradient, &mut g, &mut []), 1.5);
/// assert_eq!(g, [-1.0, 1.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct MarginRanking {
    margin: f64,
}

impl MarginRanking {
    /// With a margin, in units of the scores.
    ///
    /// # Errors
    /// A margin that is not finite.
    pub fn new(margin: f64) -> Result<Self> {
        finite_margin(margin).map(|margin| Self { margin })
    }
}

pub(super) const MARGIN_RULE: &str = "it must be a finite number";

pub(super) fn finite_margin(margin: f64) -> Result<f64> {
    if margin.is_finite() { Ok(margin) } else { Err(Error::invalid_parameter("margin", margin, MARGIN_RULE)) }
}

const MARGIN: Parameter = Parameter {
    name: "margin",
    default: 0.0,
    rule: MARGIN_RULE,
    summary: "by how much the better score is to be larger",
};

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "margin-ranking",
    summary: "which of two scores is to be larger, by a margin",
    parameters: &[MARGIN],
    example: "margin-ranking:margin=0.5",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Structured },
};

fn make<T: Real>(outputs: usize, values: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    strips::check_outputs(outputs, 2, "two scores")?;
    Ok(Box::new(MarginRanking::new(values[0])?))
}

impl RowFormula for MarginRanking {
    fn eval<S: Scalar>(&self, y: &[S], x: &[S]) -> S {
        let zero = S::of(0.0);
        let gap = S::select(zero.lt(y[0]), x[0] - x[1], x[1] - x[0]);
        (S::of(self.margin) - gap).max(zero)
    }
}

impl<T: Real> Strip<T, 2> for MarginRanking {
    #[inline(always)]
    fn derivatives<const FISHER: bool>(&self, y: T, [a, b]: [T; 2]) -> (T, [T; 2], [[T; 2]; 2]) {
        let sign = T::select(T::ZERO.lt(y), T::ONE, -T::ONE);
        let short = T::of(self.margin) - sign * (a - b);
        let slope = T::select(T::ZERO.lt(short), sign, T::ZERO);
        (short.max(T::ZERO), [-slope, slope], [[T::ZERO; 2]; 2])
    }
}

impl<T: Real> Rowwise<T> for MarginRanking {
    fn outputs(&self) -> usize {
        2
    }

    #[inline(always)]
    fn row(&self, y: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        strips::row(self, y, eta, want, gradient, hessian)
    }

    #[inline(always)]
    fn block(&self, y: &[T], eta: &[T], w: Weights<'_, T>, want: Want, out: &mut Block<'_, T>) {
        strips::block(self, y, eta, w, want, out);
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            differentiable: false,
            twice_differentiable: false,
            lipschitz: Some(T::of(core::f64::consts::SQRT_2)),
            conjugate_known: true,
            ..Properties::convex(Target::Binary)
        }
    }

    fn shift_invariant(&self) -> bool {
        true
    }

    fn conjugate(&self, y: &[T], u: &[T]) -> T {
        let share = if T::ZERO.lt(y[0]) { u[1] } else { u[0] };
        let inside = u[0] + u[1] == T::ZERO && T::ZERO.le(share) && share.le(T::ONE);
        if inside { -(T::of(self.margin) * share) } else { T::INFINITY }
    }
}
