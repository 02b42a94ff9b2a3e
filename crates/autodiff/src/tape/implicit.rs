//! Implicit differentiation: [`root`] and [`minimum`] of a function of x and θ, with the derivative of x by θ and none of how it was found.
//!
//! From g(x(θ), θ) = 0 follows ∂x/∂θ = −g_x⁻¹ g_θ, so that the adjoint of θ is θ̄ = −g_θᵀ λ with g_xᵀ λ = x̄: one factorisation and one more reverse
//! sweep, however x was found. At a minimum g = ∇ₓf and g_x is the Hessian, whose Cholesky factorisation also proves that it is one.
//!
//! Source: Griewank and Walther, *Evaluating Derivatives*, 2nd ed., chapter 15; Blondel et al. (2022), *NeurIPS* 35.

use faer::Mat;
use thalweg_core::{Dual, Error, Lu, Real, Result, ScaledCholesky};

use super::call::{Arguments, Pullback, Scratch, call};
use super::{Tape, Var};
use crate::function::{Function, ScalarOrd};

/// The root x of g(x, θ) = 0 as a function of θ.
///
/// `x` is the root, found by whatever means. `g(x, θ, residual)` writes as many numbers as x has; it reads variables from its arguments only.
///
/// ```
/// use thalweg_autodiff::{Scalar, Tape, tape};
/// // Kepler's equation E − e sin E = M: ∂E/∂M = 1/(1 − e cos E), ∂E/∂e = sin E/(1 − e cos E).
/// let (mean, eccentricity) = (1.0, 0.3_f64);
/// let anomaly = (0..60).fold(mean, |x: f64, _| mean + eccentricity * x.sin());
/// let mut g = [0.0; 2];
/// Tape::<f64>::new().gradient(
///     &[mean, eccentricity],
///     |theta| tape::root(|x, theta, r| r[0] = x[0] - theta[1] * x[0].sin() - theta[0], &[anomaly], theta)[0],
///     &mut g,
/// )?;
/// let slope = 1.0 / (1.0 - eccentricity * anomaly.cos());
/// assert!((g[0] - slope).abs() < 1e-14 && (g[1] - slope * anomaly.sin()).abs() < 1e-14);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// The recording ends with an error if ∂g/∂x is singular at x, or if a Newton step from x shows that it is no root.
pub fn root<'t, T: Real + ScalarOrd>(
    g: impl for<'s> Fn(&[Var<'s, T>], &[Var<'s, T>], &mut [Var<'s, T>]) + 'static,
    x: &[T],
    theta: &[Var<'t, T>],
) -> Vec<Var<'t, T>> {
    call(theta, x.iter().copied(), saved(theta, x), Root(g))
}

/// The minimum x of f(·, θ) as a function of θ.
///
/// `x` is the minimum, found by whatever means. `f` reads the numbers of x and those of θ behind them.
///
/// ```
/// use thalweg_autodiff::{Scalar, Tape, function, tape};
/// function! {
///     /// Least squares of a number against two others, the second weighted: x = (a + w b)/(1 + w).
///     fn squares(x: [S; 4]) -> S { (x[0] - x[1]).square() + x[3] * (x[0] - x[2]).square() }
/// }
/// let (a, b, w) = (1.0, 5.0, 3.0);
/// let mut g = [0.0; 3];
/// Tape::<f64>::new().gradient(&[a, b, w], |theta| tape::minimum(squares, &[4.0], theta)[0], &mut g)?;
/// assert!((g[0] - 0.25).abs() < 1e-15 && (g[1] - 0.75).abs() < 1e-15);
/// assert!((g[2] - (b - a) / (1.0 + w).powi(2)).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// The recording ends with an error if the Hessian in x is not positive definite, or if a Newton step from x shows that it is no minimum.
pub fn minimum<'t, T: Real + ScalarOrd>(
    f: impl Function + 'static,
    x: &[T],
    theta: &[Var<'t, T>],
) -> Vec<Var<'t, T>> {
    call(theta, x.iter().copied(), saved(theta, x), Minimum(f))
}

