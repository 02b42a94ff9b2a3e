//! Forward mode: derivatives carried along by numbers.
//!
//! A function runs on [`Dual`] numbers, which carry derivatives in several directions at once, as many as fit vector registers. Best for few
//! arguments; for many, [`Tape`](crate::Tape) and [`Program`](crate::Program) find a gradient at the cost of a few evaluations.
//!
//! | you want | use | evaluations |
//! |---|---|---|
//! | f′(x) of one variable | [`derivative`] | 1 of dual numbers |
//! | the gradient | [`gradient`] | ⌈n/8⌉ of 8 lanes, one of n lanes for n ≤ 8 |
//! | the Jacobian | [`jacobian`] | the same |
//! | the derivative in a direction | [`directional`] | 1 |
//! | the Hessian | [`hessian`] | about n²/16 of 8 lanes |
//! | a product with the Hessian | [`hessian_vector`] | ⌈n/8⌉ |
//! | vᵀ∇²f w | [`HyperDual`] | 1 |
//!
//! Dual numbers nest: a derivative of a derivative is a derivative. Slopes at points where a function has none are those
//! of [`thalweg_core::rules`]. An infinite slope spoils the directions it does not belong to (0 · ∞ is NaN); reverse mode keeps them apart.
//!
//! ```
//! use thalweg_autodiff::{Scalar, forward::derivative};
//! // The fourth derivative of ln x is −6/x⁴; each order is another level of duals.
//! let first = |x: f64| derivative(|x| x.ln(), x).1;
//! assert_eq!(first(2.0), 0.5);
//! let fourth = derivative(|x| derivative(|x| derivative(|x| derivative(|x| x.ln(), x).1, x).1, x).1, 2.0).1;
//! assert!((fourth + 6.0 / 16.0_f64).abs() < 1e-15);
//! ```
//!
//! Source: Griewank and Walther, *Evaluating Derivatives*, 2nd ed., chapter 3; Revels, Lubin and Papamarkou (2016), *arXiv:1607.07892* (lanes).

mod hyper_dual;
mod lanes;
mod second_order;

use thalweg_core::{Dual, Result, Scalar, check_shape};

pub use hyper_dual::HyperDual;
pub use lanes::{gradient, jacobian};
pub use second_order::{hessian, hessian_vector};

use crate::function::{ScalarOrd, VectorFunction, check_finite, check_inputs};

/// f(x) and f′(x) of a function of one variable.
///
/// ```
/// use thalweg_autodiff::{Scalar, forward::derivative};
/// assert_eq!(derivative(|x| x.square() * x, 2.0), (8.0, 12.0));
/// ```
#[inline(always)]
pub fn derivative<S: Scalar>(f: impl FnOnce(Dual<S, 1>) -> Dual<S, 1>, x: S) -> (S, S) {
    let y = f(Dual::variable(x, 0));
    let [slope] = y.derivatives;
    (y.value, slope)
}

/// Writes f(x) to `y` and the derivative in direction v, ∂f/∂x · v, to `dy`.
///
/// ```
/// use thalweg_autodiff::{forward, function};
/// function! { fn f(x: [S; 2]) -> [S; 2] { [x[0] * x[1], x[0] + x[1]] } }
/// let (mut y, mut dy) = ([0.0; 2], [0.0; 2]);
/// forward::directional(&f, &[2.0, 3.0], &[1.0, 10.0], &mut y, &mut dy)?;
/// assert_eq!((y, dy), ([6.0, 5.0], [23.0, 11.0]));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// A length that does not fit the function, or a number in `x` or `v` that is NaN or infinite.
pub fn directional<S: ScalarOrd>(
    f: &impl VectorFunction,
    x: &[S],
    v: &[S],
    y: &mut [S],
    dy: &mut [S],
) -> Result<()> {
    check_inputs(f.inputs(), x.len())?;
    check_shape("length of the direction", x.len(), v.len())?;
    check_shape("number of results of the function", f.outputs(x.len()), y.len())?;
    check_shape("length of the derivative", y.len(), dy.len())?;
    check_finite(x)?;
    check_finite(v)?;
    let inputs: Vec<Dual<S, 1>> =
        x.iter().zip(v).map(|(&value, &v)| Dual { value, derivatives: [v] }).collect();
    let mut outputs = vec![Dual::constant(S::of(0.0)); y.len()];
    f.eval_into(&inputs, &mut outputs);
    for (i, output) in outputs.into_iter().enumerate() {
        (y[i], [dy[i]]) = (output.value, output.derivatives);
    }
    Ok(())
}
