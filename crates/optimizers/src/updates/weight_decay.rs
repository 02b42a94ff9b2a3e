//! Decoupled weight decay: a pull towards 0 that no preconditioner rescales. No state.
//!
//! Source: Loshchilov and Hutter, *Decoupled weight decay regularization*, ICLR 2019.

use thalweg_core::{Context, Elementwise, Real, Result, Tensor};

use super::check_nonnegative;

/// u ← u + λp. Behind a preconditioner and before the schedule it is AdamW's p ← (1 − lr·λ)p − lr·u; spare an intercept with
/// `.on(|tensor| tensor.name != "intercept")`.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct WeightDecay {
    /// λ ≥ 0, the share of the parameters that a unit of learning rate takes away.
    pub lambda: f64,
}

impl WeightDecay {
    /// With strength λ.
    ///
    /// # Errors
    /// λ negative or not finite.
    pub fn new(lambda: f64) -> Result<Self> {
        check_nonnegative("weight decay", lambda)?;
        Ok(Self { lambda })
    }
}

impl<T: Real> Elementwise<T> for WeightDecay {
    type Slots = ();
    type Constants = T;

    fn constants(&self, _: &Context<'_, T>, _: &Tensor) -> T {
        T::of(self.lambda)
    }

    #[inline(always)]
    fn apply(lambda: &T, u: T, p: T, (): &mut ()) -> T {
        u + *lambda * p
    }
}
