//! Schedule-free stochastic gradient descent, as a recipe.
//!
//! Source: Defazio et al., *The road less scheduled*, NeurIPS 2024.

use thalweg_core::{Fused, Parameter};

use super::adamw::{WARMUP, warmup};
use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, scheduled};
use super::{ScheduleFree, Sgd};

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "schedule-free-sgd",
    summary: "stochastic gradient descent evaluated at an average, which stands in for a schedule",
    parameters: PARAMETERS,
    example: "schedule-free-sgd:lr=0.5,beta=0.95",
    make: scheduled!(|v, steps| {
        let rule = ScheduleFree::new(v[0])?.with_beta(v[4])?;
        Ok(Fused((Sgd, rule.with_warmup(warmup(v[5], steps)?))))
    }),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.1), BATCH, EPOCHS, SEED, BETA, WARMUP];
pub(super) const BETA: Parameter = Parameter {
    name: "beta",
    default: 0.9,
    rule: "in (0, 1]",
    summary: "share of the average in the point of the gradient",
};
