//! Minimisers that see values alone. They prove nothing about a gradient: a run that ends by its own rule is reported as stalled, never as solved, unless the
//! objective itself can certify the point.

mod bracket;
pub(crate) mod brent;
pub(crate) mod cma_es;
pub(crate) mod golden_section;
pub(crate) mod nelder_mead;

pub use brent::Brent;
pub use cma_es::CmaEs;
pub use golden_section::GoldenSection;
pub use nelder_mead::NelderMead;

use thalweg_core::{Driver, Entry, Halt, Objective, Real, Result, Solution, StepInfo, catalogue};

use crate::DERIVATIVE_FREE;

/// A catalogue entry of a method that needs values alone.
pub type DerivativeFreeEntry = Entry<MakeDerivativeFree>;

/// Runs a method with its default options on any objective.
pub type RunDerivativeFree<T> =
    for<'d, 'o> fn(&mut Driver<'d>, &'o mut (dyn Objective<T> + 'o), &[T]) -> Result<Solution<T>>;

/// The runs of a method in each precision.
#[derive(Copy, Clone, Debug)]
pub struct MakeDerivativeFree {
    /// In double precision.
    pub f64: RunDerivativeFree<f64>,
    /// In single precision.
    pub f32: RunDerivativeFree<f32>,
}

/// The entry of this name.
///
/// # Errors
/// [`Error::UnknownName`](thalweg_core::Error::UnknownName) with the nearest name.
pub fn derivative_free(name: &str) -> Result<&'static DerivativeFreeEntry> {
    catalogue::find("derivative-free method", DERIVATIVE_FREE, name)
}

/// F, with NaN as outside the domain.
fn value<T: Real>(objective: &mut (impl Objective<T> + ?Sized), x: &[T]) -> Result<T, Halt> {
    let value = objective.value(x)?;
    Ok(if value.is_nan() { T::INFINITY } else { value })
}

/// What a step without a gradient reports.
fn info<T: Real>(before: T, value: T, step_inf: T) -> StepInfo<T> {
    StepInfo { value, decrease: before - value, gradient_inf: T::NAN, step_inf, predicted_decrease: None }
}
