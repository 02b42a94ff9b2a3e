//! Polynomials in several variables and the Laplacian, against references computed with 60 digits and nested dual numbers.

#![allow(clippy::unwrap_used)]

use thalweg_autodiff::taylor::{Jet, JetSpace, LaplaceJet, Series, laplacian, taylor_along, taylor_n};
use thalweg_autodiff::{Algebra, Binary, Dual, Function, Program, Traced, Unary, function, k};
use thalweg_core::Error;

function! {
    fn waves(p: [S; 2]) -> S {
        let [x, y] = [p[0], p[1]];
        (x * y).exp() * (x + k(2.0) * y).sin() / (k(1.0) + x * x)
    }
}
function! {
    fn power(p: [S; 3]) -> S {
        let [x, y, z] = [p[0], p[1], p[2]];
        (x + y * z).powf(S::of(1.5)) + (x * z).ln() * y.tanh() + y.atan2(x)
    }
}
function! {
    fn mixture(p: [S; 4]) -> S {
        let [a, b, c, d] = [p[0], p[1], p[2], p[3]];
        (a.exp() * b.normal_cdf() + (c * d).exp()).ln() + (k(1.0) + a * b + d * d).sqrt().powf(c)
    }
}

/// Every mixed partial derivative to order 4, 5 and 6 of three functions of 4, 3 and 2 variables.
#[test]
fn mixed_partials() {
    let of_waves = taylor_n(&waves, &[0.5, -0.75], 6).unwrap();
    let of_power = taylor_n(&power, &[1.25, 0.5, 2.0], 5).unwrap();
    let of_mixture = taylor_n(&mixture, &[0.25, -0.5, 1.5, 0.75], 4).unwrap();
    let mut lines = 0;
    for line in include_str!("fixtures/taylor_n.csv").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split(';').collect();
        let exponents: Vec<u32> = fields[1].split(' ').map(|e| e.parse().unwrap()).collect();
        let expected: f64 = fields[2].parse().unwrap();
        let series = match fields[0] {
            "waves" => &of_waves,
            "power" => &of_power,
            _ => &of_mixture,
        };
        let found = series.coefficient(&exponents).unwrap();
        assert!((found - expected).abs() <= 2e-14 * (1.0 + expected.abs()), "{line}: {found}");
        let factorial: f64 = exponents.iter().flat_map(|&e| 1..=e).map(f64::from).product();
        assert_eq!(series.derivative(&exponents).unwrap(), factorial * found);
        lines += 1;
    }
    assert_eq!(lines, of_waves.space().len() + of_power.space().len() + of_mixture.space().len());
}

/// In one variable the coefficients are those of a `Series`, for every operation; in three they are those of the function along lines.
#[test]
fn several_variables_restrict_to_one() {
    let (line, space) = (Series::<f64>::algebra(9).unwrap(), JetSpace::new(1, 9).unwrap().algebra());
    let close = |found: &[f64], expected: &[f64], what: &str| {
        for (f, e) in found.iter().zip(expected) {
            assert!((f - e).abs() <= 1e-13 * (1.0 + e.abs()), "{what}: {found:?} vs {expected:?}");
        }
    };
    for op in Unary::ALL {
        let found = space.unary(*op, &space.variable(0.75, 0).unwrap()).unwrap();
        close(
            found.coefficients(),
            line.unary(*op, &line.variable(0.75)).unwrap().coefficients(),
            &op.name(),
        );
    }
    for op in Binary::ALL {
        let found = space.binary(*op, &space.variable(0.75, 0).unwrap(), &space.fixed(2.5)).unwrap();
        let expected = line.binary(*op, &line.variable(0.75), &line.fixed(2.5)).unwrap();
        close(found.coefficients(), expected.coefficients(), op.name());
    }
    let (x0, v) = ([1.25, 0.5, 2.0], [0.3, -0.7, 0.2]);
    let along = taylor_n(&power, &x0, 7).unwrap().along(&v).unwrap();
    close(along.coefficients(), taylor_along(&power, &x0, &v, 7).unwrap().coefficients(), "along");
}

