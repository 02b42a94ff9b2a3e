//! A loss of `thalweg-losses` is minus the log-density of its family with the canonical link, up to a term that does not depend on η; and
//! the generic family–link pair is the same loss.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::Loss;
use thalweg_likelihood::families::{Binomial, Gaussian, Poisson};
use thalweg_likelihood::{CATALOGUE, Family, family, pair};
use thalweg_losses::loss;

/// Loss and family that are one, with targets.
const PAIRS: [(&str, &str, &[f64]); 3] = [
    ("squared", "gaussian", &[-2.0, 0.0, 3.5]),
    ("logistic", "binomial", &[0.0, 0.25, 1.0]),
    ("poisson", "poisson", &[0.0, 1.0, 7.0]),
];

fn predictors() -> impl Iterator<Item = f64> {
    (-60..=60).map(|i| 0.25 * f64::from(i) + 0.013)
}

fn close(a: f64, b: f64, size: f64) -> bool {
    (a - b).abs() <= 1e-12 * size.max(a.abs()).max(b.abs()).max(1e-3)
}

#[test]
fn values_differ_from_minus_the_log_density_by_a_constant() {
    for (loss_name, family_name, targets) in PAIRS {
        let (loss, family) = (loss::<f64>(loss_name).unwrap(), family(family_name).unwrap());
        let link = family.canonical_link();
        for &y in targets {
            let difference = |eta: f64| {
                let density = family.log_density(y, &link.mean(eta), 1.0, 1.0);
                (loss.at(y, eta)[0] + density, density.abs())
            };
            let (constant, _) = difference(0.013);
            for eta in predictors() {
                let (found, size) = difference(eta);
                assert!(
                    close(found, constant, size),
                    "{loss_name} at y = {y}, eta = {eta}: {found:e}, elsewhere {constant:e}"
                );
            }
        }
    }
}

#[test]
fn derivatives_are_those_of_minus_the_log_density() {
    for (loss_name, family_name, targets) in PAIRS {
        let (loss, family) = (loss::<f64>(loss_name).unwrap(), family(family_name).unwrap());
        let canonical = family.loss(family.canonical_link()).unwrap();
        for (y, eta) in targets.iter().flat_map(|y| predictors().map(move |eta| (*y, eta))) {
            let (a, b) = (loss.at(y, eta), canonical.at(y, eta));
            assert_eq!(a.map(f64::to_bits), b.map(f64::to_bits), "{loss_name} at y = {y}, eta = {eta}");
            let density = |eta: f64| family.log_density(y, &family.canonical_link().mean(eta), 1.0, 1.0);
            let h = 1e-3;
            let central = |h: f64| (density(eta - h) - density(eta + h)) / (2.0 * h);
            let slope = (4.0 * central(0.5 * h) - central(h)) / 3.0;
            let size = a[1].abs().max(density(eta).abs());
            assert!(
                (slope - a[1]).abs() <= 1e-9 * size.max(1.0),
                "{loss_name}: {slope} at y = {y}, eta = {eta}"
            );
        }
    }
}

/// The formula −ln f(y; g⁻¹(η)) by dual numbers gives the closed forms of the canonical loss: values up to a constant.
#[test]
fn generic_pairs_are_the_canonical_losses() {
    let generic = |name: &str| -> Box<dyn Loss<f64>> {
        let link = family(name).unwrap().canonical_link();
        match name {
            "gaussian" => pair(Gaussian, link),
            "binomial" => pair(Binomial, link),
            _ => pair(Poisson, link),
        }
    };
    for (loss_name, family_name, targets) in PAIRS {
        let (loss, generic) = (loss::<f64>(loss_name).unwrap(), generic(family_name));
        for &y in targets {
            let constant = generic.at(y, 0.013)[0] - loss.at(y, 0.013)[0];
            for eta in predictors() {
                let (a, b) = (generic.at(y, eta), loss.at(y, eta));
                let size = 1.0 + y.abs() * (1.0 + eta.abs());
                assert!(
                    close(a[0] - b[0], constant, a[0].abs() + size),
                    "{loss_name} at y = {y}, eta = {eta}"
                );
                for k in 1..4 {
                    assert!(
                        close(a[k], b[k], size),
                        "{loss_name}, order {k} at y = {y}, eta = {eta}: {a:?}, {b:?}"
                    );
                }
            }
        }
    }
}

/// Every family of the catalogue has its canonical link first and a loss for it with exact = expected curvature.
#[test]
fn canonical_links_make_observed_and_expected_information_equal() {
    for entry in CATALOGUE {
        let family: Box<dyn Family> = (entry.make)(&entry.values(&[]).unwrap()).unwrap();
        let loss = family.loss(family.canonical_link()).unwrap();
        for eta in predictors() {
            let [_, _, observed, expected] = loss.at(1.0, eta);
            assert!(close(observed, expected, 0.0), "{} at {eta}: {observed}, {expected}", entry.name);
        }
    }
}
