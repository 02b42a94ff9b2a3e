//! Losses of several predictors a row. One a file.

mod categorical;
pub(crate) mod entry;
pub(crate) mod softmax;

pub use entry::{MakeOutputs, MakeRowwise, RowwiseEntry, rowwise, rowwise_f32};
pub use softmax::Softmax;

/// Every loss of several predictors a row, by name.
pub static ROWWISE: &[RowwiseEntry] = &[softmax::ENTRY];
