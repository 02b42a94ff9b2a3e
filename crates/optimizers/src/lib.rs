//! Minimisers of smooth and composite problems: how do we get to the minimum?
//!
//! Each file holds one [`Minimizer`](thalweg_core::Minimizer): `init` and `step`. Stepwise rules for minibatches live in [`updates`], their
//! learning rates in [`schedules`]; any chain of them is a minimiser by [`Stochastic`]. The loop, the stopping rules, the budget and the verdict
//! belong to [`Driver`](thalweg_core::Driver).
//!
//! ```
//! use thalweg_core::{Driver, Gradient, Halt, Objective};
//! use thalweg_optimizers::Lbfgs;
//!
//! struct Rosenbrock;
//! impl Objective<f64> for Rosenbrock {
//!     fn dim(&self) -> usize { 2 }
//!     fn value(&mut self, x: &[f64]) -> Result<f64, Halt> {
//!         Ok((1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2))
//!     }
//! }
//! impl Gradient<f64> for Rosenbrock {
//!     fn value_gradient(&mut self, x: &[f64], g: &mut [f64]) -> Result<f64, Halt> {
//!         g[1] = 200.0 * (x[1] - x[0] * x[0]);
//!         g[0] = -2.0 * (1.0 - x[0]) - 2.0 * x[0] * g[1];
//!         self.value(x)
//!     }
//! }
//! let solution = Driver::new().minimize(&Lbfgs::default(), &mut Rosenbrock, &[-1.2, 1.0])?;
//! assert!((solution.x[0] - 1.0).abs() < 1e-8 && solution.status.is_solved());
//! # Ok::<(), thalweg_core::Error>(())
//! ```

mod admm;
mod barzilai_borwein;
mod bfgs;
mod block_coordinate_descent;
mod composite;
mod composite_point;
mod conjugate_gradient;
mod coordinate_descent;
mod derivative_free;
mod descent;
mod dfp;
mod entry;
mod fista;
mod frank_wolfe;
mod gradient_descent;
mod heavy_ball;
mod inverse_hessian;
mod lbfgs;
mod lbfgsb;
mod least_squares;
pub mod line_search;
mod linear_point;
mod newton;
mod newton_cg;
mod owl_qn;
mod pairs;
mod point;
mod preconditioned_lbfgs;
mod products;
mod prox_newton;
mod rows;
mod scaled;
pub mod schedules;
mod separable;
mod sr1;
mod ssnal;
mod stochastic;
mod subsampled;
mod trust_region;
pub mod updates;

pub use admm::Admm;
pub use barzilai_borwein::BarzilaiBorwein;
pub use bfgs::Bfgs;
pub use block_coordinate_descent::BlockCoordinateDescent;
pub use composite::{Chosen, CompositeEntry, MakeComposite, RunComposite, composite};
pub use conjugate_gradient::{Beta, ConjugateGradient};
pub use coordinate_descent::{CoordinateDescent, Effort, Quadratic};
pub use derivative_free::{
    Brent, CmaEs, DerivativeFreeEntry, GoldenSection, MakeDerivativeFree, NelderMead, RunDerivativeFree,
    derivative_free,
};
pub use descent::{Descent, Direction, Moved, State as DescentState, cautious};
pub use dfp::Dfp;
pub use entry::{Make, MinimizerEntry, Run, minimizer};
pub use fista::{Fista, Restart};
pub use frank_wolfe::FrankWolfe;
pub use gradient_descent::{GradientDescent, Steepest};
pub use heavy_ball::HeavyBall;
pub use inverse_hessian::InverseHessian;
pub use lbfgs::{Lbfgs, LimitedMemory};
pub use lbfgsb::Lbfgsb;
pub use least_squares::{
    Covariance, GaussNewton, LeastSquaresEntry, LevenbergMarquardt, MakeLeastSquares, RunLeastSquares,
    covariance, least_squares,
};
pub use newton::Newton;
pub use newton_cg::NewtonCg;
pub use owl_qn::OwlQn;
pub use preconditioned_lbfgs::PreconditionedLbfgs;
pub use prox_newton::{OutputsNewton, OutputsState, ProxNewton};
pub use scaled::Scaled;
pub use schedules::{
    Constant, Cosine, Exponential, Fall, InverseSqrt, InverseTime, Joined, Linear, MakeSchedule, OneCycle,
    PiecewiseConstant, Polynomial, ReduceOnPlateau, Rise, ScheduleEntry, StepDecay, WarmRestarts, Warmup,
    schedule,
};
pub use sr1::Sr1;
pub use ssnal::Ssnal;
pub use stochastic::{State as StochasticState, Stochastic};
pub use subsampled::Subsampled;
pub use trust_region::{
    DenseModel, Dogleg, DoglegModel, ExactModel, MoreSorensen, Named, Promise, State as TrustRegionState,
    Steihaug, SteihaugModel, Subproblem, TrustRegion,
};
pub use updates::{
    Accumulate, Adabelief, Adadelta, Adafactor, Adagrad, Adam, AdamW, Adamax, Adan, AdaptiveClip, Amsgrad,
    Asgd, Centralize, CentredRmsprop, ClipGlobalNorm, ClipNorm, ClipRms, ClipValue, Freeze, GradientNoise,
    Lamb, Lars, Lion, Lookahead, MakeUpdate, Momentum, Muon, Nadam, ParameterEma, Polyak, Prodigy, Prox,
    Radam, Rmsprop, Rprop, RunUpdate, Sam, ScheduleFree, Sgd, Shampoo, SignSgd, Signum, SkipNonFinite, Soap,
    StochasticRun, TrustRatio, UpdateEntry, WeightDecay, Yogi, adamw, lamb, lars, update,
};

