//! Stepwise rules, one a file. Each [`Elementwise`](thalweg_core::Elementwise) rule runs [`Fused`](thalweg_core::Fused) with its neighbours;
//! the files that are complete recipes also hold a catalogue entry.

pub(crate) mod adam;
pub(crate) mod adamw;
mod clip_global_norm;
mod constant;
mod cosine;
mod entry;
pub(crate) mod momentum;
mod prox;
pub(crate) mod sgd;
mod weight_decay;

pub use adam::Adam;
pub use adamw::{AdamW, adamw};
pub use clip_global_norm::{ClipGlobalNorm, Norms};
pub use constant::Constant;
pub use cosine::Cosine;
pub use entry::{MakeUpdate, RunUpdate, StochasticRun, UpdateEntry, update};
pub use momentum::Momentum;
pub use prox::{Prox, ProxState};
pub use sgd::Sgd;
pub use weight_decay::WeightDecay;

use thalweg_core::{Error, Result};

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
