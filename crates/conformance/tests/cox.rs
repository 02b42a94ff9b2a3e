//! Cox regression by the optimizers of smooth problems, against R's coxph.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../../losses/tests/support/cox.rs"]
#[allow(dead_code)]
mod support;

use faer::Mat;
use support::{Study, close, random_study, studies};
use thalweg_core::par::with_threads;
use thalweg_core::{
    Cost, Datafit, Design, Driver, Error, Gradient, Halt, Hessian, HessianVector, Objective, SetObjective,
    Smooth, Status, Weights, stop,
};
use thalweg_losses::{Squared, Ties};
use thalweg_regularization::Ridge;

fn design(study: &Study) -> Mat<f64> {
    Mat::from_fn(study.times.len(), study.p, |i, j| study.x[i * study.p + j])
}

fn ties(name: &str) -> Ties {
    if name == "efron" { Ties::Efron } else { Ties::Breslow }
}

/// A standardised design, as a user would fit it: the columns of `lung` differ in scale by a factor of 30.
fn standardized(study: &Study) -> Design<'static, f64> {
    Design::from_mat(design(study)).unwrap().standardized(Weights::Each(&study.weights)).unwrap()
}

#[test]
fn smooth_methods_reach_the_coefficients_of_coxph() {
    for study in studies() {
        let design = standardized(&study);
        for record in study.records.iter().filter(|record| record.place == "optimum") {
            let cox = study.cox(ties(&record.ties));
            let mut objective = SetObjective::new(&design, &cox).unwrap();
            for method in ["lbfgs", "newton-cg", "newton"] {
                let place = format!("{}, {}, {method}", study.name, record.ties);
                let entry = thalweg_optimizers::minimizer(method).unwrap();
                let mut driver = Driver::new().stop(stop::gradient_inf(1e-11)).iterations(300);
                let solution = (entry.make.f64)(&mut driver, &mut objective, &vec![0.0; study.p]).unwrap();
                assert_eq!(solution.status, Status::Stationary, "{place}");
                close(-solution.value * cox.total_weight(), record.value, 1e-12 * record.value.abs(), &place);
                // Its last steps differ in F by less than the rounding of F, of which the driver keeps any: that fixes half the digits of x.
                if method == "newton" {
                    continue;
                }
                // In units of a standard deviation of each column.
                let mut expected = record.coefficients.clone();
                design.to_standardized(&mut expected);
                for (found, expected) in solution.x.iter().zip(&expected) {
                    close(*found, *expected, 1e-8, &place);
                }
            }
        }
    }
}

/// With an offset, a penalty and standardised columns: gradient, Hessian and product by differences and against one another.
#[test]
fn oracles_agree() {
    let study = random_study(8, 3000);
    let offset: Vec<f64> = (0..3000).map(|i| (i as f64 * 0.1).sin()).collect();
    let x = design(&study);
    for standardized in [false, true] {
        let mut design = Design::new(x.as_ref()).unwrap();
        if standardized {
            design = design.standardized(Weights::Each(&study.weights)).unwrap();
        }
        let cox = study.cox(Ties::Efron).with_offset(&offset).unwrap();
        let mut objective = SetObjective::new(&design, &cox).unwrap().with_penalty(&Ridge, 0.3).unwrap();
        let b = [0.7, -0.4];
        let (mut g, mut other, mut h) = ([0.0; 2], [0.0; 2], Mat::zeros(2, 2));
        let value = objective.value_gradient_hessian(&b, &mut g, h.as_mut()).unwrap();
        assert_eq!(value, objective.value(&b).unwrap());
        for j in 0..2 {
            let mut at = |step: f64| {
                let mut b = b;
                b[j] += step;
                (objective.value_gradient(&b, &mut other).unwrap(), other)
            };
            let ((above, up), (below, down)) = (at(1e-5), at(-1e-5));
            close((above - below) / 2e-5, g[j], 1e-9, "gradient");
            for i in 0..2 {
                close((up[i] - down[i]) / 2e-5, h[(i, j)], 1e-9, "Hessian");
            }
        }
        objective.linearize(&b).unwrap();
        objective.hessian_vector(&[2.0, -3.0], &mut other).unwrap();
        for i in 0..2 {
            close(other[i], 2.0 * h[(i, 0)] - 3.0 * h[(i, 1)], 1e-14, "product");
        }
    }
}

#[test]
fn bits_do_not_depend_on_threads() {
    let study = random_study(2, 20_000);
    let (design, cox) = (standardized(&study), study.cox(Ties::Efron));
    let bits = |threads| {
        let run = || {
            let mut objective = SetObjective::new(&design, &cox).unwrap();
            let (mut g, mut product) = ([0.0; 2], [0.0; 2]);
            let value = objective.value_gradient(&[0.3, 0.8], &mut g).unwrap();
            objective.linearize(&[0.3, 0.8]).unwrap();
            objective.hessian_vector(&[1.0, 2.0], &mut product).unwrap();
            [value, g[0], g[1], product[0], product[1]].map(f64::to_bits)
        };
        with_threads(threads, run).unwrap()
    };
    let one = bits(1);
    assert!(one == bits(2) && one == bits(7));
}

/// What a separable pass cannot take names the type that can.
#[test]
fn other_objectives_point_here() {
    let study = random_study(1, 20);
    let (design, cox) = (standardized(&study), study.cox(Ties::Efron));
    let error = Smooth::new(&design, &cox).err().unwrap();
    assert!(error.to_string().contains("SetObjective"), "{error}");
    // A loss without the action of its Hessian has values and gradients all the same.
    let cost = Cost::new(&Squared, &study.times).unwrap();
    let mut objective = SetObjective::new(&design, &cost).unwrap();
    let (mut g, mut other) = ([0.0; 2], [0.0; 2]);
    let value = objective.value_gradient(&[1.0, 2.0], &mut g).unwrap();
    let mut smooth = Smooth::new(&design, &cost).unwrap();
    close(value, smooth.value_gradient(&[1.0, 2.0], &mut other).unwrap(), 1e-14 * value, "separable");
    assert!(objective.hessian_vector(&[1.0, 2.0], &mut other).is_err(), "nothing is linearised");
    objective.linearize(&[1.0, 2.0]).unwrap();
    let refused = objective.hessian_vector(&[1.0, 2.0], &mut other);
    assert!(matches!(refused, Err(Halt::Input(Error::Unsupported { .. }))));
    assert!(objective.value(&[1.0]).is_err());
}
