//! [`Datafit`]: how wrong a whole data set is, as a function of its linear predictors.

use core::ops::Range;

use crate::error::{Error, Result, check_shape};
use crate::formula::Properties;
use crate::gap::compensated_sum;
use crate::loss::{Block, Loss, Want, Weights, check_targets};
use crate::real::Real;
use crate::rowwise::Rowwise;
use crate::vector;

/// The weighted losses of n rows as a function of η = offset + X b.
///
/// Blocks return weighted *sums*; whoever drives the pass divides by [`Datafit::total_weight`] once, so that the cost is the weighted
/// mean Σwℓ/Σw.
pub trait Datafit<T: Real>: Send + Sync {
    /// The number of rows n.
    fn rows(&self) -> usize;

    /// Σw.
    fn total_weight(&self) -> T;

    /// Σw over a range of rows.
    fn weight_of(&self, rows: Range<usize>) -> T;

    /// K, the number of linear predictors of a row. Blocks of predictors and gradients are m×K row-major, curvatures m blocks of K×K.
    fn outputs(&self) -> usize {
        1
    }

    /// True if adding a constant to all K predictors of a row changes nothing, as in softmax.
    fn shift_invariant(&self) -> bool {
        false
    }

    /// What is added to X b, if anything; n×K row-major.
    fn offset(&self) -> Option<&[T]> {
        None
    }

    /// True if the value is a sum over rows, so that [`Datafit::evaluate`] takes any range. A set loss (Cox, ranking) says false and is
    /// always given 0..n.
    fn separable(&self) -> bool {
        true
    }

    /// The targets y, length n: what is gathered for a batch of rows.
    fn targets(&self) -> &[T];

    /// The weights w.
    fn weights(&self) -> Weights<'_, T>;

    /// Evaluates the rows; `eta` holds their linear predictors, offset included.
    fn evaluate(&self, rows: Range<usize>, eta: &[T], want: Want, out: &mut Block<'_, T>);

    /// [`Datafit::evaluate`] on rows gathered by the caller, in any order and number: their targets `y`, weights `w` and predictors `eta`.
    /// Only where [`Datafit::separable`] says so.
    fn evaluate_with(&self, y: &[T], w: Weights<'_, T>, eta: &[T], want: Want, out: &mut Block<'_, T>);

    /// Σ w (ℓ*(y, u) − u·offset) over all rows: minus the dual objective of the data at slopes u. `None` if no conjugate is known.
    fn conjugate(&self, _u: &[T]) -> Option<T> {
        None
    }

    /// Moves slopes u (one a row, not weighted) to where an unpenalised intercept's dual constraint Σ w u = 0 holds, without leaving the
    /// domain of [`Datafit::conjugate`]; `false` if it cannot. By default the larger of the positive and the negative part is scaled down:
    /// towards 0, which is in the domain of the conjugate of every loss that is bounded below.
    fn balance(&self, slopes: &mut [T]) -> bool {
        balance(self, slopes)
    }

    /// What is true of every row's loss.
    fn properties(&self) -> Properties<T>;
}

/// [`Datafit::balance`] of losses of one predictor.
fn balance<T: Real, D: Datafit<T> + ?Sized>(datafit: &D, slopes: &mut [T]) -> bool {
    if slopes.len() != datafit.rows() {
        return false;
    }
    let part = |slopes: &[T], sign: T| {
        let one = |i: usize| datafit.weight_of(i..i + 1) * (sign * slopes[i]).max(T::ZERO);
        compensated_sum((0..slopes.len()).map(one))
    };
    let (up, down) = (part(slopes, T::ONE), part(slopes, -T::ONE));
    if !(up.is_finite() && down.is_finite()) {
        return false;
    }
    let (larger, factor) = if up > down {
        (T::ONE, down / up)
    } else {
        (-T::ONE, if down > T::ZERO { up / down } else { T::ONE })
    };
    for u in slopes {
        if larger * *u > T::ZERO {
            *u *= factor;
        }
    }
    true
}

/// A loss of one row: of one predictor, or of K.
#[derive(Copy, Clone)]
enum RowLoss<'a, T> {
    Pointwise(&'a dyn Loss<T>),
    Rowwise(&'a dyn Rowwise<T>),
}

/// A loss over targets, weights and offset: the usual datafit, separable by rows.
pub struct Cost<'a, T: Real> {
    loss: RowLoss<'a, T>,
    y: &'a [T],
    weights: Weights<'a, T>,
    offset: Option<&'a [T]>,
    total_weight: T,
}

impl<'a, T: Real> Cost<'a, T> {
    /// A loss of one predictor a row, unweighted, without offset.
    ///
    /// # Errors
    /// No rows; a target that is not finite or not admitted by the loss, with its row.
    pub fn new(loss: &'a dyn Loss<T>, y: &'a [T]) -> Result<Self> {
        Self::of(RowLoss::Pointwise(loss), loss.properties(), y)
    }

    /// A loss of K predictors a row, unweighted, without offset.
    ///
    /// # Errors
    /// As [`Cost::new`].
    pub fn rowwise(loss: &'a dyn Rowwise<T>, y: &'a [T]) -> Result<Self> {
        Self::of(RowLoss::Rowwise(loss), loss.properties(), y)
    }

