//! Every number of `docs/CONVENTIONS.md`, which were worked out by hand.
#![allow(clippy::unwrap_used)]

use thalweg_core::{Cost, Design, Gradient, Hessian, Loss, Smooth};
use thalweg_losses::{Huber, Logistic, Poisson, Squared};
use thalweg_models::{Glm, Observations, WeightKind};
use thalweg_regularization::Ridge;

const X: [f64; 5] = [0.0, 1.0, 2.0, 3.0, 4.0];
const Y: [f64; 5] = [1.0, 3.0, 2.0, 5.0, 4.0];
const W: [f64; 5] = [1.0, 1.0, 2.0, 1.0, 1.0];

fn near(ours: f64, by_hand: f64) {
    assert!((ours - by_hand).abs() < 1e-14 * by_hand.abs().max(1.0), "{ours} but by hand {by_hand}");
}

/// Objective, gradient and Hessian at `at`.
fn evaluate(loss: &dyn Loss<f64>, y: &[f64], lambda: f64, at: [f64; 2]) -> (f64, [f64; 2], faer::Mat<f64>) {
    let x = faer::MatRef::from_column_major_slice(&X, 5, 1);
    let design = Design::new(x).unwrap().with_intercept();
    let datafit = Cost::new(loss, y).unwrap().with_weights(&W).unwrap();
    let mut smooth = Smooth::new(&design, &datafit).unwrap().with_penalty(&Ridge, lambda).unwrap();
    let (mut gradient, mut hessian) = ([0.0; 2], faer::Mat::zeros(2, 2));
    let value = smooth.value_gradient_hessian(&at, &mut gradient, hessian.as_mut()).unwrap();
    let mut again = [0.0; 2];
    assert_eq!(smooth.value_gradient(&at, &mut again).unwrap(), value);
    assert_eq!(again, gradient);
    (value, gradient, hessian)
}

#[test]
fn squared_loss_and_ridge() {
    let (value, gradient, hessian) = evaluate(&Squared, &Y, 0.0, [1.0, 1.0]);
    near(value, 5.0 / 12.0);
    near(gradient[0], 1.0 / 6.0);
    near(gradient[1], 2.0 / 3.0);
    near(hessian[(0, 0)], 1.0);
    near(hessian[(1, 0)], 2.0);
    near(hessian[(0, 1)], 2.0);
    near(hessian[(1, 1)], 17.0 / 3.0);
    let (value, gradient, _) = evaluate(&Squared, &Y, 0.5, [1.0, 1.0]);
    near(value, 2.0 / 3.0);
    near(gradient[0], 1.0 / 6.0);
    near(gradient[1], 7.0 / 6.0);
}

#[test]
fn other_losses() {
    let (value, gradient, hessian) = evaluate(&Logistic, &[0.0, 1.0, 0.0, 1.0, 1.0], 0.0, [0.0, 0.0]);
    near(value, core::f64::consts::LN_2);
    near(gradient[0], 0.0);
    near(gradient[1], -1.0 / 3.0);
    near(hessian[(1, 1)], 17.0 / 12.0);
    let (value, gradient, _) = evaluate(&Poisson, &Y, 0.0, [0.0, 0.0]);
    near(value, 1.0);
    near(gradient[0], -11.0 / 6.0);
    near(gradient[1], -5.0);
    let (value, gradient, _) = evaluate(&Huber::new(1.0).unwrap(), &Y, 0.0, [0.0, 0.0]);
    near(value, 7.0 / 3.0);
    near(gradient[0], -1.0);
    near(gradient[1], -2.0);
}

#[test]
fn the_fit_under_both_kinds_of_weights() {
    let x = faer::MatRef::from_column_major_slice(&X, 5, 1);
    let data = Observations::new(x, &Y).weights(&W);
    let variance = Glm::new("gaussian").unwrap().fit(&data).unwrap();
    near(variance.coefficients[0].estimate, 37.0 / 30.0);
    near(variance.coefficients[1].estimate, 4.0 / 5.0);
    near(variance.deviance, 133.0 / 30.0);
    near(variance.null_deviance, 65.0 / 6.0);
    near(variance.dispersion, 133.0 / 90.0);
    near(variance.coefficients[1].std_error, (133.0_f64 / 900.0).sqrt());
    let frequency = Glm::new("gaussian").unwrap().weights_are(WeightKind::Frequency).fit(&data).unwrap();
    near(frequency.dispersion, 133.0 / 120.0);
    near(frequency.coefficients[1].std_error, (133.0_f64 / 1200.0).sqrt());
    near(frequency.log_likelihood, -3.0 * ((core::f64::consts::TAU * 133.0 / 180.0).ln() + 1.0));
    assert!((frequency.log_likelihood - -7.605_808).abs() < 5e-7);
}
