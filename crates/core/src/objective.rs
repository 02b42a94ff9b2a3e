//! What an optimizer may ask of a function: [`Objective`], [`Gradient`], [`HessianVector`], [`Hessian`], and the stochastic and
//! least-squares forms.
//!
//! Oracles take `&mut self`: scratch belongs to the objective and nothing allocates after the first call. Value and gradient always
//! come together. Outside its domain an objective returns `Ok(+∞)`, which a line search treats as a soft reject; [`Halt`] is for wrong
//! input and for the driver's budget. The error type is [`Halt`] and not [`Error`](crate::Error), because the driver's
//! [`Counted`](crate::Counted) wrapper refuses an evaluation beyond the budget through the same channel.

use faer::MatMut;

use crate::certificate::{Certificate, Verification};
use crate::minimizer::Halt;
use crate::real::Real;
use crate::update::Layout;

/// A function of a flat parameter vector x of length [`Objective::dim`].
///
/// ```
/// use thalweg_core::{Halt, Objective};
/// struct Parabola;
/// impl Objective<f64> for Parabola {
///     fn dim(&self) -> usize { 1 }
///     fn value(&mut self, x: &[f64]) -> Result<f64, Halt> { Ok((x[0] - 3.0).powi(2)) }
/// }
/// assert_eq!(Parabola.value(&[1.0])?, 4.0);
/// # Ok::<(), Halt>(())
/// ```
pub trait Objective<T: Real> {
    /// The number of parameters.
    fn dim(&self) -> usize;

    /// F(x), or +∞ outside the domain.
    ///
    /// # Errors
    /// [`Halt::Input`] for input no x can mend.
    fn value(&mut self, x: &[T]) -> Result<T, Halt>;

    /// A proven bound on F(x) − F* and the gradient, computed afresh from x by code that shares nothing with the optimizer. The default
    /// proves nothing.
    ///
    /// # Errors
    /// As [`Objective::value`].
    fn verify(&mut self, _x: &[T]) -> Result<Verification, Halt> {
        Ok(Verification { certificate: Certificate::None, gradient_inf: None })
    }
}

/// An objective with its gradient.
pub trait Gradient<T: Real>: Objective<T> {
    /// F(x), with ∇F(x) written to `g` (length n). Where the value is +∞, `g` is unspecified.
    ///
    /// # Errors
    /// As [`Objective::value`].
    fn value_gradient(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt>;
}

/// An objective with products of its Hessian and a vector.
pub trait HessianVector<T: Real>: Gradient<T> {
    /// Fixes the point x at which the products are taken.
    ///
    /// # Errors
    /// As [`Objective::value`].
    fn linearize(&mut self, x: &[T]) -> Result<(), Halt>;

    /// ∇²F(x) v for the x of the last [`HessianVector::linearize`].
    ///
    /// # Errors
    /// As [`Objective::value`].
    fn hessian_vector(&mut self, v: &[T], out: &mut [T]) -> Result<(), Halt>;

    /// The diagonal of ∇²F at the same x, for preconditioning; `false` if the objective knows none that is cheap.
    ///
    /// # Errors
    /// As [`Objective::value`].
    fn hessian_diagonal(&mut self, _out: &mut [T]) -> Result<bool, Halt> {
        Ok(false)
    }
}

/// An objective with its whole Hessian.
pub trait Hessian<T: Real>: Gradient<T> {
    /// F(x), ∇F(x) and ∇²F(x) in one fused pass; `h` is n×n, both triangles written. A likelihood may give the expected Hessian
    /// (Fisher information); it says so.
    ///
    /// # Errors
    /// As [`Objective::value`].
    fn value_gradient_hessian(&mut self, x: &[T], g: &mut [T], h: MatMut<'_, T>) -> Result<T, Halt>;

    /// An upper triangular R (n×n) with RᵀR = ∇²F(x), computed without forming the Hessian, so that its condition is not squared;
    /// `false` if the objective knows no such way.
    ///
    /// # Errors
    /// As [`Objective::value`].
    fn hessian_root(&mut self, _x: &[T], _r: MatMut<'_, T>) -> Result<bool, Halt> {
        Ok(false)
    }

    /// The same function with products of its Hessian, if it has them cheaper than the matrix.
    fn products(&mut self) -> Option<&mut dyn HessianVector<T>> {
        None
    }
}

/// A (weighted) mean over n terms that can be taken a few at a time, plus a penalty.
///
/// The penalty's quadratic part counts as smooth: it is in every batch gradient. The rest of it is seen by [`FiniteSum::assess`] and by
/// [`Objective::value`] only; a stochastic method meets it by a proximal step behind its rule.
pub trait FiniteSum<T: Real>: Objective<T> {
    /// The number of terms n.
    fn terms(&self) -> usize;

    /// The tensors inside the parameter vector, by which rules are restricted. The default is one flat tensor.
    fn layout(&self) -> Layout {
        Layout::flat(self.dim())
    }

    /// An unbiased estimate of the smooth part of F(x), with its gradient written to `g`, from the terms `rows` (0-based, repeats count
    /// each time): if every row is drawn with the same probability, the expectation is the smooth part and its gradient.
    ///
    /// # Errors
    /// As [`Objective::value`]; [`Halt::Input`] for no rows or a row that does not exist.
    fn batch_gradient(&mut self, rows: &[u32], x: &[T], g: &mut [T]) -> Result<T, Halt>;

    /// (F(x), how far x is from stationary), both over all terms and with the whole penalty. The second is max |∇F|; where the penalty is not
    /// smooth, the largest violation of the optimality conditions.
    ///
    /// # Errors
    /// As [`Objective::value`].
    fn assess(&mut self, x: &[T]) -> Result<(T, T), Halt>;
}

/// Which rows an objective sees.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Rows {
    /// All of them.
    All,
    /// Every k-th block of rows, from the first: a deterministic strided subsample.
    EveryBlock(core::num::NonZeroUsize),
}

/// An objective that can be restricted to a subsample, for a cheap warm start.
pub trait Subsample<T: Real>: Gradient<T> {
    /// Restricts all later evaluations to `rows`; [`Rows::All`] restores the objective.
    fn restrict(&mut self, rows: Rows);
    /// The number of rows that an evaluation now reads.
    fn active_rows(&self) -> usize;
}

/// A vector of residuals r(x) with its Jacobian, for Gauss–Newton and Levenberg–Marquardt on ½‖r‖².
pub trait Residuals<T: Real> {
    /// (number of residuals m, number of parameters n).
    fn shape(&self) -> (usize, usize);

    /// Writes r(x), length m.
    ///
    /// # Errors
    /// [`Halt::Input`] for input no x can mend.
    fn residuals(&mut self, x: &[T], r: &mut [T]) -> Result<(), Halt>;

    /// Writes r(x) and the m×n Jacobian.
    ///
    /// # Errors
    /// As [`Residuals::residuals`].
    fn residuals_jacobian(&mut self, x: &[T], r: &mut [T], j: MatMut<'_, T>) -> Result<(), Halt>;
}
