//! Checks of derivatives against finite differences, complex steps and each other.
//!
//! [`check_gradient`] and [`check_jacobian`] take a function written over [`Scalar`](crate::Scalar) and compare every way this crate has of
//! differentiating it; [`check_slopes`] compares a gradient of any origin, such as one with rules of your own, with differences of its
//! function. Derivatives are computed in the given precision, differences and complex steps in f64.
//!
//! At a point where a function has no derivative, the slopes of [`thalweg_core::rules`] are conventions; differences skip what they recognise
//! as a kink.
//!
//! Source: Ridders (1982); Squire and Trapp (1998); the dot-product test is Griewank and Walther, *Evaluating Derivatives*, 2nd ed., section 3.3.

mod complex;
mod difference;
mod report;

use thalweg_core::{Dual, Real, Result};

pub use report::{Check, Discrepancy, Finding, GradientCheck};

use crate::forward;
use crate::function::{Function, ScalarOrd, VectorFunction};
use crate::tape::Tape;
use complex::Complex;
use difference::{Estimate, differences};

/// Roundings of the largest derivative that a derivative may be off.
const ROUNDINGS: f64 = 64.0;
/// Estimated errors that a difference may be off.
const ESTIMATES: f64 = 8.0;
/// The complex step: its square is lost beside 1, twice.
const STEP: f64 = 1e-40;

/// Compares the first and second derivatives of f at x: forward mode, reverse mode, finite differences and the complex step. Where a slope is
/// infinite, products of derivatives do not exist and are not compared.
///
/// ```
/// use thalweg_autodiff::{Scalar, check::check_gradient, function};
/// function! { fn f(x: [S; 2]) -> S { x[0].sin() * x[1].exp() + x[0].powf(x[1]) } }
/// let report = check_gradient(&f, &[1.5, 0.5])?;
/// assert!(report.is_ok(), "{report}");
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// A length that does not fit the function, or a number in `x` that is NaN or infinite.
pub fn check_gradient<T: Real + ScalarOrd>(f: &impl Function, x: &[T]) -> Result<GradientCheck> {
    let n = x.len();
    let wide: Vec<f64> = x.iter().map(|x| x.to_f64()).collect();
    let mut forwards = vec![T::ZERO; n];
    let value = forward::gradient(f, x, &mut forwards)?.to_f64();
    let mut reverse = vec![T::ZERO; n];
    Tape::new().gradient(x, |x| f.eval(x), &mut reverse)?;
    let forwards: Vec<f64> = forwards.into_iter().map(Real::to_f64).collect();
    let reverse: Vec<f64> = reverse.into_iter().map(Real::to_f64).collect();
    let rounding = rounding::<T>(&reverse, value, &wide);

    let mut by_step = Finding::new(Check::ComplexStep);
    let mut by_reverse = Finding::new(Check::Reverse);
    // In forward mode the 0 of a direction meets the infinite slope of another.
    let infinite = reverse.iter().any(|g| !g.is_finite());
    for i in 0..n {
        by_step.compare(i, complex_step(f, &wide, i), reverse[i], rounding);
        by_reverse.compare(i, Some(forwards[i]).filter(|g| !(infinite && g.is_nan())), reverse[i], rounding);
    }
    let by_difference = check_slopes(|x| f.eval(x), &wide, &reverse, rounding);
    let mut findings = vec![by_difference, by_step, by_reverse];
    if !infinite {
        let [v, w] = [1, 2].map(|seed| direction::<T>(n, seed));
        let mut products = Finding::new(Check::DotProduct);
        for (k, v) in [&v, &w].into_iter().enumerate() {
            let (mut y, mut dy) = ([T::ZERO], [T::ZERO]);
            forward::directional(f, x, v, &mut y, &mut dy)?;
            let product: f64 = v.iter().zip(&reverse).map(|(v, g)| v.to_f64() * g).sum();
            products.compare(k, Some(dy[0].to_f64()), product, rounding * n as f64);
        }
        findings.push(products);
        findings.extend(second_order(f, x, [&v, &w])?);
    }
    Ok(GradientCheck { findings })
}

