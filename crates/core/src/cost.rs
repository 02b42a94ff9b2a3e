//! [`Cost`]: how wrong all predictions of a data set are together.

use core::ops::Range;

use crate::datafit::{Datafit, balance, check_weights};
use crate::error::{Error, Result, check_shape};
use crate::formula::Properties;
use crate::loss::{Block, Loss, Want, Weights, finite_or_infinity};
use crate::par::Par;
use crate::real::Real;
use crate::row_loss::RowLoss;

/// How the losses of all rows become one number.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Default)]
pub enum Reduction {
    /// Σwℓ/Σw.
    #[default]
    Mean,
    /// Σwℓ.
    Sum,
}

/// A loss of one row: of one predictor, or of K.
#[derive(Copy, Clone)]
enum Of<'a, T> {
    Pointwise(&'a dyn Loss<T>),
    Rowwise(&'a dyn RowLoss<T>),
}

/// The cost Σwℓ/Σw of a data set: a loss over targets, weights and offset, separable by rows.
///
/// The *loss* ℓ says how wrong one prediction is, the cost how wrong all of them are; cost plus penalty is the *objective* that an optimizer
/// minimises ([`Smooth`](crate::Smooth), [`Penalised`](crate::Penalised)). A cost is a function of the predictors; an objective one of the
/// parameters. Where the loss is minus a log-likelihood, n times the cost is minus that of the data.
///
/// ```
/// use thalweg_core::{Cost, Reduction};
/// # use thalweg_core::{Formula, Pointwise, Properties, Real, Scalar, Target};
/// # #[derive(Copy, Clone)]
/// # struct Half;
/// # impl Formula for Half {
/// #     fn eval<S: Scalar>(&self, y: S, eta: S) -> S { S::of(0.5) * (eta - y).square() }
/// # }
/// # impl<T: Real> Pointwise<T> for Half {
/// #     fn derivatives(&self, y: T, eta: T) -> (T, T, T) { (self.eval(y, eta), eta - y, T::ONE) }
/// #     fn properties(&self) -> Properties<T> { Properties::convex(Target::Real) }
/// # }
/// let cost = Cost::new(&Half, &[1.0, 3.0])?.with_weights(&[1.0, 3.0])?; // Half is ½(η − y)²
/// let (eta, mut g) = ([2.0, 1.0], [0.0; 2]);
/// assert_eq!(cost.value_gradient(&eta, Reduction::Mean, &mut g)?, (1.0 * 0.5 + 3.0 * 2.0) / 4.0);
/// assert_eq!(g, [1.0 / 4.0, 3.0 * -2.0 / 4.0]);
/// assert_eq!(cost.value(&eta, Reduction::Sum)?, 6.5);
/// cost.each(&eta, &mut g)?; // no reduction: wℓ of each row
/// assert_eq!(g, [0.5, 6.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct Cost<'a, T: Real> {
    loss: Of<'a, T>,
    rows: usize,
    y: &'a [T],
    weights: Weights<'a, T>,
    /// The weights times those that the loss gives, where it gives any.
    effective: Option<Vec<T>>,
    offset: Option<&'a [T]>,
    total_weight: T,
    par: Par,
}

impl<'a, T: Real> Cost<'a, T> {
    /// Of a loss of one predictor a row, unweighted, without offset.
    ///
    /// # Errors
    /// No rows; a target that is not finite or not admitted by the loss, with its row.
    pub fn new(loss: &'a dyn Loss<T>, y: &'a [T]) -> Result<Self> {
        loss.check_targets("the target y", y)?;
        Self::of(Of::Pointwise(loss), y.len(), y)
    }

    /// Of a loss of K predictors a row, unweighted, without offset. `y` holds the rows of targets one after the other.
    ///
    /// # Errors
    /// As [`Cost::new`]; a loss without targets (use [`Cost::without_targets`]); rows that the loss ignores, all of them.
    pub fn rowwise(loss: &'a dyn RowLoss<T>, y: &'a [T]) -> Result<Self> {
        if loss.targets() == 0 {
            return Err(Error::Unsupported {
                what: "a target for this loss".to_owned(),
                why: "its predictors say it all".to_owned(),
                remedy: "use Cost::without_targets".to_owned(),
            });
        }
        loss.check_targets("the target y", y)?;
        Self::of(Of::Rowwise(loss), y.len() / loss.targets(), y)?.weighed()
    }

