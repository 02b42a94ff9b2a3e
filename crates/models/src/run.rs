//! One fit on its way: from a start to a solution, and the search for separation where there may be none.

use thalweg_core::{Driver, Information, Loss, Objective, Result, Smooth, Solution, Status, Stop, stop};
use thalweg_optimizers::{Newton, NewtonCg, PreconditionedLbfgs, Scaled, minimizer};

use crate::glm::Glm;
use crate::observations::Observations;
use crate::select::Choice;
use crate::separation::{Separation, separating_direction};
use crate::start::is_well_behaved;
use crate::watch::Watch;

/// One fit on its way.
pub(crate) struct Run<'r> {
    pub(crate) glm: &'r Glm,
    pub(crate) data: &'r Observations<'r>,
    pub(crate) loss: &'r dyn Loss<f64>,
    pub(crate) choice: &'r Choice,
    /// The objective at the start: the scale below which an objective counts as 0.
    pub(crate) scale: f64,
}

/// Share of |F| below which a further Newton step is taken without evaluating there: its square is below the rounding of F.
const POLISH: f64 = 1e-9;

/// Share of |F| that a search on a subsampled Hessian may leave: 1e-8 of the coefficients, in the direction the data say least about. The
/// Newton step of the certificate squares that; standard errors taken before it keep eight digits.
const QUASI_POLISH: f64 = 1e-16;

/// The same where a pass over the data costs next to nothing: then every printed digit is worth one more.
const POLISH_SMALL: f64 = 1e-14;

/// Entries of X below which a pass costs next to nothing.
pub(crate) const SMALL: usize = 1_000_000;

/// Iterations after which a search that has not ended is suspected of chasing an infinite estimate.
const SUSPICIOUS: u64 = 25;

impl Run<'_> {
    /// One search with the fit's limits.
    fn search<R>(
        &self,
        watch: &mut Watch<'_>,
        limit: u64,
        run: impl FnOnce(Driver<'_>) -> Result<R>,
    ) -> Result<R> {
        watch.limited(limit, self.glm.gap, self.glm.interrupt.as_ref(), run)
    }

    /// Runs the optimizer; where it does not end, or ends with saturated rows, looks for separation.
    pub(crate) fn minimise(
        &self,
        smooth: &mut Smooth<'_, f64>,
        x0: &[f64],
        watch: &mut Watch<'_>,
    ) -> Result<(Solution<f64>, Option<Separation>)> {
        let limit = self.glm.iterations;
        // Newton has long converged by then; a first-order method would only lose its memory by a second start.
        let first = if self.choice.optimizer == "newton" { limit.min(SUSPICIOUS) } else { limit };
        let mut solution = self.descend(smooth, x0, watch, first)?;
        if self.glm.lambda == 0.0
            && solution.status != Status::Interrupted
            && self.is_saturated(smooth, &solution.x)?
        {
            // Complete separation shows in the estimates themselves, quasi-complete separation in where they are going.
            let headings = [solution.x.clone(), self.heading(smooth, &solution.x)?];
            let weights = self.data.row_weights();
            let found = separating_direction(smooth.design(), self.loss, self.data.y, weights, &headings);
            if found.is_some() {
                solution.status = Status::Separated;
                return Ok((solution, found));
            }
        }
        if solution.status == Status::Budget && limit > first {
            solution = after(&solution, self.descend(smooth, &solution.x, watch, limit - first)?);
        }
        Ok((solution, None))
    }

    fn descend(
        &self,
        smooth: &mut Smooth<'_, f64>,
        x0: &[f64],
        watch: &mut Watch<'_>,
        limit: u64,
    ) -> Result<Solution<f64>> {
        if self.choice.optimizer == "newton-cg" {
            return truncated(self.glm.gap, x0, |method, stop, x| {
                self.search(watch, limit, |driver| driver.stop(stop).minimize(method, smooth, x))
            });
        }
        if self.choice.optimizer != "newton" {
            return self.descend_scaled(smooth, x0, watch, limit);
        }
        if !is_well_behaved(&self.loss.properties()) {
            // Far away the expected information is the safer guide; near the solution the exact Hessian makes convergence quadratic.
            let far = Newton::default();
            let warm = self.search(watch, limit, |driver| {
                let mut driver = driver.stop(stop::predicted_decrease(1e-3)).without_certificate();
                driver.minimize(&far, smooth, x0)
            })?;
            smooth.set_information(Information::Observed);
            let (near, stop) = polished(POLISH_SMALL);
            let stop = stop | stop::predicted_below(f64::EPSILON.powi(2) * self.scale.abs());
            let solution =
                self.search(watch, limit, |driver| driver.stop(stop).minimize(&near, smooth, &warm.x));
            smooth.set_information(Information::Expected);
            return Ok(after(&warm, solution?));
        }
        // A convex function's exact Hessian is the better guide from anywhere.
        smooth.set_information(Information::Observed);
        let solution = self.newton(smooth, x0, watch, limit);
        smooth.set_information(Information::Expected);
        solution
    }

    /// Second-order search with the exact Hessian, as far as the size of the problem and the penalty ask.
    fn newton(
        &self,
        smooth: &mut Smooth<'_, f64>,
        x0: &[f64],
        watch: &mut Watch<'_>,
        limit: u64,
    ) -> Result<Solution<f64>> {
        let (rows, parameters) = (self.data.y.len(), smooth.dim());
        let large = PreconditionedLbfgs::new(rows, parameters).filter(|_| rows * parameters > SMALL);
        let Some(method) = large else {
            let share = if rows * parameters <= SMALL { POLISH_SMALL } else { POLISH };
            let (newton, stop) = polished(share);
            return self.search(watch, limit, |driver| driver.stop(stop).minimize(&newton, smooth, x0));
        };
        // Where no inference hangs on the Hessian at the estimates, the certificate is all that has to be met; should it disagree, the search
        // goes on.
        let share = if self.glm.lambda > 0.0 { self.glm.gap.clamp(QUASI_POLISH, 1e-4) } else { QUASI_POLISH };
        let quasi = |share: f64| PreconditionedLbfgs { polish: Some(share), ..method };
        let first = self.search(watch, limit, |driver| {
            driver.stop(stop::predicted_decrease(share)).minimize(&quasi(share), smooth, x0)
        })?;
        if matches!(first.status, Status::Certified | Status::Interrupted | Status::Separated) {
            return Ok(first);
        }
        let (newton, stop) = polished(POLISH);
        let left = limit.saturating_sub(first.iterations).max(1);
        let second =
            self.search(watch, left, |driver| driver.stop(stop).minimize(&newton, smooth, &first.x))?;
        Ok(after(&first, second))
    }

    /// A method from the catalogue, in parameters scaled to unit curvature: first-order methods must not see the units of the columns.
    fn descend_scaled(
        &self,
        smooth: &mut Smooth<'_, f64>,
        x0: &[f64],
        watch: &mut Watch<'_>,
        limit: u64,
    ) -> Result<Solution<f64>> {
        self.search(watch, limit, |mut driver| scaled(self.choice.optimizer, &mut driver, smooth, x0))
    }

    /// One more Newton step from x: where estimates diverge, all else has long settled, and the step is the direction of divergence itself.
    fn heading(&self, smooth: &mut Smooth<'_, f64>, x: &[f64]) -> Result<Vec<f64>> {
        let one = Newton::default();
        let mut driver = Driver::new().stop(stop::iterations(1)).without_certificate();
        let next = driver.minimize(&one, smooth, x)?;
        Ok(next.x.iter().zip(x).map(|(next, x)| next - x).collect())
    }

    /// True if some row's Fisher weight is next to nothing: its outcome is predicted with near certainty.
    fn is_saturated(&self, smooth: &Smooth<'_, f64>, x: &[f64]) -> Result<bool> {
        let curvature = smooth.row_curvature(x, Information::Expected)?;
        let weights = self.data.row_weights();
        Ok((0..curvature.len()).any(|i| weights.get(i) > 0.0 && curvature[i] < 1e-6 * weights.get(i)))
    }
}

