//! How a loss of several predictors a row is listed and made from its name.

use thalweg_core::{Entry, Result, RowLoss, catalogue};

use super::ROWWISE;
use crate::MakeReal;

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
    /// What K is.
    pub outputs: Outputs,
}

/// What the predictors of a row are.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Outputs {
    /// One a class: the target is the index of a class.
    Classes,
    /// As many as the targets of a row: shares, labels.
    Targets,
    /// This many parameters of the distribution of one target, such as mean and variance.
    Parameters(usize),
    /// Parts of different roles: the scores of a pair, vectors side by side, a score and thresholds. No single linear model makes them.
    Structured,
}

/// The loss of this description for K outputs.
///
/// ```
/// assert_eq!(thalweg_losses::rowwise::<f64>("softmax", 3)?.outputs(), 3);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// An unknown name or parameter, with a suggestion; a number of outputs the loss does not take.
pub fn rowwise<T: MakeReal>(text: &str, outputs: usize) -> Result<Box<dyn RowLoss<T>>> {
    let (name, given) = catalogue::parse(text)?;
    let entry = catalogue::find("loss", ROWWISE, name)?;
    T::rowwise(&entry.make)(outputs, &entry.values(&given)?)
}
