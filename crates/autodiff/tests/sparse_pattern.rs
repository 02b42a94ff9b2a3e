//! Sparsity patterns: hold every derivative that nested duals find not to be 0, and nothing else where no terms cancel.
#![allow(clippy::unwrap_used)]

mod sparse_support;

use sparse_support::random;
use thalweg_autodiff::sparse::{Pattern, hessian_pattern, jacobian_pattern};
use thalweg_autodiff::{Dual, Program, Scalar, Scalars, Traced, k};

type Second = Dual<Dual<f64, 1>, 1>;

/// ∂²/∂xᵢ∂xⱼ of every output; ∂/∂xᵢ comes along as the derivative of the value.
fn derivatives(program: &Program, x: &[f64], i: usize, j: usize) -> Vec<(f64, f64)> {
    let unit = |hit: bool| if hit { 1.0 } else { 0.0 };
    let point: Vec<Second> = (x.iter().enumerate())
        .map(|(k, &x)| Dual {
            value: Dual { value: x, derivatives: [unit(k == i)] },
            derivatives: [Dual { value: unit(k == j), derivatives: [0.0] }],
        })
        .collect();
    let results = program.evaluate(&Scalars::<Second>::new(), &point, &[]).unwrap();
    results.iter().map(|y| (y.value.derivatives[0], y.derivatives[0].derivatives[0])).collect()
}

type Places = Vec<(usize, usize)>;

/// Where Jacobian and Hessian are not 0 at one of some points, for a program of one output or many.
fn nonzeros(program: &Program, points: &[Vec<f64>]) -> (Places, Places) {
    let (mut jacobian, mut hessian) = (Vec::new(), Vec::new());
    for x in points {
        for i in 0..x.len() {
            for j in 0..x.len() {
                for (output, (first, second)) in derivatives(program, x, i, j).into_iter().enumerate() {
                    assert!(first.is_finite() && second.is_finite());
                    if j == 0 && first != 0.0 {
                        jacobian.push((output, i));
                    }
                    if second != 0.0 {
                        hessian.push((i, j));
                    }
                }
            }
        }
    }
    (jacobian, hessian)
}

fn points(n: usize, count: usize, next: &mut impl FnMut(usize) -> usize) -> Vec<Vec<f64>> {
    (0..count).map(|_| (0..n).map(|_| next(2_000_001) as f64 / 1e6 - 1.0).collect()).collect()
}

/// A random expression: each step applies an operation to earlier results with random coefficients, so that nothing cancels identically.
/// Operations are bounded with bounded derivatives, or shifted away from their poles.
fn expression<'t>(
    p: &[Traced<'t>],
    steps: usize,
    next: &mut impl FnMut(usize) -> usize,
    every: bool,
) -> Vec<Traced<'t>> {
    let mut pool = p.to_vec();
    for _ in 0..steps {
        let coefficient = 0.5 + next(1000) as f64 / 1000.0;
        let x = k(coefficient) * pool[next(pool.len())];
        let y = pool[next(pool.len())];
        let far = |y: Traced<'t>| k(2.5) + y.sin();
        pool.push(match next(if every { 14 } else { 6 }) {
            0 => x + y,
            1 => x - y.sin(),
            2 => k(0.7) * x.sin() * y.cos(),
            3 => x / far(y),
            4 => x.tanh(),
            5 => k(0.1) * (x * y).sin(),
            6 => far(x).powf(y.sin()),
            7 => x.atan2(far(y)),
            8 => x.abs(),
            9 => x.max(y),
            10 => Traced::select(x.lt(y), x, k(2.0) * y + x),
            11 => far(x).powi(3),
            12 => -x,
            _ => far(x).ln(),
        });
    }
    pool.split_off(p.len())
}

#[test]
fn hold_every_derivative_of_random_programs() {
    let mut next = random(4);
    for _ in 0..150 {
        let (n, steps) = (2 + next(6), 3 + next(25));
        let program = Program::trace_vector(n, 0, |p, _| expression(p, steps, &mut next, true)).unwrap();
        let (jacobian, _) = nonzeros(&program, &points(n, 3, &mut next));
        let pattern = jacobian_pattern(&program);
        assert_eq!((pattern.rows(), pattern.columns()), (steps, n));
        assert!(jacobian.iter().all(|&(i, j)| pattern.contains(i, j)), "{program}");

        let program = Program::trace(n, 0, |p, _| expression(p, steps, &mut next, true)[steps - 1]).unwrap();
        let (_, hessian) = nonzeros(&program, &points(n, 3, &mut next));
        let pattern = hessian_pattern(&program).unwrap();
        assert_eq!(pattern, pattern.transpose());
        assert!(hessian.iter().all(|&(i, j)| pattern.contains(i, j)), "{program}");
    }
}

