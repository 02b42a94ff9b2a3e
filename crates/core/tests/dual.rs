//! `Dual`: every function of `Scalar` against finite differences, in one variable, in two, and nested twice.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Dual, Scalar, k, second_derivative};

/// f′(x) by central differences with Richardson's step twice: error of order h⁶.
fn derivative(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    let h = 1e-2 * x.abs().clamp(0.1, 1.0);
    let central = |h: f64| (f(x + h) - f(x - h)) / (2.0 * h);
    let [a, b, c] = [central(h), central(0.5 * h), central(0.25 * h)];
    let [d, e] = [(4.0 * b - a) / 3.0, (4.0 * c - b) / 3.0];
    (16.0 * e - d) / 15.0
}

fn close(what: &str, x: f64, found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= 1e-8 * (1.0 + expected.abs()),
        "{what} at {x}: {found}, differences {expected}"
    );
}

/// The same to the rounding of a product and a sum, which only the plain number fuses.
fn same(what: &str, x: f64, found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= 4.0 * f64::EPSILON * expected.abs(),
        "{what} at {x}: {found}, not {expected}"
    );
}

/// The third derivative, by threefold nesting.
fn third(f: impl Fn(Dual<Dual<Dual<f64, 1>, 1>, 1>) -> Dual<Dual<Dual<f64, 1>, 1>, 1>, x: f64) -> f64 {
    let inner = Dual::variable(x, 0);
    let middle = Dual { value: inner, derivatives: [Dual::constant(1.0)] };
    let outer = Dual { value: middle, derivatives: [Dual::constant(Dual::constant(1.0))] };
    f(outer).derivatives[0].derivatives[0].derivatives[0]
}

macro_rules! functions {
    ($($name:literal: |$x:ident| $f:expr, at $points:expr;)+) => {
        #[test]
        fn every_function_has_its_derivatives() {
            $({
                // Written once, so that numbers, duals and nested duals run the same line.
                fn f<S: Scalar>($x: S) -> S { $f }
                for x in <[f64; _]>::from($points) {
                    let (value, first, second) = second_derivative(f, x);
                    same(concat!($name, ": value"), x, value, f(x));
                    let single = f(Dual::<f64, 1>::variable(x, 0));
                    same(concat!($name, ": slope"), x, single.derivatives[0], first);
                    close($name, x, first, derivative(f::<f64>, x));
                    let slope = |x: f64| f(Dual::<f64, 1>::variable(x, 0)).derivatives[0];
                    close(concat!($name, "'"), x, second, derivative(slope, x));
                    close(concat!($name, "''"), x, third(f, x), derivative(|x| second_derivative(f, x).2, x));
                }
            })+
        }
    };
}

