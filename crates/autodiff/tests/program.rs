//! Programs against the same functions on duals: every operation, every transformation, compiled and interpreted, f32 and f64.

use thalweg_autodiff::{Binary, Dual, Program, Scalar, Scalars, Unary, k};
use thalweg_core::Par;
use thalweg_core::streams::{Streams, uniform};

/// A value in the domain of nearly everything, from 0.1 to 0.9.
fn inside(rng: &mut impl rand::Rng) -> f64 {
    0.1 + 0.8 * uniform(rng)
}

/// A function that uses every operation, with parameters and columns on either side, branches included.
fn everything<S: Scalar>(p: &[S], row: &[S]) -> S {
    let mut sum = S::of(0.0);
    for (i, op) in Unary::ALL.iter().enumerate() {
        // Of a parameter, of a column, of both; all in (0, 1).
        let x = [p[i % p.len()], row[i % row.len()], k(0.5) * (p[i % p.len()] + row[i % row.len()])];
        for (j, &x) in x.iter().enumerate() {
            sum = sum + S::of(0.1 + 0.01 * (i + j) as f64) * op.apply(x) * row[j % row.len()];
        }
    }
    for (i, op) in Binary::ALL.iter().enumerate() {
        let (a, b) = (p[i % p.len()], row[i % row.len()]);
        sum = sum + op.apply(a, b) - S::of(0.3) * op.apply(b, a) * op.apply(a * b, a + b) - op.apply(b, b);
    }
    let branch = S::select(p[0].lt(row[0]), p[1] * row[1], (p[1] + row[0]).sqrt());
    sum + branch * branch.max(row[1]).min(p[0]) - (p[0] - row[0]).abs()
        + (row[0] - p[1]).powi(5).mul_add(p[1], row[2])
}

const P: usize = 3;
const M: usize = 3;

/// Value and all second-order derivatives of one row, by nested duals.
fn by_duals(p: &[f64], row: &[f64]) -> Vec<f64> {
    type D = Dual<Dual<f64, P>, P>;
    let x: Vec<D> = (0..P)
        .map(|i| {
            let mut x = D::constant(Dual::variable(p[i], i));
            x.derivatives[i] = Dual::constant(1.0);
            x
        })
        .collect();
    let row: Vec<D> = row.iter().map(|&r| D::of(r)).collect();
    let y = everything(&x, &row);
    let mut all = vec![y.value.value];
    all.extend(y.value.derivatives);
    for i in 0..P {
        all.extend(&y.derivatives[i].derivatives[..=i]);
    }
    all
}

fn close(found: f64, wanted: f64, tolerance: f64) -> bool {
    (found - wanted).abs() <= tolerance * wanted.abs().max(1.0)
}

fn data(n: usize) -> Vec<Vec<f64>> {
    let mut rng = Streams::new(4).stream("program", 0);
    (0..M).map(|_| (0..n).map(|_| inside(&mut rng)).collect()).collect()
}

#[test]
fn transformations_equal_duals_row_by_row() {
    let program = Program::trace(P, M, |p, row| everything(p, row)).unwrap();
    let (gradient, hessian, jvp) =
        (program.gradient().unwrap(), program.hessian().unwrap(), program.jvp().unwrap());
    let columns = data(50);
    let p = [0.4, 0.7, 0.25];
    let v = [0.3, -1.0, 2.0];
    for i in 0..50 {
        let row: Vec<f64> = columns.iter().map(|c| c[i]).collect();
        let wanted = by_duals(&p, &row);
        let scalars = Scalars::<f64>::new();
        for (k, y) in hessian.evaluate(&scalars, &p, &row).unwrap().into_iter().enumerate() {
            assert!(close(y, wanted[k], 1e-12), "row {i}, entry {k}: {y}, duals give {}", wanted[k]);
        }
        for (k, y) in gradient.evaluate(&scalars, &p, &row).unwrap().into_iter().enumerate() {
            assert!(close(y, wanted[k], 1e-12), "row {i}, gradient {k}: {y}, duals give {}", wanted[k]);
        }
        let along = jvp.evaluate(&scalars, &[&p[..], &v].concat(), &row).unwrap()[1];
        let slope: f64 = (0..P).map(|j| v[j] * wanted[1 + j]).sum();
        assert!(close(along, slope, 1e-12), "row {i}: {along}, duals give {slope}");
    }
}

