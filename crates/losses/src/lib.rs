//! Loss functions: how wrong is one prediction?
//!
//! Three words, three things: the *loss* ℓ(y, η) of one prediction, the *cost* Σwℓ/Σw of a data set ([`Cost`](thalweg_core::Cost)), and the
//! *objective*, cost plus penalty as a function of parameters ([`Objective`](thalweg_core::Objective)). Where ℓ is minus the log-density of y given
//! η, up to a term free of η ([`NegativeLogDensity`], [`Full`]), Σw times the cost is minus the log-likelihood: squared is the Gaussian's,
//! absolute the Laplace's, logistic the Bernoulli's, softmax the categorical's.
//!
//! | one row has | an author writes | everyone uses | catalogue |
//! |---|---|---|---|
//! | one predictor | [`Formula`](thalweg_core::Formula) + [`Pointwise`](thalweg_core::Pointwise) | [`Loss`](thalweg_core::Loss) by [`loss`] | [`CATALOGUE`] |
//! | K predictors | [`RowFormula`](thalweg_core::RowFormula) + [`Rowwise`](thalweg_core::Rowwise) | [`RowLoss`](thalweg_core::RowLoss) by [`rowwise`] | [`ROWWISE`] |
//! | a place in a set | [`Datafit`](thalweg_core::Datafit) | the same by [`set`] | [`SETS`] |
//!
//! Each file holds one loss: its formula for every number type, closed-form derivatives, properties and conjugate, and by which factor other
//! libraries differ. Weights, reductions, blocks, SIMD and threads come from `thalweg-core`.
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
