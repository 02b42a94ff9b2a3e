//! LARS: momentum whose step on each tensor is a share of the tensor's norm, for large batches.
//!
//! Source: You, Gitman and Ginsburg, *Large batch training of convolutional networks* (2017), algorithm 1.

use thalweg_core::{Fused, On, Parameter, Tensor};

use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::lion::DECAY;
use super::nesterov::MOMENTUM;
use super::{Constant, Momentum, TrustRatio, WeightDecay, sparing_intercept};

/// The type of [`lars`]'s chain; `S` is a schedule.
pub type Lars<S> = (Fused<On<WeightDecay, fn(&Tensor) -> bool>>, TrustRatio, Fused<(S, Momentum)>);

/// On each tensor, r ← g + λp, b ← μb + lr(k)·c‖p‖/‖r‖·r and p ← p − b, the decay sparing a tensor named `intercept`.
///
/// The share is ‖g + λp‖ as in optax; the paper's denominator is ‖g‖ + λ‖p‖. From parameters of 0 the first step is plain descent.
///
/// ```
/// use thalweg_core::{Context, Layout, Update};
/// use thalweg_optimizers::{Constant, Momentum, TrustRatio, WeightDecay, lars};
/// let (decay, trust) = (WeightDecay::new(0.5)?, TrustRatio::new(0.1)?);
/// let rule = lars(decay, trust, Momentum::new(0.5)?, Constant::new(1.0)?);
/// let (layout, mut p) = (Layout::flat(1), [2.0]);
/// let mut state = Update::<f64>::init(&rule, &layout)?;
/// rule.advance(&mut p, &mut [7.0], &mut state, &Context::new(0, &layout))?;
/// assert!((p[0] - 1.8).abs() < 1e-15); // 7 + ½·2 made a tenth as long as p.
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
pub fn lars<S>(decay: WeightDecay, trust: TrustRatio, momentum: Momentum, schedule: S) -> Lars<S> {
    (Fused(sparing_intercept(decay)), trust, Fused((schedule, momentum)))
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "lars",
    summary: "momentum whose step on each tensor is a share of its norm: for large batches",
    parameters: PARAMETERS,
    example: "lars:lr=2,batch=512",
    make: plain!(|v| {
        let (decay, trust) = (WeightDecay::new(v[6])?, TrustRatio::new(v[4])?);
        Ok(lars(decay, trust, Momentum::new(v[5])?, Constant::new(v[0])?))
    }),
};

const PARAMETERS: &[Parameter] = &[
    learning_rate(1.0),
    BATCH,
    EPOCHS,
    SEED,
    Parameter {
        name: "trust",
        // The paper's 0.001 is for the weights of a network, which do not start at 0.
        default: 0.01,
        rule: "> 0",
        summary: "norm of a step as a share of the tensor's",
    },
    MOMENTUM,
    DECAY,
];
