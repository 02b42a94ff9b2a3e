//! Sign descent: every entry moves by the learning rate. No state.
//!
//! Source: Bernstein, Wang, Azizzadenesheli and Anandkumar, *signSGD: compressed optimisation for non-convex problems*, ICML 2018, algorithm 1.

use thalweg_core::{Context, Elementwise, Fused, Parameter, Real, Tensor};

use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{Constant, sign};

/// u ← sign(g), 0 where g is 0: steepest descent in the ∞-norm, but for the length of its step.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// use thalweg_optimizers::{Constant, SignSgd};
/// let (layout, rule) = (Layout::flat(3), Fused((SignSgd, Constant::new(0.5)?)));
/// let (mut p, mut state) = ([1.0; 3], rule.init(&layout)?);
/// rule.advance(&mut p, &mut [3.0, -0.1, 0.0], &mut state, &Context::new(0, &layout))?;
/// assert_eq!(p, [0.5, 1.5, 1.0]);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct SignSgd;

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "sign-sgd",
    summary: "every entry moves by the learning rate against the sign of its gradient",
    parameters: PARAMETERS,
    example: "sign-sgd:lr=0.001,batch=256",
    make: plain!(|v| Ok(Fused((SignSgd, Constant::new(v[0])?)))),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.005), BATCH, EPOCHS, SEED];

impl<T: Real> Elementwise<T> for SignSgd {
    type Slots = ();
    type Constants = ();

    fn constants(&self, _: &Context<'_, T>, _: &Tensor) {}

    #[inline(always)]
    fn apply((): &(), g: T, _p: T, (): &mut ()) -> T {
        sign(g)
    }
}
