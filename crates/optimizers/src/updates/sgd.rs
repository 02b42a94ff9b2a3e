//! Stochastic gradient descent: the gradient itself is the direction. No state.
//!
//! Source: Robbins and Monro, *A stochastic approximation method*, Ann. Math. Stat. 22 (1951).

use thalweg_core::{Context, Elementwise, Fused, Parameter, Real, Tensor};

use super::Constant;
use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};

/// u ← u: the identity, which a schedule turns into p ← p − lr·g.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// use thalweg_optimizers::{Constant, Sgd};
/// let (layout, rule) = (Layout::flat(1), Fused((Sgd, Constant::new(0.5)?)));
/// let (mut p, mut g) = ([1.0], [3.0]);
/// let mut state = rule.init(&layout)?;
/// rule.advance(&mut p, &mut g, &mut state, &Context::new(0, &layout))?;
/// assert_eq!(p, [-0.5]);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Sgd;

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "sgd",
    summary: "stochastic gradient descent with a constant learning rate",
    parameters: PARAMETERS,
    example: "sgd:lr=0.1,batch=128",
    make: plain!(|v| Ok(Fused((Sgd, Constant::new(v[0])?)))),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.1), BATCH, EPOCHS, SEED];

impl<T: Real> Elementwise<T> for Sgd {
    type Slots = ();
    type Constants = ();

    fn constants(&self, _: &Context<'_, T>, _: &Tensor) {}

    #[inline(always)]
    fn apply((): &(), g: T, _p: T, (): &mut ()) -> T {
        g
    }
}