/// Compares the gradient `g` at `x`, of any origin, with differences of f. `rounding` is how far `g` itself may be off.
///
/// ```
/// use thalweg_autodiff::check::check_slopes;
/// let f = |x: &[f64]| x[0].hypot(x[1]);
/// assert!(check_slopes(f, &[3.0, 4.0], &[0.6, 0.8], 1e-15).is_ok());
/// assert!(!check_slopes(f, &[3.0, 4.0], &[0.6, 0.8001], 1e-15).is_ok());
/// // At the kink there is nothing to compare with.
/// assert_eq!(check_slopes(|x| x[0].abs(), &[0.0], &[0.0], 1e-15).skipped, 1);
/// ```
pub fn check_slopes(mut f: impl FnMut(&[f64]) -> f64, x: &[f64], g: &[f64], rounding: f64) -> Finding {
    let mut finding = Finding::new(Check::FiniteDifference);
    let mut moved = x.to_vec();
    for (i, (&at, &slope)) in x.iter().zip(g).enumerate() {
        let estimates = differences(size(at), size(at), 1, |s, y| {
            moved[i] = at + s;
            y.fill(f(&moved));
        });
        moved[i] = at;
        compare_difference(&mut finding, i, estimates.first().copied().flatten(), slope, rounding);
    }
    finding
}

/// Compares Jacobian products of f at x: forward mode with differences, and ⟨Jv, w⟩ with ⟨v, Jᵀw⟩ of reverse mode.
///
/// ```
/// use thalweg_autodiff::{Scalar, check::check_jacobian, function};
/// function! { fn f(x: [S; 2]) -> [S; 3] { [x[0] * x[1], x[0].exp(), x[1].sin() / x[0]] } }
/// let report = check_jacobian(&f, &[1.5, 0.5])?;
/// assert!(report.is_ok(), "{report}");
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// A length that does not fit the function, or a number in `x` that is NaN or infinite.
pub fn check_jacobian<T: Real + ScalarOrd>(f: &impl VectorFunction, x: &[T]) -> Result<GradientCheck> {
    let (n, m) = (x.len(), f.outputs(x.len()));
    let wide: Vec<f64> = x.iter().map(|x| x.to_f64()).collect();
    let mut by_difference = Finding::new(Check::FiniteDifference);
    let mut products = Finding::new(Check::DotProduct);
    for seed in 1..=2 {
        let (v, w) = (direction::<T>(n, seed), direction::<T>(m, seed + 2));
        let (mut y, mut dy, mut g) = (vec![T::ZERO; m], vec![T::ZERO; m], vec![T::ZERO; n]);
        forward::directional(f, x, &v, &mut y, &mut dy)?;
        let dy: Vec<f64> = dy.into_iter().map(Real::to_f64).collect();
        let largest = y.iter().fold(0.0, |largest: f64, y| largest.max(y.to_f64().abs()));
        let rounding = rounding::<T>(&dy, largest, &wide);
        let estimates = along(&wide, &v, m, |x, y| f.eval_into(x, y));
        for (i, (estimate, &found)) in estimates.into_iter().zip(&dy).enumerate() {
            compare_difference(&mut by_difference, i, estimate, found, rounding);
        }
        Tape::new().vjp(x, |x, y| f.eval_into(x, y), &w, &mut y, &mut g)?;
        let forwards: f64 = dy.iter().zip(&w).map(|(dy, w)| dy * w.to_f64()).sum();
        let reverse: f64 = g.iter().zip(&v).map(|(g, v)| g.to_f64() * v.to_f64()).sum();
        products.compare(seed - 1, Some(forwards), reverse, rounding * (n + m) as f64);
    }
    Ok(GradientCheck { findings: vec![by_difference, products] })
}