/// Newton's method that ends, by one step more, where a step promises less than this share of |F|.
fn polished(share: f64) -> (Newton, Stop) {
    (Newton { polish: Some(share), ..Newton::default() }, stop::predicted_decrease(share))
}

/// Truncated Newton, solved no further than the gap asks: first to a tenth of it by the method's own prediction, and on to the last digits if
/// the certificate disagrees. `search` runs a driver from a point. Newton steps do not see the units of the columns, nor does the preconditioner.
pub(crate) fn truncated(
    gap: f64,
    x0: &[f64],
    mut search: impl FnMut(&NewtonCg, Stop, &[f64]) -> Result<Solution<f64>>,
) -> Result<Solution<f64>> {
    let mut to = |target: f64, x: &[f64]| {
        search(&NewtonCg { target, ..NewtonCg::default() }, stop::predicted_decrease(target), x)
    };
    let first = to((0.1 * gap).max(f64::EPSILON), x0)?;
    if !matches!(first.status, Status::Stationary | Status::Stalled) {
        return Ok(first);
    }
    Ok(after(&first, to(f64::EPSILON.powi(2), &first.x)?))
}

/// The second of two searches, with the effort of both.
pub(crate) fn after(first: &Solution<f64>, mut second: Solution<f64>) -> Solution<f64> {
    second.iterations += first.iterations;
    second.counts = second.counts + first.counts;
    second
}

/// A method from the catalogue, in parameters scaled to unit curvature: first-order methods must not see the units of the columns.
pub(crate) fn scaled(
    optimizer: &str,
    driver: &mut Driver<'_>,
    smooth: &mut Smooth<'_, f64>,
    x0: &[f64],
) -> Result<Solution<f64>> {
    let entry = minimizer(optimizer)?;
    let Some(scale) = curvature_scale(smooth, x0)? else {
        return (entry.make.f64)(driver, smooth, x0);
    };
    let mut scaled = Scaled::new(smooth, scale)?;
    let mut z0 = x0.to_vec();
    scaled.to_scaled(&mut z0);
    let mut solution = (entry.make.f64)(driver, &mut scaled, &z0)?;
    scaled.to_original(&mut solution.x);
    Ok(solution)
}

/// 1/√diag(H) at x; `None` where some column has no curvature.
fn curvature_scale(smooth: &Smooth<'_, f64>, x: &[f64]) -> Result<Option<Vec<f64>>> {
    let diagonal = smooth.information_diagonal(x, Information::Expected)?;
    let usable = diagonal.iter().all(|h| *h > 0.0 && h.is_finite());
    Ok(usable.then(|| diagonal.iter().map(|h| 1.0 / h.sqrt()).collect()))
}
