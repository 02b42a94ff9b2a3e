//! The checks pass what is right, on every operation and in both precisions, and catch what is wrong.

#![allow(clippy::unwrap_used)]

use std::cell::Cell;

use thalweg_autodiff::check::{Check, GradientCheck, check_gradient, check_jacobian, check_slopes};
use thalweg_autodiff::{Binary, Function, Scalar, Unary, function, k};
use thalweg_core::Error;

struct Apply(Unary);
impl Function for Apply {
    fn eval<S: Scalar>(&self, x: &[S]) -> S {
        // Among other operations, so that slopes meet slopes.
        self.0.apply(x[0]) * x[1] + x[0]
    }
}

struct Combine(Binary);
impl Function for Combine {
    fn eval<S: Scalar>(&self, x: &[S]) -> S {
        self.0.apply(x[0], x[1]) * x[0] - x[1]
    }
}

fn compared(report: &GradientCheck, check: Check) -> usize {
    report.findings.iter().find(|finding| finding.check == check).unwrap().compared
}

/// Whether the complex numbers of the check know the operation.
fn continues(op: Unary) -> bool {
    use Unary::*;
    !matches!(op, Erf | Erfc | LnGamma | NormalCdf | NormalLnCdf | InverseMills | Polygamma(_))
}

#[test]
fn every_operation_passes() {
    for &op in Unary::ALL {
        for x in [0.125, 0.5, 0.75] {
            let report = check_gradient(&Apply(op), &[x, 1.5]).unwrap();
            assert!(report.is_ok(), "{op:?} at {x}:\n{report}");
            assert_eq!(compared(&report, Check::FiniteDifference), 2, "{op:?} at {x}:\n{report}");
            assert_eq!(compared(&report, Check::SecondDifference), 4, "{op:?} at {x}:\n{report}");
            // The second argument enters linearly: only a NaN elsewhere can spoil its step.
            assert_eq!(compared(&report, Check::ComplexStep) == 2, continues(op), "{op:?} at {x}:\n{report}");
            let report = check_gradient(&Apply(op), &[x as f32, 1.5]).unwrap();
            assert!(report.is_ok(), "{op:?} at {x} in f32:\n{report}");
        }
    }
    for &op in Binary::ALL {
        for x in [[0.5, 2.0], [2.0, 0.5], [1.0, 1.0], [2.5, -0.75]] {
            let report = check_gradient(&Combine(op), &x).unwrap();
            assert!(report.is_ok(), "{op:?} at {x:?}:\n{report}");
            assert_eq!(compared(&report, Check::ComplexStep), 2, "{op:?} at {x:?}:\n{report}");
            let report = check_gradient(&Combine(op), &x.map(|x| x as f32)).unwrap();
            assert!(report.is_ok(), "{op:?} at {x:?} in f32:\n{report}");
        }
    }
}

#[test]
fn points_without_a_derivative_are_skipped() {
    function! { fn kinked(x: [S; 2]) -> S { x[0].abs() + x[1] * x[1] } }
    let report = check_gradient(&kinked, &[0.0, 3.0]).unwrap();
    assert!(report.is_ok(), "{report}");
    assert_eq!(compared(&report, Check::FiniteDifference), 1, "{report}");
    function! { fn edged(x: [S; 2]) -> S { x[0].sqrt() + x[1] * x[1] } }
    let report = check_gradient(&edged, &[0.0, 3.0]).unwrap();
    assert_eq!(compared(&report, Check::FiniteDifference), 1, "{report}");
    assert_eq!(compared(&report, Check::ComplexStep), 1, "{report}");
}

function! {
    /// The extended Rosenbrock function, badly scaled on purpose.
    fn rosenbrock(x: [S]) -> S {
        x.windows(2).fold(S::of(0.0), |sum, x| sum + (k(1.0) - x[0]).square() + k(1e4) * (x[1] - x[0].square()).square())
    }
}

#[test]
fn a_hard_function() {
    let x: Vec<f64> = (0..12).map(|i| 1.2 - 0.31 * f64::from(i % 5)).collect();
    let report = check_gradient(&rosenbrock, &x).unwrap();
    assert!(report.is_ok(), "{report}");
    // Differences are sharp: their tolerance is far below the derivatives.
    let differences = report.findings[0].worst.unwrap();
    assert!(differences.tolerance < 1e-5 * differences.expected.abs().max(1e3), "{report}");
    let x: Vec<f32> = x.iter().map(|&x| x as f32).collect();
    assert!(check_gradient(&rosenbrock, &x).unwrap().is_ok());
}

/// A function that is another one each time it is evaluated.
struct Drifting(Cell<f64>);
impl Function for Drifting {
    fn eval<S: Scalar>(&self, x: &[S]) -> S {
        self.0.set(self.0.get() + 1e-7);
        k(self.0.get()) * x[0].exp()
    }
}

#[test]
fn what_is_wrong_is_found() {
    let report = check_gradient(&Drifting(Cell::new(1.0)), &[0.5]).unwrap();
    assert!(!report.is_ok(), "{report}");
    let reverse = report.findings.iter().find(|finding| finding.check == Check::Reverse).unwrap();
    assert!(!reverse.is_ok() && report.to_string().contains("WRONG"), "{report}");
    assert!(report.worst().unwrap().worst.unwrap().severity() > 1.0);
    // A slope that is off in the ninth digit, and one that is not a number.
    let f = |x: &[f64]| x[0].exp() * x[1];
    let e = 0.5_f64.exp();
    assert!(check_slopes(f, &[0.5, 2.0], &[2.0 * e, e], 1e-15).is_ok());
    let finding = check_slopes(f, &[0.5, 2.0], &[2.0 * e, e * (1.0 + 1e-9)], 1e-15);
    assert!(!finding.is_ok());
    assert_eq!(finding.worst.unwrap().index, 1);
    assert!(!check_slopes(f, &[0.5, 2.0], &[f64::NAN, e], 1e-15).is_ok());
    // Nothing compared is not a pass.
    assert!(!GradientCheck { findings: vec![] }.is_ok());
}

#[test]
fn jacobians() {
    function! {
        /// Spherical coordinates, and a constant.
        fn sphere(x: [S; 3]) -> [S; 4] {
            let [r, a, b] = [x[0], x[1], x[2]];
            [r * a.sin() * b.cos(), r * a.sin() * b.sin(), r * a.cos(), S::of(3.0)]
        }
    }
    let report = check_jacobian(&sphere, &[2.0, 0.7, -0.4]).unwrap();
    assert!(report.is_ok(), "{report}");
    assert_eq!(compared(&report, Check::FiniteDifference), 8);
    assert!(check_jacobian(&sphere, &[2.0_f32, 0.7, -0.4]).unwrap().is_ok());
}

#[test]
fn bad_input() {
    function! { fn product(x: [S; 2]) -> S { x[0] * x[1] } }
    let error = check_gradient(&product, &[1.0]).unwrap_err();
    assert!(matches!(error, Error::Shape { expected: 2, found: 1, .. }), "{error}");
    let error = check_jacobian(&product, &[1.0, f64::NAN]).unwrap_err();
    assert!(matches!(error, Error::NonFinite { row: 1, .. }), "{error}");
}
