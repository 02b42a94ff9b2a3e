//! [`LinearSum`]: the finite sum of a linear model, whose terms have gradients that are multiples of rows: what SAG, SAGA, SVRG and SDCA ask.
//!
//! fᵢ(x) = (n wᵢ/Σw) ℓ(yᵢ, ηᵢ) with ηᵢ = offsetᵢ + x₀ + aᵢᵀb has the gradient uᵢ·(1, aᵢ) with one slope uᵢ = (n wᵢ/Σw) ℓ′(yᵢ, ηᵢ), so that a table of
//! the gradients of all terms is a number a row. f is the mean of the fᵢ; the objective is f + P(b).

use crate::datafit::Datafit;
use crate::design::{Row, RowRoom, RowStorage};
use crate::error::Result;
use crate::formula::Properties;
use crate::loss::Weights;
use crate::minimizer::Halt;
use crate::objective::FiniteSum;
use crate::par::Par;
use crate::penalty::Penalty;
use crate::real::Real;

/// Rows whose predictors one task computes.
const TASK: usize = 64;

/// A finite sum f + P whose terms are losses of one predictor a row.
///
/// A method takes the terms in runs: [`LinearSum::grant`] for leave to take some, [`LinearSum::linear`] for the terms themselves. One gradient of one
/// minibatch counts as a batch, a pass over all terms as a gradient.
pub trait LinearSum<T: Real>: FiniteSum<T> {
    /// The terms.
    ///
    /// # Errors
    /// A loss of several predictors a row, or with kinks; a penalty over other coefficients than the design has, or over those of several outputs.
    fn linear(&self) -> Result<Terms<'_, T>>;

    /// Leave to take the gradients of at most `wanted` minibatches: how many, at least 1 of what is wanted. An objective under a driver counts them.
    ///
    /// # Errors
    /// [`Halt::Budget`] if not one is left; [`Halt::Interrupted`].
    fn grant(&mut self, wanted: u64) -> Result<u64, Halt> {
        Ok(wanted)
    }

    /// [`FiniteSum::assess`], which also leaves every uᵢ in `slopes` (length n) and ∇f(x), without the penalty, in `g`.
    ///
    /// # Errors
    /// As [`FiniteSum::assess`]; slices of another length.
    fn assess_terms(&mut self, x: &[T], slopes: &mut [T], g: &mut [T]) -> Result<(T, T), Halt>;
}

/// The terms of a [`LinearSum`], one at a time. Nothing here allocates, but for what says so.
///
/// Rows are in the design's own parameters: of a standardised design they are standardised, and dense wherever they are centred.
#[derive(Copy, Clone)]
pub struct Terms<'s, T: Real> {
    pub(crate) rows: &'s RowStorage<'s, T>,
    pub(crate) datafit: &'s dyn Datafit<T>,
    pub(crate) penalty: Option<(&'s dyn Penalty<T>, T)>,
    /// n/Σw.
    pub(crate) scale: T,
    pub(crate) weights: Weights<'s, T>,
    pub(crate) offset: Option<&'s [T]>,
    pub(crate) par: Par,
}

impl<'s, T: Real> Terms<'s, T> {
    /// n.
    #[must_use]
    pub fn count(&self) -> usize {
        self.datafit.rows()
    }

    /// The number of coefficients, the intercept not among them.
    #[must_use]
    pub fn predictors(&self) -> usize {
        self.rows.design().predictors()
    }

    /// The index of the first coefficient among the parameters: 1 if there is an intercept, else 0.
    #[must_use]
    #[inline(always)]
    pub fn first(&self) -> usize {
        usize::from(self.rows.design().has_intercept())
    }

    /// True if rows are taken as dense: the design has neither sparse nor categorical columns, or all are centred, which leaves no zeros.
    #[must_use]
    pub fn is_dense(&self) -> bool {
        self.rows.is_dense()
    }

    /// Room for [`Terms::row`]; allocates.
    #[must_use]
    pub fn room(&self) -> RowRoom<T> {
        RowRoom::new(self.predictors())
    }

    /// aᵢ, without the intercept's 1.
    ///
    /// # Panics
    /// If there is no row i.
    #[must_use]
    #[inline(always)]
    pub fn row<'r>(&'r self, i: usize, room: &'r mut RowRoom<T>) -> Row<'r, T> {
        self.rows.row(i, room)
    }

    /// n wᵢ/Σw.
    #[must_use]
    #[inline(always)]
    pub fn weight(&self, i: usize) -> T {
        self.scale * self.weights.get(i)
    }

    /// offsetᵢ.
    #[must_use]
    #[inline(always)]
    pub fn offset(&self, i: usize) -> T {
        self.offset.map_or(T::ZERO, |offset| offset[i])
    }

    /// uᵢ at the predictor η; 0 of a row without weight, whatever its loss.
    #[must_use]
    #[inline(always)]
    pub fn slope(&self, i: usize, eta: T) -> T {
        let weight = self.weight(i);
        if weight == T::ZERO { T::ZERO } else { weight * self.datafit.slope_at_row(i, eta) }
    }

    /// (n wᵢ/Σw)·(ℓ, ℓ′, ℓ″) at the predictor η; 0 of a row without weight.
    #[must_use]
    pub fn at(&self, i: usize, eta: T) -> [T; 3] {
        let weight = self.weight(i);
        if weight == T::ZERO { [T::ZERO; 3] } else { self.datafit.at_row(i, eta).map(|v| weight * v) }
    }

    /// What is true of every row's loss.
    #[must_use]
    pub fn properties(&self) -> Properties<T> {
        self.datafit.properties()
    }

    /// P and λ, if there is a penalty. It is whole: nothing of it is in the terms.
    #[must_use]
    #[inline(always)]
    pub fn penalty(&self) -> Option<(&'s dyn Penalty<T>, T)> {
        self.penalty
    }

    /// The uᵢ of some rows at x, in parallel: row k's to `out[k]`. `raw` is scratch of the length of x.
    ///
    /// # Panics
    /// If lengths differ or a row does not exist.
    pub fn slopes(&self, rows: &[u32], x: &[T], raw: &mut [T], out: &mut [T]) {
        raw.copy_from_slice(x);
        self.rows.design().to_original(raw);
        let (start, b) = raw.split_at(self.first());
        let start = start.first().copied().unwrap_or(T::ZERO);
        self.par.for_each_chunk(out, TASK, |task, out| {
            for (i, out) in rows[task * TASK..].iter().zip(out) {
                let i = *i as usize;
                let eta = self.offset(i) + start + crate::simd::dispatch(|| self.rows.row_dot(i, b));
                *out = self.slope(i, eta);
            }
        });
    }

    /// out ← Σ cₖ(1, a) over some rows, in parallel, in the parameters of the design.
    ///
    /// # Panics
    /// As [`Terms::slopes`].
    pub fn combine(&self, rows: &[u32], coefficients: &[T], out: &mut [T]) {
        out.fill(T::ZERO);
        let (start, b) = out.split_at_mut(self.first());
        if let [start] = start {
            *start = crate::vector::sum(coefficients);
        }
        self.rows.combine(rows, coefficients, b, self.par);
        self.rows.design().pull_back(out);
    }
}
