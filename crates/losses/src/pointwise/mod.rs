//! Losses of one predictor a row. One a file; the laws, `thalweg list` and the benchmarks take them from the catalogue.

pub(crate) mod absolute;
pub(crate) mod absolute_percentage;
pub(crate) mod barron;
pub(crate) mod cauchy;
pub(crate) mod epsilon_insensitive;
pub(crate) mod expectile;
pub(crate) mod fair;
pub(crate) mod geman_mcclure;
pub(crate) mod huber;
pub(crate) mod log_cosh;
pub(crate) mod logistic;
pub(crate) mod logistic_distance;
pub(crate) mod lp;
pub(crate) mod poisson;
pub(crate) mod pseudo_huber;
pub(crate) mod quantile;
pub(crate) mod smooth_l1;
pub(crate) mod smoothed_quantile;
pub(crate) mod squared;
pub(crate) mod squared_epsilon_insensitive;
pub(crate) mod squared_log;
pub(crate) mod symmetric_percentage;
pub(crate) mod tukey;
pub(crate) mod welsch;

pub use absolute::Absolute;
pub use absolute_percentage::AbsolutePercentage;
pub use barron::Barron;
pub use cauchy::Cauchy;
pub use epsilon_insensitive::EpsilonInsensitive;
pub use expectile::Expectile;
pub use fair::Fair;
pub use geman_mcclure::GemanMcclure;
pub use huber::Huber;
pub use log_cosh::LogCosh;
pub use logistic::Logistic;
pub use logistic_distance::LogisticDistance;
pub use lp::Lp;
pub use poisson::Poisson;
pub use pseudo_huber::PseudoHuber;
pub use quantile::Quantile;
pub use smooth_l1::SmoothL1;
pub use smoothed_quantile::SmoothedQuantile;
pub use squared::Squared;
pub use squared_epsilon_insensitive::SquaredEpsilonInsensitive;
pub use squared_log::SquaredLog;
pub use symmetric_percentage::SymmetricPercentage;
pub use tukey::Tukey;
pub use welsch::Welsch;

use crate::LossEntry;

/// Every loss of one predictor, by name.
pub static CATALOGUE: &[LossEntry] = &[
    absolute::ENTRY,
    absolute_percentage::ENTRY,
    barron::ENTRY,
    cauchy::ENTRY,
    epsilon_insensitive::ENTRY,
    expectile::ENTRY,
    fair::ENTRY,
    geman_mcclure::ENTRY,
    huber::ENTRY,
    log_cosh::ENTRY,
    logistic::ENTRY,
    logistic_distance::ENTRY,
    lp::ENTRY,
    poisson::ENTRY,
    pseudo_huber::ENTRY,
    quantile::ENTRY,
    smooth_l1::ENTRY,
    smoothed_quantile::ENTRY,
    squared::ENTRY,
    squared_epsilon_insensitive::ENTRY,
    squared_log::ENTRY,
    symmetric_percentage::ENTRY,
    tukey::ENTRY,
    welsch::ENTRY,
];
