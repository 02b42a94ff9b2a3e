//! Drops (or rises) at given steps by given factors.
//!
//! Source: optax's `piecewise_constant_schedule`; with equal factors PyTorch's `MultiStepLR`.

use thalweg_core::{Error, Result, Schedule};

use crate::updates::{check_nonnegative, check_positive};

/// s(k) = lr·∏ qᵢ over the jumps (kᵢ, qᵢ) with kᵢ ≤ k.
///
/// ```
/// use thalweg_core::Schedule;
/// let schedule = thalweg_optimizers::PiecewiseConstant::new(1.0, [(10, 0.5), (20, 0.25)])?;
/// assert_eq!([0, 9, 10, 19, 20, 99].map(|k| schedule.at(k)), [1.0, 1.0, 0.5, 0.5, 0.125, 0.125]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct PiecewiseConstant<const N: usize> {
    lr: f64,
    jumps: [(u64, f64); N],
}

impl<const N: usize> PiecewiseConstant<N> {
    /// From lr, with these jumps: the step from which on a factor holds, and the factor.
    ///
    /// # Errors
    /// lr negative or not finite; a factor that is not positive; steps that do not increase.
    pub fn new(lr: f64, jumps: [(u64, f64); N]) -> Result<Self> {
        check_nonnegative("lr", lr)?;
        for (_, factor) in jumps {
            check_positive("factor", factor)?;
        }
        if let Some([_, (step, _)]) = jumps.array_windows().find(|[(a, _), (b, _)]| a >= b) {
            return Err(Error::invalid_parameter(
                "step of a jump",
                step,
                "the steps must increase; sort them",
            ));
        }
        Ok(Self { lr, jumps })
    }
}

impl<const N: usize> Schedule for PiecewiseConstant<N> {
    fn at(&self, step: u64) -> f64 {
        self.jumps.iter().filter(|(from, _)| *from <= step).fold(self.lr, |lr, (_, factor)| lr * factor)
    }
}
