//! Laws for losses, penalties, updates and optimizers, for the crates of this workspace and for outside ones.
//!
//! A law is a function that returns [`Verdict`]: `Err` holds a [`Violation`] that names the law, the item, the inputs and the values. Macros
//! turn the laws into `#[test]` functions over a list of items:
//!
//! | you wrote a … | write into `tests/laws.rs` |
//! |---|---|
//! | loss | `thalweg_testkit::loss_laws!(subjects);` with `fn subjects() -> Vec<losses::Subject>` |
//! | loss of several predictors | `thalweg_testkit::row_loss_laws!(subjects);` with `fn subjects() -> Vec<row_losses::Subject>` |
//! | loss of a whole data set | `thalweg_testkit::set_loss_laws!(subjects);` with `fn subjects() -> Vec<set_losses::Subject>` |
//! | penalty | `thalweg_testkit::penalty_laws!(subjects);` with `fn subjects() -> Vec<penalties::Subject>` |
//! | update | `thalweg_testkit::update_laws!(my_rule: complete MyRule::default());` |
//! | optimizer | `thalweg_testkit::minimizer_laws!(MyOptimizer::default());` |
//! | composite solver | `thalweg_testkit::composite_laws!(MySolver::default());` |
//!
//! ```
//! use thalweg_core::{Formula, Pointwise, Properties, Real, Scalar, Target};
//! use thalweg_testkit::losses::{self, Subject};
//!
//! #[derive(Copy, Clone)]
//! struct Half;
//! impl Formula for Half {
//!     fn eval<S: Scalar>(&self, y: S, eta: S) -> S { S::of(0.5) * (eta - y).square() }
//! }
//! impl<T: Real> Pointwise<T> for Half {
//!     fn derivatives(&self, y: T, eta: T) -> (T, T, T) { (self.eval(y, eta), eta - y, T::ONE) }
//!     fn properties(&self) -> Properties<T> { Properties::convex(Target::Real) }
//! }
//! losses::all(&Subject::new("half", Half))?;
//! # Ok::<(), thalweg_testkit::Violation>(())
//! ```

pub mod alloc;
pub mod composite;
pub mod fixtures;
pub mod losses;
pub mod minimizers;
pub mod penalties;
pub mod row_losses;
pub mod set_losses;
pub mod updates;

mod macros;
mod numeric;
mod violation;

pub use violation::{Verdict, Violation};

/// What the macros name; not meant for other use.
#[doc(hidden)]
pub use thalweg_core;
