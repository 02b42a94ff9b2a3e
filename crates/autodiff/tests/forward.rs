//! Forward mode against closed forms, for every number of lanes, and what goes wrong.

#![allow(clippy::unwrap_used)]

use faer::Mat;
use thalweg_autodiff::forward::{derivative, directional, gradient, hessian, hessian_vector, jacobian};
use thalweg_autodiff::{Dual, Function, HyperDual, Scalar, ScalarOrd, function, k};
use thalweg_core::Error;

function! {
    /// (Σ i xᵢ)² + Σ xᵢ³, i from 1: ∇ᵢ = 2is + 3xᵢ², ∇²ᵢⱼ = 2ij + 6xᵢδᵢⱼ.
    fn cubic(x: [S]) -> S {
        let mut sum = S::of(0.0);
        let mut cubes = S::of(0.0);
        for (i, &x) in x.iter().enumerate() {
            sum = sum + k(i as f64 + 1.0) * x;
            cubes = cubes + x.powi(3);
        }
        sum.square() + cubes
    }
}

function! {
    /// As many results as arguments would be too many: (Σ xᵢ, Σ i xᵢ²).
    fn sums(x: [S]) -> [S; 2] {
        let mut y = [S::of(0.0); 2];
        for (i, &x) in x.iter().enumerate() {
            y = [y[0] + x, y[1] + k(i as f64) * x.square()];
        }
        y
    }
}

function! {
    /// Two arguments, no less.
    fn product(x: [S; 2]) -> S { x[0] * x[1] }
}

/// Small integers: every operation is exact.
fn point(n: usize) -> Vec<f64> {
    (0..n).map(|i| (i % 5) as f64 - 1.0).collect()
}

#[test]
fn first_and_second_order_for_every_number_of_arguments() {
    for n in 0..=26 {
        let x = point(n);
        let sum: f64 = x.iter().enumerate().map(|(i, x)| (i as f64 + 1.0) * x).sum();
        let value = sum * sum + x.iter().map(|x| x.powi(3)).sum::<f64>();
        let expected: Vec<f64> =
            x.iter().enumerate().map(|(i, x)| 2.0 * (i as f64 + 1.0) * sum + 3.0 * x * x).collect();
        let second = Mat::from_fn(n, n, |i, j| {
            2.0 * ((i + 1) * (j + 1)) as f64 + if i == j { 6.0 * x[i] } else { 0.0 }
        });
        let mut g = vec![f64::NAN; n];
        assert_eq!(gradient(&cubic, &x, &mut g).unwrap(), value);
        assert_eq!(g, expected);

        g.fill(f64::NAN);
        let mut h = Mat::from_fn(n, n, |_, _| f64::NAN);
        assert_eq!(hessian(&cubic, &x, &mut g, h.as_mut()).unwrap(), value);
        assert_eq!((&g, &h), (&expected, &second));

        g.fill(f64::NAN);
        let v: Vec<f64> = (0..n).map(|i| (i % 3) as f64).collect();
        let mut hv = vec![f64::NAN; n];
        assert_eq!(hessian_vector(&cubic, &x, &v, &mut g, &mut hv).unwrap(), value);
        assert_eq!(g, expected);
        for (i, hv) in hv.iter().enumerate() {
            assert_eq!(*hv, (0..n).map(|j| second[(i, j)] * v[j]).sum::<f64>());
        }

        let mut y = [f64::NAN; 2];
        let mut j = Mat::from_fn(2, n, |_, _| f64::NAN);
        jacobian(&sums, &x, &mut y, j.as_mut()).unwrap();
        assert_eq!(y, [x.iter().sum(), x.iter().enumerate().map(|(i, x)| i as f64 * x * x).sum()]);
        assert_eq!(j, Mat::from_fn(2, n, |row, i| if row == 0 { 1.0 } else { 2.0 * i as f64 * x[i] }));

        let mut dy = [f64::NAN; 2];
        directional(&sums, &x, &v, &mut y, &mut dy).unwrap();
        assert_eq!(dy, [0, 1].map(|row| (0..n).map(|i| j[(row, i)] * v[i]).sum::<f64>()));
    }
}

