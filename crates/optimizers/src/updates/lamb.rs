//! LAMB: Adam whose step on each tensor is as long as the tensor, for large batches.
//!
//! Source: You et al., *Large batch optimization for deep learning: training BERT in 76 minutes*, ICLR 2020, algorithm 2.

use thalweg_core::{Fused, On, Parameter, Tensor};

use super::adam::{BETA1, BETA2, EPSILON};
use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::lion::DECAY;
use super::{Adam, Constant, TrustRatio, WeightDecay, sparing_intercept};

/// The type of [`lamb`]'s chain; `S` is a schedule.
pub type Lamb<S> = (Fused<(Adam, On<WeightDecay, fn(&Tensor) -> bool>)>, TrustRatio, Fused<S>);

/// On each tensor, r ← m̂/(√v̂ + ε) + λp and p ← p − lr(k)·‖p‖/‖r‖·r, the decay sparing a tensor named `intercept`; the paper's ε is 1e-6.
///
/// The ratio of norms is 1 where either is 0, and is not clipped, as in optax.
///
/// ```
/// use thalweg_core::{Context, Layout, Update};
/// use thalweg_optimizers::{Adam, Constant, WeightDecay, lamb};
/// let rule = lamb(Adam::default(), WeightDecay::new(0.0)?, Constant::new(0.25)?);
/// let (layout, mut p) = (Layout::flat(2), [3.0, 4.0]);
/// let mut state = Update::<f64>::init(&rule, &layout)?;
/// rule.advance(&mut p, &mut [7.0, -0.1], &mut state, &Context::new(0, &layout))?;
/// // Adam's first step is (1, −1), made as long as p, which is 5.
/// let step = 0.25 * 5.0 / 2.0_f64.sqrt();
/// assert!((p[0] - (3.0 - step)).abs() < 1e-6 && (p[1] - (4.0 + step)).abs() < 1e-6);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
pub fn lamb<S>(adam: Adam, decay: WeightDecay, schedule: S) -> Lamb<S> {
    (Fused((adam, sparing_intercept(decay))), TrustRatio::default(), Fused(schedule))
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "lamb",
    summary: "Adam whose step on each tensor is as long as the tensor: for large batches",
    parameters: PARAMETERS,
    example: "lamb:lr=0.02,batch=512",
    make: plain!(|v| {
        Ok(lamb(Adam::new(v[4], v[5], v[6])?, WeightDecay::new(v[7])?, Constant::new(v[0])?))
    }),
};

const PARAMETERS: &[Parameter] =
    &[learning_rate(0.01), BATCH, EPOCHS, SEED, BETA1, BETA2, Parameter { default: 1e-6, ..EPSILON }, DECAY];
