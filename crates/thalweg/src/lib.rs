//! Write down a model, measure how wrong it is, differentiate that, and go downhill to the best parameters, with a proof of how good
//! they are.
//!
//! ```
//! use thalweg::prelude::*;
//! let table = thalweg::data::load("anes96")?; // or read_csv("data.csv", &CsvOptions::default())?
//! let data = encode(&table, &Roles::target("vote"), &EncodeOptions::default())?;
//! let fit = Glm::new("binomial")?.fit(&Observations::new(data.x.as_ref(), &data.y).names(&data.names))?;
//! assert_eq!(fit.status, Status::Certified);
//! # assert_eq!(fit.coefficients[1].name, "popul");
//! # Ok::<(), thalweg::Error>(())
//! ```
//!
//! This crate only re-exports; each part can be used alone.
//!
//! | module | package | question it answers |
//! |---|---|---|
//! | [`core`] | `thalweg-core` | numbers, parallelism, the traits everyone speaks, the driver, certificates |
//! | [`losses`] | `thalweg-losses` | how wrong is one prediction? |
//! | [`likelihood`] | `thalweg-likelihood` | how probable is the data under these parameters? |
//! | [`autodiff`] | `thalweg-autodiff` | how does the error reach every weight? Taylor series, and how far off they are |
//! | [`regularization`] | `thalweg-regularization` | how do we keep the model from memorising the data? |
//! | [`optimizers`] | `thalweg-optimizers` | how do we get to the minimum? |
//! | [`data`] | `thalweg-data` | tables from CSV, categorical columns, missing values, embedded data sets |
//! | [`models`] | `thalweg-models` | generalized linear models with inference |
//! | [`report`] | `thalweg-report` | plots and offline HTML pages from plain numbers |
//! | [`problems`] | `thalweg-problems` | classic test problems with known minima |
//!
//! How to choose:
//!
//! | your target | family | link | it gives |
//! |---|---|---|---|
//! | a number around a straight line | `gaussian` | `identity` | linear regression |
//! | yes or no, or a share of trials | `binomial` | `logit`, or `probit` | logistic, or probit, regression |
//! | a count | `poisson` | `log` | Poisson regression; exposure as an offset ln(exposure) |
//! | a count that scatters more | `negative-binomial` | `log` | θ is estimated with the coefficients |
//! | a positive amount | `gamma` | `log` | effects multiply the mean; `inverse-gaussian` for longer tails |
//! | an amount that is often 0 | `tweedie` | `log` | the power is estimated with the coefficients |
//! | a mean and a variance, no more | `quasi`, `quasi-poisson`, `quasi-binomial` | | standard errors scaled by the dispersion found |
//!
//! | your problem | do |
//! |---|---|
//! | more columns than rows, or nearly collinear columns | [`Glm::ridge`](models::Glm::ridge) |
//! | a coefficient runs to infinity ([`Status::Separated`](core::Status)) | drop the column, pool its levels, ridge, or [`Firth`](models::Firth) |
//! | up to some 2000 coefficients | `newton`: the default there |
//! | more of them | the same: `newton-cg` is the default there |
//! | coefficients that are exactly 0, or bounded | [`Penalised`](core::Penalised) with [`L1`](regularization::L1), [`ElasticNet`](regularization::ElasticNet) or [`BoxConstraint`](regularization::BoxConstraint), and [`CoordinateDescent`](optimizers::CoordinateDescent) |
//! | your own likelihood of a data row | [`MaximumLikelihood`](models::MaximumLikelihood), with standard errors, tests and profile intervals |
//! | your own objective over rows | trace it as a [`Program`](autodiff::Program): any optimizer fits its [`objective`](autodiff::Program::objective) |
//! | standard errors you trust when the variance is wrong | [`Inference`](models::Inference) with [`Covariance`](models::Covariance) |
//! | your own smooth function | the same, or implement [`Gradient`](core::Gradient), then [`Driver::minimize`](core::Driver::minimize) |

pub use thalweg_autodiff as autodiff;
pub use thalweg_core as core;
pub use thalweg_data as data;
pub use thalweg_likelihood as likelihood;
pub use thalweg_losses as losses;
pub use thalweg_models as models;
pub use thalweg_optimizers as optimizers;
pub use thalweg_problems as problems;
pub use thalweg_regularization as regularization;
pub use thalweg_report as report;

pub use thalweg_core::{Error, Result};

pub mod prelude {
    //! What most programs need.
    //!
    //! ```
    //! use thalweg::prelude::*;
    //! let mut valley = thalweg::problems::Squares::copies(thalweg::problems::Rosenbrock, 2)?;
    //! let solution = Driver::new().minimize(&Lbfgs::default(), &mut valley, &[-1.2, 1.0])?;
    //! assert!(solution.status.is_solved());
    //! # Ok::<(), thalweg::Error>(())
    //! ```
    pub use thalweg_core::{
        Certificate, Columns, Design, Driver, Error, Gradient, Hessian, HessianVector, Objective, Observer,
        Par, Progress, Solution, Sparse, Status,
    };
    pub use thalweg_data::{
        CsvOptions, EncodeOptions, Encoded, MissingPolicy, ModelFormula, Roles, Table, encode, read_csv,
    };
    pub use thalweg_models::{
        Artifact, Coefficient, Covariance, Estimate, Estimator, Glm, GlmFit, Inference, MaximumLikelihood,
        Observations, Prediction, Residual, State, Watch, WeightKind,
    };
    pub use thalweg_optimizers::{
        CoordinateDescent, Fista, GradientDescent, Lbfgs, Newton, NewtonCg, Stochastic,
    };
}

/// The README's examples run as doctests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