/// Order 2 holds value, gradient and Hessian: those of nested dual numbers.
#[test]
fn hessians_are_those_of_nested_duals() {
    type Second = Dual<Dual<f64, 4>, 4>;
    let x = [0.25, -0.5, 1.5, 0.75];
    let variables: Vec<Second> = (0..4)
        .map(|i| {
            let inner = Dual::variable(x[i], i);
            Second { value: inner, derivatives: inner.derivatives.map(Dual::constant) }
        })
        .collect();
    let expected = mixture.eval(&variables);
    let series = taylor_n(&mixture, &x, 2).unwrap();
    for i in 0..4 {
        let mut exponents = [0; 4];
        exponents[i] = 1;
        assert!((series.derivative(&exponents).unwrap() - expected.value.derivatives[i]).abs() < 1e-14);
        for j in 0..4 {
            let mut exponents = [0; 4];
            exponents[i] += 1;
            exponents[j] += 1;
            let found = series.derivative(&exponents).unwrap();
            assert!((found - expected.derivatives[i].derivatives[j]).abs() < 1e-13, "{i} {j}");
        }
    }
}

/// The polynomial near its centre is the function, with an error of the next order.
#[test]
fn evaluates_near_its_centre() {
    let (x0, order) = ([0.5, -0.75], 6);
    let p = taylor_n(&waves, &x0, order).unwrap();
    let error = |h: f64| (p.at(&[h, 0.5 * h]).unwrap() - waves.eval(&[x0[0] + h, x0[1] + 0.5 * h])).abs();
    let slope = (error(0.1) / error(0.05)).log2();
    assert!((slope - 7.0).abs() < 0.5, "{slope}");
}

fn trace_of_hessian(f: &impl Function, x: &[f64]) -> f64 {
    (0..x.len())
        .map(|i| {
            let line: Vec<Jet<f64, 3>> = x
                .iter()
                .enumerate()
                .map(|(j, &x)| if i == j { Jet::variable(x) } else { Jet::constant(x) })
                .collect();
            f.eval(&line).derivative(2)
        })
        .sum()
}

/// The Laplacian is the trace of the Hessian by nested duals, and for numbers of variables around the size of a pass.
#[test]
fn laplacians() {
    let x = [0.25, -0.5, 1.5, 0.75];
    let nested: f64 = (0..4)
        .map(|i| {
            let variables: Vec<Dual<Dual<f64, 1>, 1>> = (0..4)
                .map(|j| {
                    let inner = Dual::variable(x[j], if i == j { 0 } else { 1 });
                    Dual { value: inner, derivatives: [Dual::constant(if i == j { 1.0 } else { 0.0 })] }
                })
                .collect();
            mixture.eval(&variables).derivatives[0].derivatives[0]
        })
        .sum();
    let (value, found) = laplacian(&mixture, &x).unwrap();
    assert!((found - nested).abs() < 1e-13 * (1.0 + nested.abs()), "{found} vs {nested}");
    assert_eq!(value, mixture.eval(&x));

    function! {
        fn network(x: [S]) -> S {
            let mut sum = S::of(0.0);
            for unit in 0..5 {
                let z = x.iter().enumerate().fold(S::of(0.1), |z, (i, x)| z + S::of((f64::from(unit) - 2.0) / (i as f64 + 3.0)) * *x);
                sum = sum + z.tanh() / (k(1.0) + z.square()) + z.sigmoid().powf(z);
            }
            sum
        }
    }
    for n in [1, 3, 4, 5, 16, 17, 31, 32, 33, 70] {
        let x: Vec<f64> = (0..n).map(|i| f64::from(i).sin()).collect();
        let (expected, found) = (trace_of_hessian(&network, &x), laplacian(&network, &x).unwrap().1);
        assert!((found - expected).abs() <= 1e-12 * (1.0 + expected.abs()), "n = {n}: {found} vs {expected}");
    }
    // Δr² = 6 and Δ ln r = 1/r² in three dimensions: Δ(r² − 3 ln r) = 6 − 3/r².
    function! {
        fn radial(x: [S; 3]) -> S {
            let r2 = x[0].square() + x[1].square() + x[2].square();
            r2 - k(1.5) * r2.ln()
        }
    }
    let (_, found) = laplacian(&radial, &[1.0_f32, 2.0, 2.0]).unwrap();
    assert!((found - (6.0 - 3.0 / 9.0)).abs() < 1e-5);
}

