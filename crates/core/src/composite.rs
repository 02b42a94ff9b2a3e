//! [`Composite`]: what an optimizer may ask of F(x) = f(x) + P(b), a smooth f and a penalty P that need not be differentiable, and
//! [`RowComposite`], where f is the mean loss of a linear model: of one predictor a row in [`LinearComposite`], of several in
//! [`OutputsComposite`].
//!
//! A composite solver is an ordinary [`Minimizer`](crate::Minimizer) with `O: Composite<T>` or `O: LinearComposite<T>`, so that driver,
//! budget, checkpoints, observers and certificates are those of every other method. A composite objective is no
//! [`Gradient`](crate::Gradient): F has none at its kinks, and L-BFGS on a lasso does not compile.

use crate::design::Design;
use crate::error::{Error, Result};
use crate::formula::Properties;
use crate::loss::Want;
use crate::minimizer::Halt;
use crate::objective::Objective;
use crate::penalty::{Penalty, Step};
use crate::real::Real;

/// F(x) = f(x) + P(b), where x holds the coefficients b and, in front, an intercept if there is one, which P leaves alone.
///
/// [`Objective::value`] is F. A solver reports as [`StepInfo::gradient_inf`](crate::StepInfo) the [`Composite::stationarity`] of its point.
pub trait Composite<T: Real>: Objective<T> {
    /// f(x), with ∇f(x) written to `g`; +∞ outside the domain of f, where `g` is unspecified. Counts as one gradient.
    ///
    /// # Errors
    /// As [`Objective::value`].
    fn smooth(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt>;

    /// P(b).
    fn penalty_value(&self, x: &[T]) -> T;

    /// v ← argmin_z P(z) + Σ (zₖ − vₖ)²/(2tₖ); a diagonal step has one entry a parameter. The intercept stays as it is.
    fn prox(&self, v: &mut [T], step: Step<'_, T>);

    /// Writes to `out` a metric in which f is better scaled, one positive weight tⱼ a parameter for [`Step::Diagonal`]: the reciprocal of the mean
    /// square of its column. A column of zeros weighs 1.
    ///
    /// # Errors
    /// An objective that knows none, as by default; a penalty whose prox takes equal steps only.
    fn metric(&self, _out: &mut [T]) -> Result<()> {
        Err(Error::Unsupported {
            what: "a diagonal metric for this objective".to_owned(),
            why: "it does not know its columns".to_owned(),
            remedy: "use the Euclidean metric".to_owned(),
        })
    }

    /// The largest violation of the optimality conditions 0 ∈ ∇f(x) + ∂P(b) over all blocks, given g = ∇f(x); the intercept's is |g₀|.
    /// 0 exactly at a stationary point.
    fn stationarity(&self, x: &[T], g: &[T]) -> T;
}

/// F(x) = (1/W) Σ w ℓ(y, η) + P(b; λ), where a row has K predictors η = offset + Xx: access to the rows.
///
/// Values a row are K columns of length n, one an output, and curvatures n blocks of K×K.
pub trait RowComposite<T: Real>: Composite<T> {
    /// X, with or without an intercept.
    fn design(&self) -> &Design<'_, T>;

    /// K.
    fn outputs(&self) -> usize {
        1
    }

    /// P.
    fn penalty(&self) -> &dyn Penalty<T>;

    /// λ.
    fn lambda(&self) -> T;

    /// W = Σw.
    fn total_weight(&self) -> T;

    /// w/W of every row, written to `out` (length n).
    ///
    /// # Panics
    /// If `out` is longer.
    fn weights(&self, out: &mut [T]);

    /// What is true of every row's loss.
    fn properties(&self) -> Properties<T>;

    /// η ← offset + Xx, the predictors of all rows, from the columns whose coefficient is not 0.
    fn predict(&self, x: &[T], eta: &mut [T]);

    /// The mean loss at predictors η, +∞ outside the domain. As wanted, w ℓ′/W and the exact w ℓ″/W of every row are written to `slopes`
    /// and `curvature` (empty where not wanted). Counts as a value, or as a gradient if slopes are wanted.
    ///
    /// # Errors
    /// As [`Objective::value`]; slices that are too short.
    fn rows(&mut self, eta: &[T], want: Want, slopes: &mut [T], curvature: &mut [T]) -> Result<T, Halt>;

    /// g ← Xᵀu: with u the slopes of [`RowComposite::rows`], the gradient of f. Allocates nothing.
    fn apply_transpose(&self, u: &[T], g: &mut [T]);

    /// Σ maxᵢ|xᵢₖ|·|bₖ| over all parameters: the size of the terms that predictors are sums of, whose rounding they carry.
    fn predictor_bound(&self, x: &[T]) -> T;
}

/// A loss of one predictor a row: access to columns, for coordinate descent. x holds an intercept, if there is one, and a coefficient a column.
pub trait LinearComposite<T: Real>: RowComposite<T> {
    /// out_i ← argmin_z (wᵢ/W) ℓ(yᵢ, z) + (z − vᵢ)²/(2t) for every row: what a splitting method needs of a loss, kinks or not. Slices have
    /// length n. Counts as a gradient.
    ///
    /// # Errors
    /// As [`Objective::value`]; slices of another length; an objective that knows no such operator, as by default.
    fn prox_rows(&mut self, _v: &[T], _t: T, _out: &mut [T]) -> Result<(), Halt> {
        Err(Halt::Input(Error::Unsupported {
            what: "a splitting method on this objective".to_owned(),
            why: "the proximal operator of its loss is not known".to_owned(),
            remedy: "use fista or coordinate-descent".to_owned(),
        }))
    }

    /// The most columns that [`LinearComposite::gram`] takes: 0 where the product is no faster than single columns, because X is not dense.
    fn gram_limit(&self) -> usize;

    /// The m×m matrix X_Kᵀ diag(h) X_K of m parameters K, none of them the intercept, written to the front of `out`, column-major, both
    /// triangles; `h` has length n and any sign. Memory for [`LinearComposite::gram_limit`] columns is taken at the first call; later ones
    /// allocate nothing.
    ///
    /// # Errors
    /// More columns than the limit; a slice that is too short.
    fn gram(&mut self, columns: &[usize], h: &[T], out: &mut [T]) -> Result<(), Halt>;
}

/// A loss of K predictors a row. x holds K intercepts, if there are any, and then a coefficient for each column and output, in the order in
/// which the penalty takes them.
pub trait OutputsComposite<T: Real>: RowComposite<T> {
    /// The column (a predictor of X, from 0) and the output that coefficient c, the intercepts not counted, belongs to.
    fn place(&self, c: usize) -> (usize, usize);

    /// The Hessian of f by these m coefficients, given the rows' curvature of [`RowComposite::rows`]: m×m, column-major, both triangles, to the
    /// front of `out`, and by coefficient and intercept, m×K, column-major, to the front of `border` where there are intercepts.
    ///
    /// # Errors
    /// A slice that is too short.
    fn hessian(
        &mut self,
        coefficients: &[usize],
        curvature: &[T],
        out: &mut [T],
        border: &mut [T],
    ) -> Result<(), Halt>;
}