/// θ, then x.
fn saved<T: Real + ScalarOrd>(theta: &[Var<'_, T>], x: &[T]) -> Vec<T> {
    theta.iter().map(|theta| theta.value()).chain(x.iter().copied()).collect()
}

struct Root<F>(F);

impl<T: Real + ScalarOrd, F> Pullback<T> for Root<F>
where
    F: for<'s> Fn(&[Var<'s, T>], &[Var<'s, T>], &mut [Var<'s, T>]),
{
    fn pull(
        &self,
        saved: &mut Vec<T>,
        arguments: &mut Arguments<'_, T>,
        results: &[T],
        scratch: &mut Scratch<T>,
    ) -> Result<()> {
        let (theta, x) = saved.split_at(arguments.slots.len());
        let variables = arguments.variables(theta);
        let (m, d) = (x.len(), variables.len());
        let tape = scratch.get_or_insert_with(|| Box::new(Tape::new()));
        tape.record(variables.iter().chain(x).copied(), m, |leaves, residual| {
            let (variables, x) = leaves.split_at(d);
            (self.0)(x, &arguments.of(variables, theta), residual);
        })?;
        let mut jacobian = Mat::zeros(m, m);
        for row in 0..m {
            tape.start();
            tape.seed(row, T::ONE);
            tape.sweep(d + m)?;
            for (column, &entry) in tape.adjoints[d..d + m].iter().enumerate() {
                jacobian[(row, column)] = entry;
            }
        }
        let mut lu = Lu::new(m);
        if lu.factor(jacobian.as_ref()).is_none() {
            return Err(no_derivative("root", "the Jacobian ∂g/∂x is singular there"));
        }
        let mut step: Vec<T> = tape.results.iter().map(|&(value, _)| value).collect();
        lu.solve(&mut step);
        check_step("root", x, &step)?;

        let mut lambda = results.to_vec();
        lu.solve_transpose(&mut lambda);
        tape.start();
        tape.adjoints[..d].copy_from_slice(arguments.adjoints);
        for (i, &lambda) in lambda.iter().enumerate() {
            tape.seed(i, -lambda);
        }
        tape.sweep(d + m)?;
        arguments.adjoints.copy_from_slice(&tape.adjoints[..d]);
        Ok(())
    }
}

struct Minimum<F>(F);

impl<T: Real + ScalarOrd, F: Function> Pullback<T> for Minimum<F> {
    fn pull(
        &self,
        saved: &mut Vec<T>,
        arguments: &mut Arguments<'_, T>,
        results: &[T],
        _: &mut Scratch<T>,
    ) -> Result<()> {
        let (theta, x) = saved.split_at(arguments.slots.len());
        let (m, point) = (x.len(), [x, theta].concat());
        let mut tape = Tape::<Dual<T, 1>>::new();
        let (mut g, mut hv, mut v) =
            (vec![T::ZERO; point.len()], vec![T::ZERO; point.len()], vec![T::ZERO; point.len()]);
        let mut hessian = Mat::zeros(m, m);
        for column in 0..m {
            v[column] = T::ONE;
            tape.hessian_vector(&point, &v, |x| self.0.eval(x), &mut g, &mut hv)?;
            v[column] = T::ZERO;
            for row in 0..m {
                hessian[(row, column)] = hv[row];
            }
        }
        let mut cholesky = ScaledCholesky::new(m);
        if cholesky.factor(hessian.as_ref()).is_none() {
            return Err(no_derivative("minimum", "the Hessian is not positive definite there"));
        }
        let mut step = g[..m].to_vec();
        cholesky.solve(&mut step);
        check_step("minimum", x, &step)?;

        v[..m].copy_from_slice(results);
        cholesky.solve(&mut v[..m]);
        tape.hessian_vector(&point, &v, |x| self.0.eval(x), &mut g, &mut hv)?;
        hv.iter_mut().for_each(|hv| *hv = -*hv);
        arguments.add(&hv[m..]);
        Ok(())
    }
}

fn no_derivative(what: &str, why: &str) -> Error {
    Error::Unsupported {
        what: format!("differentiating this {what} by its parameters"),
        why: why.to_owned(),
        remedy: format!(
            "where there is a family of such points the {what} is no function of the parameters; add an equation or a penalty that tells them apart"
        ),
    }
}

/// `Err` if a Newton step shows that x is not what it is said to be. Its length, relative to x, is that of the error of the derivatives.
fn check_step<T: Real + ScalarOrd>(what: &str, x: &[T], step: &[T]) -> Result<()> {
    let size = x.iter().fold(1.0, |size: f64, x| size.max(x.to_f64().abs()));
    let worst = step.iter().enumerate().find(|(_, step)| step.is_nan() || step.to_f64().abs() > 1e-3 * size);
    match worst {
        None => Ok(()),
        Some((i, step)) => Err(Error::invalid_parameter(
            "x",
            x[i],
            &format!("a Newton step moves entry {i} of the {what} by {}; give the {what} itself", -*step),
        )),
    }
}
