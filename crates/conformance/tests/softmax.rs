//! Several outputs: softmax regression on the digits, by every method of smooth problems, against scikit-learn; and the laws of a loss of
//! K predictors.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use faer::Mat;
use thalweg_core::par::with_threads;
use thalweg_core::{
    Cost, Design, Driver, Gradient, Hessian, HessianVector, Smooth, Solution, Status, Want, Weights,
};
use thalweg_losses::rowwise;
use thalweg_regularization::Ridge;

const LAMBDA: f64 = 0.01;

/// The images, scaled to 0 … 1, and their digits.
fn digits() -> (Mat<f64>, Vec<f64>) {
    let table = thalweg_data::load("digits").unwrap();
    let pixels: Vec<&[f64]> = table.columns().iter().take(64).map(|c| c.numbers().unwrap()).collect();
    let x = Mat::from_fn(table.rows(), 64, |i, j| pixels[j][i] / 16.0);
    (x, table.column("digit").unwrap().numbers().unwrap().to_vec())
}

fn fit(method: &str, lambda: f64) -> Solution<f64> {
    let (x, y) = digits();
    let loss = rowwise("softmax", 10).unwrap();
    let design = Design::new(x.as_ref()).unwrap().with_intercept();
    let datafit = Cost::rowwise(&*loss, &y).unwrap();
    let mut smooth = Smooth::new(&design, &datafit).unwrap().with_penalty(&Ridge, lambda).unwrap();
    let entry = thalweg_optimizers::minimizer(method).unwrap();
    let start = vec![0.0; 650];
    (entry.make.f64)(&mut Driver::new().iterations(5000).gap(1e-10), &mut smooth, &start).unwrap()
}

#[test]
fn softmax_regression_on_the_digits_equals_the_reference() {
    let text = include_str!("fixtures/softmax_digits.json");
    let expected: serde_json::Value = serde_json::from_str(text).unwrap();
    let numbers = |name: &str| -> Vec<f64> {
        expected[name].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
    };
    for method in ["newton", "newton-cg", "lbfgs"] {
        let solution = fit(method, LAMBDA);
        assert_eq!(solution.status, Status::Certified, "{method}: {:?}", solution.certificate);
        let objective = expected["objective"].as_f64().unwrap();
        assert!((solution.value - objective).abs() <= 1e-11, "{method}: {} not {objective}", solution.value);
        let coefficient = |class: usize, parameter: usize| solution.x[class * 65 + parameter];
        let mean = (0..10).map(|k| coefficient(k, 0)).sum::<f64>() / 10.0;
        for (k, (pixel, intercept)) in numbers("pixel_20").iter().zip(numbers("intercepts")).enumerate() {
            assert!((coefficient(k, 21) - pixel).abs() < 1e-5, "{method}, class {k}");
            assert!((coefficient(k, 0) - mean - intercept).abs() < 1e-4, "{method}, class {k}");
        }
        let (x, y) = digits();
        let correct = (0..y.len()).filter(|i| {
            let score = |k: usize| {
                coefficient(k, 0) + (0..64).map(|j| x[(*i, j)] * coefficient(k, j + 1)).sum::<f64>()
            };
            let best = (0..10).max_by(|a, b| score(*a).total_cmp(&score(*b))).unwrap();
            best as f64 == y[*i]
        });
        assert_eq!(correct.count(), expected["correct"].as_u64().unwrap() as usize, "{method}");
    }
}

/// Newton converges although the Hessian is singular along the shift of all intercepts, and takes no step along it.
#[test]
fn newton_takes_the_least_step_where_the_loss_is_invariant() {
    let solution = fit("newton", LAMBDA);
    assert!(solution.iterations < 15, "{} iterations", solution.iterations);
    for parameter in 0..65 {
        let sum: f64 = (0..10).map(|k| solution.x[k * 65 + parameter]).sum();
        assert!(sum.abs() < 1e-9, "parameter {parameter} sums to {sum}");
    }
}

#[test]
fn bits_do_not_depend_on_threads() {
    for method in ["newton", "lbfgs"] {
        let bits = |threads| -> Vec<u64> {
            with_threads(threads, || fit(method, 0.1).x).unwrap().iter().map(|v| v.to_bits()).collect()
        };
        let one = bits(1);
        assert!(one == bits(2) && one == bits(7), "{method}");
    }
}

