//! [`gradient`] and [`jacobian`] by dual numbers of several lanes: up to sixteen arguments at once, more in chunks of eight.

use core::array::from_fn;

use faer::MatMut;
use thalweg_core::{Dual, Result, check_shape};

use crate::function::{Function, ScalarOrd, VectorFunction, check_finite, check_inputs};

/// Directions carried at once.
pub(super) const LANES: usize = 8;

/// Writes ∇f(x) to `g` and returns f(x). Allocates for n > 16 only.
///
/// ```
/// use thalweg_autodiff::{Scalar, forward, function, k};
/// function! {
///     fn rosenbrock(x: [S; 2]) -> S { (k(1.0) - x[0]).square() + k(100.0) * (x[1] - x[0].square()).square() }
/// }
/// let mut g = [0.0; 2];
/// assert_eq!(forward::gradient(&rosenbrock, &[3.0, 7.0], &mut g)?, 404.0);
/// assert_eq!(g, [2404.0, -400.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// A length that does not fit the function, or a number in `x` that is NaN or infinite.
#[inline]
pub fn gradient<S: ScalarOrd>(f: &impl Function, x: &[S], g: &mut [S]) -> Result<S> {
    check_inputs(f.inputs(), x.len())?;
    check_shape("length of the gradient", x.len(), g.len())?;
    check_finite(x)?;
    Ok(match x.len() {
        0 => f.eval(x),
        1 => at_once::<S, 1>(f, x, g),
        2 => at_once::<S, 2>(f, x, g),
        3 => at_once::<S, 3>(f, x, g),
        4 => at_once::<S, 4>(f, x, g),
        5 => at_once::<S, 5>(f, x, g),
        6 => at_once::<S, 6>(f, x, g),
        7 => at_once::<S, 7>(f, x, g),
        8 => at_once::<S, 8>(f, x, g),
        9 => at_once::<S, 9>(f, x, g),
        10 => at_once::<S, 10>(f, x, g),
        11 => at_once::<S, 11>(f, x, g),
        12 => at_once::<S, 12>(f, x, g),
        13 => at_once::<S, 13>(f, x, g),
        14 => at_once::<S, 14>(f, x, g),
        15 => at_once::<S, 15>(f, x, g),
        16 => at_once::<S, 16>(f, x, g),
        _ => in_chunks(x, |begin, duals| {
            let y = f.eval(duals);
            for (g, derivative) in g[begin..].iter_mut().zip(y.derivatives) {
                *g = derivative;
            }
            y.value
        }),
    })
}

/// The gradient of N arguments, on the stack.
#[inline(always)]
fn at_once<S: ScalarOrd, const N: usize>(f: &impl Function, x: &[S], g: &mut [S]) -> S {
    let inputs: [Dual<S, N>; N] = from_fn(|i| Dual::variable(x[i], i));
    let y = f.eval(&inputs);
    g.copy_from_slice(&y.derivatives);
    y.value
}

/// Calls `visit` with the beginning of each chunk of directions and the point seeded for it; returns the last answer.
pub(super) fn in_chunks<S: ScalarOrd>(x: &[S], mut visit: impl FnMut(usize, &[Dual<S, LANES>]) -> S) -> S {
    let mut duals: Vec<Dual<S, LANES>> = x.iter().map(|&x| Dual::constant(x)).collect();
    let mut value = S::of(f64::NAN);
    for begin in (0..x.len()).step_by(LANES) {
        let end = (begin + LANES).min(x.len());
        for i in begin..end {
            duals[i] = Dual::variable(x[i], i - begin);
        }
        value = visit(begin, &duals);
        for i in begin..end {
            duals[i] = Dual::constant(x[i]);
        }
    }
    value
}

/// Writes y = f(x) to `y` and the m×n Jacobian ∂yᵢ/∂xⱼ to `j`.
///
/// ```
/// use thalweg_autodiff::{forward, function};
/// function! { fn f(x: [S; 2]) -> [S; 2] { [x[0] * x[1], x[0] + x[1]] } }
/// let mut y = [0.0; 2];
/// let mut j = faer::Mat::zeros(2, 2);
/// forward::jacobian(&f, &[2.0, 3.0], &mut y, j.as_mut())?;
/// assert_eq!((y, j), ([6.0, 5.0], faer::mat![[3.0, 2.0], [1.0, 1.0]]));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// A length or size that does not fit the function, or a number in `x` that is NaN or infinite.
pub fn jacobian<S: ScalarOrd>(
    f: &impl VectorFunction,
    x: &[S],
    y: &mut [S],
    mut j: MatMut<'_, S>,
) -> Result<()> {
    check_inputs(f.inputs(), x.len())?;
    check_shape("number of results of the function", f.outputs(x.len()), y.len())?;
    check_shape("rows of the Jacobian", y.len(), j.nrows())?;
    check_shape("columns of the Jacobian", x.len(), j.ncols())?;
    check_finite(x)?;
    if x.is_empty() {
        f.eval_into(x, y);
    }
    let mut results = vec![Dual::constant(S::of(0.0)); y.len()];
    in_chunks(x, |begin, duals| {
        results.fill(Dual::constant(S::of(0.0)));
        f.eval_into(duals, &mut results);
        for (row, result) in results.iter().enumerate() {
            y[row] = result.value;
            for (column, &derivative) in (begin..x.len()).zip(&result.derivatives) {
                *j.as_mut().get_mut(row, column) = derivative;
            }
        }
        S::of(0.0)
    });
    Ok(())
}