/// Every minimiser, by name.
pub static CATALOGUE: &[MinimizerEntry] = &[
    gradient_descent::ENTRY,
    barzilai_borwein::ENTRY,
    heavy_ball::ENTRY,
    conjugate_gradient::fletcher_reeves::ENTRY,
    conjugate_gradient::polak_ribiere::ENTRY,
    conjugate_gradient::hestenes_stiefel::ENTRY,
    conjugate_gradient::dai_yuan::ENTRY,
    conjugate_gradient::hager_zhang::ENTRY,
    lbfgs::ENTRY,
    bfgs::ENTRY,
    dfp::ENTRY,
    sr1::ENTRY,
    newton::ENTRY,
    newton_cg::ENTRY,
    trust_region::dogleg::ENTRY,
    trust_region::steihaug::ENTRY,
    trust_region::more_sorensen::ENTRY,
];

/// Every method for nonlinear least squares, by name.
pub static LEAST_SQUARES: &[LeastSquaresEntry] =
    &[least_squares::levenberg_marquardt::ENTRY, least_squares::gauss_newton::ENTRY];

/// Every method that needs values alone, by name.
pub static DERIVATIVE_FREE: &[DerivativeFreeEntry] = &[
    derivative_free::nelder_mead::ENTRY,
    derivative_free::cma_es::ENTRY,
    derivative_free::brent::ENTRY,
    derivative_free::golden_section::ENTRY,
];

/// Every solver of composite problems, a smooth function plus a penalty with kinks, by name.
pub static COMPOSITE: &[CompositeEntry] = &[
    coordinate_descent::ENTRY,
    block_coordinate_descent::ENTRY,
    prox_newton::ENTRY,
    fista::ENTRY,
    lbfgsb::ENTRY,
    owl_qn::ENTRY,
    ssnal::ENTRY,
    admm::ENTRY,
    frank_wolfe::ENTRY,
];

/// Every stochastic recipe, by name: runs on minibatches, complete with learning rate, batch and epochs.
pub static UPDATES: &[UpdateEntry] = &[
    updates::sgd::ENTRY,
    updates::momentum::ENTRY,
    updates::nesterov::ENTRY,
    updates::adagrad::ENTRY,
    updates::rmsprop::ENTRY,
    updates::centred_rmsprop::ENTRY,
    updates::adadelta::ENTRY,
    updates::rprop::ENTRY,
    updates::adam::ENTRY,
    updates::adamw::ENTRY,
    updates::amsgrad::ENTRY,
    updates::adamax::ENTRY,
    updates::nadam::ENTRY,
    updates::radam::ENTRY,
    updates::adabelief::ENTRY,
    updates::yogi::ENTRY,
    updates::lion::ENTRY,
    updates::sign_sgd::ENTRY,
    updates::signum::ENTRY,
    updates::asgd::ENTRY,
    updates::adan::ENTRY,
    updates::lamb::ENTRY,
    updates::lars::ENTRY,
    updates::adafactor::ENTRY,
    updates::muon::ENTRY,
    updates::schedule_free_sgd::ENTRY,
    updates::schedule_free_adamw::ENTRY,
    updates::prodigy::ENTRY,
    updates::polyak::ENTRY,
    updates::sam::ENTRY,
    updates::lookahead::ENTRY,
    updates::shampoo::ENTRY,
    updates::soap::ENTRY,
];

/// Every schedule, by name.
pub static SCHEDULES: &[ScheduleEntry] = &[
    schedules::constant::ENTRY,
    schedules::linear::ENTRY,
    schedules::polynomial::ENTRY,
    schedules::exponential::ENTRY,
    schedules::step_decay::ENTRY,
    schedules::cosine::ENTRY,
    schedules::one_cycle::ENTRY,
    schedules::warm_restarts::ENTRY,
    schedules::warmup::ENTRY,
    schedules::inverse_time::ENTRY,
    schedules::inverse_sqrt::ENTRY,
];
