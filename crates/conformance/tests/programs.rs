//! Programs against the other crates: every formula traces unchanged, and any optimizer fits a traced likelihood to the point that the
//! hand-written path finds.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_autodiff::{Program, Scalar, Scalars};
use thalweg_core::{Cost, Driver, Formula, Hessian, Pointwise, Smooth, Target, vector};
use thalweg_likelihood::{Density, Link, LinkFunction, LinkVisitor, NegativeLogLikelihood, families};
use thalweg_losses::Logistic;
use thalweg_optimizers::CATALOGUE as MINIMIZERS;
use thalweg_problems::linear::{Kind, synthetic};

/// Value, slope and curvature of the traced formula equal the closed forms that run in production.
fn traces<P: Pointwise<f64>>(name: &str, loss: P) {
    let all = Program::of_formula(loss).unwrap().hessian().unwrap();
    let targets: &[f64] = match loss.properties().target {
        Target::Real => &[-2.0, 0.0, 0.7, 3.0],
        Target::UnitInterval => &[0.0, 0.25, 1.0],
        Target::Binary => &[-1.0, 0.0, 1.0],
        Target::Positive => &[1e-9, 0.7, 4.0],
        Target::Nonzero => &[-2.0, 1e-9, 0.7],
        _ => &[0.0, 1.0, 4.0],
    };
    let (low, high) = loss.properties().predictor;
    for &y in targets {
        for eta in [-3.0, -0.4, 0.2, 0.9, 2.5].into_iter().filter(|eta| low < *eta && *eta < high) {
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
    use thalweg_losses::*;
    fn with<P: Pointwise<f64>>(name: &'static str, loss: thalweg_core::Result<P>) -> &'static str {
        traces(name, loss.unwrap());
        name
    }
    let mut traced = vec![
        with("absolute", Ok(Absolute)),
        with("absolute-percentage", Ok(AbsolutePercentage)),
        with("barron", Barron::new(-2.0, 1.5)),
        with("barron", Barron::new(1.5, 1.5)),
        with("cauchy", Cauchy::new(1.5)),
        with("dwd", Dwd::new(0.5)),
        with("epsilon-insensitive", EpsilonInsensitive::new(0.5)),
        with("expectile", Expectile::new(0.9)),
        with("exponential", Ok(Exponential)),
        with("fair", Fair::new(0.5)),
        with("focal", Focal::new(0.5, Some(0.25))),
        with("gamma", Ok(Gamma)),
        with("geman-mcclure", GemanMcclure::new(2.5)),
        with("hinge", Ok(Hinge)),
        with("huber", Huber::new(1.345)),
        with("log-cosh", Ok(LogCosh)),
        with("logistic", Ok(Logistic)),
        with("logistic", Reweighted::new(Logistic, 0.1, 2.5)),
        with("logistic-distance", Ok(LogisticDistance)),
        with("logistic-margin", Ok(LogisticMargin)),
        with("lp", Lp::new(3.0)),
        with("lp", Lp::new(1.5)),
        with("modified-huber", Ok(ModifiedHuber)),
        with("negative-binomial", NegativeBinomial::new(2.5)),
        with("negative-binomial", NegativeBinomial::new(2.5).map(Full)),
        with("negative-binomial", NegativeBinomial::new(20.0).map(Full)),
        with("perceptron", Ok(Perceptron)),
        with("poisson", Ok(thalweg_losses::Poisson)),
        with("poisson", Ok(Full(thalweg_losses::Poisson))),
        with("poisson-mean", Ok(PoissonMean)),
        with("probit", Ok(Probit)),
        with("pseudo-huber", PseudoHuber::new(0.4)),
        with("quantile", Quantile::new(0.9)),
        with("rennie-hinge", Ok(RennieHinge)),
        with("sigmoid", Ok(Sigmoid)),
        with("smooth-l1", SmoothL1::new(0.3)),
        with("smoothed-hinge", SmoothedHinge::new(0.5)),
        with("smoothed-quantile", SmoothedQuantile::new(0.9, 0.5)),
        with("squared", Ok(Squared)),
        with("squared-epsilon-insensitive", SquaredEpsilonInsensitive::new(0.5)),
        with("squared-hinge", Ok(SquaredHinge)),
        with("squared-log", Ok(SquaredLog)),
        with("symmetric-percentage", Ok(SymmetricPercentage)),
        with("tukey", Tukey::new(2.0)),
        with("tweedie", Tweedie::new(1.9)),
        with("tweedie", Tweedie::new(3.0)),
        with("welsch", Welsch::new(1.5)),
    ];
    traced.dedup();
    assert!(traced.into_iter().eq(CATALOGUE.iter().map(|entry| entry.name)), "every loss of the catalogue");
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
    family(families::Gaussian);
    family(families::Binomial);
    family(families::Poisson);
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
