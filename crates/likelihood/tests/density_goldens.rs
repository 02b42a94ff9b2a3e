//! The densities agree with references of many digits, and refuse parameters outside their range.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Error, Formula, Result, RowFormula};
use thalweg_likelihood::densities::{
    AsymmetricHuber, AsymmetricLaplace, AsymmetricNormal, Bernoulli, Categorical, Gamma, GeneralizedNormal,
    HuberDensity, HyperbolicSecant, Laplace, Logistic, NegativeBinomial, Normal, Poisson, StudentT,
    UniformLaplace, UniformNormal,
};

/// ln f(y | η) of a density by name.
fn ln(name: &str, parameters: &[f64], y: f64, eta: f64) -> Result<f64> {
    let p = |i: usize| parameters[i];
    Ok(match name {
        "asymmetric-huber" => AsymmetricHuber::new(p(0), p(1))?.eval(y, eta),
        "asymmetric-laplace" => AsymmetricLaplace::new(p(0), p(1))?.eval(y, eta),
        "asymmetric-normal" => AsymmetricNormal::new(p(0))?.eval(y, eta),
        "bernoulli" => Bernoulli.eval(y, eta),
        "gamma" => Gamma::new(p(0))?.eval(y, eta),
        "generalized-normal" => GeneralizedNormal::new(p(0))?.eval(y, eta),
        "huber-density" => HuberDensity::new(p(0), p(1))?.eval(y, eta),
        "hyperbolic-secant" => HyperbolicSecant.eval(y, eta),
        "laplace" => Laplace::new(p(0))?.eval(y, eta),
        "logistic" => Logistic::new(p(0))?.eval(y, eta),
        "negative-binomial" => NegativeBinomial::new(p(0))?.eval(y, eta),
        "normal" => Normal::new(p(0))?.eval(y, eta),
        "poisson" => Poisson.eval(y, eta),
        "student-t" => StudentT::new(p(0), p(1))?.eval(y, eta),
        "uniform-laplace" => UniformLaplace::new(p(0))?.eval(y, eta),
        "uniform-normal" => UniformNormal::new(p(0))?.eval(y, eta),
        other => panic!("unknown density {other}"),
    })
}

#[test]
fn references_agree() {
    let mut names: Vec<String> = Vec::new();
    for line in include_str!("fixtures/densities.csv").lines().filter(|line| !line.starts_with('#')) {
        let [name, parameters, y, eta, expected] = line.split(',').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let number = |text: &str| text.parse::<f64>().unwrap();
        let parameters: Vec<f64> = parameters.split_whitespace().map(number).collect();
        let (found, expected) = (ln(name, &parameters, number(y), number(eta)).unwrap(), number(expected));
        // Terms of size 1 cancel where the density is near 1.
        let allowed = 1e-13 * expected.abs().max(1.0);
        assert!((found - expected).abs() <= allowed, "{line}: {found:e}, off by {:e}", found - expected);
        names.push(name.to_owned());
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 16, "{names:?}");
}

#[test]
fn parameters_outside_their_range_are_refused() {
    let refused = |name: &str, parameters: &[f64]| {
        let verdict = ln(name, parameters, 1.0, 0.5);
        assert!(matches!(verdict, Err(Error::InvalidParameter { .. })), "{name} {parameters:?}: {verdict:?}");
    };
    for bad in [0.0, -1.0, f64::INFINITY, f64::NAN] {
        for name in [
            "gamma",
            "generalized-normal",
            "laplace",
            "logistic",
            "negative-binomial",
            "normal",
            "uniform-laplace",
            "uniform-normal",
        ] {
            refused(name, &[bad]);
        }
        for name in ["huber-density", "student-t"] {
            refused(name, &[bad, 1.0]);
            refused(name, &[1.0, bad]);
        }
        for name in ["asymmetric-huber", "asymmetric-laplace"] {
            refused(name, &[0.5, bad]);
            refused(name, &[bad, 1.0]);
        }
        refused("asymmetric-normal", &[bad]);
    }
    refused("asymmetric-normal", &[1.0]);
}

#[test]
fn categorical_probabilities_sum_to_one() {
    for eta in [[0.0, 0.0, 0.0], [1.0, -2.0, 0.5], [800.0, 799.0, -800.0]] {
        let mass: f64 = (0..3).map(|y| Categorical.eval(&[f64::from(y)], &eta).exp()).sum();
        assert!((mass - 1.0).abs() < 1e-15, "{eta:?}: {mass:e}");
        assert!(Categorical.eval(&[3.0], &eta).is_nan());
    }
}
