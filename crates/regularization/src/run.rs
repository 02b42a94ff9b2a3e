//! Runs of neighbouring coefficients, each a block of its own.

use thalweg_core::Real;

/// The Euclidean norm of the violations of a run; a single coefficient's is taken as it is.
#[inline(always)]
pub(crate) fn violation<T: Real>(b: &[T], g: &[T], one: impl Fn(T, T) -> T) -> T {
    match (b, g) {
        ([b], [g]) => one(*b, *g),
        _ => b.iter().zip(g).map(|(b, g)| one(*b, *g).square()).sum::<T>().sqrt(),
    }
}
