//! Series of runtime order and polynomials: the same bits as jets, identities of composition and inversion, and every error.

#![allow(clippy::unwrap_used)]

use thalweg_autodiff::taylor::{Jet, MAX_ORDER, Polynomial, Series, taylor, taylor_along};
use thalweg_autodiff::{Algebra, Binary, Comparison, Program, Scalar, Scalars, Unary, function, k};
use thalweg_core::Error;

function! {
    /// Tangled, and smooth on (0, 2).
    fn tangled(x: [S; 1]) -> S {
        let x = x[0];
        (x.sin().exp() * (k(1.0) + x.square()).ln()).powf(S::of(1.5)) / (k(2.0) + x.tanh())
    }
}

function! {
    fn exponential(x: [S; 1]) -> S { x[0].exp() }
}
function! {
    fn logarithm(x: [S; 1]) -> S { x[0].ln() }
}
function! {
    fn logarithm_1p(x: [S; 1]) -> S { x[0].ln_1p() }
}
function! {
    fn tangent(x: [S; 1]) -> S { x[0].tan() }
}
function! {
    fn arctangent(x: [S; 1]) -> S { x[0].atan() }
}
function! {
    fn expm1(x: [S; 1]) -> S { x[0].exp_m1() }
}

fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (m, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!((f - e).abs() <= tolerance * (1.0 + e.abs()), "order {m}: {f} vs {e}");
    }
}

/// Series and jets run the same recurrences: every operation gives the same bits.
#[test]
fn series_are_jets_bit_for_bit() {
    let algebra = Series::<f64>::algebra(11).unwrap();
    let x = Jet::<f64, 12> { coefficients: core::array::from_fn(|m| 0.7 / (1.0 + m as f64).powi(2)) };
    let y = Jet::<f64, 12> { coefficients: core::array::from_fn(|m| 1.3 * (-0.5_f64).powi(m as i32)) };
    let (xs, ys) = (algebra.series(&x.coefficients).unwrap(), algebra.series(&y.coefficients).unwrap());
    for op in Unary::ALL {
        assert_eq!(
            algebra.unary(*op, &xs).unwrap().coefficients(),
            op.apply(x).coefficients,
            "{}",
            op.name()
        );
    }
    for op in Binary::ALL {
        let found = algebra.binary(*op, &xs, &ys).unwrap();
        assert_eq!(found.coefficients(), op.apply(x, y).coefficients, "{}", op.name());
        // A constant operand is short, and means the same.
        let two = algebra.constant(2.0);
        let found = algebra.binary(*op, &xs, &two).unwrap();
        close(found.coefficients(), &op.apply(x, Jet::of(2.0)).coefficients, 1e-14);
        let found = algebra.binary(*op, &two, &ys).unwrap();
        close(found.coefficients(), &op.apply(Jet::of(2.0), y).coefficients, 1e-14);
    }
    let mask = algebra.compare(Comparison::Lt, &xs, &ys).unwrap();
    assert_eq!(algebra.select(&mask, &xs, &ys).unwrap().coefficients(), x.coefficients);
    assert_eq!(algebra.select(&!mask, &xs, &algebra.constant(3.0)).unwrap().coefficient(0), 3.0);
}

/// A program's Taylor coefficients are those of its jet.
#[test]
fn programs_have_taylor_coefficients() {
    let expected = thalweg_autodiff::Function::eval(&tangled, &[Jet::<f64, 21>::variable(0.75)]);
    close(taylor(&tangled, 0.75, 20).unwrap().coefficients(), &expected.coefficients, 1e-11);
    close(taylor(&tangled, 0.75, 0).unwrap().coefficients(), &expected.coefficients[..1], 1e-15);
    let single = taylor(&tangled, 0.75_f32, 5).unwrap();
    for (s, d) in single.coefficients().iter().zip(&expected.coefficients) {
        assert!((f64::from(*s) - d).abs() <= 1e-4 * (1.0 + d.abs()));
    }
}

/// Known whole exponents are powers at 0 whatever their size, in a program.
#[test]
fn whole_exponents_at_zero() {
    for n in [0, 1, 5, 9, 12] {
        let program = Program::trace(1, 0, |x, _| x[0].powf(Scalar::of(f64::from(n)))).unwrap();
        let algebra = Series::algebra(12).unwrap();
        let y = program.evaluate(&algebra, &[algebra.variable(0.0)], &[]).unwrap();
        let monomial: Vec<f64> = (0..=12).map(|m| if m == n { 1.0 } else { 0.0 }).collect();
        let found: Vec<f64> = (0..=12).map(|m| y[0].coefficient(m)).collect();
        assert_eq!(found, monomial, "x^{n}");
    }
    // An exponent that is a parameter is known only when the program runs.
    let program = Program::trace(2, 0, |p, _| p[0].powf(p[1])).unwrap();
    let algebra = Series::algebra(4).unwrap();
    let y = program.evaluate(&algebra, &[algebra.variable(0.0), algebra.fixed(3.0)], &[]).unwrap();
    assert_eq!(y[0].coefficients(), [0.0, 0.0, 0.0, 1.0, 0.0]);
}