/// Every operation's Laplacian is its second derivative in each variable, summed.
#[test]
fn laplacian_of_every_operation() {
    fn check<const N: usize>(
        name: &str,
        f: impl Fn(LaplaceJet<f64, N>, LaplaceJet<f64, N>) -> LaplaceJet<f64, N>,
        second: [f64; 2],
    ) {
        let found = f(LaplaceJet::variable(0.7, 0), LaplaceJet::variable(1.3, 1));
        let expected = second[0] + second[1];
        assert!(
            (found.laplacian - expected).abs() <= 1e-13 * (1.0 + expected.abs()),
            "{name}: {} vs {expected}",
            found.laplacian
        );
    }
    for op in Unary::ALL {
        let second = op.apply(Jet::<f64, 3>::variable(0.7)).derivative(2);
        check::<3>(&op.name(), |x, _| op.apply(x), [second, 0.0]);
    }
    for op in Binary::ALL {
        let x = op.apply(Jet::<f64, 3>::variable(0.7), Jet::constant(1.3)).derivative(2);
        let y = op.apply(Jet::<f64, 3>::constant(0.7), Jet::variable(1.3)).derivative(2);
        check::<6>(op.name(), |x, y| op.apply(x, y), [x, y]);
    }
}

/// Operations on plain numbers, counted by tracing them: the Laplacian in ten variables at once takes at most 0.6 of what ten second-order
/// jets take (1 + n + 1 coefficients against 1 + 2n, and each elementary function once).
#[test]
fn laplacian_takes_fewer_operations() {
    const N: usize = 10;
    function! {
        fn coupled(x: [S]) -> S {
            let z = x.windows(2).fold(x[0].sin(), |z, pair| z + (pair[0] * pair[1]).tanh() * (z - pair[0]));
            (k(1.0) + z.square()).ln() * x[x.len() - 1].exp()
        }
    }
    let together = Program::trace(N, 0, |x, _| {
        let x: Vec<LaplaceJet<Traced<'_>, N>> =
            x.iter().enumerate().map(|(i, &x)| LaplaceJet::variable(x, i)).collect();
        coupled.eval(&x).laplacian
    })
    .unwrap();
    let apart: usize = (0..N)
        .map(|i| {
            let program = Program::trace(N, 0, |x, _| {
                let line: Vec<Jet<Traced<'_>, 3>> = x
                    .iter()
                    .enumerate()
                    .map(|(j, &x)| if i == j { Jet::variable(x) } else { Jet::constant(x) })
                    .collect();
                coupled.eval(&line).derivative(2)
            });
            program.unwrap().nodes().len()
        })
        .sum();
    assert!(together.nodes().len() as f64 <= 0.6 * apart as f64, "{} of {apart}", together.nodes().len());
}

#[test]
fn wrong_input_is_named() {
    assert!(matches!(JetSpace::new(0, 3), Err(Error::InvalidParameter { .. })));
    for (variables, order) in
        [(100, 20), (usize::MAX, 2), (1, usize::MAX), (usize::MAX, usize::MAX), (10_000, 3)]
    {
        assert!(
            matches!(JetSpace::new(variables, order), Err(Error::InvalidParameter { .. })),
            "{variables} {order}"
        );
    }
    assert_eq!(JetSpace::new(3, 0).unwrap().len(), 1);
    assert!(matches!(taylor_n(&waves, &[1.0], 3), Err(Error::Shape { .. })));
    assert!(matches!(taylor_n(&waves, &[1.0, f64::NAN], 3), Err(Error::NonFinite { row: 1, .. })));
    assert!(matches!(taylor_n(&power, &[0.0, 1.0, 1.0], 3), Err(Error::Domain { .. })));
    let p = taylor_n(&waves, &[0.5, 0.5], 3).unwrap();
    assert!(matches!(p.coefficient(&[1]), Err(Error::Shape { .. })));
    assert!(matches!(p.coefficient(&[2, 2]), Err(Error::InvalidParameter { .. })));
    assert!(matches!(p.at(&[0.0; 3]), Err(Error::Shape { .. })));
    let (small, large) =
        (JetSpace::new(2, 2).unwrap().algebra::<f64>(), JetSpace::new(2, 3).unwrap().algebra());
    assert!(matches!(small.variable(1.0, 2), Err(Error::InvalidParameter { .. })));
    assert!(matches!(small.unary(Unary::Exp, &large.fixed(1.0)), Err(Error::InvalidParameter { .. })));
    assert!(matches!(small.series(vec![0.0; 5]), Err(Error::Shape { .. })));
    assert!(matches!(laplacian(&waves, &[1.0]), Err(Error::Shape { .. })));
    assert!(matches!(laplacian(&waves, &[f64::INFINITY, 1.0]), Err(Error::NonFinite { .. })));
    assert!(matches!(laplacian(&power, &[0.0, 0.0, 1.0]), Err(Error::Domain { .. })));
}