functions! {
    "x + x": |x| x + x, at [-2.0, 0.3];
    "x - 1/x": |x| x - x.recip(), at [-2.0, 0.3, 5.0];
    "x * x": |x| x * (x + S::of(1.0)), at [-2.0, 0.0, 0.3];
    "1 / x": |x| (x + S::of(3.0)) / x, at [-2.0, 0.3, 5.0];
    "-x": |x| -(x.square()), at [-2.0, 0.3];
    "constants": |x| k(2.0) * x + (k(3.0) - x) * (k(1.0) + x) / (k(1.0) / x), at [-2.0, 0.3];
    "mul_add": |x| x.mul_add(x, x), at [-2.0, 0.3];
    "exp": |x| x.exp(), at [-3.0, 0.0, 2.0];
    "exp_m1": |x| x.exp_m1(), at [-3.0, -1e-3, 0.0, 1e-3, 2.0];
    "ln": |x| x.ln(), at [0.2, 1.0, 30.0];
    "ln_1p": |x| x.ln_1p(), at [-0.6, -1e-3, 0.0, 1e-3, 20.0];
    "sqrt": |x| x.sqrt(), at [0.2, 1.0, 30.0];
    "powi(5)": |x| x.powi(5), at [-2.0, 0.3, 1.5];
    "powi(-3)": |x| x.powi(-3), at [-2.0, 0.5, 1.5];
    "powi(0..2)": |x| x.powi(0) + x.powi(1) + x.powi(2), at [-2.0, 0.0, 1.5];
    "powf": |x| x.powf(S::of(2.7)), at [0.3, 1.0, 4.0];
    "x^x": |x| x.powf(x), at [0.3, 1.0, 2.5];
    "sin": |x| x.sin(), at [-2.0, 0.0, 7.0];
    "cos": |x| x.cos(), at [-2.0, 0.0, 7.0];
    "tan": |x| x.tan(), at [-1.0, 0.0, 0.7];
    "asin": |x| x.asin(), at [-0.7, 0.0, 0.5];
    "acos": |x| x.acos(), at [-0.7, 0.0, 0.5];
    "atan": |x| x.atan(), at [-3.0, 0.0, 0.5];
    "atan2": |x| x.atan2(x.cos()) + (x + S::of(1.0)).atan2(-x), at [-2.0, 0.4, 2.5];
    "sinh": |x| x.sinh(), at [-2.0, 0.0, 1.5];
    "cosh": |x| x.cosh(), at [-2.0, 0.0, 1.5];
    "tanh": |x| x.tanh(), at [-2.0, 0.0, 1.5, 8.0];
    "erf": |x| x.erf(), at [-1.2, 0.0, 0.4, 2.0];
    "erfc": |x| x.erfc(), at [-1.2, 0.0, 0.4, 2.0];
    "ln_gamma": |x| x.ln_gamma(), at [0.6, 1.0, 2.0, 11.5];
    "polygamma(0)": |x| x.polygamma(0), at [0.8, 1.0, 2.0, 11.5];
    "polygamma(2)": |x| x.polygamma(2), at [1.5, 2.0, 11.5];
    "sigmoid": |x| x.sigmoid(), at [-6.0, 0.0, 1.3, 9.0];
    "softplus": |x| x.softplus(), at [-6.0, 0.0, 1.3, 9.0];
    "normal_cdf": |x| x.normal_cdf(), at [-3.0, 0.0, 1.1];
    "normal_ln_cdf": |x| x.normal_ln_cdf(), at [-6.0, -1.0, 0.0, 1.1];
    "inverse_mills": |x| x.inverse_mills(), at [-6.0, -1.0, 0.0, 1.1];
    "abs": |x| x.abs() * x, at [-2.0, 0.3];
    "min, max": |x| x.min(S::of(0.5)) * x.max(S::of(-0.5)), at [-2.0, 0.3, 1.0];
    "select": |x| S::select(x.lt(S::of(0.0)), x.exp(), x.sin()), at [-2.0, 0.3];
    "select le": |x| S::select(S::of(0.0).le(x), x.exp(), x.sin()), at [-2.0, 0.3];
}

/// Mixed partial derivatives of a function of two variables, in two directions at once.
#[test]
fn directions_do_not_mix() {
    fn f<S: Scalar>(x: S, y: S) -> S {
        x.powf(y) * y.sin() + x.atan2(y) - (x * y).ln() / y
    }
    let at = |x: f64, y: f64| f(Dual::<f64, 2>::variable(x, 0), Dual::variable(y, 1));
    for (x, y) in [(1.3, 0.4), (0.2, 2.0), (3.0, 1.1)] {
        let [by_x, by_y] = at(x, y).derivatives;
        close("f_x", x, by_x, derivative(|x| f(x, y), x));
        close("f_y", y, by_y, derivative(|y| f(x, y), y));
    }
    let outside = Dual::<f64, 2>::variable(1.0, 2);
    assert_eq!(outside.derivatives, [0.0; 2], "a direction that is not there gives a constant");
}

#[test]
fn edges_have_their_limits() {
    let slope = |f: fn(Dual<f64, 1>) -> Dual<f64, 1>, x: f64| f(Dual::variable(x, 0)).derivatives[0];
    assert_eq!(slope(|x| x.abs(), 0.0), 0.0, "a subgradient of |x| at 0");
    assert_eq!(slope(|x| x.powi(0), 0.0), 0.0);
    assert_eq!(slope(|x| x.powi(1), 0.0), 1.0);
    assert_eq!(slope(|x| Dual::constant(0.0).powf(x), 2.0), 0.0, "0^x is flat for x > 0");
    // Tails where the naive slopes 1 − σ and 1 − tanh² vanish too early.
    assert!((slope(|x| x.sigmoid(), 40.0) / (-40.0_f64).exp() - 1.0).abs() < 1e-15);
    assert!((slope(|x| x.tanh(), 20.0) / (4.0 * (-40.0_f64).exp()) - 1.0).abs() < 1e-15);
    assert!((slope(|x| x.normal_ln_cdf(), -40.0) - 40.024_96).abs() < 1e-4);
}

/// In single precision the same formulas hold to its rounding.
#[test]
fn single_precision_agrees() {
    for x in [0.3_f32, 1.7] {
        let narrow = second_derivative(|x| x.ln_gamma() * x.tanh() + x.powf(x), x);
        let wide = second_derivative(|x| x.ln_gamma() * x.tanh() + x.powf(x), f64::from(x));
        for (a, b) in [(narrow.0, wide.0), (narrow.1, wide.1), (narrow.2, wide.2)] {
            assert!((f64::from(a) - b).abs() <= 1e-5 * (1.0 + b.abs()), "{a} {b}");
        }
    }
}
