//! Sparse Jacobians and Hessians against dense ones by nested duals, on random programs and on large structured ones.
#![allow(clippy::unwrap_used)]

mod sparse_support;

use sparse_support::random;
use thalweg_autodiff::sparse::{Method, SparseHessian, SparseJacobian};
use thalweg_autodiff::{Dual, Program, Scalar, Scalars, Traced, k};

type Next<'a> = &'a mut dyn FnMut(usize) -> usize;

fn point(n: usize, next: Next<'_>) -> Vec<f64> {
    (0..n).map(|_| next(2_000_001) as f64 / 1e6 - 1.0).collect()
}

/// Few variables a term, every kind of operation.
fn term<'t>(p: &[Traced<'t>], next: Next<'_>) -> Traced<'t> {
    let (x, y, z) = (p[next(p.len())], p[next(p.len())], p[next(p.len())]);
    let far = k(2.5) + z.sin();
    match next(9) {
        0 => x * y,
        1 => (x * y).sin() / far,
        2 => (x + k(0.5) * y).exp(),
        3 => far.powf(x),
        4 => x.atan2(far) * y,
        5 => Scalar::select(x.lt(y), x * y, z.square()),
        6 => (x - y).abs() * z + x.max(z),
        7 => far.ln() - x,
        _ => x.tanh().powi(3) + y.sigmoid(),
    }
}

/// ∂f_k/∂x_j, row by row, by forward duals one parameter at a time.
fn dense_jacobian(program: &Program, x: &[f64]) -> Vec<Vec<f64>> {
    let mut rows = vec![vec![0.0; x.len()]; program.outputs().len()];
    for j in 0..x.len() {
        let point: Vec<Dual<f64, 1>> = x
            .iter()
            .enumerate()
            .map(|(i, &x)| Dual { value: x, derivatives: [if i == j { 1.0 } else { 0.0 }] })
            .collect();
        let y = program.evaluate(&Scalars::<Dual<f64, 1>>::new(), &point, &[]).unwrap();
        y.iter().enumerate().for_each(|(i, y)| rows[i][j] = y.derivatives[0]);
    }
    rows
}

/// ∂²f/∂xᵢ∂xⱼ by duals of duals: no reverse sweep, no colours.
fn dense_hessian(program: &Program, x: &[f64]) -> Vec<Vec<f64>> {
    type Second = Dual<Dual<f64, 1>, 1>;
    let unit = |hit: bool| if hit { 1.0 } else { 0.0 };
    let entry = |i: usize, j: usize| {
        let point: Vec<Second> = (x.iter().enumerate())
            .map(|(k, &x)| Dual {
                value: Dual { value: x, derivatives: [unit(k == i)] },
                derivatives: [Dual { value: unit(k == j), derivatives: [0.0] }],
            })
            .collect();
        program.evaluate(&Scalars::<Second>::new(), &point, &[]).unwrap()[0].derivatives[0].derivatives[0]
    };
    (0..x.len()).map(|i| (0..x.len()).map(|j| entry(i, j)).collect()).collect()
}

fn assert_close(found: f64, expected: f64, scale: f64, what: &str) {
    assert!((found - expected).abs() <= 1e-13 * scale.max(1.0), "{what}: {found} and {expected}");
}

fn largest(rows: &[Vec<f64>]) -> f64 {
    rows.iter().flatten().fold(0.0, |most, x| f64::max(most, x.abs()))
}