/// Along a line: value, gradient and curvature of x²y at (2, 3) along (1, −1), by hand: f = 12, ∇f = (12, 4), H = [[6, 4], [4, 0]].
#[test]
fn directional_coefficients() {
    function! { fn f(x: [S; 2]) -> S { x[0].square() * x[1] } }
    let p = taylor_along(&f, &[2.0, 3.0], &[1.0, -1.0], 4).unwrap();
    assert_eq!(p.coefficients(), [12.0, 8.0, -1.0, -1.0, 0.0]);
    assert_eq!(p.at(1.0), 3.0 * 3.0 * 2.0);
}

/// Evaluating, adding, multiplying, differentiating, integrating, moving: on polynomials with small whole coefficients, exactly.
#[test]
fn polynomial_arithmetic() {
    let p = Polynomial::new(0.0, vec![1.0, -3.0, 0.0, 2.0]).unwrap();
    let q = Polynomial::new(0.0, vec![2.0, 1.0]).unwrap();
    assert_eq!(p.at(2.0), 11.0);
    assert_eq!(p.at_compensated(2.0), 11.0);
    assert_eq!(p.add(&q).unwrap().coefficients(), [3.0, -2.0, 0.0, 2.0]);
    assert_eq!(p.mul(&q).unwrap().coefficients(), [2.0, -5.0, -3.0, 4.0, 2.0]);
    assert_eq!(p.derivative().coefficients(), [-3.0, 0.0, 6.0]);
    assert_eq!(p.derivative().integral(1.0), p);
    assert_eq!(Polynomial::new(0.0, vec![5.0]).unwrap().derivative().coefficients(), [0.0]);
    let moved = p.recentered(2.0);
    assert_eq!(moved.coefficients(), [11.0, 21.0, 12.0, 2.0]);
    assert_eq!((moved.at(5.0), moved.recentered(0.0)), (p.at(5.0), p.clone()));
    // p(q(x)) = 1 − 3(2 + x) + 2(2 + x)³, truncated to the degree 3 of the inner one.
    let composed = p.compose(&q.truncated(3));
    assert_eq!(composed.coefficients(), [11.0, 21.0, 12.0, 2.0]);
    let text = Polynomial::new(2.0, vec![-1.0, 1.0, 0.0, -0.5]).unwrap().to_string();
    assert_eq!(text, "-1 + (x - 2) - 0.5 (x - 2)^3");
    assert_eq!(Polynomial::new(-1.5, vec![0.0, 2.0]).unwrap().to_string(), "2 (x + 1.5)");
    assert_eq!(Polynomial::new(0.0, vec![0.0]).unwrap().to_string(), "0");
}

/// (x − 1)⁷ expanded, near its zero, where x − 1 is exact: Horner loses nine digits, compensated Horner none that doubled precision keeps
/// (Graillat et al., section 5).
#[test]
fn compensated_evaluation() {
    let p = Polynomial::new(0.0, vec![-1.0, 7.0, -21.0, 35.0, -35.0, 21.0, -7.0, 1.0]).unwrap();
    for x in [1.02, 0.97, 1.011] {
        let exact = (x - 1.0_f64).powi(7);
        let plain = (p.at(x) - exact).abs() / exact.abs();
        let compensated = (p.at_compensated(x) - exact).abs() / exact.abs();
        assert!(plain > 1e-5, "{plain}");
        assert!(compensated <= 1e-14, "{compensated}");
    }
}

