//! Losses of a whole data set, whose rows hang together. One a file. Each is a [`Datafit`](thalweg_core::Datafit) that owns its targets;
//! [`SetObjective`](thalweg_core::SetObjective) fits a design with it.

pub(crate) mod cox;
mod entry;
mod info_nce;
mod lambda_rank;
mod list_net;
mod pairs;
mod pairwise_logistic;
mod pool;
mod ranking;
mod risk;

pub use cox::{Cox, Ties};
pub use entry::{MakeSet, MakeSets, SetData, SetEntry, set};
pub use info_nce::InfoNce;
pub use lambda_rank::LambdaRank;
pub use list_net::ListNet;
pub use pairwise_logistic::PairwiseLogistic;
pub use ranking::{QueryLoss, QueryRows, QueryWork, Ranking};

/// Every loss of a whole data set, by name.
pub static SETS: &[SetEntry] =
    &[cox::ENTRY, info_nce::ENTRY, lambda_rank::ENTRY, list_net::ENTRY, pairwise_logistic::ENTRY];