fn second_order<T: Real + ScalarOrd>(
    f: &impl Function,
    x: &[T],
    directions: [&[T]; 2],
) -> Result<Vec<Finding>> {
    let n = x.len();
    let wide: Vec<f64> = x.iter().map(|x| x.to_f64()).collect();
    let mut by_difference = Finding::new(Check::SecondDifference);
    let mut by_reverse = Finding::new(Check::SecondReverse);
    let mut symmetry = Finding::new(Check::Symmetry);
    let mut products: Vec<Vec<f64>> = Vec::new();
    let mut rounding_of_both = 0.0_f64;
    for v in directions {
        let (mut g, mut hv, mut again) = (vec![T::ZERO; n], vec![T::ZERO; n], vec![T::ZERO; n]);
        Tape::<Dual<T, 1>>::new().hessian_vector(x, v, |x| f.eval(x), &mut g, &mut hv)?;
        forward::hessian_vector(f, x, v, &mut g, &mut again)?;
        let hv: Vec<f64> = hv.into_iter().map(Real::to_f64).collect();
        let largest = g.iter().fold(0.0, |largest: f64, g| largest.max(g.to_f64().abs()));
        let rounding = rounding::<T>(&hv, largest, &wide);
        let estimates = along(&wide, v, n, |x, g| {
            // Beyond the largest number there is no gradient.
            if forward::gradient(f, x, g).is_err() {
                g.fill(f64::NAN);
            }
        });
        for i in 0..n {
            compare_difference(&mut by_difference, i, estimates[i], hv[i], rounding);
            by_reverse.compare(i, Some(again[i].to_f64()), hv[i], rounding);
        }
        products.push(hv);
        rounding_of_both = rounding_of_both.max(rounding);
    }
    let product = |hv: &[f64], v: &[T]| hv.iter().zip(v).map(|(h, v)| h * v.to_f64()).sum::<f64>();
    if let [hv, hw] = &products[..] {
        let tolerance = rounding_of_both * n as f64;
        symmetry.compare(0, Some(product(hv, directions[1])), product(hw, directions[0]), tolerance);
    }
    Ok(vec![by_difference, by_reverse, symmetry])
}

/// The derivatives of m numbers at x in direction v, by differences.
fn along<T: Real>(
    x: &[f64],
    v: &[T],
    m: usize,
    mut f: impl FnMut(&[f64], &mut [f64]),
) -> Vec<Option<Estimate>> {
    let mut moved = x.to_vec();
    let size = x.iter().fold(f64::INFINITY, |least, &x| least.min(size(x)));
    let reach = x.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    differences(if x.is_empty() { 1.0 } else { size }, reach, m, |s, y| {
        for ((moved, &x), v) in moved.iter_mut().zip(x).zip(v) {
            *moved = x + s * v.to_f64();
        }
        f(&moved, y);
    })
}

fn compare_difference(
    finding: &mut Finding,
    index: usize,
    estimate: Option<Estimate>,
    found: f64,
    rounding: f64,
) {
    let tolerance = estimate.map_or(0.0, |estimate| ESTIMATES * estimate.error) + rounding;
    finding.compare(index, estimate.map(|estimate| estimate.derivative), found, tolerance);
}

/// ∂f/∂xᵢ, where f continues to complex numbers and is smooth: another step must give the same.
fn complex_step(f: &impl Function, x: &[f64], i: usize) -> Option<f64> {
    let [slope, again] = [STEP, 0.25 * STEP].map(|step| {
        let step = step * size(x[i]);
        let at = |(k, &re): (usize, &f64)| Complex { re, im: if k == i { step } else { 0.0 } };
        let z: Vec<Complex> = x.iter().enumerate().map(at).collect();
        f.eval(&z).im / step
    });
    (slope.is_finite() && (slope - again).abs() <= 1e-9 * slope.abs()).then_some(slope)
}

/// How far a derivative may be off by rounding: relative to the largest one, or to what a relative error of the point does to the value.
fn rounding<T: Real>(derivatives: &[f64], value: f64, x: &[f64]) -> f64 {
    let most = |x: &[f64]| x.iter().filter(|x| x.is_finite()).fold(0.0, |most: f64, x| most.max(x.abs()));
    let value = if value.is_finite() { value.abs() } else { 0.0 };
    ROUNDINGS * T::EPSILON.to_f64() * (most(derivatives) + value / most(x).max(1.0))
        + T::MIN_POSITIVE.to_f64()
}

/// The scale on which a number may be moved.
fn size(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { x.abs() }
}

/// Numbers between −1 and 1, none of them small, exact in f32.
fn direction<T: Real>(n: usize, seed: usize) -> Vec<T> {
    let entry = |i: usize| {
        let mixed = (i + 1) * (2 * seed + 5) % 13;
        let sign = if (i * seed + i / 3).is_multiple_of(2) { 1.0 } else { -1.0 };
        T::of(sign * (mixed + 4) as f64 / 16.0)
    };
    (0..n).map(entry).collect()
}
