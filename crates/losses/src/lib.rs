//! Loss functions: how wrong is one prediction?
//!
//! A loss ℓ(y, η) compares a target y with a linear predictor η. Each file holds one: its formula for every number type
//! ([`Formula`](thalweg_core::Formula)), closed-form derivatives ([`Pointwise`](thalweg_core::Pointwise)), properties and conjugate.
//! Weights, blocks, SIMD and threads come from `thalweg-core`.
//!
//! ```
//! use thalweg_core::Loss;
//! let huber = thalweg_losses::loss::<f64>("huber:delta=1.5")?;
//! let [value, slope, ..] = huber.at(0.0, 4.0);
//! assert_eq!((value, slope), (1.5 * (4.0 - 0.75), 1.5));
//! # Ok::<(), thalweg_core::Error>(())
//! ```

mod class_weights;
mod entry;
mod likelihood;
mod parameter;
mod pointwise;
mod reweighted;
mod rowwise;
mod sets;

pub use class_weights::{balanced, class_weights};
pub use entry::{LossEntry, Make, MakeLoss, MakeReal, loss};
pub use likelihood::{Full, NegativeLogDensity};
pub use pointwise::*;
pub use reweighted::Reweighted;
pub use rowwise::*;
pub use sets::*;
