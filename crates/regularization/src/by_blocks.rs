//! Methods of the whole vector from those of a block, for penalties that are written block by block.

use thalweg_core::{Blocks, Penalty, Real};

use crate::norm::larger;

/// P(b; λ).
pub(crate) fn value<T: Real>(penalty: &impl Penalty<T>, b: &[T], lambda: T) -> T {
    penalty.blocks().map(b, |k, b| penalty.block_value(k, b, lambda)).sum()
}

/// [`Penalty::lambda_max`], for penalties of which every block has one.
pub(crate) fn lambda_max<T: Real>(penalty: &impl Penalty<T>, g0: &[T]) -> Option<T> {
    let mut each = penalty.blocks().map(g0, |k, g| penalty.block_lambda_max(k, g));
    each.try_fold(T::ZERO, |m, v| Some(larger(m, v?)))
}

/// P*(v; λ).
pub(crate) fn conjugate<T: Real>(penalty: &impl Penalty<T>, v: &[T], lambda: T) -> T {
    penalty.blocks().map(v, |k, v| penalty.block_conjugate(k, v, lambda)).sum()
}

/// [`Penalty::dual_scale`].
pub(crate) fn dual_scale<T: Real>(penalty: &impl Penalty<T>, v: &[T], lambda: T) -> T {
    penalty.blocks().map(v, |k, v| penalty.block_dual_scale(k, v, lambda)).fold(T::ONE, |a, b| a.min(b))
}

/// [`Penalty::violation`] of a block, or of a run of coefficients that are blocks each, by `one` of a block.
pub(crate) fn violation<T: Real>(
    blocks: &Blocks,
    block: usize,
    b: &[T],
    g: &[T],
    one: impl Fn(usize, &[T], &[T]) -> T,
) -> T {
    if b.len() == 1 || *blocks != Blocks::Coordinates {
        return one(block, b, g);
    }
    (0..b.len()).map(|i| one(block + i, &b[i..=i], &g[i..=i]).square()).sum::<T>().sqrt()
}
