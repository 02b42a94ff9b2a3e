//! The gradient descent of the evaluations `particle` and `saddle`: a step length that doubles after ten improvements in a row and halves at
//! each failure.
//!
//! Source: Pearlmutter and Siskind (2008), whose tolerances and first step these are.

use thalweg_autodiff::ScalarOrd;

const TOLERANCE: f64 = 1e-5;
const FIRST_RATE: f64 = 1e-5;
const IMPROVEMENTS: u32 = 10;

/// Minimises f over N variables from `start` until the gradient, or the next step, is not longer than 10⁻⁵.
///
/// Written over numbers with an order, so that the descent is itself differentiated where it is part of an outer function; the number of
/// steps is that of the values.
#[inline(always)]
pub(crate) fn argmin<S: ScalarOrd, const N: usize>(
    mut value_gradient: impl FnMut([S; N]) -> (S, [S; N]),
    start: [S; N],
) -> [S; N] {
    let tolerance = S::of(TOLERANCE);
    let (mut x, (mut f, mut g)) = (start, value_gradient(start));
    let (mut rate, mut improvements) = (FIRST_RATE, 0);
    // NaN ends the descent.
    while length(g) > tolerance {
        if improvements == IMPROVEMENTS {
            rate *= 2.0;
            improvements = 0;
            continue;
        }
        let next: [S; N] = core::array::from_fn(|i| x[i] - S::of(rate) * g[i]);
        let step: [S; N] = core::array::from_fn(|i| x[i] - next[i]);
        if length(step) <= tolerance {
            break;
        }
        // Most steps are taken, so the gradient is wanted with the value.
        let (f_next, g_next) = value_gradient(next);
        if f_next < f {
            (x, f, g) = (next, f_next, g_next);
            improvements += 1;
        } else {
            rate *= 0.5;
            improvements = 0;
        }
    }
    x
}

/// |v|.
#[inline(always)]
fn length<S: ScalarOrd, const N: usize>(v: [S; N]) -> S {
    v.into_iter().fold(S::of(0.0), |sum, x| sum + x * x).sqrt()
}
