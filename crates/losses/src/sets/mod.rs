//! Losses of a whole data set, whose rows hang together. One a file. Each is a [`Datafit`](thalweg_core::Datafit) that owns its targets;
//! [`SetObjective`](thalweg_core::SetObjective) fits a design with it.

pub(crate) mod cox;
mod entry;
mod risk;

pub use cox::{Cox, Ties};
pub use entry::{MakeSet, MakeSets, SetData, SetEntry, set};

/// Every loss of a whole data set, by name.
pub static SETS: &[SetEntry] = &[cox::ENTRY];
