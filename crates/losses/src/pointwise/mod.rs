//! Losses of one predictor a row. One a file; the laws, `thalweg list` and the benchmarks take them from the catalogue.

pub(crate) mod huber;
pub(crate) mod logistic;
pub(crate) mod poisson;
pub(crate) mod squared;

pub use huber::Huber;
pub use logistic::Logistic;
pub use poisson::Poisson;
pub use squared::Squared;

use crate::LossEntry;

/// Every loss of one predictor, by name.
pub static CATALOGUE: &[LossEntry] = &[huber::ENTRY, logistic::ENTRY, poisson::ENTRY, squared::ENTRY];
