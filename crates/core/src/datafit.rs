//! [`Datafit`]: how wrong a whole data set is, as a function of its linear predictors.

use core::ops::Range;

use crate::error::{Error, Result, check_shape};
use crate::formula::Properties;
use crate::gap::compensated_sum;
use crate::loss::{Block, Want, Weights};
use crate::real::Real;
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

    /// The targets y, n rows of [`Datafit::target_width`]: what is gathered for a batch of rows.
    fn targets(&self) -> &[T];

    /// The number of targets of a row.
    fn target_width(&self) -> usize {
        1
    }

    /// The weights w.
    fn weights(&self) -> Weights<'_, T>;

    /// Evaluates the rows; `eta` holds their linear predictors, offset included.
    fn evaluate(&self, rows: Range<usize>, eta: &[T], want: Want, out: &mut Block<'_, T>);

    /// [`Datafit::evaluate`] on rows gathered by the caller, in any order and number: their targets `y`, weights `w` and predictors `eta`.
    /// Only where [`Datafit::separable`] says so.
    fn evaluate_with(&self, y: &[T], w: Weights<'_, T>, eta: &[T], want: Want, out: &mut Block<'_, T>);

    /// ℓ, ℓ′ and ℓ″ of one row's loss at its predictor η, not weighted: what a method that takes rows singly asks. Only for one predictor a row of
    /// a loss that is [`Datafit::separable`].
    fn at_row(&self, row: usize, eta: T) -> [T; 3] {
        let (mut gradient, mut curvature) = ([T::ZERO], [T::ZERO]);
        let mut block = Block { value: T::ZERO, gradient: &mut gradient, curvature: &mut curvature };
        let width = self.target_width();
        let y = &self.targets()[row * width..(row + 1) * width];
        self.evaluate_with(y, Weights::Unit, &[eta], Want::Curvature, &mut block);
        let value = block.value;
        [value, gradient[0], curvature[0]]
    }

    /// ℓ′ alone of [`Datafit::at_row`].
    fn slope_at_row(&self, row: usize, eta: T) -> T {
        self.at_row(row, eta)[1]
    }

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

    /// The numbers of scratch memory that [`Datafit::curvature_action`] takes.
    fn action_scratch(&self) -> usize {
        self.outputs() * (self.outputs() + 1)
    }

    /// out ← w ∂²ℓ/∂η² v on some rows, expected or exact as `want` says: `eta`, `v` and `out` are m×K row-major. By default each row's block is
    /// formed; a loss may know a shorter way.
    fn curvature_action(
        &self,
        rows: Range<usize>,
        eta: &[T],
        want: Want,
        v: &[T],
        out: &mut [T],
        scratch: &mut [T],
    ) {
        let k = self.outputs();
        let (gradient, curvature) = scratch.split_at_mut(k);
        let curvature = &mut curvature[..k * k];
        for (i, row) in rows.enumerate() {
            let (at, out) = (i * k..(i + 1) * k, &mut out[i * k..(i + 1) * k]);
            let mut block = Block { value: T::ZERO, gradient, curvature };
            self.evaluate(row..row + 1, &eta[at.clone()], want, &mut block);
            for (out, row) in out.iter_mut().zip(block.curvature.chunks_exact(k)) {
                *out = row.iter().zip(&v[at.clone()]).map(|(h, v)| *h * *v).sum();
            }
        }
    }

    /// out ← ∂²(Σ wℓ)/∂η² v over all rows, exact: what a set loss, whose rows hang together, has instead of a curvature of each row. `false`
    /// if it does not know it.
    fn hessian_action(&self, _eta: &[T], _v: &[T], _out: &mut [T]) -> bool {
        false
    }

    /// What is true of every row's loss.
    fn properties(&self) -> Properties<T>;
}

/// [`Datafit::balance`] of losses of one predictor.
pub(crate) fn balance<T: Real, D: Datafit<T> + ?Sized>(datafit: &D, slopes: &mut [T]) -> bool {
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