/// exp and ln, tan and arctan undo each other; so do a series and its inverse, and a series and its reciprocal.
#[test]
fn composition_and_inversion() {
    let order = 14;
    let identity = |x0: f64| -> Vec<f64> {
        (0..=order)
            .map(|m| {
                if m == 0 {
                    x0
                } else if m == 1 {
                    1.0
                } else {
                    0.0
                }
            })
            .collect()
    };
    let (e, l) =
        (taylor(&exponential, 0.5, order).unwrap(), taylor(&logarithm, 0.5_f64.exp(), order).unwrap());
    close(l.compose(&e).coefficients(), &identity(0.5), 1e-13);
    let tan = taylor(&tangent, 0.0, order).unwrap();
    let atan = taylor(&arctangent, 0.0, order).unwrap();
    close(tan.inverse().unwrap().coefficients(), atan.coefficients(), 1e-13);
    let inverse = taylor(&expm1, 0.0, order).unwrap().inverse().unwrap();
    close(inverse.coefficients(), taylor(&logarithm_1p, 0.0, order).unwrap().coefficients(), 1e-13);
    // Around another point: centre and value change places.
    let inverse = e.inverse().unwrap();
    assert_eq!((inverse.center(), inverse.coefficient(0)), (e.coefficient(0), 0.5));
    close(e.compose(&inverse).coefficients()[1..].as_ref(), &identity(0.0)[1..], 1e-12);
    let product = e.mul(&e.reciprocal().unwrap()).unwrap().truncated(order);
    let one: Vec<f64> = (0..=order).map(|m| if m == 0 { 1.0 } else { 0.0 }).collect();
    close(product.coefficients(), &one, 1e-15);
}

/// Traced series write a program that computes Taylor coefficients, and structural zeros stay out of it.
#[test]
fn series_over_a_trace() {
    let source = Program::trace(1, 0, |x, _| (k(2.0) * x[0]).exp() * x[0]).unwrap();
    let transformed = Program::trace_vector(1, 0, |x, _| {
        let algebra = Series::algebra(3).unwrap();
        let y = source.evaluate(&algebra, &[algebra.variable(x[0])], &[]).unwrap();
        (0..=3).map(|m| y[0].coefficient(m)).collect()
    })
    .unwrap();
    let found = transformed.evaluate(&Scalars::<f64>::new(), &[0.25], &[]).unwrap();
    let x = Jet::<f64, 4>::variable(0.25);
    close(&found, &((k(2.0) * x).exp() * x).coefficients, 1e-15);
    assert!(transformed.nodes().len() < 30, "{} nodes", transformed.nodes().len());
}

#[test]
fn wrong_input_is_named() {
    let is_domain = |e: Result<Polynomial<f64>, Error>| matches!(e, Err(Error::Domain { .. }));
    assert!(matches!(Series::<f64>::algebra(MAX_ORDER + 1), Err(Error::InvalidParameter { .. })));
    assert!(matches!(taylor(&exponential, 0.0, usize::MAX), Err(Error::InvalidParameter { .. })));
    assert!(matches!(taylor(&exponential, f64::NAN, 3), Err(Error::NonFinite { .. })));
    assert!(is_domain(taylor(&logarithm, 0.0, 3)) && is_domain(taylor(&logarithm, -1.0, 3)));
    let message = taylor(&logarithm, 0.0, 3).unwrap_err().to_string();
    assert!(message.contains("order 0") && message.contains("[0.0]"), "{message}");
    assert!(matches!(taylor_along(&exponential, &[1.0], &[1.0, 2.0], 3), Err(Error::Shape { .. })));
    assert!(matches!(taylor_along(&exponential, &[1.0, 2.0], &[1.0, 2.0], 3), Err(Error::Shape { .. })));
    assert!(matches!(taylor_along(&exponential, &[1.0], &[f64::INFINITY], 3), Err(Error::NonFinite { .. })));

    let algebra = Series::<f64>::algebra(3).unwrap();
    assert!(matches!(algebra.series(&[]), Err(Error::Empty { .. })));
    assert!(matches!(algebra.series(&[0.0; 5]), Err(Error::Shape { .. })));
    let longer = Series::<f64>::algebra(4).unwrap().variable(1.0);
    assert!(matches!(algebra.unary(Unary::Exp, &longer), Err(Error::Shape { .. })));

    let long = Series::<f64>::algebra(171).unwrap();
    assert!(matches!(long.unary(Unary::LnGamma, &long.variable(1.5)), Err(Error::Unsupported { .. })));
    assert!(matches!(
        algebra.unary(Unary::Polygamma(u32::MAX), &algebra.variable(1.5)),
        Err(Error::Unsupported { .. })
    ));

    assert!(matches!(Polynomial::<f64>::new(0.0, vec![]), Err(Error::Empty { .. })));
    assert!(matches!(Polynomial::new(0.0, vec![1.0, f64::NAN]), Err(Error::NonFinite { row: 1, .. })));
    let p = Polynomial::new(0.0, vec![0.0, 0.0, 1.0]).unwrap();
    assert!(is_domain(p.reciprocal()) && is_domain(p.inverse()));
    assert!(is_domain(Polynomial::new(0.0, vec![1.0]).unwrap().inverse()));
    assert!(matches!(p.add(&p.recentered(1.0)), Err(Error::InvalidParameter { .. })));
}
