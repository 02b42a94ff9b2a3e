//! [`SumOfSquares`]: residuals as an objective, so that the driver's budget, stopping rules and verdict serve nonlinear least squares too.

use faer::{Mat, MatMut};

use crate::error::{Result, check_shape};
use crate::minimizer::Halt;
use crate::objective::{Gradient, Objective, Residuals};
use crate::real::Real;
use crate::vector;

/// F(x) = ½‖r(x)‖², ∇F = Jᵀr: half the sum of squares, in the residuals' units squared. A residual that is not finite makes F = +∞, a refusal.
///
/// ```
/// use faer::MatMut;
/// use thalweg_core::{Halt, SumOfSquares, Objective, Residuals};
/// struct Decay;
/// impl Residuals<f64> for Decay {
///     fn shape(&self) -> (usize, usize) { (2, 1) }
///     fn residuals(&mut self, x: &[f64], r: &mut [f64]) -> Result<(), Halt> {
///         (r[0], r[1]) = ((-x[0]).exp() - 0.5, (-2.0 * x[0]).exp() - 0.25);
///         Ok(())
///     }
///     fn residuals_jacobian(&mut self, x: &[f64], r: &mut [f64], mut j: MatMut<'_, f64>) -> Result<(), Halt> {
///         (j[(0, 0)], j[(1, 0)]) = (-(-x[0]).exp(), -2.0 * (-2.0 * x[0]).exp());
///         self.residuals(x, r)
///     }
/// }
/// let mut decay = Decay;
/// assert_eq!(SumOfSquares::new(&mut decay).value(&[0.0])?, 0.5 * (0.25 + 0.5625));
/// # Ok::<(), Halt>(())
/// ```
pub struct SumOfSquares<'r, T: Real, R: ?Sized> {
    residuals: &'r mut R,
    r: Vec<T>,
    j: Mat<T>,
}

impl<'r, T: Real, R: Residuals<T> + ?Sized> SumOfSquares<'r, T, R> {
    /// Of these residuals.
    pub fn new(residuals: &'r mut R) -> Self {
        let (m, n) = residuals.shape();
        Self { residuals, r: vec![T::ZERO; m], j: Mat::zeros(m, n) }
    }
}

/// ½‖r‖², or +∞.
#[must_use]
pub fn half_square<T: Real>(r: &[T]) -> T {
    let value = T::of(0.5) * vector::norm2_squared(r);
    if value.is_finite() { value } else { T::INFINITY }
}

/// g ← Jᵀr.
pub fn pull_back<T: Real>(j: faer::MatRef<'_, T>, r: &[T], g: &mut [T]) {
    for (g, column) in g.iter_mut().zip(j.col_iter()) {
        *g = column.iter().zip(r).map(|(j, r)| *j * *r).sum();
    }
}

impl<T: Real, R: Residuals<T> + ?Sized> Objective<T> for SumOfSquares<'_, T, R> {
    fn dim(&self) -> usize {
        self.residuals.shape().1
    }
    fn value(&mut self, x: &[T]) -> Result<T, Halt> {
        self.residuals.residuals(x, &mut self.r)?;
        Ok(half_square(&self.r))
    }
}

impl<T: Real, R: Residuals<T> + ?Sized> Gradient<T> for SumOfSquares<'_, T, R> {
    fn value_gradient(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt> {
        check_shape("length of the gradient", self.dim(), g.len())?;
        self.residuals.residuals_jacobian(x, &mut self.r, self.j.as_mut())?;
        pull_back(self.j.as_ref(), &self.r, g);
        Ok(half_square(&self.r))
    }
}

impl<T: Real, R: Residuals<T> + ?Sized> Residuals<T> for SumOfSquares<'_, T, R> {
    fn shape(&self) -> (usize, usize) {
        self.residuals.shape()
    }
    fn residuals(&mut self, x: &[T], r: &mut [T]) -> Result<(), Halt> {
        self.residuals.residuals(x, r)
    }
    fn residuals_jacobian(&mut self, x: &[T], r: &mut [T], j: MatMut<'_, T>) -> Result<(), Halt> {
        self.residuals.residuals_jacobian(x, r, j)
    }
}