#[test]
fn compiled_programs_equal_duals_over_rows() {
    // Sizes around blocks and chunks.
    for n in [1, 31, 64, 255, 256, 257, 1000, 20_000] {
        let columns = data(n);
        let views: Vec<&[f64]> = columns.iter().map(|c| &c[..]).collect();
        let p = [0.4, 0.7, 0.25];
        let program = Program::trace(P, M, |p, row| everything(p, row)).unwrap().hessian().unwrap();
        let entries = program.outputs().len();
        let mut wanted = vec![0.0; entries];
        let mut rows = vec![0.0; n * entries];
        program.compile().unwrap().map(Par::Rayon, &p, &views, &mut rows).unwrap();
        for i in 0..n {
            let row: Vec<f64> = columns.iter().map(|c| c[i]).collect();
            for (k, y) in by_duals(&p, &row).into_iter().enumerate() {
                let found = rows[i * entries + k];
                assert!(close(found, y, 1e-12), "n {n}, row {i}, entry {k}: {found}, duals give {y}");
                wanted[k] += y;
            }
        }
        let mut sums = vec![0.0; entries];
        program.total().unwrap().compile().unwrap().total(Par::Rayon, &p, &views, &mut sums).unwrap();
        for k in 0..entries {
            assert!(
                close(sums[k], wanted[k], 1e-11),
                "n {n}, total {k}: {}, duals give {}",
                sums[k],
                wanted[k]
            );
        }
    }
}

#[test]
fn single_precision_follows_double() {
    let program =
        Program::trace(P, M, |p, row| everything(p, row)).unwrap().gradient().unwrap().total().unwrap();
    let n = 300;
    let columns = data(n);
    let short: Vec<Vec<f32>> = columns.iter().map(|c| c.iter().map(|&x| x as f32).collect()).collect();
    let wide: Vec<Vec<f64>> = short.iter().map(|c| c.iter().map(|&x| f64::from(x)).collect()).collect();
    let (short, wide): (Vec<&[f32]>, Vec<&[f64]>) =
        (short.iter().map(|c| &c[..]).collect(), wide.iter().map(|c| &c[..]).collect());
    let (mut found, mut wanted) = (vec![0.0; P + 1], vec![0.0; P + 1]);
    program.compile::<f32>().unwrap().total(Par::Seq, &[0.4, 0.7, 0.25], &short, &mut found).unwrap();
    let p = [0.4_f32, 0.7, 0.25].map(f64::from);
    program.compile::<f64>().unwrap().total(Par::Seq, &p, &wide, &mut wanted).unwrap();
    for (found, wanted) in found.iter().zip(&wanted) {
        assert!(close(f64::from(*found), *wanted, 2e-5), "{found} in single precision, {wanted} in double");
    }
}

