//! Penalties: how do we keep the model from memorising the data?
//!
//! The penalised objective is (weighted mean of losses) + P(b; λ), the intercept never penalised. Each file holds one
//! [`Penalty`]; [`training`] has what regularizes the training itself: dropout, noise, augmentation, early stopping, averages.

use thalweg_core::{Entry, Penalty, Result, catalogue};

mod box_constraint;
mod elastic_net;
mod l1;
mod none;
mod ridge;
pub mod training;

pub use box_constraint::BoxConstraint;
pub use elastic_net::ElasticNet;
pub use l1::L1;
pub use none::None;
pub use ridge::Ridge;

/// A catalogue entry of a penalty.
pub type PenaltyEntry = Entry<Make>;

/// Makes a penalty from its parameter values.
pub type MakePenalty<T> = fn(&[f64]) -> Result<Box<dyn Penalty<T>>>;

/// The constructors of a penalty in each precision.
#[derive(Copy, Clone, Debug)]
pub struct Make {
    /// In double precision.
    pub f64: MakePenalty<f64>,
    /// In single precision.
    pub f32: MakePenalty<f32>,
}

/// Every penalty, by name.
pub static CATALOGUE: &[PenaltyEntry] =
    &[none::ENTRY, ridge::ENTRY, l1::ENTRY, elastic_net::ENTRY, box_constraint::ENTRY];

/// The penalty of this name.
///
/// ```
/// let ridge = thalweg_regularization::penalty("ridge")?;
/// assert_eq!(ridge.value(&[1.0, 2.0], 0.1), 0.25);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// An unknown name or parameter, with a suggestion.
pub fn penalty(text: &str) -> Result<Box<dyn Penalty<f64>>> {
    let (name, given) = catalogue::parse(text)?;
    let entry = catalogue::find("penalty", CATALOGUE, name)?;
    (entry.make.f64)(&entry.values(&given)?)
}
