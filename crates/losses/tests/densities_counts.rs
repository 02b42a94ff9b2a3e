//! Losses of labels, counts and positive amounts that say they are a negative log-likelihood are one: e^−(ℓ + C) has mass 1, the score has
//! mean 0, and the mean of ℓ″ is the expected curvature.

#![allow(clippy::unwrap_used)]

use thalweg_core::Loss;
use thalweg_losses::{Full, Gamma, LogisticMargin, NegativeBinomial, Poisson, PoissonMean, Probit};

/// Sums over the support, given as points and their measure: mass, mean score and mean curvature against what the loss says.
fn is_a_density(name: &str, loss: &dyn Loss<f64>, eta: f64, support: impl Iterator<Item = (f64, f64)>) {
    let [mut mass, mut score, mut size, mut curvature] = [0.0; 4];
    for (y, measure) in support {
        let [value, first, second, _] = loss.at(y, eta);
        let probability = measure * (-value).exp();
        mass += probability;
        score += probability * first;
        size += probability * first.abs();
        curvature += probability * second;
    }
    let expected = loss.at(1.0, eta)[3];
    assert!((mass - 1.0).abs() < 1e-10, "{name} at {eta}: the mass is 1 + {:e}", mass - 1.0);
    assert!(score.abs() < 1e-9 * size, "{name} at {eta}: the mean score is {score:e} of {size:e}");
    assert!(
        (curvature / expected - 1.0).abs() < 1e-9,
        "{name} at {eta}: the mean curvature is {curvature:e}, not {expected:e}"
    );
}

fn counts(largest: u32) -> impl Iterator<Item = (f64, f64)> {
    (0..=largest).map(|y| (f64::from(y), 1.0))
}

#[test]
fn labels() {
    for eta in [-30.0, -3.0, -0.2, 0.0, 1.0, 5.0] {
        is_a_density("logistic-margin", &Full(LogisticMargin), eta, [(-1.0, 1.0), (1.0, 1.0)].into_iter());
        is_a_density("probit", &Full(Probit), eta, counts(1));
    }
}

#[test]
fn counts_of_every_size() {
    for eta in [-3.0, 0.0, 2.5] {
        is_a_density("poisson", &Full(Poisson), eta, counts(200));
        is_a_density("poisson-mean", &Full(PoissonMean), eta.exp(), counts(200));
        // Sizes on both sides of the one where the constant changes its form; the smaller, the longer the tail.
        for (theta, largest) in
            [(0.05, 20_000), (2.5, 1_000), (15.9, 400), (16.1, 400), (1e4, 200), (1e10, 200)]
        {
            let loss = Full(NegativeBinomial::new(theta).unwrap());
            is_a_density(&format!("negative-binomial:theta={theta}"), &loss, eta, counts(largest));
        }
    }
}

#[test]
fn amounts() {
    // y = e^x: the integrand is analytic and falls exponentially to the left and faster to the right, where the trapezoidal rule is exact.
    const STEP: f64 = 1.0 / 32.0;
    for eta in [-3.0, 0.0, 2.5] {
        let support = (-1200..200).map(|i| {
            let y = (eta + STEP * f64::from(i)).exp();
            (y, STEP * y)
        });
        is_a_density("gamma", &Full(Gamma), eta, support);
    }
}
