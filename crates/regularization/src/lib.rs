//! Penalties: how do we keep the model from memorising the data?
//!
//! The penalised objective is (weighted mean of losses) + P(b; λ), the intercept never penalised. Each file holds one
//! [`Penalty`]; [`training`] has what regularizes the training itself: dropout, noise, augmentation, early stopping, averages.

use thalweg_core::{Entry, Penalty, Result, catalogue};

mod affine;
mod block_mcp;
mod block_scad;
mod box_constraint;
mod by_blocks;
mod calculus;
mod constraint;
mod elastic_net;
mod fused_lasso;
mod group_lasso;
mod groups;
mod half_space;
mod isotonic;
mod knapsack;
mod l0;
mod l1;
mod l1_ball;
mod l2;
mod l2_ball;
mod l_infinity;
mod log_sum;
mod lq;
mod mcp;
mod monotone;
mod nonconvex;
mod nonconvex_groups;
mod none;
mod norm;
mod nuclear;
mod oscar;
mod positive_semidefinite;
mod ridge;
mod run;
mod scad;
mod scratch;
mod secular;
mod simplex;
mod slope;
mod sparse_group_lasso;
pub mod training;
mod trend_filter;
mod weighted;
mod whole;

pub use affine::Affine;
pub use block_mcp::BlockMcp;
pub use block_scad::BlockScad;
pub use box_constraint::BoxConstraint;
pub use calculus::{BlockSum, MoreauEnvelope, Rescaled, Translated, prox_conjugate};
pub use constraint::{Constraint, Set};
pub use elastic_net::ElasticNet;
pub use fused_lasso::FusedLasso;
pub use group_lasso::GroupLasso;
pub use half_space::HalfSpace;
pub use l_infinity::LInfinity;
pub use l0::L0;
pub use l1::L1;
pub use l1_ball::L1Ball;
pub use l2_ball::L2Ball;
pub use log_sum::LogSum;
pub use lq::Lq;
pub use mcp::Mcp;
pub use monotone::Monotone;
pub use nonconvex_groups::NonconvexGroups;
pub use none::None;
pub use nuclear::Nuclear;
pub use positive_semidefinite::PositiveSemidefinite;
pub use ridge::Ridge;
pub use scad::Scad;
pub use simplex::Simplex;
pub use slope::Slope;
pub use sparse_group_lasso::SparseGroupLasso;
pub use trend_filter::TrendFilter;
pub use weighted::Weighted;

/// A catalogue entry of a penalty.
pub type PenaltyEntry = Entry<Make>;

/// Makes a penalty from its parameter values.
pub type MakePenalty<T> = fn(&[f64]) -> Result<Box<dyn Penalty<T>>>;

/// The constructors of a penalty in each precision.
#[derive(Copy, Clone, Debug)]
pub struct Make {
    /// In double precision.
    pub f64: MakePenalty<f64>,
    /// In single precision.
    pub f32: MakePenalty<f32>,
}

/// Every penalty, by name.
pub static CATALOGUE: &[PenaltyEntry] = &[
    none::ENTRY,
    ridge::ENTRY,
    l1::ENTRY,
    elastic_net::ENTRY,
    box_constraint::ENTRY,
    group_lasso::ENTRY,
    sparse_group_lasso::ENTRY,
    mcp::ENTRY,
    scad::ENTRY,
    block_mcp::ENTRY,
    block_scad::ENTRY,
    log_sum::ENTRY,
    l0::ENTRY,
    lq::ENTRY,
    l2::ENTRY,
    l_infinity::ENTRY,
    l1_ball::ENTRY,
    l2_ball::ENTRY,
    simplex::ENTRY,
    half_space::ENTRY,
    affine::ENTRY,
    monotone::ENTRY,
    slope::ENTRY,
    oscar::ENTRY,
    fused_lasso::ENTRY,
    trend_filter::ENTRY,
    nuclear::ENTRY,
];

/// The penalty of this name. One that acts on groups, or on all coefficients together, is made without knowing their number:
/// [`Penalty::over`] then gives the penalty over p of them, and [`penalty_over`] does both.
///
/// ```
/// let ridge = thalweg_regularization::penalty("ridge")?;
/// assert_eq!(ridge.value(&[1.0, 2.0], 0.1), 0.25);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// An unknown name or parameter, with a suggestion.
pub fn penalty(text: &str) -> Result<Box<dyn Penalty<f64>>> {
    let (name, given) = catalogue::parse(text)?;
    let entry = catalogue::find("penalty", CATALOGUE, name)?;
    (entry.make.f64)(&entry.values(&given)?)
}

/// The penalty of this name over p coefficients.
///
/// ```
/// let lasso = thalweg_regularization::penalty_over("group-lasso:size=2", 4)?;
/// assert_eq!(lasso.blocks().count(4), 2);
/// assert!(thalweg_regularization::penalty_over("group-lasso:size=2", 5).is_err());
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// As [`penalty`]; a penalty that does not act on p coefficients.
pub fn penalty_over(text: &str, p: usize) -> Result<Box<dyn Penalty<f64>>> {
    let penalty = penalty(text)?;
    let penalty = penalty.over(p)?.unwrap_or(penalty);
    penalty.check(p)?;
    Ok(penalty)
}
