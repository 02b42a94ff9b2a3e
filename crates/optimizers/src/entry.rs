//! How a minimiser is listed and run by its name.

use thalweg_core::{Driver, Entry, Hessian, Result, Solution, catalogue};

use crate::CATALOGUE;

/// A catalogue entry of a minimiser.
pub type MinimizerEntry = Entry<Make>;

/// Runs a minimiser with its default options on any objective that has every derivative.
pub type Run<T> = for<'d, 'o> fn(&mut Driver<'d>, &'o mut (dyn Hessian<T> + 'o), &[T]) -> Result<Solution<T>>;

/// The runs of a minimiser in each precision.
#[derive(Copy, Clone, Debug)]
pub struct Make {
    /// In double precision.
    pub f64: Run<f64>,
    /// In single precision.
    pub f32: Run<f32>,
}

/// The entry of this name.
///
/// # Errors
/// [`Error::UnknownName`](thalweg_core::Error::UnknownName) with the nearest name.
pub fn minimizer(name: &str) -> Result<&'static MinimizerEntry> {
    catalogue::find("optimizer", CATALOGUE, name)
}
