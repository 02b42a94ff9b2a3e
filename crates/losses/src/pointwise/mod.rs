//! Losses of one predictor a row. One a file; the laws, `thalweg list` and the benchmarks take them from the catalogue.

pub(crate) mod dwd;
pub(crate) mod exponential;
pub(crate) mod focal;
pub(crate) mod gamma;
pub(crate) mod hinge;
pub(crate) mod huber;
pub(crate) mod logistic;
pub(crate) mod logistic_margin;
pub(crate) mod margin;
pub(crate) mod modified_huber;
pub(crate) mod negative_binomial;
pub(crate) mod perceptron;
pub(crate) mod poisson;
pub(crate) mod poisson_mean;
pub(crate) mod probit;
pub(crate) mod rennie_hinge;
pub(crate) mod sigmoid;
pub(crate) mod smoothed_hinge;
pub(crate) mod squared;
pub(crate) mod squared_hinge;
pub(crate) mod tweedie;

pub use dwd::Dwd;
pub use exponential::Exponential;
pub use focal::Focal;
pub use gamma::Gamma;
pub use hinge::Hinge;
pub use huber::Huber;
pub use logistic::Logistic;
pub use logistic_margin::LogisticMargin;
pub use modified_huber::ModifiedHuber;
pub use negative_binomial::NegativeBinomial;
pub use perceptron::Perceptron;
pub use poisson::Poisson;
pub use poisson_mean::PoissonMean;
pub use probit::Probit;
pub use rennie_hinge::RennieHinge;
pub use sigmoid::Sigmoid;
pub use smoothed_hinge::SmoothedHinge;
pub use squared::Squared;
pub use squared_hinge::SquaredHinge;
pub use tweedie::Tweedie;

use crate::LossEntry;

/// Every loss of one predictor, by name.
pub static CATALOGUE: &[LossEntry] = &[
    dwd::ENTRY,
    exponential::ENTRY,
    focal::ENTRY,
    gamma::ENTRY,
    hinge::ENTRY,
    huber::ENTRY,
    logistic::ENTRY,
    logistic_margin::ENTRY,
    modified_huber::ENTRY,
    negative_binomial::ENTRY,
    perceptron::ENTRY,
    poisson::ENTRY,
    poisson_mean::ENTRY,
    probit::ENTRY,
    rennie_hinge::ENTRY,
    sigmoid::ENTRY,
    smoothed_hinge::ENTRY,
    squared::ENTRY,
    squared_hinge::ENTRY,
    tweedie::ENTRY,
];
