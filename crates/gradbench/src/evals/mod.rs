//! The evaluations: one file each, one entry in [`EVALUATIONS`].

mod ba;
mod det;
mod gmm;
mod hello;
mod ht;
mod kmeans;
mod llsq;
mod lse;
mod lstm;
mod ode;
mod particle;
mod saddle;

use serde_json::Value;
use thalweg_core::{Error, Result};

use crate::workload::{Settings, Workload};

/// An evaluation: its functions, values first, and how to make and open an input.
pub(crate) struct Evaluation {
    pub(crate) name: &'static str,
    pub(crate) functions: &'static [&'static str],
    /// The sizes of the suite; empty if its inputs are files.
    pub(crate) sizes: &'static [&'static str],
    /// One of `functions` with its input.
    pub(crate) open: fn(&str, Value, Settings) -> Result<Box<dyn Workload>>,
    /// An input of a size.
    pub(crate) example: fn(&str) -> Result<Value>,
}

/// All evaluations.
pub(crate) const EVALUATIONS: &[Evaluation] = &[
    hello::EVALUATION,
    gmm::EVALUATION,
    ba::EVALUATION,
    lstm::EVALUATION,
    ht::EVALUATION,
    kmeans::EVALUATION,
    det::EVALUATION,
    lse::EVALUATION,
    llsq::EVALUATION,
    ode::EVALUATION,
    particle::EVALUATION,
    saddle::EVALUATION,
];

/// The evaluation of this name.
///
/// # Errors
/// [`Error::UnknownName`].
pub(crate) fn find(name: &str) -> Result<&'static Evaluation> {
    EVALUATIONS
        .iter()
        .find(|evaluation| evaluation.name == name)
        .ok_or_else(|| Error::unknown_name("module", name, EVALUATIONS.iter().map(|known| known.name)))
}
