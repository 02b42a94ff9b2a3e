//! Sparse Jacobians and Hessians: pattern, coloring, compressed derivatives.
//!
//! ```text
//! Program ─► pattern ─► coloring ─► directions ─► compressed derivative ─► recovery ─► faer CSC
//! ```
//!
//! Everything up to the directions is planned once; an evaluation runs the derivative and the recovery in memory of its own.

pub mod coloring;

mod compressed;
mod dependencies;
mod detect;
mod hessian;
mod jacobian;
mod lanes;
mod method;
mod pattern;
mod recovery;

pub use detect::{hessian_pattern, jacobian_pattern};
pub use hessian::SparseHessian;
pub use jacobian::SparseJacobian;
pub use method::{Compression, Method};
pub use pattern::Pattern;
