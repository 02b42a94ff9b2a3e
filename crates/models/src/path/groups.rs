//! A path for penalties of groups of coefficients: the catalogue's solver at each λ, started from the fit before it.

use std::sync::Arc;

use thalweg_core::{ColumnProducts, Composite, Driver, Penalised, Result, Solution, Status, stop};

use super::fit::{PathEnd, PathPoint, SparseCoefficients};
use super::judge::Judge;
use super::search::Problem;
use super::walk::tolerance;

/// Of all columns, over the rows of the data.
type Products<'p> = Option<&'p ColumnProducts<f64>>;
use crate::select::Choice;

impl Problem<'_> {
    /// One λ after the other by the catalogue's solver of this penalty.
    pub(super) fn follow(
        &self,
        lambdas: &[f64],
        products: Products<'_>,
        observe: &mut dyn FnMut(&PathPoint, usize),
    ) -> Result<(Vec<PathPoint>, PathEnd, Choice)> {
        let mut objectives = self.judges()?;
        let judge = self.judge(&mut objectives, products)?;
        let choice = Choice::composite(self.penalty);
        let mut x = self.null.x.clone();
        let mut points: Vec<PathPoint> = Vec::with_capacity(lambdas.len());
        for lambda in lambdas {
            let (found, penalty) = self.solve(&judge, products, *lambda, &x)?;
            if found.status == Status::Interrupted {
                return Ok((points, PathEnd::Interrupted, choice));
            }
            let point = self.point(*lambda, &found, penalty);
            observe(&point, lambdas.len());
            x = found.x;
            let before = points.last().map_or(f64::NEG_INFINITY, |last| last.deviance_ratio);
            let end = self.path.end(points.len(), before, point.deviance_ratio);
            points.push(point);
            if let Some(end) = end {
                return Ok((points, end, choice));
            }
        }
        Ok((points, PathEnd::Complete, choice))
    }

    /// Shows the parameters at each λ.
    pub(super) fn each(
        &self,
        lambdas: &[f64],
        products: Products<'_>,
        show: &mut dyn FnMut(&[f64]),
    ) -> Result<()> {
        let mut objectives = self.judges()?;
        let judge = self.judge(&mut objectives, products)?;
        let mut x = self.null.x.clone();
        for lambda in lambdas {
            x = self.solve(&judge, products, *lambda, &x)?.0.x;
            // What an interrupt has cut short is no solution.
            if self.path.is_interrupted() {
                break;
            }
            show(&x);
        }
        Ok(())
    }

    /// The solution at λ, and its penalty. The violation asked for is what the gap asks for, and less where that was too much.
    fn solve(
        &self,
        judge: &Judge<'_, '_>,
        products: Products<'_>,
        lambda: f64,
        x0: &[f64],
    ) -> Result<(Solution<f64>, f64)> {
        let penalty = self.penalty;
        let solver = thalweg_optimizers::composite(Choice::composite(penalty).optimizer)?;
        let mut objective = Penalised::new(self.design, self.datafit, penalty, lambda)?;
        if let Some(products) = products {
            objective = objective.with_products(products)?;
        }
        let target = self.target();
        let mut run = |violation: f64, start: &[f64]| -> Result<Solution<f64>> {
            let mut driver = Driver::new()
                .stop(stop::gradient_inf(violation.max(f64::EPSILON)))
                .without_certificate()
                .iterations(self.path.iterations);
            if let Some(flag) = &self.path.interrupt {
                driver = driver.interrupt(Arc::clone(flag));
            }
            let mut found = solver.run(&mut driver, &mut objective, start)?;
            let verified = judge.verify_many(&[(lambda, &found.x)], target)?[0];
            found.certificate = verified.verification.certificate;
            found.value = verified.value;
            found.gradient_inf = verified.verification.gradient_inf.unwrap_or(f64::NAN);
            Ok(found)
        };
        let first = usize::from(self.path.intercept);
        let violation = tolerance(&x0[first..], lambda, target, self.path.gap, penalty.is_convex());
        let found = close_in(target, violation, x0, &mut run)?;
        let penalty = objective.penalty_value(&found.x);
        Ok((found, penalty))
    }

    fn point(&self, lambda: f64, found: &Solution<f64>, penalty: f64) -> PathPoint {
        let mut x = found.x.clone();
        let deviance = self.deviance_at(&self.predictors(&x));
        self.design.to_original(&mut x);
        let first = usize::from(self.path.intercept);
        let coefficients = SparseCoefficients::of(&x[first..]);
        let loss = found.value - penalty;
        let proven = found.certificate.bound().is_some_and(|bound| bound <= self.target());
        let status = match found.status {
            _ if proven => Status::Certified,
            Status::Certified => Status::Stationary,
            other => other,
        };
        PathPoint {
            lambda,
            intercepts: x[..first].to_vec(),
            degrees_of_freedom: coefficients.nonzero(),
            coefficients,
            loss,
            objective: found.value,
            deviance,
            deviance_ratio: self.explained(deviance, loss),
            certificate: found.certificate,
            violation: found.gradient_inf,
            status,
            iterations: found.iterations,
        }
    }
}

/// A search to a violation, from a start.
type Search<'s> = dyn FnMut(f64, &[f64]) -> Result<Solution<f64>> + 's;

/// Runs a search to a violation, and to smaller ones while its certificate leaves more than `target` open.
pub(super) fn close_in(
    target: f64,
    mut violation: f64,
    x0: &[f64],
    run: &mut Search<'_>,
) -> Result<Solution<f64>> {
    let mut found = run(violation, x0)?;
    for share in [0.1, 1e-3, 1e-6, 0.0] {
        let reached = found.certificate.bound().is_none_or(|bound| bound <= target);
        if reached || found.status == Status::Interrupted {
            break;
        }
        violation *= share;
        found = run(violation, &found.x)?;
    }
    Ok(found)
}