    /// Of n rows of a loss that has predictors only, such as a triplet.
    ///
    /// # Errors
    /// No rows; a loss that has targets.
    pub fn without_targets(loss: &'a dyn RowLoss<T>, n: usize) -> Result<Self> {
        check_shape("length of the targets", n * loss.targets(), 0)?;
        Self::of(Of::Rowwise(loss), n, &[])?.weighed()
    }

    fn of(loss: Of<'a, T>, rows: usize, y: &'a [T]) -> Result<Self> {
        if rows == 0 {
            let remedy = "give at least one row".to_owned();
            return Err(Error::Empty { what: "the target y".to_owned(), remedy });
        }
        let total_weight = T::of(rows as f64);
        let (weights, par) = (Weights::Unit, Par::default());
        Ok(Self { loss, rows, y, weights, effective: None, offset: None, total_weight, par })
    }

    /// With one weight a row: finite, not negative, and not all 0.
    ///
    /// # Errors
    /// A wrong length; the first weight that breaks the rule.
    pub fn with_weights(mut self, weights: &'a [T]) -> Result<Self> {
        self.total_weight = check_weights(self.rows, weights)?;
        self.weights = Weights::Each(weights);
        self.weighed()
    }

    /// Multiplies the weights by those that the loss gives to rows.
    fn weighed(mut self) -> Result<Self> {
        let Of::Rowwise(loss) = self.loss else { return Ok(self) };
        let width = loss.targets();
        let of = |i: usize| loss.weight(&self.y[i * width..(i + 1) * width]);
        if (0..self.rows).all(|i| of(i) == T::ONE) {
            return Ok(self);
        }
        let effective: Vec<T> = (0..self.rows).map(|i| self.weights.get(i) * of(i)).collect();
        if effective.iter().all(|w| *w == T::ZERO) {
            return Err(Error::Empty {
                what: "the data: the loss ignores every row of positive weight".to_owned(),
                remedy: "give at least one row whose target counts".to_owned(),
            });
        }
        self.total_weight = check_weights(self.rows, &effective)?;
        self.effective = Some(effective);
        Ok(self)
    }

    /// With a known part of the linear predictors, n×K row-major: what objectives add to X b.
    ///
    /// # Errors
    /// A wrong length; the first value that is not finite.
    pub fn with_offset(mut self, offset: &'a [T]) -> Result<Self> {
        check_shape("length of the offset", self.rows * self.outputs(), offset.len())?;
        if let Some(at) = offset.iter().position(|v| !v.is_finite()) {
            let row = at / self.outputs();
            return Err(Error::NonFinite { what: "the offset".to_owned(), row, value: offset[at].to_f64() });
        }
        self.offset = Some(offset);
        Ok(self)
    }

    /// Chooses the parallelism (default: the current pool) of the methods below. The results do not depend on it.
    #[must_use]
    pub fn with_par(mut self, par: Par) -> Self {
        self.par = par;
        self
    }

    /// The cost at predictors `eta`, n×K row-major with the offset, if any, already in them; +∞ outside the domain of the loss.
    ///
    /// # Errors
    /// A wrong length.
    pub fn value(&self, eta: &[T], reduction: Reduction) -> Result<T> {
        self.check_predictors(eta)?;
        let sum = self.pieces(0..self.rows, eta, None, self.scale(reduction));
        Ok(finite_or_infinity(sum / self.divisor(reduction)))
    }

    /// [`Cost::value`] with its derivative by each predictor, written to `g`, n×K row-major, in one pass over memory.
    ///
    /// # Errors
    /// A wrong length.
    pub fn value_gradient(&self, eta: &[T], reduction: Reduction, g: &mut [T]) -> Result<T> {
        self.check_predictors(eta)?;
        check_shape("length of the gradient", eta.len(), g.len())?;
        let sum = self.pieces(0..self.rows, eta, Some(g), self.scale(reduction));
        Ok(finite_or_infinity(sum / self.divisor(reduction)))
    }

