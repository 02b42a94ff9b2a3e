//! The class of a target of two classes as a sign: what turns a linear predictor into a margin a = sη.

use thalweg_core::Scalar;

/// s = 1 where y > 0, else −1: labels 0 and 1 or −1 and 1 alike.
#[inline(always)]
pub(crate) fn label<S: Scalar>(y: S) -> S {
    S::select(S::of(0.0).lt(y), S::of(1.0), S::of(-1.0))
}
