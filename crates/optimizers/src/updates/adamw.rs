//! AdamW: Adam with decoupled weight decay and a warm cosine schedule, in one pass over memory.
//!
//! Source: Loshchilov and Hutter, *Decoupled weight decay regularization*, ICLR 2019, algorithm 2.

use thalweg_core::{Fused, On, Parameter, Result, Tensor};

use super::adam::{BETA1, BETA2, EPSILON};
use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, scheduled};
use super::{Adam, Cosine, WeightDecay, sparing_intercept};

/// The type of [`adamw`]'s chain; `S` is a schedule.
pub type AdamW<S> = Fused<(Adam, On<WeightDecay, fn(&Tensor) -> bool>, S)>;

/// p ← p − lr(k)·(m̂/(√v̂ + ε) + λp), the decay sparing a tensor named `intercept`.
///
/// ```
/// use thalweg_core::{Context, Layout, Update};
/// use thalweg_optimizers::{Adam, Constant, WeightDecay, adamw};
/// let (layout, rule) = (Layout::flat(1), adamw(Adam::default(), WeightDecay::new(0.1)?, Constant::new(0.01)?));
/// let (mut p, mut g) = ([1.0], [3.0]);
/// let mut state = rule.init(&layout)?;
/// rule.advance(&mut p, &mut g, &mut state, &Context::new(0, &layout))?;
/// assert!((p[0] - (1.0 - 0.01 * 1.1_f64)).abs() < 1e-10);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
pub fn adamw<S>(adam: Adam, decay: WeightDecay, schedule: S) -> AdamW<S> {
    Fused((adam, sparing_intercept(decay), schedule))
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "adamw",
    summary: "Adam with decoupled weight decay and a warm cosine schedule over all epochs",
    parameters: PARAMETERS,
    example: "adamw:lr=0.01,decay=0.1,epochs=50",
    make: scheduled!(|v, steps| {
        let schedule = Cosine::new(v[0], steps)?.with_warmup(warmup(v[8], steps)?)?;
        Ok(adamw(Adam::new(v[4], v[5], v[6])?, WeightDecay::new(v[7])?, schedule))
    }),
};

const PARAMETERS: &[Parameter] = &[
    learning_rate(0.01),
    BATCH,
    EPOCHS,
    SEED,
    BETA1,
    BETA2,
    EPSILON,
    Parameter {
        name: "decay",
        default: 0.01,
        rule: ">= 0",
        summary: "decoupled weight decay, not of the intercept",
    },
    WARMUP,
];
pub(super) const WARMUP: Parameter = Parameter {
    name: "warmup",
    default: 0.05,
    rule: "in [0, 1)",
    summary: "share of the steps in which lr rises",
};

/// A share of the steps as a number of them.
pub(super) fn warmup(share: f64, steps: u64) -> Result<u64> {
    super::check_share("warmup", share)?;
    Ok((share * steps as f64) as u64)
}
