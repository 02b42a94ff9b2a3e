//! A path whose fits are asked for, not their certificates: what cross-validation runs without each fold, and stability selection on each half.

use thalweg_core::{Blocks, ColumnProducts, Design, Halt, Result, Weights};

use super::search::Problem;
use super::walk::Walk;
use super::{Kind, Path, classes};
use crate::observations::Observations;

impl Path {
    /// Whether a path on this design is followed by the products of all columns.
    pub(crate) fn takes_products(&self, data: &Observations<'_>, design: &Design<'_, f64>) -> Result<bool> {
        if let Kind::Classes { .. } = self.model.kind {
            return Ok(false);
        }
        let datafit = data.datafit(self.model.loss()?)?;
        let sized = self.sized(design.predictors())?;
        Walk::takes_products(design, &datafit, sized.as_deref().unwrap_or(&*self.penalty))
    }

    /// Shows the parameters, class by class and on the scale of the columns as they are, at each λ of a decreasing sequence. `design` is that of the data, not
    /// standardised. The fits end by the path's gap, as the search itself computes it; nothing is certified. A raised flag ends the sequence.
    pub(crate) fn follow_fits(
        &self,
        data: &Observations<'_>,
        design: &Design<'_, f64>,
        products: Option<&ColumnProducts<f64>>,
        lambdas: &[f64],
        show: &mut dyn FnMut(&[f64]),
    ) -> Result<()> {
        self.follow(data, design, products, lambdas, &mut |design, x| {
            let mut x = x.to_vec();
            x.chunks_exact_mut(design.parameters().max(1)).for_each(|x| design.to_original(x));
            show(&x);
        })
    }

    /// The same with the coefficients on the scale that λ acts on.
    pub(crate) fn follow_coefficients(
        &self,
        data: &Observations<'_>,
        design: &Design<'_, f64>,
        lambdas: &[f64],
        show: &mut dyn FnMut(&[f64]),
    ) -> Result<()> {
        let first = usize::from(self.intercept);
        self.follow(data, design, None, lambdas, &mut |_, x| show(&x[first..]))
    }

    fn follow(
        &self,
        data: &Observations<'_>,
        design: &Design<'_, f64>,
        products: Option<&ColumnProducts<f64>>,
        lambdas: &[f64],
        show: &mut dyn FnMut(&Design<'_, f64>, &[f64]),
    ) -> Result<()> {
        let scaled = self.scaled(data, design)?;
        let design = scaled.as_ref().unwrap_or(design);
        if let Kind::Classes { .. } = self.model.kind {
            return classes::each(self, data, design, lambdas, &mut |x| show(design, x));
        }
        let datafit = data.datafit(self.model.loss()?)?;
        let sized = self.sized(design.predictors())?;
        let penalty = sized.as_deref().unwrap_or(&*self.penalty);
        let problem = Problem::new(self, penalty, data, design, &datafit)?;
        if let Blocks::Groups(_) = penalty.blocks() {
            return problem.each(lambdas, products, &mut |x| show(design, x));
        }
        let target = problem.target();
        let mut followed = || -> Result<(), Halt> {
            let mut walk = Walk::new(design, &datafit, penalty, &problem.null, products)?;
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
                show(design, &walk.x);
            }
            Ok(())
        };
        match followed() {
            Err(Halt::Input(error)) => Err(error),
            // A search that cannot go on has shown what it could.
            _ => Ok(()),
        }
    }

    /// The mean deviance of rows with predictors η (one column of rows a class); their mean loss where the loss is no likelihood.
    pub(crate) fn mean_deviance(&self, y: &[f64], eta: &[f64], w: Weights<'_, f64>) -> Result<f64> {
        let total = w.total(y.len());
        match &self.model.kind {
            Kind::Single { likelihood: Some((family, link)), .. } => {
                Ok(family.totals(*link, y, eta, w).deviance / total)
            }
            Kind::Single { loss, .. } => {
                let mut each = vec![0.0; y.len()];
                loss.each(y, eta, w, &mut each);
                Ok(each.iter().sum::<f64>() / total)
            }
            Kind::Classes { .. } => self.mean_deviance_of_classes(y, eta, w),
        }
    }
}
