//! Penalties that tie all coefficients together: one block, whose size may be known later.

use thalweg_core::{Blocks, Penalty, Real, Result};

/// The blocks of a penalty whose number of coefficients is not known yet.
pub(crate) const UNKNOWN: Blocks = Blocks::Groups(Vec::new());

/// One block of p coefficients.
///
/// # Errors
/// p = 0.
pub(crate) fn whole(p: usize) -> Result<Blocks> {
    Blocks::of_sizes(&[p])
}

/// [`Penalty::over`] for one block: what `make` makes of the blocks where they are unknown.
pub(crate) fn over<T: Real, P: Penalty<T> + 'static>(
    blocks: &Blocks,
    p: usize,
    make: impl FnOnce(Blocks) -> P,
) -> Result<Option<Box<dyn Penalty<T>>>> {
    if *blocks == UNKNOWN { Ok(Some(Box::new(make(whole(p)?)))) } else { Ok(None) }
}

/// How far, relatively, a sum of n rounded terms may be from a bound that it meets exactly.
pub(crate) fn rounding<T: Real>(n: usize) -> T {
    T::of((16 + n / 8) as f64) * T::EPSILON
}
