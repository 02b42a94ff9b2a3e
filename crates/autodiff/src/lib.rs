//! Write a function once, get every derivative.
//!
//! | you want | start at |
//! |---|---|
//! | a function that every number type can read | [`function!`], [`Function`] |
//! | derivatives in few variables, of any order | [`forward`], [`HyperDual`] |
//! | the gradient of a function with `if` and `while` | [`Tape`] |
//! | to differentiate a function of parameters and data rows, fast | [`Program`] |
//! | a Jacobian or Hessian that is mostly zeros | [`sparse::SparseJacobian`], [`sparse::SparseHessian`] |
//!
//! Functions are written over [`Scalar`]; one with data-dependent control flow, over [`ScalarOrd`].

pub mod check;
pub mod forward;
pub mod sparse;
pub mod tape;
pub mod taylor;

mod algebra;
mod function;
mod operation;
mod program;

pub use algebra::{Algebra, Scalars};
pub use forward::HyperDual;
pub use function::{Function, ScalarOrd, VectorFunction};
pub use operation::{Binary, Comparison, Unary};
pub use program::{
    Counts, Element, Id, Kernel, Names, Node, Program, ProgramObjective, Traced, TracedMask, Work,
};
pub use tape::{Tape, Var};
#[doc(no_inline)]
pub use thalweg_core::{Dual, Scalar, k};