#[test]
fn hold_nothing_else_where_nothing_cancels() {
    let mut next = random(5);
    let mut sparse = 0;
    for _ in 0..150 {
        let (n, steps) = (3 + next(6), 3 + next(9));
        let program = Program::trace_vector(n, 0, |p, _| expression(p, steps, &mut next, false)).unwrap();
        let (jacobian, _) = nonzeros(&program, &points(n, 4, &mut next));
        assert_eq!(
            jacobian_pattern(&program),
            Pattern::from_places(steps, n, &jacobian).unwrap(),
            "{program}"
        );

        let program = Program::trace(n, 0, |p, _| expression(p, steps, &mut next, false)[steps - 1]).unwrap();
        let (_, hessian) = nonzeros(&program, &points(n, 4, &mut next));
        let expected = Pattern::from_places(n, n, &hessian).unwrap();
        assert_eq!(hessian_pattern(&program).unwrap(), expected, "{program}");
        sparse += usize::from(expected.entries() > 0 && expected.entries() < n * n);
    }
    // The test would say little if all were empty or full.
    assert!(sparse > 75, "{sparse}");
}

#[test]
fn rules_of_the_operations() {
    let pattern = |n: usize, f: &dyn for<'t> Fn(&[Traced<'t>]) -> Traced<'t>| {
        let pattern = hessian_pattern(&Program::trace(n, 0, |p, _| f(p)).unwrap()).unwrap();
        pattern.places().filter(|(i, j)| i >= j).collect::<Vec<_>>()
    };
    assert_eq!(pattern(2, &|p| p[0] * p[1]), [(1, 0)]);
    assert_eq!(pattern(2, &|p| p[0] / p[1]), [(1, 0), (1, 1)]);
    assert_eq!(pattern(2, &|p| p[0].powf(p[1])), [(0, 0), (1, 0), (1, 1)]);
    assert_eq!(pattern(2, &|p| p[0].powf(Scalar::of(2.5)) + p[1]), [(0, 0)]);
    assert_eq!(pattern(2, &|p| p[0].atan2(p[1])), [(0, 0), (1, 0), (1, 1)]);
    assert_eq!(pattern(2, &|p| (k(2.0) * p[0] - p[1]).abs()), []);
    assert_eq!(pattern(3, &|p| Scalar::select(p[2].square().lt(p[0]), p[0] * p[1], p[0])), [(1, 0)]);
    assert_eq!(pattern(3, &|p| (p[0] + p[1]) * p[2]), [(2, 0), (2, 1)]);
    assert_eq!(pattern(3, &|p| (p[0] + p[1]).exp() + p[2]), [(0, 0), (1, 0), (1, 1)]);
    assert_eq!(pattern(2, &|p| p[0] / Scalar::of(3.0) + p[1]), []);
}

#[test]
fn columns_are_constants() {
    let program =
        Program::trace(2, 2, |p, row| p[0] * row[0] + (p[1] * row[1]).exp() + row[0] * row[1]).unwrap();
    assert_eq!(hessian_pattern(&program).unwrap(), Pattern::from_places(2, 2, &[(1, 1)]).unwrap());
    assert_eq!(jacobian_pattern(&program), Pattern::from_places(1, 2, &[(0, 0), (0, 1)]).unwrap());
}

#[test]
fn sums_of_many_terms_are_quick() {
    // 10⁵ terms in one chain of sums, whose partial sums depend on 5·10⁹ parameters taken together: none of their sets is made.
    let n = 100_000;
    let program = Program::trace(n, 0, |p, _| {
        let mut sum = Scalar::of(0.0);
        for i in 1..n {
            sum = sum + (p[i] - p[i - 1].square()).square();
        }
        sum
    })
    .unwrap();
    let pattern = hessian_pattern(&program).unwrap();
    assert_eq!(pattern.entries(), 3 * n - 2);
    assert_eq!(jacobian_pattern(&program).entries(), n);
}

#[test]
fn hessians_are_of_one_output() {
    let program = Program::trace_vector(1, 0, |p, _| vec![p[0], p[0]]).unwrap();
    let error = hessian_pattern(&program).unwrap_err().to_string();
    assert!(error.contains("2 outputs"), "{error}");
}
