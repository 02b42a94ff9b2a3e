//! `TemplateItem`: REPLACE with how it steps, what it remembers and what an entry costs, in one sentence.
//!
//! The file works as it stands, as AdaGrad (Duchi, Hazan and Singer 2011): put your rule in its place and in every line that says REPLACE.
//!
//! Source: REPLACE, *title*, journal volume (year).

use thalweg_core::{Context, Elementwise, Fused, Parameter, Real, Result, Tensor};

use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{Constant, check_positive};

/// v ← v + g², u ← g/(√v + ε): the more an entry has moved, the shorter its steps. Its metric is the diagonal 1/(√v + ε). REPLACE: the formula.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// // REPLACE: one step worked out by hand.
/// let (layout, rule) = (Layout::flat(1), Fused(thalweg_optimizers::TemplateItem::new(1.0)?));
/// let (mut u, mut state) = ([3.0], Update::<f64>::init(&rule, &layout)?);
/// rule.update(&mut u, &[0.0], &mut state, &Context::new(0, &layout))?;
/// assert_eq!(u, [0.75]);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct TemplateItem {
    /// ε > 0, added outside the root. Default 1e-10. REPLACE: the options, each with its domain and default.
    pub epsilon: f64,
}

impl Default for TemplateItem {
    fn default() -> Self {
        Self { epsilon: EPSILON.default }
    }
}

impl TemplateItem {
    /// With this ε.
    ///
    /// # Errors
    /// ε not positive.
    pub fn new(epsilon: f64) -> Result<Self> {
        check_positive("epsilon", epsilon)?;
        Ok(Self { epsilon })
    }
}

// REPLACE: the summary that `thalweg list` shows, and the learning rate's default.
pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "template-item",
    summary: "steps shrink with the root of the sum of squares, entry by entry: for sparse gradients",
    parameters: PARAMETERS,
    example: "template-item:lr=0.2,batch=128",
    make: plain!(|v| Ok(Fused((TemplateItem::new(v[4])?, Constant::new(v[0])?)))),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.1), BATCH, EPOCHS, SEED, EPSILON];
const EPSILON: Parameter =
    Parameter { name: "epsilon", default: 1e-10, rule: "> 0", summary: "added to the root of the sum" };

impl<T: Real> Elementwise<T> for TemplateItem {
    /// v. REPLACE: what is remembered of an entry; 0 before the first step.
    type Slots = [T; 1];
    /// ε. REPLACE: what is the same for all entries of a step.
    type Constants = T;

    fn constants(&self, _: &Context<'_, T>, _: &Tensor) -> T {
        T::of(self.epsilon)
    }

    #[inline(always)]
    fn apply(epsilon: &T, g: T, _p: T, [v]: &mut [T; 1]) -> T {
        *v += g * g;
        g / ((*v).sqrt() + *epsilon)
    }

    // REPLACE, or leave out if the rule does not rescale gradients.
    #[inline(always)]
    fn metric(epsilon: &T, [v]: &[T; 1]) -> T {
        (v.sqrt() + *epsilon).recip()
    }
}
