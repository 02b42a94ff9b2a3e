//! Write a function once, get every derivative.
//!
//! | you want | start at |
//! |---|---|
//! | a function that every number type can read | [`function!`], [`Function`] |
//! | derivatives in few variables, of any order | [`forward`], [`HyperDual`] |
//! | the gradient of a function with `if` and `while` | [`Tape`] |
//! | the derivative of a root, a minimum or a long recurrence | [`tape::root`], [`tape::minimum`], [`tape::scan`] |
//! | to differentiate a function of parameters and data rows, fast, and to fit it | [`Program`] |
//! | Taylor coefficients, mixed partials, Laplacians | [`taylor`] |
//! | a polynomial with a guaranteed bound of its error, or all values on a box | [`taylor::taylor_model`], [`taylor::lagrange_bound`], [`taylor::enclose`] |
//! | a Jacobian or Hessian that is mostly zeros | [`sparse::SparseJacobian`], [`sparse::SparseHessian`] |
//! | to know whether a derivative is right | [`check::check_gradient`] |
//!
//! Functions are written over [`Scalar`]; one with data-dependent control flow, over [`ScalarOrd`]. One definition serves them all:
//!
//! ```
//! use thalweg_autodiff::{Function, Program, Scalar, check, forward, function, k, taylor};
//! function! {
//!     /// A pendulum's energy at angle x₀ and speed x₁.
//!     fn energy(x: [S; 2]) -> S { k(1.0) - x[0].cos() + k(0.5) * x[1].square() }
//! }
//! let x = [0.3, 0.5];
//! let mut g = [0.0; 2];
//! forward::gradient(&energy, &x, &mut g)?;
//! assert_eq!(g, [0.3_f64.sin(), 0.5]);
//! let mut value_gradient = [0.0; 3];
//! Program::trace(2, 0, |x, _| energy.eval(x))?.gradient()?.compile()?.call(&x, &mut value_gradient)?;
//! assert_eq!(value_gradient[1..], g);
//! assert_eq!(taylor::taylor_along(&energy, &x, &[0.0, 1.0], 4)?.coefficients()[2], 0.5);
//! let (value, laplacian) = taylor::laplacian(&energy, &x)?;
//! assert!((laplacian - (0.3_f64.cos() + 1.0)).abs() < 1e-15 && value == value_gradient[0]);
//! assert!(check::check_gradient::<f64>(&energy, &x)?.is_ok());
//! # Ok::<(), thalweg_core::Error>(())
//! ```

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
