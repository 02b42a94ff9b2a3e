//! Stepwise rules, one a file. Each [`Elementwise`] rule runs [`Fused`](thalweg_core::Fused) with its neighbours;
//! the files that are complete recipes also hold a catalogue entry. Learning rates are [`schedules`](crate::schedules).
//!
//! Parameter groups are one rule for all: `rule.on(tensors)` leaves the other tensors alone, `.otherwise(other)` gives them another rule.
//!
//! ```
//! use thalweg_core::{Context, Elementwise, Fused, Layout, Tensor, Update};
//! use thalweg_optimizers::{Constant, Freeze, Sgd, WeightDecay};
//! let is = |name: &'static str| move |tensor: &Tensor| tensor.name == name;
//! // No decay of the bias, a tenth of the learning rate for it, and the embedding as it is.
//! let decay = Elementwise::<f64>::on(WeightDecay::new(0.5)?, move |t: &Tensor| !is("bias")(t));
//! let rates = Elementwise::<f64>::on(Constant::new(0.01)?, is("bias")).otherwise(Constant::new(0.1)?);
//! let chain = Fused((Sgd, decay, rates, Elementwise::<f64>::on(Freeze, is("embedding"))));
//! let mut layout = Layout::default();
//! for name in ["bias", "weights", "embedding"] {
//!     layout.push(name, &[1]);
//! }
//! let (mut p, mut state) = ([1.0; 3], Update::<f64>::init(&chain, &layout)?);
//! chain.advance(&mut p, &mut [1.0; 3], &mut state, &Context::new(0, &layout))?;
//! assert_eq!(p, [0.99, 0.85, 1.0]);
//! # Ok::<(), thalweg_core::Halt>(())
//! ```

mod accumulate;
pub(crate) mod adabelief;
pub(crate) mod adadelta;
pub(crate) mod adafactor;
pub(crate) mod adagrad;
pub(crate) mod adam;
pub(crate) mod adamax;
pub(crate) mod adamw;
pub(crate) mod adan;
mod adaptive_clip;
pub(crate) mod amsgrad;
pub(crate) mod asgd;
mod blockwise;
mod centralize;
pub(crate) mod centred_rmsprop;
mod clip_global_norm;
mod clip_norm;
mod clip_rms;
mod clip_value;
mod entry;
mod freeze;
mod gradient_noise;
pub(crate) mod lamb;
pub(crate) mod lars;
pub(crate) mod lion;
pub(crate) mod lookahead;
pub(crate) mod momentum;
pub(crate) mod muon;
pub(crate) mod nadam;
pub(crate) mod nesterov;
mod norms;
mod parameter_ema;
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
mod skip_non_finite;
pub(crate) mod soap;
mod trust_ratio;
mod weight_decay;
pub(crate) mod yogi;

pub use accumulate::{Accumulate, AccumulateState};
pub use adabelief::Adabelief;
pub use adadelta::Adadelta;
pub use adafactor::{Adafactor, AdafactorState};
pub use adagrad::Adagrad;
pub use adam::Adam;
pub use adamax::Adamax;
pub use adamw::{AdamW, adamw};
pub use adan::Adan;
pub use adaptive_clip::AdaptiveClip;
pub use amsgrad::Amsgrad;
pub use asgd::Asgd;
pub use blockwise::Ranges;
pub use centralize::Centralize;
pub use centred_rmsprop::CentredRmsprop;
pub use clip_global_norm::{ClipGlobalNorm, Norms};
pub use clip_norm::ClipNorm;
pub use clip_rms::ClipRms;
pub use clip_value::ClipValue;
pub use entry::{MakeUpdate, RunUpdate, StochasticRun, UpdateEntry, update};
pub use freeze::Freeze;
pub use gradient_noise::GradientNoise;
pub use lamb::{Lamb, lamb};
pub use lars::{Lars, lars};
pub use lion::Lion;
pub use lookahead::Lookahead;
pub use momentum::Momentum;
pub use muon::{Muon, MuonState};
pub use nadam::Nadam;
pub use norms::TensorNorms;
pub use parameter_ema::{ParameterEma, ParameterEmaState};
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
pub use skip_non_finite::{SkipNonFinite, SkipState};
pub use soap::{Soap, SoapState};
pub use trust_ratio::{Ratios, TrustRatio};
pub use weight_decay::WeightDecay;
pub use yogi::Yogi;

use crate::schedules::{Constant, Cosine};
pub(crate) use entry::whole;
use thalweg_core::{Elementwise, Error, On, Real, Result, Tensor};

/// `Err` unless 0 ≤ value < 1.
pub(crate) fn check_share(name: &str, value: f64) -> Result<()> {
    check(name, value, (0.0..1.0).contains(&value), "it must lie in [0, 1)")
}

/// `Err` unless the value is finite and not negative.
pub(crate) fn check_nonnegative(name: &str, value: f64) -> Result<()> {
    check(name, value, value.is_finite() && value >= 0.0, "it must be a finite number >= 0")
}

/// `Err` unless the value is finite and positive.
pub(crate) fn check_positive(name: &str, value: f64) -> Result<()> {
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
