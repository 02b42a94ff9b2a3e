//! Nonlinear least squares: minimisers that see the residuals and their Jacobian, and what follows from a fit about its parameters.

mod covariance;
pub(crate) mod gauss_newton;
pub(crate) mod levenberg_marquardt;
mod triangle;

pub use covariance::{Covariance, covariance};
pub use gauss_newton::GaussNewton;
pub use levenberg_marquardt::LevenbergMarquardt;

use thalweg_core::{Driver, Entry, Residuals, Result, Solution, SumOfSquares, catalogue};

use crate::LEAST_SQUARES;

/// A catalogue entry of a least-squares method.
pub type LeastSquaresEntry = Entry<MakeLeastSquares>;

/// Runs a method with its default options on any residuals.
pub type RunLeastSquares<T> = for<'d, 'o, 'r, 's> fn(
    &mut Driver<'d>,
    &'o mut SumOfSquares<'r, T, dyn Residuals<T> + 's>,
    &[T],
) -> Result<Solution<T>>;

/// The runs of a method in each precision.
#[derive(Copy, Clone, Debug)]
pub struct MakeLeastSquares {
    /// In double precision.
    pub f64: RunLeastSquares<f64>,
    /// In single precision.
    pub f32: RunLeastSquares<f32>,
}

/// The entry of this name.
///
/// # Errors
/// [`Error::UnknownName`](thalweg_core::Error::UnknownName) with the nearest name.
pub fn least_squares(name: &str) -> Result<&'static LeastSquaresEntry> {
    catalogue::find("least-squares method", LEAST_SQUARES, name)
}
