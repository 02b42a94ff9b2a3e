//! Profile-likelihood intervals of a custom likelihood.

use thalweg_core::{Error, Result};

use super::{LikelihoodFit, MaximumLikelihood, no_inference};
use crate::inference::check_level;
use crate::profile::{TOLERANCE, end};
use crate::reference::Reference;

impl MaximumLikelihood {
    /// The values of parameter `at` that a likelihood-ratio test of this level does not reject: 2(L̂ − L(b)) ≤ z², the other parameters at their
    /// maximum. An end is infinite where the likelihood never falls that far.
    ///
    /// # Errors
    /// A level outside (0, 1); a place without an estimate; a fit without a covariance.
    pub fn profile_interval(
        &self,
        fit: &LikelihoodFit,
        columns: &[&[f64]],
        at: usize,
        level: f64,
    ) -> Result<(f64, f64)> {
        check_level(level)?;
        if fit.covariance.is_none() {
            return Err(no_inference(fit));
        }
        let Some(parameter) = fit.coefficients.get(at).filter(|c| c.std_error.is_finite()) else {
            let rule = "it must be the place of a parameter that was estimated, counted from 0";
            return Err(Error::invalid_parameter("place of the parameter", at, rule));
        };
        let held = |k: &usize| !fit.coefficients[*k].std_error.is_finite();
        let fixed: Vec<(usize, f64)> =
            (0..fit.coefficients.len()).filter(held).map(|k| (k, fit.coefficients[k].estimate)).collect();
        let one = |side: f64| {
            let mut start = fit.estimates();
            end(
                parameter.estimate,
                side,
                parameter.std_error,
                Reference::Normal.half_width(level),
                TOLERANCE,
                |b| {
                    let mut held = fixed.clone();
                    held.push((at, b));
                    start[at] = b;
                    let rest = self.fit_holding(columns, &start, &held)?;
                    start = rest.estimates();
                    Ok((2.0 * (fit.log_likelihood - rest.log_likelihood)).max(0.0).sqrt())
                },
            )
        };
        Ok((one(-1.0)?, one(1.0)?))
    }
}
