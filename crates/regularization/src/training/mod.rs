//! Regularization beyond penalties, on plain slices: it needs no framework, and any model trained by steps can use it.
//!
//! | what | acts on | items |
//! |---|---|---|
//! | [`Noise`] | activations or inputs, forwards and backwards | [`Dropout`], [`SpatialDropout`], [`StochasticDepth`], [`GaussianDropout`], [`AlphaDropout`], [`GaussianNoise`] |
//! | [`Augmentation`] | images h×w×c | [`Flip`], [`Shift`], [`Rotate`], [`Crop`], [`Cutout`] |
//! | [`Mixing`] | two rows and their targets | [`Mixup`], [`CutMix`] |
//! | [`Weighting`] | weights over steps, by [`Averaged`] | [`Ema`], [`Swa`], [`Polyak`] |
//! | [`MaxNorm`] | the weights into each unit | |
//! | [`EarlyStopping`] | the search as a whole | |
//!
//! All that is random is a function of (seed, step, layer, item), see [`Draws`]: the same bits for any number of threads, order of the items
//! and cut into batches. Nothing allocates in a call. State is in [`Averaged`] and [`EarlyStopping`] alone, and both are checkpoints.

mod alpha_dropout;
mod augmentation;
mod averaged;
mod beta;
mod crop;
mod cut_mix;
mod cutout;
mod draws;
mod dropout;
mod early_stopping;
mod ema;
mod entry;
mod flip;
mod gaussian_dropout;
mod gaussian_noise;
mod items;
mod max_norm;
mod mixing;
mod mixup;
mod noise;
mod patch;
mod polyak;
mod rotate;
mod shape;
mod shift;
mod spatial_dropout;
mod stochastic_depth;
mod swa;
mod warp;

pub use alpha_dropout::AlphaDropout;
pub use augmentation::{Augmentation, augment_rows};
pub use averaged::{Averaged, Weighting};
pub use crop::{Crop, crop};
pub use cut_mix::CutMix;
pub use cutout::Cutout;
pub use draws::Draws;
pub use dropout::Dropout;
pub use early_stopping::{Best, EarlyStopping, EarlyStoppingOptions, Verdict};
pub use ema::Ema;
pub use entry::{
    Make, MakeAugmentation, MakeBox, MakeEach, MakeMixing, MakeNoise, MakeReal, TrainingEntry, augmentation,
    mixing, noise, weighting,
};
pub use flip::Flip;
pub use gaussian_dropout::GaussianDropout;
pub use gaussian_noise::GaussianNoise;
pub use max_norm::MaxNorm;
pub use mixing::{MixData, Mixed, Mixing, mix_rows};
pub use mixup::Mixup;
pub use noise::{Noise, backward_rows, forward_rows};
pub use polyak::Polyak;
pub use rotate::Rotate;
pub use shape::Shape;
pub use shift::Shift;
pub use spatial_dropout::SpatialDropout;
pub use stochastic_depth::StochasticDepth;
pub use swa::Swa;
pub use warp::Affine;

/// Every method, by name.
pub static CATALOGUE: &[TrainingEntry] = &[
    dropout::ENTRY,
    spatial_dropout::ENTRY,
    stochastic_depth::ENTRY,
    gaussian_dropout::ENTRY,
    alpha_dropout::ENTRY,
    gaussian_noise::ENTRY,
    flip::ENTRY,
    shift::ENTRY,
    rotate::ENTRY,
    crop::ENTRY,
    cutout::ENTRY,
    mixup::ENTRY,
    cut_mix::ENTRY,
    ema::ENTRY,
    swa::ENTRY,
    polyak::ENTRY,
    max_norm::ENTRY,
    early_stopping::ENTRY,
];