    fn of(loss: RowLoss<'a, T>, properties: Properties<T>, y: &'a [T]) -> Result<Self> {
        if y.is_empty() {
            let remedy = "give at least one row".to_owned();
            return Err(Error::Empty { what: "the target y".to_owned(), remedy });
        }
        check_targets(properties.target, "the target y", y)?;
        Ok(Self { loss, y, weights: Weights::Unit, offset: None, total_weight: T::of(y.len() as f64) })
    }

    /// With one weight a row: finite, not negative, and not all 0.
    ///
    /// # Errors
    /// A wrong length; the first weight that breaks the rule.
    pub fn with_weights(mut self, weights: &'a [T]) -> Result<Self> {
        self.total_weight = check_weights(self.y.len(), weights)?;
        self.weights = Weights::Each(weights);
        Ok(self)
    }

    /// With a known part of the linear predictors, n×K row-major.
    ///
    /// # Errors
    /// A wrong length; the first value that is not finite.
    pub fn with_offset(mut self, offset: &'a [T]) -> Result<Self> {
        check_shape("length of the offset", self.y.len() * self.outputs(), offset.len())?;
        if let Some(at) = offset.iter().position(|v| !v.is_finite()) {
            let row = at / self.outputs();
            return Err(Error::NonFinite { what: "the offset".to_owned(), row, value: offset[at].to_f64() });
        }
        self.offset = Some(offset);
        Ok(self)
    }
}

impl<T: Real> Datafit<T> for Cost<'_, T> {
    fn rows(&self) -> usize {
        self.y.len()
    }

    fn total_weight(&self) -> T {
        self.total_weight
    }

    fn weight_of(&self, rows: Range<usize>) -> T {
        let n = rows.len();
        self.weights.slice(rows).total(n)
    }

    fn offset(&self) -> Option<&[T]> {
        self.offset
    }

    fn targets(&self) -> &[T] {
        self.y
    }

    fn weights(&self) -> Weights<'_, T> {
        self.weights
    }

    fn outputs(&self) -> usize {
        match self.loss {
            RowLoss::Pointwise(_) => 1,
            RowLoss::Rowwise(loss) => loss.outputs(),
        }
    }

    fn shift_invariant(&self) -> bool {
        matches!(self.loss, RowLoss::Rowwise(loss) if loss.shift_invariant())
    }

    fn evaluate(&self, rows: Range<usize>, eta: &[T], want: Want, out: &mut Block<'_, T>) {
        self.evaluate_with(&self.y[rows.clone()], self.weights.slice(rows), eta, want, out);
    }

    fn evaluate_with(&self, y: &[T], w: Weights<'_, T>, eta: &[T], want: Want, out: &mut Block<'_, T>) {
        match self.loss {
            RowLoss::Pointwise(loss) => loss.block(y, eta, w, want, out),
            RowLoss::Rowwise(loss) => loss.block(y, eta, w, want, out),
        }
    }

    fn conjugate(&self, u: &[T]) -> Option<T> {
        if !self.properties().conjugate_known {
            return None;
        }
        let outputs = self.outputs();
        let conjugate = match self.loss {
            RowLoss::Pointwise(loss) => loss.conjugate(self.y, u, self.weights),
            RowLoss::Rowwise(loss) => {
                let rows = self.y.iter().zip(u.chunks_exact(outputs)).enumerate();
                rows.filter(|(i, _)| self.weights.get(*i) > T::ZERO)
                    .map(|(i, (y, u))| self.weights.get(i) * loss.conjugate(*y, u))
                    .sum()
            }
        };
        let Some(offset) = self.offset else { return Some(conjugate) };
        let shift: T = (0..u.len()).map(|at| self.weights.get(at / outputs) * u[at] * offset[at]).sum();
        Some(conjugate - shift)
    }

    fn balance(&self, slopes: &mut [T]) -> bool {
        match self.loss {
            RowLoss::Pointwise(_) => balance(self, slopes),
            RowLoss::Rowwise(loss) => loss.balance(self.y, self.weights, slopes),
        }
    }

    fn properties(&self) -> Properties<T> {
        match self.loss {
            RowLoss::Pointwise(loss) => loss.properties(),
            RowLoss::Rowwise(loss) => loss.properties(),
        }
    }
}

/// The sum of one weight a row: finite, not negative, and not all 0.
///
/// # Errors
/// A wrong length; the first weight that breaks the rule.
pub fn check_weights<T: Real>(n: usize, weights: &[T]) -> Result<T> {
    check_shape("length of the weights", n, weights.len())?;
    if let Some(row) = weights.iter().position(|w| !(w.is_finite() && *w >= T::ZERO)) {
        return Err(Error::OutsideDomain {
            what: "the weight".to_owned(),
            row,
            value: weights[row].to_f64(),
            rule: "it must be finite and not negative".to_owned(),
            remedy: "correct the row or drop it".to_owned(),
        });
    }
    let total = vector::sum(weights);
    if total <= T::ZERO {
        return Err(Error::invalid_parameter("weights", "all 0", "at least one row needs a positive weight"));
    }
    Ok(total)
}
