//! How a loss of several predictors a row is listed and made from its name.

use thalweg_core::{Entry, Result, RowLoss, catalogue};

use super::ROWWISE;

/// A catalogue entry of a loss of K predictors a row.
pub type RowwiseEntry = Entry<MakeRowwise>;

/// Makes a loss from the number of outputs K and its parameter values.
pub type MakeOutputs<T> = fn(usize, &[f64]) -> Result<Box<dyn RowLoss<T>>>;

/// The constructors in each precision, from the number of classes (or outputs) K and the parameter values.
#[derive(Copy, Clone, Debug)]
pub struct MakeRowwise {
    /// In double precision.
    pub f64: MakeOutputs<f64>,
    /// In single precision.
    pub f32: MakeOutputs<f32>,
}

/// The loss of this description for K outputs.
///
/// ```
/// assert_eq!(thalweg_losses::rowwise("softmax", 3)?.outputs(), 3);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// An unknown name or parameter, with a suggestion; a number of outputs the loss does not take.
pub fn rowwise(text: &str, outputs: usize) -> Result<Box<dyn RowLoss<f64>>> {
    let (entry, values) = find(text)?;
    (entry.make.f64)(outputs, &values)
}

/// [`rowwise`] in single precision.
///
/// # Errors
/// As [`rowwise`].
pub fn rowwise_f32(text: &str, outputs: usize) -> Result<Box<dyn RowLoss<f32>>> {
    let (entry, values) = find(text)?;
    (entry.make.f32)(outputs, &values)
}

fn find(text: &str) -> Result<(&'static RowwiseEntry, Vec<f64>)> {
    let (name, given) = catalogue::parse(text)?;
    let entry = catalogue::find("loss", ROWWISE, name)?;
    Ok((entry, entry.values(&given)?))
}