#[test]
fn jacobians_agree_with_forward_duals() {
    let mut next = random(11);
    for round in 0..40 {
        let (n, m) = (2 + next(12), 1 + next(15));
        let program = Program::trace_vector(n, 0, |p, _| {
            (0..m).map(|_| term(p, &mut next) + term(p, &mut next)).collect()
        })
        .unwrap();
        let mut plans: Vec<SparseJacobian<f64>> = vec![
            SparseJacobian::new(&program).unwrap(),
            SparseJacobian::with_method(&program, Method::Columns).unwrap(),
            SparseJacobian::with_method(&program, Method::Rows).unwrap(),
            SparseJacobian::with_method(&program, Method::Both).unwrap(),
        ];
        let colors: Vec<usize> = plans.iter().map(|plan| plan.compression().coloring().count()).collect();
        // One side of at most 4 colours takes one pass, which both sides cannot improve.
        let side = colors[1].min(colors[2]);
        assert!(colors[0] == side.min(colors[3]) || (side <= 4 && colors[0] == side), "{colors:?}");
        for x in [point(n, &mut next), point(n, &mut next)] {
            let dense = dense_jacobian(&program, &x);
            let scale = largest(&dense);
            let values = program.evaluate(&Scalars::<f64>::new(), &x, &[]).unwrap();
            for plan in &mut plans {
                let what = format!("round {round}, {}", plan.compression());
                let pattern = plan.pattern().clone();
                let matrix = plan.evaluate(&x).unwrap();
                for i in 0..m {
                    for j in 0..n {
                        assert_eq!(matrix.get(i, j).is_some(), pattern.contains(i, j));
                        assert_close(matrix.get(i, j).copied().unwrap_or(0.0), dense[i][j], scale, &what);
                    }
                }
                assert_eq!(plan.values().len(), m);
                plan.values()
                    .iter()
                    .zip(&values)
                    .for_each(|(&y, &value)| assert_close(y, value, value.abs(), &what));
            }
        }
    }
}

#[test]
fn arrow_jacobians_need_three_directions() {
    // A full row, a full column and a diagonal: the row needs a direction of its own, so does the column, and one reads the diagonal.
    let n = 20_000;
    let program = Program::trace_vector(n, 0, |p, _| {
        let row = p.iter().fold(Scalar::of(0.0), |sum, &x| sum + x.sin());
        core::iter::once(row).chain(p[1..].iter().map(|&x| p[0] * x.square())).collect()
    })
    .unwrap();
    let mut jacobian = SparseJacobian::<f64>::new(&program).unwrap();
    assert_eq!(
        (jacobian.compression().method(), jacobian.compression().coloring().count()),
        (Method::Both, 3)
    );
    let x = point(n, &mut random(16));
    let matrix = jacobian.evaluate(&x).unwrap();
    assert_eq!(matrix.compute_nnz(), 3 * n - 2);
    for i in 0..n {
        assert_close(*matrix.get(0, i).unwrap(), x[i].cos(), 1.0, "row");
        if i > 0 {
            assert_close(*matrix.get(i, 0).unwrap(), x[i] * x[i], 1.0, "column");
            assert_close(*matrix.get(i, i).unwrap(), 2.0 * x[0] * x[i], 1.0, "diagonal");
        }
    }
}

#[test]
fn hessians_agree_with_nested_duals() {
    let mut next = random(12);
    for round in 0..40 {
        let (n, terms) = (2 + next(14), 1 + next(20));
        let program =
            Program::trace(n, 0, |p, _| (0..terms).fold(Scalar::of(0.0), |sum, _| sum + term(p, &mut next)))
                .unwrap();
        let mut plans: Vec<SparseHessian<f64>> = vec![SparseHessian::new(&program).unwrap()];
        for method in [Method::Star, Method::Acyclic, Method::Columns] {
            plans.push(SparseHessian::with_method(&program, method).unwrap());
        }
        let colors: Vec<usize> = plans.iter().map(|plan| plan.compression().coloring().count()).collect();
        let direct = colors[1].min(colors[3]);
        if plans[0].compression().method() == Method::Acyclic {
            assert!(colors[0] == colors[2] && colors[2].div_ceil(4) < direct.div_ceil(4), "{colors:?}");
        } else {
            assert!(colors[0] == direct && colors[2].div_ceil(4) >= direct.div_ceil(4), "{colors:?}");
        }
        for x in [point(n, &mut next), point(n, &mut next)] {
            let dense = dense_hessian(&program, &x);
            let scale = largest(&dense);
            let gradient = dense_jacobian(&program, &x).remove(0);
            let value = program.evaluate(&Scalars::<f64>::new(), &x, &[]).unwrap()[0];
            for plan in &mut plans {
                let what = format!("round {round}, {}", plan.compression());
                let matrix = plan.evaluate(&x).unwrap();
                for i in 0..n {
                    for j in 0..n {
                        let entry = matrix.get(i, j).copied().unwrap_or(0.0);
                        assert_close(entry, dense[i][j], scale, &what);
                        assert_eq!(
                            Some(entry),
                            matrix.get(j, i).copied().or(Some(0.0)),
                            "symmetric to the last bit"
                        );
                    }
                }
                assert_close(plan.value(), value, value.abs(), &what);
                for (&g, &expected) in plan.gradient().iter().zip(&gradient) {
                    assert_close(g, expected, largest(std::slice::from_ref(&gradient)), &what);
                }
                assert_eq!(plan.gradient().len(), n);
            }
        }
    }
}

