//! Every optimizer of the catalogue, on every loss of the catalogue with every quadratic penalty, finds the minimum that Newton finds.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use thalweg_core::{Cost, Driver, Penalty, Smooth, Solution, Status, Target, vector};
use thalweg_likelihood::{CATALOGUE as FAMILIES, LinkFunction};
use thalweg_losses::{CATALOGUE as LOSSES, loss};
use thalweg_optimizers::CATALOGUE as MINIMIZERS;
use thalweg_problems::linear::{Kind, Linear, admitted, synthetic};
use thalweg_regularization::{CATALOGUE as PENALTIES, penalty};

use common::is_smooth;

/// Data whose targets the loss admits.
fn data(target: Target, n: usize, p: usize) -> Linear {
    admitted(target, n, p, 7)
}

fn fit(
    minimizer: &str,
    loss: &dyn thalweg_core::Loss<f64>,
    penalty: (&dyn Penalty<f64>, f64),
    data: &Linear,
) -> Solution<f64> {
    let design = data.design().unwrap().with_intercept();
    let datafit = Cost::new(loss, &data.y).unwrap();
    let mut smooth = Smooth::new(&design, &datafit).unwrap().with_penalty(penalty.0, penalty.1).unwrap();
    let entry = thalweg_optimizers::minimizer(minimizer).unwrap();
    let mut driver = Driver::new().iterations(20_000);
    (entry.make.f64)(&mut driver, &mut smooth, &vec![0.0; data.p + 1]).unwrap()
}

/// Same value to 1e-8 and same point to the root of it.
fn agree(what: &str, found: &Solution<f64>, reference: &Solution<f64>) {
    assert!(reference.status.is_solved(), "{what}: Newton ends {}", reference.status);
    assert!(found.status.is_solved(), "{what}: {} after {} iterations", found.status, found.iterations);
    let gap = (found.value - reference.value).abs();
    assert!(gap <= 1e-8 * reference.value.abs().max(1e-3), "{what}: {} and {}", found.value, reference.value);
    let distance: Vec<f64> = found.x.iter().zip(&reference.x).map(|(a, b)| a - b).collect();
    assert!(vector::norm_inf(&distance) <= 1e-3, "{what}: {:?} and {:?}", found.x, reference.x);
}

#[test]
fn all_find_the_same_minimum() {
    for loss_entry in LOSSES {
        let loss = loss::<f64>(loss_entry.name).unwrap();
        if !is_smooth(&loss.properties()) {
            continue;
        }
        let data = data(loss.properties().target, 700, 4);
        for penalty_entry in PENALTIES {
            let penalty = penalty(penalty_entry.name).unwrap();
            if !penalty.is_quadratic() {
                continue;
            }
            let reference = fit("newton", &*loss, (&*penalty, 0.1), &data);
            for minimizer in MINIMIZERS {
                let found = fit(minimizer.name, &*loss, (&*penalty, 0.1), &data);
                let what = format!("{} on {} with {}", minimizer.name, loss_entry.name, penalty_entry.name);
                agree(&what, &found, &reference);
            }
        }
    }
}

/// With links that are not canonical the Hessian is expected information and the loss may be nonconvex; the data keep it well behaved.
#[test]
fn all_agree_on_families_with_other_links() {
    for entry in FAMILIES {
        let family = (entry.make)(&entry.values(&[]).unwrap()).unwrap();
        for link in family.links().iter().filter(|l| matches!(l, LinkFunction::Probit | LinkFunction::Logit))
        {
            let loss = family.loss(*link).unwrap();
            let data = data(family.target(), 700, 3);
            let none = penalty("none").unwrap();
            let reference = fit("newton", &*loss, (&*none, 0.0), &data);
            for minimizer in MINIMIZERS {
                let found = fit(minimizer.name, &*loss, (&*none, 0.0), &data);
                agree(
                    &format!("{} on {} with {}", minimizer.name, entry.name, link.name()),
                    &found,
                    &reference,
                );
            }
        }
    }
}

/// Convex losses whose properties allow a proof are certified, not merely stationary.
#[test]
fn proofs_are_found_where_the_properties_allow_them() {
    for name in ["squared", "logistic", "poisson"] {
        let loss = loss::<f64>(name).unwrap();
        let data = data(loss.properties().target, 700, 4);
        let solution = fit("newton", &*loss, (&*penalty("ridge").unwrap(), 0.1), &data);
        assert_eq!(solution.status, Status::Certified, "{name}: {:?}", solution.certificate);
    }
}

/// The synthetic coefficients are recovered within a few standard errors, about 1/√n.
#[test]
fn synthetic_coefficients_are_recovered() {
    for (name, kind) in [("squared", Kind::Squared), ("logistic", Kind::Logistic), ("poisson", Kind::Poisson)]
    {
        let data = synthetic(20_000, 3, 5, kind);
        let solution = fit("newton", &*loss::<f64>(name).unwrap(), (&*penalty("none").unwrap(), 0.0), &data);
        assert!((solution.x[0] - data.intercept).abs() < 0.1, "{name}: intercept {}", solution.x[0]);
        for (found, truth) in solution.x[1..].iter().zip(&data.coefficients) {
            assert!((found - truth).abs() < 0.1, "{name}: {found}, not {truth}");
        }
    }
}
