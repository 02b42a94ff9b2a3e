//! Models: generalized linear models with inference, certificates and honest outcomes.
//!
//! ```
//! use thalweg_models::{Glm, Observations};
//! let x = faer::mat![[1.0], [2.0], [3.0], [4.0]];
//! let y = [2.1, 3.9, 6.2, 7.8];
//! let fit = Glm::new("gaussian")?.fit(&Observations::new(x.as_ref(), &y))?;
//! assert_eq!(fit.status, thalweg_core::Status::Certified);
//! assert!((fit.coefficients[1].estimate - 1.94).abs() < 1e-12);
//! # Ok::<(), thalweg_core::Error>(())
//! ```

mod artifact;
mod covariance;
mod cross_validation;
mod estimate;
mod estimator;
mod firth;
mod fit;
mod glm;
mod hypothesis;
mod inference;
mod maximum_likelihood;
pub mod metrics;
mod multinomial;
mod nuisance;
mod observations;
mod ordinal;
mod path;
mod prediction;
mod profile;
mod reference;
mod refine;
mod resampling;
mod residual;
mod run;
mod select;
mod separation;
mod stability_selection;
mod start;
mod summary;
mod watch;

pub use artifact::{Artifact, Model, Prediction, Term};
pub use covariance::Covariance;
pub use cross_validation::{CrossValidated, CrossValidation};
pub use estimate::{Estimate, Weight};
pub use estimator::Estimator;
pub use firth::{Firth, FirthCoefficient, FirthFit};
pub use fit::{Coefficient, GlmFit, NuisanceEstimate, State};
pub use glm::Glm;
pub use hypothesis::{DevianceRow, Test, analysis_of_deviance, likelihood_ratio_test};
pub use inference::Inference;
pub use maximum_likelihood::{LikelihoodFit, MaximumLikelihood};
pub use metrics::Metrics;
pub use multinomial::{ClassCoefficients, ClassProbabilities, Multinomial, MultinomialFit};
pub use observations::Observations;
pub use ordinal::{Ordinal, OrdinalFit, OrdinalLink};
pub use path::{Criterion, Path, PathEnd, PathFit, PathPoint, SparseCoefficients};
pub use prediction::Predicted;
pub use resampling::Resampling;
pub use residual::Residual;
pub use select::Choice;
pub use separation::{Separation, SeparationVerdict};
pub use stability_selection::{FalseSelections, Stability, StabilitySelection};
pub use thalweg_likelihood::WeightKind;
pub use watch::Watch;