#[test]
fn nested_orders() {
    // The derivatives of x⁷ at 2, each order another level of duals.
    let fifth = derivative(
        |x| derivative(|x| derivative(|x| derivative(|x| derivative(|x| x.powi(7), x).1, x).1, x).1, x).1,
        2.0,
    );
    assert_eq!(fifth, (7.0 * 6.0 * 5.0 * 4.0 * 8.0, 7.0 * 6.0 * 5.0 * 4.0 * 3.0 * 4.0));
}

#[test]
fn perturbations_are_not_confused() {
    // d/dx (x · d/dy (x + y)) = 1: the inner derivative must not see the outer direction (Siskind and Pearlmutter 2005).
    let (_, outer) = derivative(|x| x * derivative(|y| Dual::constant(x) + y, Dual::constant(1.0)).1, 1.0);
    assert_eq!(outer, 1.0);
}

#[test]
fn hyper_duals_are_duals_of_duals() {
    // vᵀHw of the cubic at (1, 2) with s = 5: H = [[2 + 6, 4], [4, 8 + 12]].
    let seeded = |value: f64, e1: f64, e2: f64| HyperDual { value, e1, e2, e12: 0.0 };
    let y = cubic.eval(&[seeded(1.0, 1.0, 3.0), seeded(2.0, 10.0, -1.0)]);
    // ∇ = (2·5 + 3, 4·5 + 12) = (13, 32).
    assert_eq!((y.value, y.e1, y.e2), (34.0, 13.0 + 320.0, 39.0 - 32.0));
    assert_eq!(y.e12, 1.0 * (8.0 * 3.0 - 4.0) + 10.0 * (4.0 * 3.0 - 20.0));
    // Compared by value, derivatives or not.
    assert!(seeded(1.0, 5.0, 0.0) == HyperDual::constant(1.0));
    assert!(HyperDual::variable(1.0) < HyperDual::constant(2.0));
    assert!(HyperDual::constant(0.0).is_zero() && !HyperDual::variable(0.0).is_zero());
}

#[test]
fn bad_input() {
    let mut g = [0.0; 3];
    let error = gradient(&product, &[1.0; 3], &mut g).unwrap_err();
    assert!(matches!(error, Error::Shape { expected: 2, found: 3, .. }), "{error}");
    let error = gradient(&product, &[1.0; 2], &mut g).unwrap_err();
    assert!(matches!(error, Error::Shape { expected: 2, found: 3, .. }), "{error}");
    let error = gradient(&product, &[1.0, f64::INFINITY], &mut g[..2]).unwrap_err();
    assert!(matches!(error, Error::NonFinite { row: 1, .. }), "{error}");
    let error = hessian(&product, &[1.0; 2], &mut g[..2], Mat::zeros(2, 3).as_mut()).unwrap_err();
    assert!(matches!(error, Error::Shape { .. }), "{error}");
    let error =
        hessian_vector(&product, &[1.0; 2], &[f64::NAN, 0.0], &mut g[..2], &mut [0.0; 2]).unwrap_err();
    assert!(matches!(error, Error::NonFinite { row: 0, .. }), "{error}");
    let error = jacobian(&sums, &[1.0; 2], &mut [0.0; 3], Mat::zeros(3, 2).as_mut()).unwrap_err();
    assert!(matches!(error, Error::Shape { expected: 2, found: 3, .. }), "{error}");
    let error = directional(&sums, &[1.0; 2], &[1.0; 2], &mut [0.0; 2], &mut [0.0; 1]).unwrap_err();
    assert!(matches!(error, Error::Shape { expected: 2, found: 1, .. }), "{error}");
}
