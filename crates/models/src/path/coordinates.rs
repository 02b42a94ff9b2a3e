//! A path for penalties of single coefficients: the walk along λ, and the certificates of what it found, several at a time.

use thalweg_core::{ColumnProducts, Result, Status, Verified};

use super::fit::{PathEnd, PathPoint, SparseCoefficients};
use super::judge::{Judge, input};
use super::search::Problem;
use super::walk::{Settled, Walk};
use crate::select::Choice;

/// Points certified together at most.
const TOGETHER: usize = 16;
/// How much closer a point is taken whose certificate misses the target that the search had reached.
const CLOSER: f64 = 0.01;

/// A fit whose certificate is not known yet.
struct Pending {
    lambda: f64,
    x: Vec<f64>,
    deviance: f64,
    settled: Settled,
}

impl Problem<'_> {
    /// One λ after the other by [`Walk`].
    pub(super) fn walk(
        &self,
        lambdas: &[f64],
        products: Option<&ColumnProducts<f64>>,
        observe: &mut dyn FnMut(&PathPoint, usize),
    ) -> Result<(Vec<PathPoint>, PathEnd, Choice)> {
        let penalty = self.penalty;
        let mut objectives = self.judges()?;
        let judge = self.judge(&mut objectives, products)?;
        let mut walk = input(Walk::new(self.design, self.datafit, penalty, &self.null, products))?
            .ok_or_else(|| self.not_finite())?;
        let choice = Choice { optimizer: "coordinate-descent", because: walk.because() };
        let (target, together) = (self.target(), self.together());
        let mut points: Vec<PathPoint> = Vec::with_capacity(lambdas.len());
        let mut pending: Vec<Pending> = Vec::new();
        let (mut end, mut last, mut ratio) = (PathEnd::Complete, self.lambda_max, f64::NEG_INFINITY);
        for (k, lambda) in lambdas.iter().enumerate() {
            let last_lambda = if last.is_finite() { last.max(*lambda) } else { *lambda };
            let solved = if self.is_null(*lambda) {
                Ok(Settled { reached: true, rounds: 0 })
            } else {
                walk.solve(*lambda, last_lambda, target, self.path.gap, self.path.iterations)
            };
            // What the search cannot go on with is a status of this point and the end of the path.
            let settled = input(solved)?;
            let stuck = settled.is_none();
            last = *lambda;
            let deviance = self.deviance_of(&walk);
            pending.push(Pending {
                lambda: *lambda,
                x: walk.x.clone(),
                deviance,
                settled: settled.unwrap_or(Settled { reached: false, rounds: 0 }),
            });
            let now = self.explained(deviance, walk.loss);
            let over = self.path.end(k, ratio, now);
            ratio = now;
            let interrupted = self.path.is_interrupted();
            let stops = over.is_some() || stuck || interrupted || k + 1 == lambdas.len();
            if pending.len() == together || stops {
                for point in self.certified(&judge, &mut walk, &mut pending, target)? {
                    observe(&point, lambdas.len());
                    points.push(point);
                }
            }
            if stops {
                end = over.unwrap_or(if interrupted && k + 1 < lambdas.len() {
                    PathEnd::Interrupted
                } else if stuck {
                    PathEnd::Stuck
                } else {
                    PathEnd::Complete
                });
                break;
            }
        }
        Ok((points, end, choice))
    }

    /// Points certified at one reading of X: so many that what is kept of them, some four vectors of rows and of parameters each, stays below the data.
    fn together(&self) -> usize {
        let kept = 4 * (self.design.rows() + self.design.parameters()).max(1);
        (self.design.entries() / kept).clamp(1, TOGETHER)
    }

    fn deviance_of(&self, walk: &Walk<'_>) -> f64 {
        if walk.is_whole() {
            // Squared loss: the deviance is in proportion to it, and the predictors have not been computed.
            self.null_deviance * (walk.loss / self.null.loss)
        } else {
            self.deviance_at(&walk.eta)
        }
    }

    /// The pending fits with their certificates. One whose certificate misses is searched for again, closer, and judged again.
    fn certified(
        &self,
        judge: &Judge<'_, '_>,
        walk: &mut Walk<'_>,
        pending: &mut Vec<Pending>,
        target: f64,
    ) -> Result<Vec<PathPoint>> {
        let at = |pending: &[Pending]| -> Result<Vec<Verified<f64>>> {
            let points: Vec<(f64, &[f64])> = pending.iter().map(|p| (p.lambda, &p.x[..])).collect();
            judge.verify_many(&points, target)
        };
        let mut verified = at(pending)?;
        let bound = |v: &Verified<f64>| v.verification.certificate.bound();
        let missed: Vec<usize> = (0..pending.len())
            .filter(|k| pending[*k].settled.reached && pending[*k].settled.rounds > 0)
            .filter(|k| bound(&verified[*k]).is_some_and(|b| b > target))
            .collect();
        if !missed.is_empty() {
            let here = walk.x.clone();
            for k in &missed {
                let again = &mut pending[*k];
                input(walk.jump(&again.x))?;
                let closer = CLOSER * target;
                if let Some(settled) = input(walk.solve(
                    again.lambda,
                    again.lambda,
                    closer,
                    self.path.gap,
                    self.path.iterations,
                ))? {
                    again.settled.rounds += settled.rounds;
                    again.x.copy_from_slice(&walk.x);
                }
            }
            input(walk.jump(&here))?;
            verified = at(pending)?;
        }
        Ok(pending.drain(..).zip(verified).map(|(p, v)| self.judged(p, &v, target)).collect())
    }

    fn judged(&self, pending: Pending, verified: &Verified<f64>, target: f64) -> PathPoint {
        let Pending { lambda, mut x, deviance, settled } = pending;
        let Verified { smooth: loss, value: objective, verification } = *verified;
        self.design.to_original(&mut x);
        let first = usize::from(self.path.intercept);
        let coefficients = SparseCoefficients::of(&x[first..]);
        let violation = verification.gradient_inf.unwrap_or(f64::NAN);
        let status = if verification.certificate.bound().is_some_and(|bound| bound <= target) {
            Status::Certified
        } else if !objective.is_finite() {
            Status::NonFinite
        } else if violation <= f64::EPSILON.sqrt() * objective.abs().max(1.0) {
            Status::Stationary
        } else if settled.reached {
            Status::Stalled
        } else {
            Status::Budget
        };
        PathPoint {
            lambda,
            intercepts: x[..first].to_vec(),
            degrees_of_freedom: coefficients.nonzero(),
            coefficients,
            loss,
            objective,
            deviance,
            deviance_ratio: self.explained(deviance, loss),
            certificate: verification.certificate,
            violation,
            status,
            iterations: settled.rounds,
        }
    }
}
