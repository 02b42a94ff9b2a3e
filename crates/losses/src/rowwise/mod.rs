//! Losses of several predictors a row. One a file.

mod categorical;
pub(crate) mod contrastive;
pub(crate) mod cosine_embedding;
pub(crate) mod crammer_singer;
pub(crate) mod cross_entropy;
pub(crate) mod cumulative_link;
pub(crate) mod dice;
pub(crate) mod earth_mover;
pub(crate) mod ensemble_crps;
pub(crate) mod entmax15;
pub(crate) mod entry;
pub(crate) mod gaussian_crps;
pub(crate) mod gaussian_nll;
pub(crate) mod gaussian_variance;
pub(crate) mod jensen_shannon;
pub(crate) mod kl_divergence;
pub(crate) mod margin_ranking;
pub(crate) mod multilabel_soft_margin;
mod pairs;
pub(crate) mod softmax;
pub(crate) mod sparsemax;
mod strips;
mod tiles;
pub(crate) mod triplet;
pub(crate) mod tversky;
pub(crate) mod weston_watkins;

pub use contrastive::Contrastive;
pub use cosine_embedding::CosineEmbedding;
pub use crammer_singer::CrammerSinger;
pub use cross_entropy::CrossEntropy;
pub use cumulative_link::CumulativeLink;
pub use dice::Dice;
pub use earth_mover::EarthMover;
pub use ensemble_crps::EnsembleCrps;
pub use entmax15::Entmax15;
pub use entry::{MakeOutputs, MakeRowwise, Outputs, RowwiseEntry, rowwise};
pub use gaussian_crps::GaussianCrps;
pub use gaussian_nll::GaussianNll;
pub use gaussian_variance::GaussianVariance;
pub use jensen_shannon::JensenShannon;
pub use kl_divergence::KlDivergence;
pub use margin_ranking::MarginRanking;
pub use multilabel_soft_margin::MultilabelSoftMargin;
pub use softmax::Softmax;
pub use sparsemax::Sparsemax;
pub use triplet::Triplet;
pub use tversky::Tversky;
pub use weston_watkins::WestonWatkins;

/// Every loss of several predictors a row, by name.
pub static ROWWISE: &[RowwiseEntry] = &[
    contrastive::ENTRY,
    cosine_embedding::ENTRY,
    crammer_singer::ENTRY,
    cross_entropy::ENTRY,
    cumulative_link::ENTRY,
    dice::ENTRY,
    earth_mover::ENTRY,
    ensemble_crps::ENTRY,
    entmax15::ENTRY,
    gaussian_crps::ENTRY,
    gaussian_nll::ENTRY,
    gaussian_variance::ENTRY,
    jensen_shannon::ENTRY,
    kl_divergence::ENTRY,
    margin_ranking::ENTRY,
    multilabel_soft_margin::ENTRY,
    softmax::ENTRY,
    sparsemax::ENTRY,
    triplet::ENTRY,
    tversky::ENTRY,
    weston_watkins::ENTRY,
];
