//! Roots and minima as functions of their parameters, against closed forms.

#![allow(clippy::unwrap_used)]

use thalweg_autodiff::{Scalar, Tape, Var, function, tape};
use thalweg_core::Error;

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-13 * expected.abs().max(1.0), "{found:e} is not {expected:e}");
}

/// x² + y² = r², y = s x, with the root x = r/√(1 + s²).
fn circle_and_line<'t>(x: &[Var<'t, f64>], theta: &[Var<'t, f64>], residual: &mut [Var<'t, f64>]) {
    residual[0] = x[0].square() + x[1].square() - theta[0].square();
    residual[1] = x[1] - theta[1] * x[0];
}

#[test]
fn a_root_in_two_variables_within_a_function() {
    let (r, s) = (2.0, 0.75_f64);
    let x = [r / (1.0 + s * s).sqrt(), s * r / (1.0 + s * s).sqrt()];
    let mut g = [0.0; 2];
    // exp(x) r + y: the root is used among other operations, and so are its parameters.
    let value = Tape::new()
        .gradient(
            &[r, s],
            |theta| {
                let x = tape::root(circle_and_line, &x, theta);
                x[0].exp() * theta[0] + x[1]
            },
            &mut g,
        )
        .unwrap();
    close(value, x[0].exp() * r + x[1]);
    let n = 1.0 + s * s;
    let (x_r, x_s) = (n.powf(-0.5), -r * s * n.powf(-1.5));
    let (y_r, y_s) = (s * x_r, x[0] + s * x_s);
    close(g[0], x[0].exp() * x_r * r + x[0].exp() + y_r);
    close(g[1], x[0].exp() * x_s * r + y_s);
}

#[test]
fn repeated_and_constant_parameters() {
    // r = s = θ: x = θ/√(1 + θ²), x′ = (1 + θ²)^(−3/2).
    let theta = 1.5_f64;
    let n = 1.0 + theta * theta;
    let x = [theta / n.sqrt(), theta * theta / n.sqrt()];
    let mut g = [0.0];
    Tape::new().gradient(&[theta], |t| tape::root(circle_and_line, &x, &[t[0], t[0]])[0], &mut g).unwrap();
    close(g[0], n.powf(-1.5));
    // s constant: x′ = 1/√(1 + s²).
    Tape::new()
        .gradient(&[theta], |t| tape::root(circle_and_line, &x, &[t[0], Var::of(theta)])[0], &mut g)
        .unwrap();
    close(g[0], n.powf(-0.5));
}

#[test]
fn what_is_no_root_is_refused() {
    let mut g = [0.0; 2];
    let error = Tape::new()
        .gradient(&[2.0, 0.5], |t| tape::root(circle_and_line, &[1.0, 1.0], t)[0], &mut g)
        .unwrap_err();
    assert!(matches!(error, Error::InvalidParameter { .. }), "{error}");
    // (x − θ)² = 0 has the root θ, where its derivative vanishes.
    let error = Tape::new()
        .gradient(&[2.0], |t| tape::root(|x, t, r| r[0] = (x[0] - t[0]).square(), &[2.0], t)[0], &mut g[..1])
        .unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error}");
    assert!(error.to_string().contains("singular"), "{error}");
    // A tape that failed is of use again.
    Tape::new()
        .gradient(&[2.0], |t| tape::root(|x, t, r| r[0] = x[0] - t[0], &[2.0], t)[0], &mut g[..1])
        .unwrap();
    assert_eq!(g[0], 1.0);
}

function! {
    /// ½(x₀ − a)² + ½(x₁ − b)² + ½c(x₀ + x₁)²: ridge towards x₀ + x₁ = 0, solved by hand below.
    fn ridge(x: [S; 5]) -> S {
        let [u, v, a, b, c] = [x[0], x[1], x[2], x[3], x[4]];
        S::of(0.5) * ((u - a).square() + (v - b).square() + c * (u + v).square())
    }
}

function! {
    /// A saddle.
    fn saddle(x: [S; 2]) -> S { x[1] * (x[0].powi(4) - x[0].square()) }
}

#[test]
fn a_minimum() {
    // u + v = (a + b)/(1 + 2c) =: s, u = a − c s, v = b − c s.
    let (a, b, c) = (1.0, 4.0, 0.5);
    let s = (a + b) / (1.0 + 2.0 * c);
    let x = [a - c * s, b - c * s];
    let mut g = [0.0; 3];
    let value = Tape::new()
        .gradient(
            &[a, b, c],
            |t| {
                let x = tape::minimum(ridge, &x, t);
                x[0] * x[1]
            },
            &mut g,
        )
        .unwrap();
    close(value, x[0] * x[1]);
    let (s_a, s_c) = (1.0 / (1.0 + 2.0 * c), -2.0 * (a + b) / (1.0 + 2.0 * c).powi(2));
    close(g[0], (1.0 - c * s_a) * x[1] - x[0] * c * s_a);
    close(g[1], -c * s_a * x[1] + x[0] * (1.0 - c * s_a));
    close(g[2], -(s + c * s_c) * (x[0] + x[1]));
    // In single precision.
    let mut g = [0.0_f32; 3];
    let x = x.map(|x| x as f32);
    Tape::new()
        .gradient(&[a as f32, b as f32, c as f32], |t| tape::minimum(ridge, &x, t)[0], &mut g)
        .unwrap();
    assert!((f64::from(g[0]) - (1.0 - c * s_a)).abs() < 1e-6);
}

#[test]
fn what_is_no_minimum_is_refused() {
    let mut g = [0.0];
    let at = |x: f64| Tape::new().gradient(&[1.0], |t| tape::minimum(saddle, &[x], t)[0], &mut [0.0]);
    let maximum = at(0.0).unwrap_err();
    assert!(maximum.to_string().contains("positive definite"), "{maximum}");
    let elsewhere = at(0.6).unwrap_err();
    assert!(matches!(elsewhere, Error::InvalidParameter { .. }), "{elsewhere}");
    // Where it is one, it does not depend on the factor.
    Tape::new().gradient(&[1.0], |t| tape::minimum(saddle, &[0.5_f64.sqrt()], t)[0], &mut g).unwrap();
    assert!(g[0].abs() < 1e-15);
}
