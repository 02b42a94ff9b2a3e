//! Profile-likelihood intervals: the values of a coefficient that a likelihood-ratio test does not reject.
//!
//! Source: Venzon and Moolgavkar, *A method for computing profile-likelihood-based confidence intervals*, Applied Statistics 37 (1988), by the
//! signed root of Bates and Watts (1988), which is nearly linear.

use thalweg_core::{Design, Error, Par, Result};

use crate::fit::State;
use crate::glm::predictors;
use crate::inference::{Inference, check_level};
use crate::reference::Reference;
use crate::watch::Watch;

/// Values of the coefficient tried for one end before it is called infinite.
const TRIALS: usize = 80;

/// Share of the quantile to which an end is found: likelihoods give the root no better.
pub(crate) const TOLERANCE: f64 = 1e-10;

impl Inference<'_> {
    /// The interval of coefficient `at` (its place in the table, the intercept first): all b with r(b)² = (D(b) − D)/φ below the squared quantile,
    /// D(b) the least deviance with the coefficient held at b. The quantile is the normal one, or Student's t where φ is estimated. An
    /// estimated parameter of the distribution is taken as known. An end is infinite where the deviance never rises that far.
    ///
    /// Costs about five fits of the rest for each end.
    ///
    /// # Errors
    /// A level outside (0, 1); a place without an estimate; a fit under a penalty or with no more information than restrictions.
    pub fn profile_interval(&self, at: usize, level: f64) -> Result<(f64, f64)> {
        check_level(level)?;
        let v = self.root()?;
        let Some(kept) = self.kept.iter().position(|k| *k == at) else {
            return Err(Error::invalid_parameter(
                "place of the coefficient",
                at,
                "it must be the place in the coefficient table of one that is estimated",
            ));
        };
        let variance: f64 = (kept..v.ncols()).map(|j| v[(kept, j)] * v[(kept, j)]).sum();
        let error = (self.dispersion * variance).sqrt();
        let reference = match self.fit.student {
            true => Reference::Student(self.fit.df_residual),
            false => Reference::Normal,
        };
        let target = reference.half_width(level);
        let profile = Profile::new(self, at)?;
        let one = |side: f64| {
            let mut start = profile.start.clone();
            end(profile.estimate, side, error, target, TOLERANCE, |b| profile.root(b, &mut start))
        };
        Ok((one(-1.0)?, one(1.0)?))
    }
}

/// The model with one coefficient held.
struct Profile<'p> {
    inference: &'p Inference<'p>,
    estimate: f64,
    /// The column of the coefficient.
    column: Vec<f64>,
    /// Whether the rest has an intercept, and its predictors.
    intercept: bool,
    rest: Vec<usize>,
    start: Vec<f64>,
}

impl<'p> Profile<'p> {
    fn new(inference: &'p Inference<'p>, at: usize) -> Result<Self> {
        let mut unit = vec![0.0; inference.design.parameters()];
        unit[at] = 1.0;
        let mut column = vec![0.0; inference.eta.len()];
        inference.design.apply(&unit, &mut column, Par::Rayon);
        let mut out: Vec<bool> =
            inference.fit.coefficients.iter().map(|c| c.state == State::Aliased).collect();
        let had_intercept = inference.glm.intercept;
        out[at] = true;
        let intercept = had_intercept && at != 0;
        let rest = predictors(&out, had_intercept);
        let all = inference.coefficients();
        let start = (0..all.len()).filter(|k| !out[*k]).map(|k| all[k]).collect();
        Ok(Self { estimate: all[at], column, intercept, rest, start, inference })
    }

    /// r(b) ≥ 0 at b, the search for the rest starting at `start`, which moves along.
    fn root(&self, b: f64, start: &mut Vec<f64>) -> Result<f64> {
        let inference = self.inference;
        let offset: Vec<f64> = (0..self.column.len())
            .map(|i| b * self.column[i] + inference.data.offset.map_or(0.0, |offset| offset[i]))
            .collect();
        let (family, link) = (inference.family(), inference.link());
        let data = inference.data.clone().offset(&offset);
        let weights = data.row_weights();
        let deviance = if self.rest.is_empty() && !self.intercept {
            family.totals(link, data.y, &offset, weights).deviance
        } else {
            let design = data.design(self.intercept)?;
            let reduced: Design<'_, f64> = design.select(&self.rest)?;
            let glm = inference.glm.with_intercept(self.intercept);
            let point = glm.point(&reduced, &data, Some(start.clone()), false, &mut Watch::new())?;
            *start = point.x;
            family.totals(link, data.y, &point.eta, weights).deviance
        };
        Ok(((deviance - inference.fit.deviance).max(0.0) / inference.dispersion).sqrt())
    }
}

/// The end of an interval on one side of the estimate: r(b) = target by the secant method, which is at home because the signed root r is
/// nearly a straight line, kept between a point inside and one outside, to a share `tolerance` of the target.
pub(crate) fn end(
    estimate: f64,
    side: f64,
    error: f64,
    target: f64,
    tolerance: f64,
    mut root: impl FnMut(f64) -> Result<f64>,
) -> Result<f64> {
    let (mut inside, mut outside) = (0.0, f64::INFINITY);
    let (mut before, mut r_before) = (0.0, 0.0);
    let mut here = target * error;
    for _ in 0..TRIALS {
        let r = root(estimate + side * here)?;
        if (r - target).abs() <= tolerance * target {
            return Ok(estimate + side * here);
        }
        // A deviance that is infinite or nothing at all, beyond the domain, is outside too.
        if r < target {
            inside = here
        } else {
            outside = here
        }
        let secant = here + (target - r) * (here - before) / (r - r_before);
        let next = match outside {
            f64::INFINITY if secant > here => secant.min(4.0 * here),
            f64::INFINITY => 4.0 * here,
            far if secant > inside && secant < far => secant,
            far => 0.5 * (inside + far),
        };
        if (next - here).abs() <= 1e-13 * here {
            return Ok(estimate + side * next);
        }
        (before, r_before, here) = (here, r, next);
    }
    Ok(estimate + side * if outside.is_finite() { 0.5 * (inside + outside) } else { outside })
}
