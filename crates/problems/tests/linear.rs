//! Synthetic linear data: the same bits for any number of threads, and the distribution they claim.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::par::with_threads;
use thalweg_problems::linear::{Kind, synthetic};

#[test]
fn data_depend_on_the_seed_alone() {
    let reference = synthetic(5000, 3, 9, Kind::Poisson);
    for threads in [1, 2, 7] {
        assert_eq!(with_threads(threads, || synthetic(5000, 3, 9, Kind::Poisson)).unwrap(), reference);
    }
    assert_ne!(synthetic(5000, 3, 10, Kind::Poisson).x, reference.x);
}

#[test]
fn predictors_are_standard_normal() {
    let data = synthetic(20_000, 2, 1, Kind::Squared);
    let n = data.x.len() as f64;
    let mean = data.x.iter().sum::<f64>() / n;
    let variance = data.x.iter().map(|v| v * v).sum::<f64>() / n;
    // Five standard errors.
    assert!(mean.abs() < 5.0 / n.sqrt() && (variance - 1.0).abs() < 5.0 * (2.0 / n).sqrt());
}

/// The residuals of the true model are orthogonal to every predictor, to within five standard errors.
#[test]
fn targets_have_the_mean_they_claim() {
    for (kind, mean) in [
        (Kind::Squared, (|eta| eta) as fn(f64) -> f64),
        (Kind::Logistic, |eta| 1.0 / (1.0 + (-eta).exp())),
        (Kind::Poisson, f64::exp),
    ] {
        let data = synthetic(20_000, 2, 4, kind);
        let residual = |i: usize| {
            let eta: f64 = (0..data.p).map(|j| data.coefficients[j] * data.x[j * data.n + i]).sum();
            data.y[i] - mean(data.intercept + eta)
        };
        for j in 0..=data.p {
            let column = |i: usize| if j == data.p { 1.0 } else { data.x[j * data.n + i] };
            let terms: Vec<f64> = (0..data.n).map(|i| column(i) * residual(i)).collect();
            let (sum, squares) = terms.iter().fold((0.0, 0.0), |(s, q), t| (s + t, q + t * t));
            assert!(f64::abs(sum) < 5.0 * f64::sqrt(squares), "{kind:?}, column {j}: {sum}");
        }
    }
}

#[test]
fn degenerate_shapes_work() {
    assert!(synthetic(0, 3, 1, Kind::Squared).y.is_empty());
    let data = synthetic(4, 0, 1, Kind::Logistic);
    assert_eq!((data.x.len(), data.y.len(), data.design().unwrap().parameters()), (0, 4, 0));
}