    /// wℓ of each row, written to `out` of length n: the losses without a reduction; +∞ outside the domain.
    ///
    /// # Errors
    /// A wrong length.
    pub fn each(&self, eta: &[T], out: &mut [T]) -> Result<()> {
        self.check_predictors(eta)?;
        check_shape("length of the result", self.rows, out.len())?;
        let (k, width, weights) = (self.outputs(), self.target_width(), self.weights());
        self.par.for_each_chunk(out, LEAF, |piece, out| {
            let start = piece * LEAF;
            let eta = &eta[start * k..(start + out.len()) * k];
            match self.loss {
                Of::Pointwise(loss) => {
                    let rows = start..start + out.len();
                    loss.each(&self.y[rows.clone()], eta, weights.slice(rows), out);
                }
                Of::Rowwise(loss) => {
                    for (i, (out, eta)) in out.iter_mut().zip(eta.chunks_exact(k)).enumerate() {
                        let row = start + i;
                        let value = loss.row(
                            &self.y[row * width..(row + 1) * width],
                            eta,
                            Want::Value,
                            &mut [],
                            &mut [],
                        );
                        let w = weights.get(row);
                        *out = if w == T::ZERO { T::ZERO } else { w * value };
                    }
                }
            }
            out.iter_mut().for_each(|value| *value = finite_or_infinity(*value));
        });
        Ok(())
    }

    fn check_predictors(&self, eta: &[T]) -> Result<()> {
        check_shape("length of eta", self.rows * self.outputs(), eta.len())
    }

    fn scale(&self, reduction: Reduction) -> T {
        match reduction {
            Reduction::Mean => self.total_weight.recip(),
            Reduction::Sum => T::ONE,
        }
    }

    /// What the sum of the pieces is still to be divided by: where rows have weights of their own, 1/Σw is not one of them.
    fn divisor(&self, reduction: Reduction) -> T {
        match (reduction, self.weights()) {
            (Reduction::Mean, Weights::Each(_)) => self.total_weight,
            _ => T::ONE,
        }
    }

    /// Σ wℓ over the rows along a fixed tree, times the scale if all weigh the same, with scale·wℓ′ written to `g` of these rows.
    fn pieces(&self, rows: Range<usize>, eta: &[T], g: Option<&mut [T]>, scale: T) -> T {
        if rows.len() <= LEAF {
            return self.leaf(rows, eta, g, scale);
        }
        let middle = rows.start + rows.len().div_ceil(LEAF) / 2 * LEAF;
        let (left, right) = match g {
            Some(g) => {
                let (left, right) = g.split_at_mut((middle - rows.start) * self.outputs());
                (Some(left), Some(right))
            }
            None => (None, None),
        };
        let (left, right) = self.par.join(
            || self.pieces(rows.start..middle, eta, left, scale),
            || self.pieces(middle..rows.end, eta, right, scale),
        );
        left + right
    }

    /// The rows strip by strip, so that memory is passed over once, and single precision sums few terms in a row.
    fn leaf(&self, rows: Range<usize>, eta: &[T], mut g: Option<&mut [T]>, scale: T) -> T {
        let (k, width) = (self.outputs(), self.target_width());
        let size = (STRIP / k / 16 * 16).max(1);
        let mut total = T::ZERO;
        for start in rows.clone().step_by(size) {
            let here = start..rows.end.min(start + size);
            let (y, eta) =
                (&self.y[here.start * width..here.end * width], &eta[here.start * k..here.end * k]);
            let want = if g.is_some() { Want::Gradient } else { Want::Value };
            let gradient = match &mut g {
                Some(g) => &mut g[(here.start - rows.start) * k..(here.end - rows.start) * k],
                None => &mut [],
            };
            let mut out = Block { value: T::ZERO, gradient, curvature: &mut [] };
            match self.weights() {
                Weights::Unit | Weights::Same(_) => {
                    self.evaluate_with(y, Weights::Same(scale), eta, want, &mut out);
                }
                Weights::Each(w) => {
                    self.evaluate_with(y, Weights::Each(&w[here]), eta, want, &mut out);
                    // Still in the first cache.
                    crate::vector::scale(scale, out.gradient);
                }
            }
            total += out.value;
        }
        total
    }
}

/// Rows of a leaf of the tree, along which the sums are merged.
const LEAF: usize = 1 << 14;
/// Predictors of a strip.
const STRIP: usize = 1 << 10;

