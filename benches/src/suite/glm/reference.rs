//! [`Reference`]: the optimal value to far more digits than the case demands, with a proof.

use faer::Mat;
use faer::prelude::Solve;
use thalweg_core::{Driver, Information, Objective, Smooth, stop};
use thalweg_optimizers::{Newton, NewtonCg};

use crate::Result;

/// Parameters beyond which the Hessian is not formed.
const MATRIX_FREE: usize = 2000;
/// What a fit must reach.
const SUBOPTIMALITY: f64 = 1e-8;
/// Standard errors depend on the point: at the permitted suboptimality they are off by less than this share.
const ERRORS: f64 = 1e-3;

/// The dispersion of a fit from its linear predictors.
pub(super) type Dispersion<'d> = dyn Fn(&[f64]) -> f64 + 'd;

/// A proven lower bound of F*, and the standard errors at the reference point if they are wanted.
pub(super) struct Reference<'a> {
    smooth: Smooth<'a, f64>,
    lower: f64,
    errors: Option<Vec<f64>>,
}

impl<'a> Reference<'a> {
    /// Newton (truncated where the parameters are many) on all rows until rounding stops it; its certificate is computed by code that shares
    /// nothing with it. Standard errors are found if the dispersion at given predictors is.
    pub(super) fn find(
        mut smooth: Smooth<'a, f64>,
        x0: &[f64],
        dispersion: Option<&Dispersion<'_>>,
    ) -> Result<Self> {
        let mut driver = Driver::new().stop(stop::predicted_decrease(1e-18)).iterations(40);
        let solution = if x0.len() > MATRIX_FREE {
            driver.minimize(&NewtonCg::default(), &mut smooth, x0)?
        } else {
            driver.minimize(&Newton::default(), &mut smooth, x0)?
        };
        let bound = solution.certificate.bound().ok_or("the reference has no certificate")?;
        // The bound counts against every fit, ours and theirs.
        if bound > 0.1 * SUBOPTIMALITY * solution.value.abs() {
            return Err(format!("the reference is only proven to {bound:e}").into());
        }
        let errors = match dispersion {
            None => None,
            Some(dispersion) => {
                let mut eta = vec![0.0; smooth.design().rows()];
                smooth.predict(&solution.x, &mut eta);
                Some(standard_errors(&smooth, &solution.x, dispersion(&eta))?)
            }
        };
        Ok(Self { smooth, lower: solution.value - bound, errors })
    }

    /// (F(x) − F*)/|F*|, at most.
    pub(super) fn suboptimality(&mut self, x: &[f64]) -> Result<f64> {
        if x.is_empty() || !x.iter().all(|v| v.is_finite()) {
            return Ok(f64::INFINITY);
        }
        let value = self.smooth.value(x).map_err(|halt| format!("{halt:?}"))?;
        Ok((value - self.lower) / self.lower.abs())
    }

    pub(super) fn accepts(&mut self, x: &[f64]) -> Result<bool> {
        Ok(self.suboptimality(x)? <= SUBOPTIMALITY)
    }

    /// True if they are not part of the task, or right.
    pub(super) fn accepts_errors(&self, found: &[f64]) -> bool {
        self.errors.as_ref().is_none_or(|wanted| {
            found.len() == wanted.len()
                && found.iter().zip(wanted).all(|(f, w)| (f / w - 1.0).abs() <= ERRORS)
        })
    }
}

/// √diag of the dispersion times the inverse expected information of all rows.
fn standard_errors(smooth: &Smooth<'_, f64>, x: &[f64], dispersion: f64) -> Result<Vec<f64>> {
    let information = smooth.information_matrix(x, Information::Expected)?;
    let total = smooth.datafit().total_weight();
    let q = x.len();
    let factor = information.llt(faer::Side::Lower).map_err(|error| format!("{error:?}"))?;
    let inverse = factor.solve(Mat::<f64>::identity(q, q));
    Ok((0..q).map(|k| (dispersion * inverse[(k, k)] / total).sqrt()).collect())
}
