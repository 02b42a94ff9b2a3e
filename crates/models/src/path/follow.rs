//! A path whose predictors are asked for, not its coefficients: what cross-validation runs without each fold.

use thalweg_core::{Blocks, Halt, Result, Weights};

use super::Path;
use super::search::Problem;
use super::walk::Walk;
use crate::observations::Observations;

impl Path {
    /// Shows the predictors of all rows at each λ of a decreasing sequence. The fits end by the path's gap, as the search itself computes it; nothing is
    /// certified. A raised flag ends the sequence.
    pub(crate) fn follow_predictors(
        &self,
        data: &Observations<'_>,
        lambdas: &[f64],
        show: &mut dyn FnMut(&[f64]),
    ) -> Result<()> {
        let design = self.design(data)?;
        let datafit = data.datafit(&*self.model.loss)?;
        let sized = self.sized(design.predictors())?;
        let penalty = sized.as_deref().unwrap_or(&*self.penalty);
        let problem = Problem::new(self, penalty, data, &design, &datafit)?;
        if let Blocks::Groups(_) = penalty.blocks() {
            return problem.each(lambdas, &mut |x| {
                let eta = problem.predictors(x);
                show(&eta);
            });
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
                show(walk.predictors());
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
