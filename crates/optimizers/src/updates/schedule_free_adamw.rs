//! Schedule-free AdamW, as a recipe: the running square of Adam, the average in place of its mean and of the schedule.
//!
//! Source: Defazio et al., *The road less scheduled*, NeurIPS 2024.

use thalweg_core::{Fused, Parameter};

use super::adam::{BETA2, EPSILON};
use super::adamw::{WARMUP, warmup};
use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, scheduled};
use super::lion::DECAY;
use super::schedule_free_sgd::BETA;
use super::{Rmsprop, ScheduleFree, WeightDecay, sparing_intercept};

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "schedule-free-adamw",
    summary: "AdamW evaluated at an average, which stands in for momentum and schedule",
    parameters: PARAMETERS,
    example: "schedule-free-adamw:lr=0.01,decay=0.1",
    make: scheduled!(|v, steps| {
        let decay = sparing_intercept(WeightDecay::new(v[8])?);
        let average = ScheduleFree::new(v[0])?.with_beta(v[4])?.with_warmup(warmup(v[5], steps)?);
        Ok(Fused((Rmsprop::new(v[6], v[7])?.corrected(), decay, average)))
    }),
};

const PARAMETERS: &[Parameter] =
    &[learning_rate(0.02), BATCH, EPOCHS, SEED, BETA, WARMUP, BETA2, EPSILON, DECAY];
