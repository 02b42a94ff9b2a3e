//! Stepwise rules, one a file. Each [`Elementwise`](thalweg_core::Elementwise) rule runs [`Fused`](thalweg_core::Fused) with its neighbours;
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
pub(crate) mod adam;
pub(crate) mod adamw;
mod adaptive_clip;
mod blockwise;
mod centralize;
mod clip_global_norm;
mod clip_norm;
mod clip_rms;
mod clip_value;
mod entry;
mod freeze;
mod gradient_noise;
pub(crate) mod momentum;
mod parameter_ema;
mod prox;
pub(crate) mod sgd;
mod skip_non_finite;
mod weight_decay;

pub use accumulate::{Accumulate, AccumulateState};
pub use adam::Adam;
pub use adamw::{AdamW, adamw};
pub use adaptive_clip::AdaptiveClip;
pub use blockwise::Ranges;
pub use centralize::Centralize;
pub use clip_global_norm::{ClipGlobalNorm, Norms};
pub use clip_norm::ClipNorm;
pub use clip_rms::ClipRms;
pub use clip_value::ClipValue;
pub use entry::{MakeUpdate, RunUpdate, StochasticRun, UpdateEntry, update};
pub use freeze::Freeze;
pub use gradient_noise::GradientNoise;
pub use momentum::Momentum;
pub use parameter_ema::{ParameterEma, ParameterEmaState};
pub use prox::{Prox, ProxState};
pub use sgd::Sgd;
pub use skip_non_finite::{SkipNonFinite, SkipState};
pub use weight_decay::WeightDecay;

use crate::schedules::{Constant, Cosine};
pub(crate) use entry::whole;
use thalweg_core::{Error, Result};

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