#[test]
fn calls_of_programs_without_rows_group_equal_operations() {
    // A chain of sums, levels of products and branches: everything the uniform scheduler knows.
    let n = 40;
    fn f<S: Scalar>(x: &[S]) -> S {
        let mut sum = S::of(1.0);
        for pair in x.windows(2) {
            let inner = pair[1] - pair[0].square();
            let branch = S::select(pair[0].lt(pair[1]), pair[0], pair[1].exp());
            sum = sum + k(100.0) * inner.square() - (k(1.0) - pair[0]).sin() * branch;
        }
        sum
    }
    let program = Program::trace(n, 0, |x, _| f(x)).unwrap().gradient().unwrap();
    let mut rng = Streams::new(5).stream("program", 1);
    let x: Vec<f64> = (0..n).map(|_| inside(&mut rng)).collect();
    let mut found = vec![0.0; n + 1];
    program.compile().unwrap().call(&x, &mut found).unwrap();
    assert!(close(found[0], f(&x), 1e-14));
    for i in 0..n {
        let x: Vec<Dual<f64, 1>> =
            (0..n).map(|j| if i == j { Dual::variable(x[j], 0) } else { Dual::constant(x[j]) }).collect();
        let wanted = f(&x).derivatives[0];
        assert!(close(found[i + 1], wanted, 1e-13), "∂/∂x{i}: {}, duals give {wanted}", found[i + 1]);
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let program =
        Program::trace(P, M, |p, row| everything(p, row)).unwrap().gradient().unwrap().total().unwrap();
    let columns = data(100_003);
    let views: Vec<&[f64]> = columns.iter().map(|c| &c[..]).collect();
    let run = |par| {
        let mut out = vec![0.0; P + 1];
        program.compile().unwrap().total(par, &[0.4, 0.7, 0.25], &views, &mut out).unwrap();
        out.into_iter().map(f64::to_bits).collect::<Vec<_>>()
    };
    let wanted = run(Par::Seq);
    for threads in [1, 2, 7] {
        let found = thalweg_core::par::with_threads(threads, || run(Par::Rayon)).unwrap();
        assert_eq!(found, wanted, "{threads} threads");
    }
}

#[test]
fn work_on_parameters_is_done_once_a_call() {
    // No row instruction may compute the exponential and the logarithm of a parameter.
    let program = Program::trace(2, 1, |p, row| (p[0].exp() * row[0] + k(3.0) * p[1].ln()).square()).unwrap();
    let text = format!("{:?}", program.gradient().unwrap().total().unwrap().compile::<f64>().unwrap());
    let rows = &text[text.find("rows: ").unwrap()..text.find("slots: ").unwrap()];
    assert!(!rows.contains("Exp") && !rows.contains("Ln"), "{rows}");
}

/// The branch that is not taken has no derivative, where its own is infinite or none: √x guarded at x ≤ 0, ln x behind two selections.
#[test]
fn branches_not_taken_contribute_nothing() {
    fn guarded<S: Scalar>(x: S, y: S) -> S {
        let (zero, one) = (S::of(0.0), S::of(1.0));
        let root = S::select(zero.lt(x), x.sqrt() * y, zero);
        let logarithm = S::select(x.le(zero), -y.square(), S::select(y.lt(one), x.ln() * y, one / x));
        k(3.0) * root * y + logarithm - (root - y).square()
    }
    let program = Program::trace(2, 0, |x, _| guarded(x[0], x[1])).unwrap().hessian().unwrap();
    let mut kernel = program.compile::<f64>().unwrap();
    for x in [[-1.0, 0.5], [0.0, 2.0], [0.25, 0.5], [4.0, 3.0]] {
        let y: Dual<Dual<f64, 2>, 2> = guarded(
            Dual { value: Dual::variable(x[0], 0), derivatives: [Dual::of(1.0), Dual::of(0.0)] },
            Dual { value: Dual::variable(x[1], 1), derivatives: [Dual::of(0.0), Dual::of(1.0)] },
        );
        let h = y.derivatives.map(|d| d.derivatives);
        let wanted =
            [y.value.value, y.value.derivatives[0], y.value.derivatives[1], h[0][0], h[1][0], h[1][1]];
        let mut found = [0.0; 6];
        kernel.call(&x, &mut found).unwrap();
        for (found, wanted) in found.iter().zip(wanted) {
            assert!(close(*found, wanted, 1e-13), "at {x:?}: {found}, duals give {wanted}");
        }
    }
}

#[test]
fn branching_on_a_traced_value_is_an_error() {
    let branch = Program::trace(1, 0, |x, _| if x[0].sin() < x[0] { x[0] } else { -x[0] });
    let error = branch.unwrap_err().to_string();
    assert!(
        error.contains("compares") && error.contains("Scalar::select") && error.contains("2 operations"),
        "{error}"
    );
}

#[test]
fn sums_over_rows_are_taken_last() {
    let total = Program::trace(1, 1, |p, row| p[0] * row[0]).unwrap().total().unwrap();
    for again in
        [total.total(), total.weighted(), total.gradient(), total.hessian(), total.jvp(), total.taylor(2)]
    {
        let error = again.unwrap_err().to_string();
        assert!(error.contains("sums over rows") && error.contains("Program::total last"), "{error}");
    }
}

#[test]
fn wrong_lengths_are_errors() {
    let mut kernel =
        Program::trace(2, 2, |p, row| p[0] * row[0] + p[1] * row[1]).unwrap().compile::<f64>().unwrap();
    let (a, b) = ([1.0, 2.0], [1.0]);
    let mut out = [0.0; 2];
    let mut check = |parameters: &[f64], columns: &[&[f64]], wanted: &str| {
        let error = kernel.map(Par::Seq, parameters, columns, &mut out).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    };
    check(&[1.0], &[&a, &a], "number of parameters of the program: expected 2, found 1");
    check(&[1.0, 2.0], &[&a], "number of columns of the program: expected 2, found 1");
    check(&[1.0, 2.0], &[&a, &b], "length of column 1: expected 2, found 1");
    let total = kernel.total(Par::Seq, &[1.0, 2.0], &[&a, &a], &mut [0.0]).unwrap_err().to_string();
    assert!(total.contains("Program::total"), "{total}");
    assert!(kernel.call(&[1.0, 2.0], &mut [0.0]).unwrap_err().to_string().contains("without rows"));
}
