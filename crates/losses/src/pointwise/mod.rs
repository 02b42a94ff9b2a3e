//! Losses of one predictor a row. One a file; the laws, `thalweg list` and the benchmarks take them from the catalogue.

pub(crate) mod absolute;
pub(crate) mod absolute_percentage;
pub(crate) mod barron;
pub(crate) mod cauchy;
pub(crate) mod dwd;
pub(crate) mod epsilon_insensitive;
pub(crate) mod expectile;
pub(crate) mod exponential;
pub(crate) mod fair;
pub(crate) mod focal;
pub(crate) mod gamma;
pub(crate) mod geman_mcclure;
pub(crate) mod hinge;
pub(crate) mod huber;
pub(crate) mod log_cosh;
pub(crate) mod logistic;
pub(crate) mod logistic_distance;
pub(crate) mod logistic_margin;
pub(crate) mod lp;
pub(crate) mod margin;
pub(crate) mod modified_huber;
pub(crate) mod negative_binomial;
pub(crate) mod perceptron;
pub(crate) mod poisson;
pub(crate) mod poisson_mean;
pub(crate) mod probit;
pub(crate) mod pseudo_huber;
pub(crate) mod quantile;
pub(crate) mod rennie_hinge;
pub(crate) mod sigmoid;
pub(crate) mod smooth_l1;
pub(crate) mod smoothed_hinge;
pub(crate) mod smoothed_quantile;
pub(crate) mod squared;
pub(crate) mod squared_epsilon_insensitive;
pub(crate) mod squared_hinge;
pub(crate) mod squared_log;
pub(crate) mod symmetric_percentage;
pub(crate) mod tukey;
pub(crate) mod tweedie;
pub(crate) mod welsch;

pub use absolute::Absolute;
pub use absolute_percentage::AbsolutePercentage;
pub use barron::Barron;
pub use cauchy::Cauchy;
pub use dwd::Dwd;
pub use epsilon_insensitive::EpsilonInsensitive;
pub use expectile::Expectile;
pub use exponential::Exponential;
pub use fair::Fair;
pub use focal::Focal;
pub use gamma::Gamma;
pub use geman_mcclure::GemanMcclure;
pub use hinge::Hinge;
pub use huber::Huber;
pub use log_cosh::LogCosh;
pub use logistic::Logistic;
pub use logistic_distance::LogisticDistance;
pub use logistic_margin::LogisticMargin;
pub use lp::Lp;
pub use modified_huber::ModifiedHuber;
pub use negative_binomial::NegativeBinomial;
pub use perceptron::Perceptron;
pub use poisson::Poisson;
pub use poisson_mean::PoissonMean;
pub use probit::Probit;
pub use pseudo_huber::PseudoHuber;
pub use quantile::Quantile;
pub use rennie_hinge::RennieHinge;
pub use sigmoid::Sigmoid;
pub use smooth_l1::SmoothL1;
pub use smoothed_hinge::SmoothedHinge;
pub use smoothed_quantile::SmoothedQuantile;
pub use squared::Squared;
pub use squared_epsilon_insensitive::SquaredEpsilonInsensitive;
pub use squared_hinge::SquaredHinge;
pub use squared_log::SquaredLog;
pub use symmetric_percentage::SymmetricPercentage;
pub use tukey::Tukey;
pub use tweedie::Tweedie;
pub use welsch::Welsch;

use crate::LossEntry;

/// Every loss of one predictor, by name.
pub static CATALOGUE: &[LossEntry] = &[
    absolute::ENTRY,
    absolute_percentage::ENTRY,
    barron::ENTRY,
    cauchy::ENTRY,
    dwd::ENTRY,
    epsilon_insensitive::ENTRY,
    expectile::ENTRY,
    exponential::ENTRY,
    fair::ENTRY,
    focal::ENTRY,
    gamma::ENTRY,
    geman_mcclure::ENTRY,
    hinge::ENTRY,
    huber::ENTRY,
    log_cosh::ENTRY,
    logistic::ENTRY,
    logistic_distance::ENTRY,
    logistic_margin::ENTRY,
    lp::ENTRY,
    modified_huber::ENTRY,
    negative_binomial::ENTRY,
    perceptron::ENTRY,
    poisson::ENTRY,
    poisson_mean::ENTRY,
    probit::ENTRY,
    pseudo_huber::ENTRY,
    quantile::ENTRY,
    rennie_hinge::ENTRY,
    sigmoid::ENTRY,
    smooth_l1::ENTRY,
    smoothed_hinge::ENTRY,
    smoothed_quantile::ENTRY,
    squared::ENTRY,
    squared_epsilon_insensitive::ENTRY,
    squared_hinge::ENTRY,
    squared_log::ENTRY,
    symmetric_percentage::ENTRY,
    tukey::ENTRY,
    tweedie::ENTRY,
    welsch::ENTRY,
];
