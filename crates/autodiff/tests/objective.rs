//! A program over data as an objective: mean, weights, minibatches, Hessians, memory and bad input.

use faer::Mat;
use thalweg_autodiff::{Dual, Program, Scalar, k};
use thalweg_core::streams::{Streams, normal};
use thalweg_core::{FiniteSum, Gradient, Halt, Hessian, HessianVector, Objective};

/// Robust regression: Cauchy errors whose log-scale depends on a covariate.
fn cauchy<S: Scalar>(p: &[S], row: &[S]) -> S {
    let scale = p[2] + p[3] * row[1];
    let z = (row[2] - p[0] - p[1] * row[0]) * (-scale).exp();
    scale + z.square().ln_1p()
}

const P: usize = 4;
const POINT: [f64; P] = [0.3, -0.7, 0.2, 0.1];

fn columns(n: usize) -> [Vec<f64>; 3] {
    let mut rng = Streams::new(11).stream("objective", 0);
    core::array::from_fn(|_| (0..n).map(|_| normal(&mut rng)).collect())
}

/// Σ w f, its gradient and Hessian by nested duals.
fn by_duals(data: &[Vec<f64>; 3], weight: impl Fn(usize) -> f64) -> (f64, Vec<f64>, Vec<Vec<f64>>) {
    type D = Dual<Dual<f64, P>, P>;
    let x: [D; P] = core::array::from_fn(|i| {
        let mut x = D::constant(Dual::variable(POINT[i], i));
        x.derivatives[i] = Dual::constant(1.0);
        x
    });
    let (mut value, mut g, mut h) = (0.0, vec![0.0; P], vec![vec![0.0; P]; P]);
    for row in 0..data[0].len() {
        let w = weight(row);
        if w == 0.0 {
            continue;
        }
        let y = cauchy(&x, &[0, 1, 2].map(|j| D::of(data[j][row])));
        value += w * y.value.value;
        for i in 0..P {
            g[i] += w * y.value.derivatives[i];
            for j in 0..P {
                h[i][j] += w * y.derivatives[i].derivatives[j];
            }
        }
    }
    (value, g, h)
}

fn assert_close(found: f64, wanted: f64) {
    assert!((found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0), "{found}, duals give {wanted}");
}

#[test]
fn value_gradient_and_hessian_are_weighted_means() {
    let n = 700;
    let mut data = columns(n);
    let weights: Vec<f64> = (0..n).map(|i| f64::from(i as u32 % 4)).collect();
    // A row of weight 0 is absent, whatever it holds.
    data[0][8] = f64::NAN;
    let total: f64 = weights.iter().sum();
    let (value, g, h) = by_duals(&data, |i| weights[i]);
    let program = Program::trace(P, 3, |p, row| cauchy(p, row)).unwrap();
    let views = [&data[0][..], &data[1], &data[2]];
    let mut cost = program.weighted_objective(&views, &weights).unwrap();
    let mut gradient = [0.0; P];
    let mut hessian = Mat::zeros(P, P);
    assert_close(cost.value(&POINT).unwrap(), value / total);
    assert_close(
        cost.value_gradient_hessian(&POINT, &mut gradient, hessian.as_mut()).unwrap(),
        value / total,
    );
    for i in 0..P {
        assert_close(gradient[i], g[i] / total);
        for j in 0..P {
            assert_close(hessian[(i, j)], h[i][j] / total);
        }
    }
    let v = [1.0, -2.0, 0.5, 3.0];
    let mut product = [0.0; P];
    cost.linearize(&POINT).unwrap();
    cost.hessian_vector(&v, &mut product).unwrap();
    for i in 0..P {
        assert_close(product[i], (0..P).map(|j| h[i][j] * v[j]).sum::<f64>() / total);
    }
    // Minibatches of all rows, each once, average to the whole.
    let mut mean = [0.0; P];
    let mut mean_value = 0.0;
    let rows: Vec<u32> = (0..n as u32).collect();
    for batch in rows.chunks(100) {
        let mut g = [0.0; P];
        mean_value += cost.batch_gradient(batch, &POINT, &mut g).unwrap() / 7.0;
        (0..P).for_each(|i| mean[i] += g[i] / 7.0);
    }
    assert_close(mean_value, value / total);
    (0..P).for_each(|i| assert_close(mean[i], g[i] / total));
    let (assessed, most) = cost.assess(&POINT).unwrap();
    assert_close(assessed, value / total);
    assert_close(most, g.iter().fold(0.0, |m: f64, g| m.max(g.abs() / total)));
}

#[test]
fn single_precision_and_no_columns() {
    let data = columns(300).map(|c| c.into_iter().map(|x| x as f32).collect::<Vec<f32>>());
    let wide = data.clone().map(|c| c.into_iter().map(f64::from).collect::<Vec<f64>>());
    let (value, ..) = by_duals(&wide, |_| 1.0);
    let program = Program::trace(P, 3, |p, row| cauchy(p, row)).unwrap();
    let mut cost = program.objective(&[&data[0][..], &data[1], &data[2]]).unwrap();
    let found = f64::from(cost.value(&POINT.map(|x| x as f32)).unwrap());
    assert!((found - value / 300.0).abs() < 1e-6, "{found} against {}", value / 300.0);

    let rosenbrock =
        Program::trace(2, 0, |x, _| (k(1.0) - x[0]).square() + k(100.0) * (x[1] - x[0].square()).square());
    let mut f = rosenbrock.unwrap().objective::<f64>(&[]).unwrap();
    let mut g = [0.0; 2];
    assert_eq!(f.value_gradient(&[-1.2, 1.0], &mut g).unwrap(), 24.199999999999996);
    // ∂/∂x₁ = −400 x₁ (x₂ − x₁²) − 2 (1 − x₁), ∂/∂x₂ = 200 (x₂ − x₁²).
    assert_close(g[0], -215.6);
    assert_close(g[1], -88.0);
}

#[test]
fn bad_input_is_named() {
    let program = Program::trace(P, 3, |p, row| cauchy(p, row)).unwrap();
    let mut data = columns(5);
    data[1][3] = f64::INFINITY;
    let views = [&data[0][..], &data[1], &data[2]];
    let text = |error: thalweg_core::Error| error.to_string();
    assert!(text(program.objective(&views).unwrap_err()).contains("column 1 is inf at row 3"));
    assert!(text(program.objective(&views[..2]).unwrap_err()).contains("expected 3, found 2"));
    assert!(text(program.objective::<f64>(&[&[], &[], &[]]).unwrap_err()).contains("the data is empty"));
    data[1][3] = 0.0;
    let views = [&data[0][..], &data[1], &data[2]];
    assert!(
        text(program.weighted_objective(&views, &[1.0, -1.0, 0.0, 0.0, 1.0]).unwrap_err())
            .contains("weight is -1 at row 1")
    );
    assert!(text(program.gradient().unwrap().objective(&views).unwrap_err()).contains("of 5 results"));
    let mut cost = program.objective(&views).unwrap();
    assert!(matches!(cost.value(&[0.0; 3]), Err(Halt::Input(_))));
    assert!(matches!(cost.batch_gradient(&[5], &POINT, &mut [0.0; P]), Err(Halt::Input(_))));
    assert!(matches!(cost.batch_gradient(&[], &POINT, &mut [0.0; P]), Err(Halt::Input(_))));
    assert!(cost.value(&[f64::NAN; P]).unwrap().is_infinite());
}
