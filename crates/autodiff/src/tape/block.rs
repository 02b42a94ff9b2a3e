//! [`block`]: many operations as one statement for each result.
//!
//! The function runs on dual numbers, which need no tape, and only its Jacobian is recorded: M·(N−1) records instead of one for each operation.
//! Cost: N slopes are carried through every operation, in vector registers, so that it pays for functions of few arguments and many operations.
//! Source: "preaccumulation", Griewank and Walther, *Evaluating Derivatives*, 2nd ed., section 10.2; Utke (2005).

use core::array::from_fn;

use thalweg_core::{Dual, Error, Result, check_shape};

use super::{Var, statement};
use crate::function::{ScalarOrd, VectorFunction, check_inputs};

/// f(x), recorded as one statement for each result.
///
/// ```
/// use thalweg_autodiff::{Scalar, Tape, function, tape};
/// function! {
///     /// The logarithm of a sum of exponentials.
///     fn log_sum_exp(x: [S; 3]) -> S { (x[0].exp() + x[1].exp() + x[2].exp()).ln() }
/// }
/// let mut tape = Tape::<f64>::new();
/// let mut g = [0.0; 3];
/// tape.gradient(
///     &[0.1, 0.2, 0.3],
///     |x| {
///         let [y] = tape::block(&log_sum_exp, [x[0], x[1], x[2]]);
///         y
///     },
///     &mut g,
/// )?;
/// assert!((g.iter().sum::<f64>() - 1.0).abs() < 1e-15);
/// assert_eq!(tape.len(), 3 + 2);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// If the function does not take N arguments or does not have M results, the results are NaN and the recording ends with an error.
#[inline(always)]
#[must_use]
pub fn block<'t, S: ScalarOrd, const N: usize, const M: usize>(
    f: &impl VectorFunction,
    x: [Var<'t, S>; N],
) -> [Var<'t, S>; M] {
    if let Err(error) = check(f, N, M) {
        return fail(&x, error);
    }
    let inputs: [Dual<S, N>; N] = from_fn(|i| Dual::variable(x[i].value(), i));
    let mut outputs = [Dual::constant(S::of(0.0)); M];
    f.eval_into(&inputs, &mut outputs);
    outputs.map(|y| statement(y.value, x.into_iter().zip(y.derivatives)))
}

fn check(f: &impl VectorFunction, n: usize, m: usize) -> Result<()> {
    check_inputs(f.inputs(), n)?;
    check_shape("number of results of the function", f.outputs(n), m)
}

/// NaN, and an error in the recording.
fn fail<'t, S: ScalarOrd, const M: usize>(x: &[Var<'t, S>], error: Error) -> [Var<'t, S>; M] {
    if let Some((recording, _)) = x.iter().find_map(|x| x.place()) {
        recording.fail(error);
    }
    [Var::constant(S::of(f64::NAN)); M]
}