impl<T: Real> Datafit<T> for Cost<'_, T> {
    fn rows(&self) -> usize {
        self.rows
    }

    fn total_weight(&self) -> T {
        self.total_weight
    }

    fn weight_of(&self, rows: Range<usize>) -> T {
        let n = rows.len();
        self.weights().slice(rows).total(n)
    }

    fn offset(&self) -> Option<&[T]> {
        self.offset
    }

    fn targets(&self) -> &[T] {
        self.y
    }

    fn target_width(&self) -> usize {
        match self.loss {
            Of::Pointwise(_) => 1,
            Of::Rowwise(loss) => loss.targets(),
        }
    }

    fn weights(&self) -> Weights<'_, T> {
        match &self.effective {
            Some(weights) => Weights::Each(weights),
            None => self.weights,
        }
    }

    fn outputs(&self) -> usize {
        match self.loss {
            Of::Pointwise(_) => 1,
            Of::Rowwise(loss) => loss.outputs(),
        }
    }

    fn shift_invariant(&self) -> bool {
        matches!(self.loss, Of::Rowwise(loss) if loss.shift_invariant())
    }

    fn evaluate(&self, rows: Range<usize>, eta: &[T], want: Want, out: &mut Block<'_, T>) {
        let width = self.target_width();
        let y = &self.y[rows.start * width..rows.end * width];
        self.evaluate_with(y, self.weights().slice(rows), eta, want, out);
    }

    fn evaluate_with(&self, y: &[T], w: Weights<'_, T>, eta: &[T], want: Want, out: &mut Block<'_, T>) {
        match self.loss {
            Of::Pointwise(loss) => loss.block(y, eta, w, want, out),
            Of::Rowwise(loss) => loss.block(y, eta, w, want, out),
        }
    }

    fn at_row(&self, row: usize, eta: T) -> [T; 3] {
        match self.loss {
            Of::Pointwise(loss) => {
                let [value, slope, curvature, _] = loss.at(self.y[row], eta);
                [value, slope, curvature]
            }
            Of::Rowwise(loss) => {
                let (mut slope, mut curvature) = ([T::ZERO], [T::ZERO]);
                let width = loss.targets();
                let y = &self.y[row * width..(row + 1) * width];
                let value = loss.row(y, &[eta], Want::Curvature, &mut slope, &mut curvature);
                [value, slope[0], curvature[0]]
            }
        }
    }

    fn slope_at_row(&self, row: usize, eta: T) -> T {
        match self.loss {
            Of::Pointwise(loss) => loss.slope(self.y[row], eta),
            Of::Rowwise(_) => self.at_row(row, eta)[1],
        }
    }

    fn action_scratch(&self) -> usize {
        match self.loss {
            Of::Pointwise(_) => 0,
            Of::Rowwise(loss) => loss.action_scratch(),
        }
    }

    fn curvature_action(
        &self,
        rows: Range<usize>,
        eta: &[T],
        want: Want,
        v: &[T],
        out: &mut [T],
        scratch: &mut [T],
    ) {
        let (k, width, weights) = (self.outputs(), self.target_width(), self.weights());
        for (i, row) in rows.enumerate() {
            let (at, w) = (i * k..(i + 1) * k, weights.get(row));
            let out = &mut out[at.clone()];
            match self.loss {
                _ if w == T::ZERO => out.fill(T::ZERO),
                Of::Pointwise(loss) => {
                    let [_, _, exact, expected] = loss.at(self.y[row], eta[i]);
                    out[0] = w * v[i] * if want == Want::Fisher { expected } else { exact };
                }
                Of::Rowwise(loss) => {
                    let y = &self.y[row * width..(row + 1) * width];
                    loss.hessian_action(y, &eta[at.clone()], want, &v[at], out, scratch);
                    out.iter_mut().for_each(|out| *out *= w);
                }
            }
        }
    }

    fn conjugate(&self, u: &[T]) -> Option<T> {
        if !self.properties().conjugate_known {
            return None;
        }
        let outputs = self.outputs();
        let conjugate = match self.loss {
            Of::Pointwise(loss) => loss.conjugate(self.y, u, self.weights),
            Of::Rowwise(loss) => {
                let (width, weights) = (loss.targets(), self.weights());
                let of = |i: usize, u: &[T]| match weights.get(i) {
                    w if w > T::ZERO => w * loss.conjugate(&self.y[i * width..(i + 1) * width], u),
                    _ => T::ZERO,
                };
                u.chunks_exact(outputs).enumerate().map(|(i, u)| of(i, u)).sum()
            }
        };
        let Some(offset) = self.offset else { return Some(conjugate) };
        let shift: T = (0..u.len()).map(|at| self.weights().get(at / outputs) * u[at] * offset[at]).sum();
        Some(conjugate - shift)
    }

    fn balance(&self, slopes: &mut [T]) -> bool {
        match self.loss {
            Of::Pointwise(_) => balance(self, slopes),
            Of::Rowwise(loss) => loss.balance(self.y, self.weights(), slopes),
        }
    }

    fn properties(&self) -> Properties<T> {
        match self.loss {
            Of::Pointwise(loss) => loss.properties(),
            Of::Rowwise(loss) => loss.properties(),
        }
    }
}
