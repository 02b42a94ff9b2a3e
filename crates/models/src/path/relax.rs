//! Relaxed refits: the coefficients that a path has chosen, without what it shrank them by.

use thalweg_core::{
    Certificate, Driver, Error, Gradient, Halt, Result, Smooth, Solution, check_shape, vector,
};
use thalweg_optimizers::Newton;

use super::Path;
use super::fit::{PathFit, PathPoint};
use crate::observations::Observations;

impl Path {
    /// The relaxed path: at every λ the coefficients γ·b + (1 − γ)·b̂, with b the penalised ones and b̂ those without penalty on the same
    /// columns. γ = 1 is the path itself, γ = 0 refits: what the penalty chose, not what it shrank. Neighbouring λ that chose the same columns
    /// share a refit.
    ///
    /// Status and iterations of a point are those of its refit, which says so where there is none: as many columns as rows, or separated outcomes.
    /// Objective and violation are those of the loss alone; certificates are given where γ = 0, for a blend minimises nothing.
    ///
    /// ```
    /// use thalweg_models::{Observations, Path};
    /// // y = 2x: the lasso shrinks the slope to 1.5, the refit restores it.
    /// let x = faer::mat![[1.0], [2.0], [3.0], [4.0], [5.0]];
    /// let y = [2.0, 4.0, 6.0, 8.0, 10.0];
    /// let (path, data) = (Path::new("gaussian")?.lambda_values(vec![1.0])?, Observations::new(x.as_ref(), &y));
    /// let fit = path.fit(&data)?;
    /// assert!((path.relax(&data, &fit, 0.0)?.points[0].coefficients.get(0) - 2.0).abs() < 1e-12);
    /// assert!((path.relax(&data, &fit, 0.5)?.points[0].coefficients.get(0) - 1.75).abs() < 1e-6);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// Source: Meinshausen, *Relaxed Lasso*, Comput. Stat. Data Anal. 52 (2007); Hastie, Tibshirani and Tibshirani, *Best subset, forward stepwise or
    /// lasso?*, Statist. Sci. 35 (2020), for the blend.
    ///
    /// # Errors
    /// A γ outside [0, 1]; a fit of other data.
    pub fn relax(&self, data: &Observations<'_>, fit: &PathFit, gamma: f64) -> Result<PathFit> {
        if !(0.0..=1.0).contains(&gamma) {
            return Err(Error::invalid_parameter(
                "gamma",
                gamma,
                "it must lie in [0, 1]; 1 is the path itself",
            ));
        }
        let loss = self.model.loss()?;
        let design = data.design(self.intercept)?;
        check_shape("predictors of the path", design.predictors(), fit.names.len())?;
        check_shape("rows of the path", design.rows(), fit.n)?;
        let datafit = data.datafit(loss)?;
        let mut relaxed = fit.clone();
        let mut last: Option<(Vec<u32>, Solution<f64>)> = None;
        for point in &mut relaxed.points {
            let support: Vec<usize> = point.coefficients.iter().map(|(j, _)| j).collect();
            let few = design.select(&support)?;
            if few.parameters() == 0 {
                continue;
            }
            let mut smooth = Smooth::new(&few, &datafit)?;
            let refit = match last.take() {
                Some((support, refit)) if support == point.coefficients.indices => refit,
                _ => self.refit(&mut smooth, point)?,
            };
            self.blend(data, &mut smooth, point, &refit, gamma)?;
            let explained = if point.deviance.is_nan() {
                point.loss / fit.null_loss
            } else {
                point.deviance / fit.null_deviance
            };
            point.deviance_ratio = 1.0 - explained;
            last = Some((point.coefficients.indices.clone(), refit));
        }
        Ok(relaxed)
    }

    /// Without penalty, on the columns of a point alone.
    fn refit(&self, smooth: &mut Smooth<'_, f64>, point: &PathPoint) -> Result<Solution<f64>> {
        let mut driver = Driver::new().gap(self.gap).iterations(self.iterations);
        if let Some(flag) = &self.interrupt {
            driver = driver.interrupt(flag.clone());
        }
        let mut solution = driver.minimize(&Newton::default(), smooth, &self.parameters(point))?;
        smooth.refine(&mut solution.x);
        Ok(solution)
    }

    /// The intercept, if there is one, and the coefficients that are not 0.
    fn parameters(&self, point: &PathPoint) -> Vec<f64> {
        point.intercepts.iter().chain(&point.coefficients.values).copied().collect()
    }

    /// Moves a point towards its refit, and judges it there.
    fn blend(
        &self,
        data: &Observations<'_>,
        smooth: &mut Smooth<'_, f64>,
        point: &mut PathPoint,
        refit: &Solution<f64>,
        gamma: f64,
    ) -> Result<()> {
        let penalised = self.parameters(point);
        let x: Vec<f64> =
            penalised.iter().zip(&refit.x).map(|(b, free)| gamma * b + (1.0 - gamma) * free).collect();
        let (intercept, b) = x.split_at(usize::from(self.intercept));
        point.intercepts = intercept.to_vec();
        point.coefficients.values.copy_from_slice(b);
        point.status = refit.status;
        point.certificate = if gamma == 0.0 { refit.certificate } else { Certificate::None };
        let mut gradient = vec![0.0; x.len()];
        point.loss = match smooth.value_gradient(&x, &mut gradient) {
            Ok(loss) => loss,
            Err(Halt::Input(error)) => return Err(error),
            Err(_) => f64::NAN,
        };
        point.violation = vector::norm_inf(&gradient);
        point.objective = point.loss;
        if let Some((family, link)) = self.model.likelihood() {
            let eta = smooth.predictors(&x);
            point.deviance = family.totals(*link, data.y, &eta, data.row_weights()).deviance;
        }
        Ok(())
    }
}
