//! Classic test problems with known minima, and seeded synthetic data for linear models.
//!
//! Each file holds one problem: formula, start, minima and source. A problem is an [`Objective`](thalweg_core::Objective) with every
//! derivative, so any minimiser can be raced on it:
//!
//! ```
//! let mut valley = thalweg_problems::problem::<f64>("rosenbrock:n=4")?;
//! let minimum = &valley.minima()[0];
//! let x = minimum.x.as_deref().unwrap_or_default();
//! assert_eq!(valley.value(x), Ok(minimum.value));
//! # Ok::<(), thalweg_core::Error>(())
//! ```

mod bard;
mod beale;
mod biggs_exp6;
mod box3d;
mod brown_almost_linear;
mod brown_badly_scaled;
mod brown_dennis;
mod broyden_banded;
mod broyden_tridiagonal;
mod chebyquad;
mod discrete_boundary_value;
mod discrete_integral_equation;
mod entry;
mod extended;
mod freudenstein_roth;
mod gaussian;
mod gulf;
mod helical_valley;
mod jennrich_sampson;
mod kowalik_osborne;
pub mod linear;
mod linear_full_rank;
mod linear_rank_one;
mod linear_rank_one_zero;
mod osborne1;
mod osborne2;
mod penalty1;
mod penalty2;
mod powell_badly_scaled;
mod powell_singular;
mod quadratic;
mod rosenbrock;
mod spedicato;
mod squares;
mod trigonometric;
mod variably_dimensioned;
mod watson;
mod wood;

pub use bard::Bard;
pub use beale::Beale;
pub use biggs_exp6::BiggsExp6;
pub use box3d::Box3d;
pub use brown_almost_linear::BrownAlmostLinear;
pub use brown_badly_scaled::BrownBadlyScaled;
pub use brown_dennis::BrownDennis;
pub use broyden_banded::BroydenBanded;
pub use broyden_tridiagonal::BroydenTridiagonal;
pub use chebyquad::Chebyquad;
pub use discrete_boundary_value::DiscreteBoundaryValue;
pub use discrete_integral_equation::DiscreteIntegralEquation;
pub use entry::{Make, MakeProblem, MakeReal, ProblemEntry, problem};
pub use extended::{Extended, Term};
pub use freudenstein_roth::FreudensteinRoth;
pub use gaussian::Gaussian;
pub use gulf::Gulf;
pub use helical_valley::HelicalValley;
pub use jennrich_sampson::JennrichSampson;
pub use kowalik_osborne::KowalikOsborne;
pub use linear_full_rank::LinearFullRank;
pub use linear_rank_one::LinearRankOne;
pub use linear_rank_one_zero::LinearRankOneZero;
pub use osborne1::Osborne1;
pub use osborne2::Osborne2;
pub use penalty1::Penalty1;
pub use penalty2::Penalty2;
pub use powell_badly_scaled::PowellBadlyScaled;
pub use powell_singular::PowellSingular;
pub use quadratic::Quadratic;
pub use rosenbrock::Rosenbrock;
pub use spedicato::Spedicato;
pub use squares::{ResidualFormula, Squares};
pub use trigonometric::Trigonometric;
pub use variably_dimensioned::VariablyDimensioned;
pub use watson::Watson;
pub use wood::Wood;

use thalweg_core::{Hessian, HessianVector, Real, Residuals};

/// A test problem: an objective with all derivatives, a customary start and its known minima.
pub trait Problem<T: Real>: Hessian<T> + HessianVector<T> + Send {
    /// The customary starting point.
    fn start(&self) -> Vec<T>;

    /// The known local minima, the global one first.
    fn minima(&self) -> Vec<Minimum<T>>;

    /// True if the gradient nearly vanishes in places far above every minimum (plateaus, valleys that fall for ever, Hessians singular to
    /// rounding): there a small gradient says little about the value.
    fn is_flat(&self) -> bool {
        false
    }

    /// The same problem as a vector of residuals whose squares add up to F, if it is one. (A least-squares minimiser halves the sum.)
    fn residual_form(&mut self) -> Option<&mut dyn Residuals<T>> {
        None
    }
}

/// A locally smallest value of a problem, and where it is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimum<T> {
    /// Where; `None` if the literature gives the value alone, or if F only tends to it as the parameters grow without bound.
    pub x: Option<Vec<T>>,
    /// The value there.
    pub value: T,
}

impl Minimum<f64> {
    /// A minimum at a known point.
    #[must_use]
    pub fn at(x: &[f64], value: f64) -> Self {
        Self { x: Some(x.to_vec()), value }
    }

    /// A minimum known by its value, to the digits given.
    #[must_use]
    pub const fn of_value(value: f64) -> Self {
        Self { x: None, value }
    }
}

/// Every problem, by name.
pub static CATALOGUE: &[ProblemEntry] = &[
    bard::ENTRY,
    beale::ENTRY,
    biggs_exp6::ENTRY,
    box3d::ENTRY,
    brown_almost_linear::ENTRY,
    brown_badly_scaled::ENTRY,
    brown_dennis::ENTRY,
    broyden_banded::ENTRY,
    broyden_tridiagonal::ENTRY,
    chebyquad::ENTRY,
    discrete_boundary_value::ENTRY,
    discrete_integral_equation::ENTRY,
    freudenstein_roth::ENTRY,
    gaussian::ENTRY,
    gulf::ENTRY,
    helical_valley::ENTRY,
    jennrich_sampson::ENTRY,
    kowalik_osborne::ENTRY,
    linear_full_rank::ENTRY,
    linear_rank_one::ENTRY,
    linear_rank_one_zero::ENTRY,
    osborne1::ENTRY,
    osborne2::ENTRY,
    penalty1::ENTRY,
    penalty2::ENTRY,
    powell_badly_scaled::ENTRY,
    powell_singular::ENTRY,
    quadratic::ENTRY,
    rosenbrock::ENTRY,
    spedicato::ENTRY,
    trigonometric::ENTRY,
    variably_dimensioned::ENTRY,
    watson::ENTRY,
    wood::ENTRY,
];
