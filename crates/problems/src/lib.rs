//! Classic test problems with known minima, and seeded synthetic data for linear models.
//!
//! Each file holds one problem: formula, start, minima and source. A problem is an [`Objective`](thalweg_core::Objective) with every
//! derivative, so any minimiser can be raced on it:
//!
//! ```
//! let mut valley = thalweg_problems::problem::<f64>("rosenbrock:n=4")?;
//! let minimum = &valley.minima()[0];
//! assert_eq!(valley.value(&minimum.x), Ok(minimum.value));
//! # Ok::<(), thalweg_core::Error>(())
//! ```

mod beale;
mod entry;
mod extended;
mod helical_valley;
pub mod linear;
mod powell_singular;
mod quadratic;
mod rosenbrock;
mod trigonometric;
mod wood;

pub use beale::Beale;
pub use entry::{Make, MakeProblem, MakeReal, ProblemEntry, problem};
pub use extended::{Extended, Term};
pub use helical_valley::HelicalValley;
pub use powell_singular::PowellSingular;
pub use quadratic::Quadratic;
pub use rosenbrock::Rosenbrock;
pub use trigonometric::Trigonometric;
pub use wood::Wood;

use thalweg_core::{Hessian, HessianVector, Real};

/// A test problem: an objective with all derivatives, a customary start and its known minima.
pub trait Problem<T: Real>: Hessian<T> + HessianVector<T> + Send {
    /// The customary starting point.
    fn start(&self) -> Vec<T>;

    /// The known local minima, the global one first.
    fn minima(&self) -> Vec<Minimum<T>>;
}

/// A point where a problem is locally smallest.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimum<T> {
    /// Where.
    pub x: Vec<T>,
    /// The value there.
    pub value: T,
}

/// Every problem, by name.
pub static CATALOGUE: &[ProblemEntry] = &[
    beale::ENTRY,
    helical_valley::ENTRY,
    powell_singular::ENTRY,
    quadratic::ENTRY,
    rosenbrock::ENTRY,
    trigonometric::ENTRY,
    wood::ENTRY,
];
