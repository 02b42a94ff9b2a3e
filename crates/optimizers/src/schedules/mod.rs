//! Schedules, one a file: numbers as plain functions of the 0-based step k, mostly learning rates.
//!
//! At the end of a chain a [`Schedule`](thalweg_core::Schedule) is the learning rate, u ← −s(k)·u; inside
//! [`Scheduled`](thalweg_core::Scheduled) it moves any other hyperparameter of any rule:
//!
//! ```
//! use thalweg_core::{Context, Fused, Layout, Schedule, Scheduled, Update};
//! use thalweg_optimizers::{Cosine, Linear, Momentum, OneCycle};
//! // Momentum moves against the learning rate, as in Smith's one-cycle policy.
//! let (rate, momentum) = (OneCycle::new(0.5, 100)?, Linear::new(0.95, 0.85, 30)?);
//! let rule = Scheduled::new(move |k| Momentum { momentum: momentum.at(k), ..Momentum::default() });
//! let (layout, chain) = (Layout::flat(1), Fused((rule, rate)));
//! let (mut p, mut state) = ([1.0], Update::<f64>::init(&chain, &layout)?);
//! chain.advance(&mut p, &mut [2.0], &mut state, &Context::new(0, &layout))?;
//! assert!((p[0] - (1.0 - 0.5 / 25.0 * 2.0_f64)).abs() < 1e-15);
//! # Ok::<(), thalweg_core::Halt>(())
//! ```
//!
//! [`ReduceOnPlateau`] reads the loss, has a state and is therefore an [`Update`](thalweg_core::Update).

pub(crate) mod constant;
pub(crate) mod cosine;
mod entry;
pub(crate) mod exponential;
pub(crate) mod inverse_sqrt;
pub(crate) mod inverse_time;
mod joined;
pub(crate) mod linear;
pub(crate) mod one_cycle;
mod piecewise_constant;
pub(crate) mod polynomial;
mod reduce_on_plateau;
pub(crate) mod step_decay;
pub(crate) mod warm_restarts;
pub(crate) mod warmup;

pub use constant::Constant;
pub use cosine::Cosine;
pub use entry::{MakeSchedule, ScheduleEntry, schedule};
pub use exponential::Exponential;
pub use inverse_sqrt::InverseSqrt;
pub use inverse_time::InverseTime;
pub use joined::Joined;
pub use linear::Linear;
pub use one_cycle::{Fall, OneCycle};
pub use piecewise_constant::PiecewiseConstant;
pub use polynomial::Polynomial;
pub use reduce_on_plateau::{PlateauState, ReduceOnPlateau};
pub use step_decay::StepDecay;
pub use warm_restarts::WarmRestarts;
pub use warmup::{Rise, Warmup};

use thalweg_core::{Error, Result, math};

/// `Err` without a step.
fn check_steps(name: &str, steps: u64) -> Result<()> {
    if steps == 0 {
        return Err(Error::invalid_parameter(name, steps, "the schedule needs at least 1 step"));
    }
    Ok(())
}

/// k/n, at most 1.
fn share(k: u64, n: u64) -> f64 {
    if k >= n { 1.0 } else { k as f64 / n as f64 }
}

/// From one value to another along half a cosine: to + ½(from − to)(1 + cos πs) at the share s of the way.
fn half_cosine(from: f64, to: f64, share: f64) -> f64 {
    to + 0.5 * (from - to) * (1.0 + math::cos(core::f64::consts::PI * share))
}
