//! Stepwise rules, one a file. Each [`Elementwise`](thalweg_core::Elementwise) rule runs [`Fused`](thalweg_core::Fused) with its neighbours;
//! the files that are complete recipes also hold a catalogue entry.

pub(crate) mod adabelief;
pub(crate) mod adadelta;
pub(crate) mod adafactor;
pub(crate) mod adagrad;
pub(crate) mod adam;
pub(crate) mod adamax;
pub(crate) mod adamw;
pub(crate) mod adan;
pub(crate) mod amsgrad;
pub(crate) mod asgd;
pub(crate) mod centred_rmsprop;
mod clip_global_norm;
mod constant;
mod cosine;
mod entry;
pub(crate) mod lamb;
pub(crate) mod lars;
pub(crate) mod lion;
pub(crate) mod lookahead;
pub(crate) mod momentum;
pub(crate) mod muon;
pub(crate) mod nadam;
pub(crate) mod nesterov;
mod norms;
pub(crate) mod polyak;
pub(crate) mod prodigy;
mod prox;
pub(crate) mod radam;
pub(crate) mod rmsprop;
pub(crate) mod rprop;
pub(crate) mod sam;
mod schedule_free;
pub(crate) mod schedule_free_adamw;
pub(crate) mod schedule_free_sgd;
pub(crate) mod sgd;
pub(crate) mod shampoo;
pub(crate) mod sign_sgd;
pub(crate) mod signum;
pub(crate) mod soap;
mod trust_ratio;
mod weight_decay;
pub(crate) mod yogi;

pub use adabelief::Adabelief;
pub use adadelta::Adadelta;
pub use adafactor::{Adafactor, AdafactorState};
pub use adagrad::Adagrad;
pub use adam::Adam;
pub use adamax::Adamax;
pub use adamw::{AdamW, adamw};
pub use adan::Adan;
pub use amsgrad::Amsgrad;
pub use asgd::Asgd;
pub use centred_rmsprop::CentredRmsprop;
pub use clip_global_norm::{ClipGlobalNorm, Norms};
pub use constant::Constant;
pub use cosine::Cosine;
pub use entry::{MakeUpdate, RunUpdate, StochasticRun, UpdateEntry, update};
pub use lamb::{Lamb, lamb};
pub use lars::{Lars, lars};
pub use lion::Lion;
pub use lookahead::Lookahead;
pub use momentum::Momentum;
pub use muon::{Muon, MuonState};
pub use nadam::Nadam;
pub use norms::TensorNorms;
pub use polyak::{Polyak, PolyakState};
pub use prodigy::{Prodigy, ProdigyState};
pub use prox::{Prox, ProxState};
pub use radam::Radam;
pub use rmsprop::Rmsprop;
pub use rprop::Rprop;
pub use sam::{Sam, SamState};
pub use schedule_free::ScheduleFree;
pub use sgd::Sgd;
pub use shampoo::{Shampoo, ShampooState};
pub use sign_sgd::SignSgd;
pub use signum::Signum;
pub use soap::{Soap, SoapState};
pub use trust_ratio::{Ratios, TrustRatio};
pub use weight_decay::WeightDecay;
pub use yogi::Yogi;

use thalweg_core::{Elementwise, Error, On, Real, Result, Tensor};

/// `Err` unless 0 ≤ value < 1.
fn check_share(name: &str, value: f64) -> Result<()> {
    check(name, value, (0.0..1.0).contains(&value), "it must lie in [0, 1)")
}

/// `Err` unless the value is finite and not negative.
fn check_nonnegative(name: &str, value: f64) -> Result<()> {
    check(name, value, value.is_finite() && value >= 0.0, "it must be a finite number >= 0")
}

/// `Err` unless the value is finite and positive.
fn check_positive(name: &str, value: f64) -> Result<()> {
    check(name, value, value.is_finite() && value > 0.0, "it must be a finite number > 0")
}

fn check(name: &str, value: f64, holds: bool, rule: &str) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::invalid_parameter(name, value, rule)) }
}

/// −1, 0 or 1, as x is; NaN of NaN.
#[inline(always)]
fn sign<T: Real>(x: T) -> T {
    let negative = if x < T::ZERO { -T::ONE } else { x };
    if x > T::ZERO { T::ONE } else { negative }
}

/// Weight decay of everything but a tensor named `intercept`.
fn sparing_intercept(decay: WeightDecay) -> On<WeightDecay, fn(&Tensor) -> bool> {
    let spared: fn(&Tensor) -> bool = |tensor| tensor.name != "intercept";
    Elementwise::<f64>::on(decay, spared)
}
