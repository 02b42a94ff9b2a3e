//! Programs against the other crates: every formula traces unchanged, and any optimizer fits a traced likelihood to the point that the
//! hand-written path finds.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_autodiff::{Program, Scalar, Scalars};
use thalweg_core::{Cost, Driver, Formula, Hessian, Pointwise, Smooth, Target, vector};
use thalweg_likelihood::families::{Binomial, Gaussian, Poisson};
use thalweg_likelihood::{Density, Link, LinkFunction, LinkVisitor, NegativeLogLikelihood};
use thalweg_losses::{Huber, Logistic, Squared};
use thalweg_optimizers::CATALOGUE as MINIMIZERS;
use thalweg_problems::linear::{Kind, synthetic};

/// Value, slope and curvature of the traced formula equal the closed forms that run in production.
fn traces<P: Pointwise<f64>>(name: &str, loss: P) {
    let all = Program::of_formula(loss).unwrap().hessian().unwrap();
    let targets: &[f64] = match loss.properties().target {
        Target::Real => &[-2.0, 0.0, 0.7, 3.0],
        Target::UnitInterval => &[0.0, 0.25, 1.0],
        _ => &[0.0, 1.0, 4.0],
    };
    for &y in targets {
        for eta in [-3.0, -0.4, 0.2, 0.9, 2.5] {
            let (value, slope, curvature) = loss.derivatives(y, eta);
            if !value.is_finite() {
                continue; // a predictor outside the link's range
            }
            let found = all.evaluate(&Scalars::<f64>::new(), &[eta], &[y]).unwrap();
            for (found, wanted) in found.iter().zip([value, slope, curvature]) {
                let close = (found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0);
                assert!(close, "{name} at y = {y}, eta = {eta}: {found}, in production {wanted}");
            }
        }
    }
}

#[test]
fn every_formula_traces_unchanged() {
    traces("squared", Squared);
    traces("logistic", Logistic);
    traces("poisson", thalweg_losses::Poisson);
    traces("huber", Huber::new(1.345).unwrap());
    fn family<F: Density>(family: F) {
        struct With<F>(F, LinkFunction);
        impl<F: Density> LinkVisitor for With<F> {
            type Output = ();
            fn visit<L: Link>(self, link: L) {
                let name = format!("{} with {}", F::NAME, self.1.name());
                traces(&name, NegativeLogLikelihood::new(self.0, link, self.1));
            }
        }
        F::LINKS.iter().for_each(|&link| link.visit(With(family, link)));
    }
    family(Gaussian);
    family(Binomial);
    family(Poisson);
}

/// Logistic regression with an intercept, one parameter a column.
fn logistic<S: Scalar>(p: &[S], row: &[S]) -> S {
    let (y, x) = (row[row.len() - 1], &row[..row.len() - 1]);
    let eta = x.iter().zip(&p[1..]).fold(p[0], |eta, (&x, &b)| eta + b * x);
    Logistic.eval(y, eta)
}

#[test]
fn any_optimizer_fits_a_program() {
    let (n, p) = (3000, 5);
    let data = synthetic(n, p, 21, Kind::Logistic);
    let design = data.design().unwrap().with_intercept();
    let datafit = Cost::new(&Logistic, &data.y).unwrap();
    let mut smooth = Smooth::new(&design, &datafit).unwrap();
    let newton = thalweg_optimizers::minimizer("newton").unwrap();
    let reference = (newton.make.f64)(&mut Driver::new(), &mut smooth, &vec![0.0; p + 1]).unwrap();

    let mut columns: Vec<&[f64]> = data.x.chunks(n).collect();
    columns.push(&data.y);
    let program = Program::trace(p + 1, p + 1, |p, row| logistic(p, row)).unwrap();
    for minimizer in MINIMIZERS {
        let mut cost = program.objective(&columns).unwrap();
        let objective: &mut dyn Hessian<f64> = &mut cost;
        let mut driver = Driver::new().iterations(20_000);
        let found = (minimizer.make.f64)(&mut driver, objective, &vec![0.0; p + 1]).unwrap();
        assert!(found.status.is_solved(), "{}: {}", minimizer.name, found.status);
        let distance: Vec<f64> = found.x.iter().zip(&reference.x).map(|(a, b)| a - b).collect();
        assert!(
            vector::norm_inf(&distance) <= 1e-4,
            "{}: {:?}, not {:?}",
            minimizer.name,
            found.x,
            reference.x
        );
        assert!((found.value - reference.value).abs() <= 1e-9, "{}: {}", minimizer.name, found.value);
    }
    // A stochastic rule sees the same mean through minibatches.
    let mut cost = program.objective(&columns).unwrap();
    let adam = thalweg_optimizers::update("adam:lr=0.02,epochs=60").unwrap();
    let found = adam(&mut Driver::new(), &mut cost, &vec![0.0; p + 1]).unwrap();
    assert!(found.value - reference.value < 1e-3, "adam: {}, not {}", found.value, reference.value);
}