/// Value, slopes, curvature and conjugate of each loss of the catalogue, by differences and by Fenchel–Young.
#[test]
fn balancing_meets_the_constraint_inside_the_domain() {
    let loss = rowwise::<f64>("softmax", 3).unwrap();
    let y: Vec<f64> = (0..40).map(|i| f64::from(i % 3)).collect();
    let w: Vec<f64> = (0..40).map(|i| 0.5 + f64::from(i % 4)).collect();
    let mut slopes = vec![0.0; 120];
    for (i, u) in slopes.chunks_exact_mut(3).enumerate() {
        let eta = [(i as f64).sin(), (2.0 * i as f64).cos(), 0.3];
        loss.row(&y[i..i + 1], &eta, Want::Gradient, u, &mut []);
    }
    assert!(loss.balance(&y, Weights::Each(&w), &mut slopes));
    for k in 0..3 {
        let sum: f64 = (0..40).map(|i| w[i] * slopes[i * 3 + k]).sum();
        assert!(sum.abs() < 1e-12, "{sum}");
    }
    for (i, u) in slopes.chunks_exact(3).enumerate() {
        assert!(loss.conjugate(&y[i..i + 1], u).is_finite());
    }
}

/// Stability at the edges: no NaN, no overflow.
#[test]
fn extremes_are_stable() {
    let loss = rowwise::<f64>("softmax", 3).unwrap();
    for eta in [[800.0, -800.0, 0.0], [1e300, 0.0, -1e300], [-800.0; 3]] {
        let (mut g, mut h) = ([0.0; 3], [0.0; 9]);
        let value = loss.row(&[1.0], &eta, Want::Curvature, &mut g, &mut h);
        assert!(
            value.is_finite() && g.iter().chain(&h).all(|v| v.is_finite()),
            "{eta:?}: {value} {g:?} {h:?}"
        );
    }
}

/// Oracles of several outputs against one another: gradient, Hessian and product by differences.
#[test]
fn oracles_of_several_outputs_agree() {
    let (x, y) = digits();
    let x = x.as_ref().submatrix(0, 18, 700, 5);
    let classes: Vec<f64> = y[..700].iter().map(|v| v % 3.0).collect();
    let loss = rowwise::<f64>("softmax", 3).unwrap();
    let weights: Vec<f64> = (0..700).map(|i| f64::from(i % 5)).collect();
    let offset: Vec<f64> = (0..2100).map(|i| (i as f64 * 0.1).sin()).collect();
    let datafit = Cost::rowwise(&*loss, &classes).unwrap();
    let datafit = datafit.with_weights(&weights).unwrap().with_offset(&offset).unwrap();
    for standardized in [false, true] {
        let mut design = Design::new(x).unwrap().with_intercept();
        if standardized {
            design = design.standardized(Weights::Each(&weights)).unwrap();
        }
        let mut smooth = Smooth::new(&design, &datafit).unwrap().with_penalty(&Ridge, 0.3).unwrap();
        let b: Vec<f64> = (0..18).map(|k| (k as f64 * 0.7).cos()).collect();
        let (mut g, mut again, mut h) = (vec![0.0; 18], vec![0.0; 18], Mat::zeros(18, 18));
        let value = smooth.value_gradient(&b, &mut g).unwrap();
        assert_eq!(value, smooth.value_gradient_hessian(&b, &mut again, h.as_mut()).unwrap());
        assert_eq!(g, again);
        for k in 0..18 {
            let mut at = |step: f64| {
                let mut b = b.clone();
                b[k] += step;
                let value = smooth.value_gradient(&b, &mut again).unwrap();
                (value, again.to_vec())
            };
            let (up, down) = (at(1e-5), at(-1e-5));
            assert!(((up.0 - down.0) / 2e-5 - g[k]).abs() < 1e-8, "slope {k}");
            let mut unit = vec![0.0; 18];
            unit[k] = 1.0;
            let mut product = vec![0.0; 18];
            smooth.linearize(&b).unwrap();
            smooth.hessian_vector(&unit, &mut product).unwrap();
            for l in 0..18 {
                let difference = (up.1[l] - down.1[l]) / 2e-5;
                assert!((difference - product[l]).abs() < 1e-8, "product {k}, {l}");
                // Intercepts 0, 6 and 12 carry the filled-in shift.
                if !(k % 6 == 0 && l % 6 == 0) {
                    assert!((h[(k, l)] - product[l]).abs() < 1e-12, "Hessian {k}, {l}");
                }
            }
        }
    }
}
