//! From a solution to a summary: dispersion, likelihood, deviances, information criteria and the coefficient table.

use faer::Mat;
use thalweg_core::{Design, Driver, Information, Result, Smooth, Solution, Status, Target};
use thalweg_likelihood::{Dispersion, Mean, Totals};
use thalweg_optimizers::Newton;

use crate::fit::{Coefficient, GlmFit, State};
use crate::reference::{Reference, inverse_root, row_squares};
use crate::refine::Refinement;
use crate::run::Run;
use crate::separation::Separation;
use crate::start::{start, weighted_mean};

impl Run<'_> {
    pub(crate) fn summarise(
        &self,
        smooth: &Smooth<'_, f64>,
        solution: Solution<f64>,
        separation: Option<Separation>,
        refined: Option<&Refinement>,
        aliased: &[bool],
    ) -> Result<GlmFit> {
        let (glm, data) = (self.glm, self.data);
        let n = data.y.len();
        let weights = data.row_weights();
        let rank = smooth.design().parameters();
        // Deviance and likelihood are stationary at the maximum; a penalised one, or the X² of an estimated dispersion, is not.
        let eta = match glm.family.dispersion() {
            Dispersion::One if glm.lambda == 0.0 => smooth.predictors_near(&solution.x),
            _ => smooth.predictors(&solution.x),
        };
        let totals = match refined {
            Some(refined) => Totals { deviance: refined.rss, pearson: refined.rss },
            None => glm.family.totals(glm.link, data.y, &eta, weights),
        };
        let observations = glm.observation_count(data);
        let df_residual = observations - rank as f64;
        let estimated = glm.family.dispersion() == Dispersion::Estimated;
        let dispersion = match estimated {
            false => 1.0,
            true if df_residual > 0.0 => totals.pearson / df_residual,
            true => f64::NAN,
        };
        let maximum_likelihood = match estimated {
            true => glm.family.likelihood_dispersion(
                glm.link,
                data.y,
                &eta,
                weights,
                glm.weight_kind,
                observations,
            ),
            false => 1.0,
        };
        let log_likelihood =
            glm.family.log_likelihood(glm.link, data.y, &eta, weights, glm.weight_kind, maximum_likelihood);
        let parameters = (rank + usize::from(estimated)) as f64;
        let penalised = glm.lambda > 0.0;
        let or_nan = |value: f64| if penalised { f64::NAN } else { value };
        let reference = if estimated { Reference::Student(df_residual) } else { Reference::Normal };
        let precision = match &separation {
            Some(_) => None,
            None => self.precision(smooth, &solution, refined, dispersion)?,
        };
        let (root, errors) = precision.unzip();
        let coefficients =
            self.coefficients(&solution.x, separation.as_ref(), aliased, errors.as_deref(), reference);
        let warnings = self.all_warnings(smooth, &solution, separation.as_ref(), &coefficients, dispersion);
        Ok(GlmFit {
            family: glm.family.name(),
            distribution: glm.family.describe(),
            link: glm.link.describe(),
            nuisance: None,
            penalty: if penalised { "ridge" } else { "none" },
            lambda: glm.lambda,
            choice: self.choice.clone(),
            n,
            observations,
            rank,
            coefficients,
            student: estimated,
            log_likelihood,
            deviance: totals.deviance,
            null_deviance: self.null_deviance()?,
            dispersion,
            df_residual,
            df_null: observations - f64::from(u8::from(glm.intercept)),
            aic: or_nan(2.0 * parameters - 2.0 * log_likelihood),
            bic: or_nan(parameters * observations.ln() - 2.0 * log_likelihood),
            objective: solution.value,
            gradient_inf: solution.gradient_inf,
            status: solution.status,
            certificate: solution.certificate,
            separation,
            warnings,
            iterations: solution.iterations,
            counts: solution.counts,
            seconds: 0.0,
            root,
        })
    }

    /// The deviance with an intercept and offset alone; with an offset that is a fit of its own.
    fn null_deviance(&self) -> Result<f64> {
        let (glm, data) = (self.glm, self.data);
        let n = data.y.len();
        let weights = data.row_weights();
        let eta = match (glm.intercept, data.offset) {
            (false, None) => vec![0.0; n],
            (false, Some(offset)) => offset.to_vec(),
            (true, None) => vec![glm.link.link(weighted_mean(data.y, weights)); n],
            (true, Some(_)) => {
                let design = Design::from_mat(Mat::zeros(n, 0))?.with_intercept();
                let datafit = data.datafit(self.loss)?;
                let mut smooth = Smooth::new(&design, &datafit)?;
                let (x0, _) = start(&mut smooth, data, &*glm.family, glm.link)?;
                let mut driver = Driver::new().without_certificate();
                let solution = driver.minimize(&Newton::default(), &mut smooth, &x0)?;
                let mut eta = vec![0.0; n];
                smooth.predict(&solution.x, &mut eta);
                eta
            }
        };
        Ok(glm.family.totals(glm.link, data.y, &eta, weights).deviance)
    }

    /// The reason for a table without standard errors.
    fn why_no_errors(&self, status: Status, dispersion: f64) -> String {
        let reason = if self.glm.lambda > 0.0 {
            "a penalised estimate is biased by design"
        } else if !status.is_solved() {
            "the search did not reach the maximum of the likelihood"
        } else if dispersion.is_nan() {
            "no residual degrees of freedom are left to estimate the dispersion"
        } else {
            "the information matrix is singular at the estimates"
        };
        format!("no standard errors are given: {reason}")
    }

    /// True if some mean is next to the edge of the family's range.
    fn is_on_boundary(&self, smooth: &Smooth<'_, f64>, x: &[f64]) -> bool {
        let eta = smooth.predictors(x);
        let edge = |mean: Mean<f64>| match self.glm.family.target() {
            Target::UnitInterval => mean.mu.min(mean.complement) < 1e-6,
            Target::Nonnegative | Target::Count | Target::Positive => mean.mu < 1e-6,
            _ => false,
        };
        eta.iter().any(|eta| edge(self.glm.link.mean(*eta)))
    }

    /// V with VVᵀ the covariance for unit dispersion, and the standard errors; `None` where there is no inference.
    fn precision(
        &self,
        smooth: &Smooth<'_, f64>,
        solution: &Solution<f64>,
        refined: Option<&Refinement>,
        dispersion: f64,
    ) -> Result<Option<(Mat<f64>, Vec<f64>)>> {
        if self.glm.lambda > 0.0 || !solution.status.is_solved() || dispersion.is_nan() {
            return Ok(None);
        }
        // Under a canonical link the two agree, and the observed one is at hand from the certificate.
        let canonical = self.glm.family.is_canonical(self.glm.link);
        let information = if canonical { Information::Observed } else { self.glm.information };
        let Some(root) = inverse_root(smooth, &solution.x, information)? else { return Ok(None) };
        let squares = match refined.and_then(|refined| refined.inverse_diagonal.clone()) {
            Some(diagonal) => diagonal,
            None => row_squares(root.as_ref()),
        };
        let errors = squares.into_iter().map(|square| (dispersion * square).sqrt()).collect();
        Ok(Some((root, errors)))
    }

    fn coefficients(
        &self,
        x: &[f64],
        separation: Option<&Separation>,
        aliased: &[bool],
        errors: Option<&[f64]>,
        reference: Reference,
    ) -> Vec<Coefficient> {
        let diverges = |k: usize| separation.is_some_and(|s| s.diverging[k]);
        let width = reference.half_width(0.95);
        let mut next = 0;
        let row = |(k, aliased): (usize, &bool)| {
            let name = self.data.name(k, self.glm.intercept);
            if *aliased {
                return Coefficient::without_inference(name, State::Aliased, f64::NAN);
            }
            let at = next;
            next += 1;
            let estimate = x[at];
            match errors {
                _ if diverges(at) => Coefficient::without_inference(name, State::Diverging, estimate),
                None => Coefficient::without_inference(name, State::Estimated, estimate),
                Some(errors) => Coefficient::wald(name, estimate, errors[at], reference, width),
            }
        };
        aliased.iter().enumerate().map(row).collect()
    }

    /// What a reader must know besides the table.
    fn all_warnings(
        &self,
        smooth: &Smooth<'_, f64>,
        solution: &Solution<f64>,
        separation: Option<&Separation>,
        coefficients: &[Coefficient],
        dispersion: f64,
    ) -> Vec<String> {
        let mut warnings = warnings(coefficients, separation);
        let inferred = coefficients.iter().any(|c| c.std_error.is_finite());
        if !inferred && separation.is_none() {
            warnings.push(self.why_no_errors(solution.status, dispersion));
        }
        if solution.status == Status::Stalled && self.is_on_boundary(smooth, &solution.x) {
            warnings.push(format!(
                "a fitted mean has reached the edge of the {} family's range, where the {} link stops the search: the maximum lies \
                 on that edge; use the {} link, or drop the columns that push the mean there",
                self.glm.family.name(),
                self.glm.link.name(),
                self.glm.family.default_link().name()
            ));
        }
        warnings
    }
}

/// At most eight names, then how many more.
pub(crate) fn listed(names: &[&str]) -> String {
    match names.len() {
        0..=8 => names.join(", "),
        n => format!("{} and {} more", names[..8].join(", "), n - 8),
    }
}

fn warnings(coefficients: &[Coefficient], separation: Option<&Separation>) -> Vec<String> {
    let names = |state: State| -> Vec<&str> {
        coefficients.iter().filter(|c| c.state == state).map(|c| c.name.as_str()).collect()
    };
    let mut warnings = Vec::new();
    let aliased = names(State::Aliased);
    if !aliased.is_empty() {
        warnings.push(format!(
            "aliased, left out: {}; such a column is a combination of the columns before it; drop it or add a ridge penalty",
            listed(&aliased)
        ));
    }
    if let Some(separation) = separation {
        let kind = if separation.complete { "completely" } else { "quasi-completely" };
        warnings.push(format!(
            "the outcomes are {kind} separated ({} rows are predicted perfectly): the estimates of {} are infinite; drop these columns, \
             pool their levels or add a ridge penalty (--lambda); no standard errors are given",
            separation.rows,
            listed(&names(State::Diverging))
        ));
    }
    warnings
}
