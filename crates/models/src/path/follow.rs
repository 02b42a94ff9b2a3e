//! A path that is followed and not kept: what cross-validation runs without each fold, and stability selection on each half.

use thalweg_core::{Blocks, Halt, Result, Weights};

use super::Path;
use super::search::Problem;
use super::walk::Walk;
use crate::observations::Observations;

/// A fit on the way.
enum Here<'h, 'w> {
    Walk(&'h mut Walk<'w>),
    Parameters(&'h Problem<'w>, &'h [f64]),
}

impl Path {
    /// Shows the predictors of all rows at each λ of a decreasing sequence. The fits end by the path's gap, as the search itself computes it; nothing is
    /// certified. A raised flag ends the sequence.
    pub(crate) fn follow_predictors(
        &self,
        data: &Observations<'_>,
        lambdas: &[f64],
        show: &mut dyn FnMut(&[f64]),
    ) -> Result<()> {
        self.follow(data, lambdas, &mut |here| match here {
            Here::Walk(walk) => show(walk.predictors()),
            Here::Parameters(problem, x) => show(&problem.predictors(x)),
        })
    }

    /// The same with the coefficients on the scale that λ acts on.
    pub(crate) fn follow_coefficients(
        &self,
        data: &Observations<'_>,
        lambdas: &[f64],
        show: &mut dyn FnMut(&[f64]),
    ) -> Result<()> {
        let first = usize::from(self.intercept);
        self.follow(data, lambdas, &mut |here| match here {
            Here::Walk(walk) => show(&walk.x[first..]),
            Here::Parameters(_, x) => show(&x[first..]),
        })
    }

    fn follow(
        &self,
        data: &Observations<'_>,
        lambdas: &[f64],
        show: &mut dyn FnMut(Here<'_, '_>),
    ) -> Result<()> {
        let design = self.design(data)?;
        let datafit = data.datafit(&*self.model.loss)?;
        let sized = self.sized(design.predictors())?;
        let penalty = sized.as_deref().unwrap_or(&*self.penalty);
        let problem = Problem::new(self, penalty, data, &design, &datafit)?;
        if let Blocks::Groups(_) = penalty.blocks() {
            return problem.each(lambdas, &mut |x| show(Here::Parameters(&problem, x)));
        }
        let target = problem.target();
        let mut followed = || -> Result<(), Halt> {
            let mut walk = Walk::new(&design, &datafit, penalty, &problem.null)?;
            let mut last = problem.lambda_max;
            for lambda in lambdas {
                if self.is_interrupted() {
                    break;
                }
                let from = if last.is_finite() { last.max(*lambda) } else { *lambda };
                if !problem.is_null(*lambda) {
                    walk.solve(*lambda, from, target, self.gap, self.iterations)?;
                }
                last = *lambda;
                show(Here::Walk(&mut walk));
            }
            Ok(())
        };
        match followed() {
            Err(Halt::Input(error)) => Err(error),
            // A search that cannot go on has shown what it could.
            _ => Ok(()),
        }
    }

    /// The mean deviance of rows with predictors η; their mean loss where the loss is no likelihood.
    pub(crate) fn mean_deviance(&self, y: &[f64], eta: &[f64], w: Weights<'_, f64>) -> f64 {
        let total = w.total(y.len());
        match &self.model.likelihood {
            Some((family, link)) => family.totals(*link, y, eta, w).deviance / total,
            None => {
                let mut each = vec![0.0; y.len()];
                self.model.loss.each(y, eta, w, &mut each);
                each.iter().sum::<f64>() / total
            }
        }
    }
}