#[test]
fn entries_read_off_are_accurate_however_small() {
    // Σ cᵢ sin(xᵢ x_{i+1}) with cᵢ from 1 to 10⁻²⁰ and back: what substitution carries from entry to entry drowns the small ones.
    let (n, scale) = (41, |i: usize| 10_f64.powi(-20 + (i as i32 - 20).abs()));
    let program = Program::trace(n, 0, |p, _| {
        (1..n).fold(Scalar::of(0.0), |sum, i| sum + k(scale(i)) * (p[i - 1] * p[i]).sin())
    })
    .unwrap();
    let x = point(n, &mut random(15));
    let error = |method: Option<Method>| {
        let mut hessian = match method {
            None => SparseHessian::<f64>::new(&program).unwrap(),
            Some(method) => SparseHessian::with_method(&program, method).unwrap(),
        };
        let matrix = hessian.evaluate(&x).unwrap();
        let errors = (1..n).map(|i| {
            let (sin, cos) = (x[i - 1] * x[i]).sin_cos();
            let expected = scale(i) * (cos - x[i - 1] * x[i] * sin);
            ((matrix.get(i, i - 1).unwrap() - expected) / expected).abs()
        });
        errors.fold(0.0, f64::max)
    };
    assert!(error(None) < 1e-14 && error(Some(Method::Star)) < 1e-14 && error(Some(Method::Columns)) < 1e-14);
    assert!(error(Some(Method::Acyclic)) > 1.0);
}

#[test]
fn substitution_is_taken_where_it_saves_a_pass() {
    // A band of half-width 5: trees take 6 colours and two passes, stars 11 and three.
    let program = Program::trace(60, 0, |p, _| {
        p.windows(6).fold(Scalar::of(0.0), |sum, x| sum + (x[0] * x[1] + x[2] * x[3] + x[4] * x[5]).sin())
    })
    .unwrap();
    let hessian = SparseHessian::<f64>::new(&program).unwrap();
    assert_eq!(
        (hessian.compression().method(), hessian.compression().coloring().count()),
        (Method::Acyclic, 6)
    );
    let star = SparseHessian::<f64>::with_method(&program, Method::Star).unwrap();
    assert_eq!(star.compression().coloring().count(), 11);
}

/// A chain, Σ (x_{i+1} − xᵢ²)² + (1 − xᵢ)²: the generalised valley of Rosenbrock, scaled.
fn chain(n: usize) -> Program {
    Program::trace(n, 0, |p, _| {
        p.windows(2)
            .fold(Scalar::of(0.0), |sum, x| sum + (x[1] - x[0].square()).square() + (k(1.0) - x[0]).square())
    })
    .unwrap()
}

#[test]
fn chains_of_any_length_need_two_or_three_products() {
    let n = 10_000;
    let mut star = SparseHessian::<f64>::new(&chain(n)).unwrap();
    assert_eq!((star.compression().coloring().count(), star.compression().method()), (3, Method::Star));
    let mut hessian = SparseHessian::<f64>::with_method(&chain(n), Method::Acyclic).unwrap();
    assert_eq!(hessian.compression().coloring().count(), 2);
    let x = point(n, &mut random(13));
    let by_star = star.evaluate(&x).unwrap();
    let matrix = hessian.evaluate(&x).unwrap();
    assert_eq!(matrix.compute_nnz(), 3 * n - 2);
    // ∂²/∂xᵢ² = 12xᵢ² − 4x_{i+1} + 2 (all but the last) + 2 (all but the first), ∂²/∂xᵢ∂x_{i+1} = −4xᵢ.
    for i in 0..n {
        let mut diagonal = if i + 1 < n { 12.0 * x[i] * x[i] - 4.0 * x[i + 1] + 2.0 } else { 0.0 };
        diagonal += if i > 0 { 2.0 } else { 0.0 };
        assert_close(*matrix.get(i, i).unwrap(), diagonal, 18.0, "diagonal");
        assert_close(*by_star.get(i, i).unwrap(), diagonal, 18.0, "diagonal");
        if i + 1 < n {
            // Substitution carries the rounding of all entries before it.
            assert_close(*matrix.get(i + 1, i).unwrap(), -4.0 * x[i], 100.0, "below the diagonal");
            assert_close(*by_star.get(i + 1, i).unwrap(), -4.0 * x[i], 4.0, "below the diagonal");
        }
    }
}

