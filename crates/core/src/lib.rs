//! Numbers, linear algebra, parallelism and the traits that every Thalweg crate speaks.
//!
//! | you want to … | start at |
//! |---|---|
//! | write a formula once for every number type | [`Scalar`], [`Formula`] |
//! | write a loss | [`Pointwise`]; [`Loss`] comes free |
//! | write an optimizer | [`Minimizer`] or [`Update`] |
//! | minimise something | [`Objective`] and its extensions, then [`Driver::minimize`] |
//! | fit a linear model | [`Design`], [`Cost`], [`Smooth`]; with a penalty that has kinks, [`Penalised`]; with a set loss, [`SetObjective`] |
//!
//! Conventions: the cost is the weighted *mean* of the losses; matrices are column-major; results depend on neither the number of
//! threads nor the SIMD width. `docs/CONVENTIONS.md` works every formula out on five rows.

pub mod catalogue;
pub mod interop;
pub mod math;
pub mod minibatch;
pub mod par;
pub mod reduce;
pub mod rules;
pub mod simd;
pub mod stop;
pub mod streams;
mod sum_of_squares;
pub mod vector;

mod certificate;
mod certify;
mod checkpoint;
mod composite;
mod cost;
mod counted;
mod cross;
mod datafit;
mod design;
mod driver;
mod dual;
mod eigen;
mod error;
mod formula;
mod gap;
mod gram;
mod least_squares;
mod linear_sum;
mod loss;
mod lu;
mod minimizer;
mod objective;
mod observe;
mod penalised;
mod penalised_outputs;
mod penalty;
mod pivoted_qr;
mod polygamma;
mod product;
mod real;
mod row_loss;
mod row_prox;
mod rowwise;
mod sampled;
mod scalar;
mod set_objective;
mod smooth;
mod sparse;
mod status;
mod svd;
mod triangular;
mod update;

pub use catalogue::{Entry, Parameter};
pub use certificate::{Certificate, Verification};
pub use checkpoint::{Archive, Checkpoint, load, save, visit_real, visit_scoped, visit_slice, visit_usize};
pub use composite::{Composite, LinearComposite, OutputsComposite, RowComposite};
pub use cost::{Cost, Reduction};
pub use counted::{Budget, Counted, Counts};
pub use datafit::{Datafit, check_weights};
pub use design::{BLOCK_ROWS, Columns, Design, Row, RowRoom};
pub use driver::Driver;
pub use dual::{Dual, second_derivative};
pub use eigen::Eigen;
pub use error::{Error, Result, check_shape};
pub use formula::{Formula, Pointwise, Properties, Response, Target};
pub use least_squares::{InverseDiagonal, Refined, RefinedLeastSquares};
pub use linear_sum::{LinearSum, Terms};
pub use loss::{Block, Loss, Want, Weights, finite_or_infinity};
pub use lu::Lu;
pub use minibatch::{Batch, Batches, Order, Plan, check_rows};
pub use minimizer::{Halt, Iterate, Minimizer, StepInfo};
pub use objective::{FiniteSum, Gradient, Hessian, HessianVector, Objective, Residuals, Rows, Subsample};
pub use observe::{Observer, Progress};
pub use par::Par;
pub use penalised::{ColumnProducts, Expanded, Penalised, Verified, scaled_gap, squared_gap};
pub use penalised_outputs::PenalisedOutputs;
pub use penalty::{Blocks, Diagonal, Penalty, Step, Vertex, check_lambda};
pub use pivoted_qr::PivotedQr;
pub use product::product;
pub use real::Real;
pub use row_loss::RowLoss;
pub use rowwise::{RowFormula, Rowwise};
pub use sampled::Sampled;
pub use scalar::{Constant, Scalar, k, logsumexp};
pub use set_objective::SetObjective;
pub use smooth::{Information, Smooth};
pub use sparse::Sparse;
pub use status::{Solution, Status};
pub use stop::Stop;
pub use streams::Streams;
pub use sum_of_squares::{SumOfSquares, half_square, pull_back};
pub use svd::Svd;
pub use triangular::ScaledCholesky;
pub use update::{
    Context, Elementwise, Fused, Layout, Metric, Needs, On, OnState, Schedule, Scheduled, ScheduledState,
    SlotMemory, Slots, Tensor, Update, WIDTH as SLOT_WIDTH,
};
