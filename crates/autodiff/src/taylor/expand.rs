//! [`taylor`] and [`taylor_along`]: the Taylor polynomial of a function of one variable, or along a straight line.

use thalweg_core::{Error, Real, Result, check_shape};

use super::polynomial::{Polynomial, check_finite};
use super::series::Series;
use crate::function::{Function, check_inputs};
use crate::program::Program;

/// The Taylor polynomial of f of this order around x₀: c_k = f⁽ᵏ⁾(x₀)/k!.
///
/// ```
/// use thalweg_autodiff::{Scalar, function, k, taylor::taylor};
/// function! { fn geometric(x: [S; 1]) -> S { k(1.0) / (k(1.0) - x[0]) } }
/// assert_eq!(taylor(&geometric, 0.0, 4)?.coefficients(), [1.0; 5]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// f is not a function of one variable or branches on it; x₀ is not finite; the order is above [`MAX_ORDER`](super::MAX_ORDER);
/// [`Error::Domain`] where f or one of its derivatives does not exist.
pub fn taylor<T: Real>(f: &impl Function, x0: T, order: usize) -> Result<Polynomial<T>> {
    Polynomial::new(x0, coefficients_along(f, &[x0], &[T::ONE], order)?)
}

/// The Taylor polynomial of t ↦ f(x₀ + t·v) around 0: c₁ = ∇f·v, 2c₂ = v'Hv, …
///
/// ```
/// use thalweg_autodiff::{function, taylor::taylor_along};
/// function! { fn product(x: [S; 2]) -> S { x[0] * x[1] } }
/// assert_eq!(taylor_along(&product, &[2.0, 3.0], &[1.0, 1.0], 2)?.coefficients(), [6.0, 5.0, 1.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// As [`taylor`]; [`Error::Shape`] where x₀ and v differ in length.
pub fn taylor_along<T: Real>(f: &impl Function, x0: &[T], v: &[T], order: usize) -> Result<Polynomial<T>> {
    check_shape("length of the direction", x0.len(), v.len())?;
    Polynomial::new(T::ZERO, coefficients_along(f, x0, v, order)?)
}

fn coefficients_along<T: Real>(f: &impl Function, x0: &[T], v: &[T], order: usize) -> Result<Vec<T>> {
    check_finite("expansion point", x0)?;
    check_finite("direction", v)?;
    let program = traced(f, x0.len())?;
    let algebra = Series::algebra(order)?;
    let lines: Vec<Series<T>> = x0.iter().zip(v).map(|(&x0, &v)| algebra.line(x0, v)).collect();
    let results = program.evaluate(&algebra, &lines, &[])?;
    let coefficients: Vec<T> =
        results.first().map_or_else(Vec::new, |y| (0..=order).map(|k| y.coefficient(k)).collect());
    check_exists(x0, &coefficients, |k| k)?;
    Ok(coefficients)
}

/// The function as a program, with its number of arguments checked.
pub(crate) fn traced(f: &impl Function, n: usize) -> Result<Program> {
    check_inputs(f.inputs(), n)?;
    Program::trace(n, 0, |x, _| f.eval(x))
}

/// `Err` where a coefficient is NaN or infinite: the function or that derivative does not exist there.
pub(crate) fn check_exists<T: Real>(
    x0: &[T],
    coefficients: &[T],
    degree: impl Fn(usize) -> usize,
) -> Result<()> {
    match coefficients.iter().position(|c| !c.is_finite()) {
        None => Ok(()),
        Some(i) => Err(Error::Domain {
            function: format!("the derivative of order {} of the function", degree(i)),
            argument: format!("{x0:?}"),
            place: String::new(),
            remedy: "expand where the function is smooth, or to a lower order".to_owned(),
        }),
    }
}