#[test]
fn arrows_of_any_size_need_two_products() {
    let n = 10_000;
    let program = Program::trace(n, 0, |p, _| {
        p[1..].iter().fold(Scalar::of(0.0), |sum, &x| sum + (p[0] * x).sin() + x.square())
    })
    .unwrap();
    let mut hessian = SparseHessian::<f64>::new(&program).unwrap();
    assert_eq!((hessian.compression().coloring().count(), hessian.compression().method()), (2, Method::Star));
    let x = point(n, &mut random(14));
    let matrix = hessian.evaluate(&x).unwrap();
    assert_eq!(matrix.compute_nnz(), 3 * n - 2);
    let mut corner = 0.0;
    for i in 1..n {
        let (sin, cos) = (x[0] * x[i]).sin_cos();
        assert_close(*matrix.get(i, i).unwrap(), 2.0 - x[0] * x[0] * sin, 3.0, "leaf");
        assert_close(*matrix.get(i, 0).unwrap(), cos - x[0] * x[i] * sin, 2.0, "edge");
        corner -= x[i] * x[i] * sin;
    }
    assert_close(*matrix.get(0, 0).unwrap(), corner, n as f64, "hub");
}

#[test]
fn single_precision_takes_the_same_road() {
    let mut hessian = SparseHessian::<f32>::new(&chain(5)).unwrap();
    let matrix = hessian.evaluate(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
    // 12·4 − 4·3 + 2 + 2 and −4·2.
    assert_eq!((matrix.get(1, 1), matrix.get(2, 1)), (Some(&40.0_f32), Some(&-8.0_f32)));
}

#[test]
fn empty_matrices_are_matrices() {
    let constant = Program::trace(3, 0, |p, _| p[0] + p[1]).unwrap();
    let mut hessian = SparseHessian::<f64>::new(&constant).unwrap();
    assert_eq!(hessian.evaluate(&[1.0, 2.0, 3.0]).unwrap().compute_nnz(), 0);
    assert_eq!((hessian.value(), hessian.gradient()), (3.0, &[1.0, 1.0, 0.0][..]));
    let nothing = Program::trace_vector(0, 0, |_, _| vec![Scalar::of(2.0)]).unwrap();
    let mut jacobian = SparseJacobian::<f64>::new(&nothing).unwrap();
    assert_eq!(jacobian.evaluate(&[]).unwrap().compute_nnz(), 0);
    assert_eq!(jacobian.values(), [2.0]);
    let none = Program::trace_vector(2, 0, |_, _| vec![]).unwrap();
    assert_eq!(SparseJacobian::<f64>::new(&none).unwrap().evaluate(&[0.0, 0.0]).unwrap().ncols(), 2);
}

#[test]
fn wrong_input_is_refused() {
    let mut hessian = SparseHessian::<f64>::new(&chain(4)).unwrap();
    let text = hessian.evaluate(&[0.0; 3]).unwrap_err().to_string();
    assert!(text.contains("expected 4, found 3"), "{text}");
    let text = hessian.evaluate(&[0.0, 1.0, f64::NAN, 0.0]).unwrap_err().to_string();
    assert!(text.contains("NaN") && text.contains('2'), "{text}");
    let rows = Program::trace(1, 1, |p, row| p[0] * row[0]).unwrap();
    let text = SparseHessian::<f64>::new(&rows).err().unwrap().to_string();
    assert!(text.contains("1 columns"), "{text}");
    assert!(SparseJacobian::<f64>::new(&rows).is_err());
    assert!(SparseJacobian::<f64>::with_method(&chain(4), Method::Star).is_err());
}
