//! The search for the maximum, over K predictors a row, and what it leaves in the coefficients that are reported.

use faer::Mat;
use thalweg_core::{
    Certificate, Driver, Error, Gradient, Halt, Information, Result, Smooth, Solution, Status, stop, vector,
};
use thalweg_optimizers::Newton;

use super::classes::ClassCounts;
use super::polish::polish;
use super::separated;
use crate::observations::Observations;
use crate::run::after;
use crate::separation::Separation;

/// Iterations after which a search that has not ended is suspected of chasing an infinite estimate.
const SUSPICIOUS: u64 = 25;

/// Iterations after which finite estimates have settled.
const EARLY: u64 = 12;

/// Share of |F| below which a further Newton step is taken without evaluating there.
const POLISH: f64 = 1e-14;

/// One search over K predictors a row.
pub(super) struct Search {
    pub(super) reference: usize,
    pub(super) classes: usize,
    pub(super) limit: u64,
}

/// What it found, class after class but the reference.
pub(super) struct Found {
    pub(super) x: Vec<f64>,
    pub(super) covariance: Option<Mat<f64>>,
    pub(super) diverging: Vec<bool>,
    pub(super) log_likelihood: f64,
    pub(super) gradient_inf: f64,
    pub(super) status: Status,
    pub(super) certificate: Certificate,
    pub(super) separation: Option<Separation>,
    pub(super) iterations: u64,
    /// Classes look impossible in some rows, but the data are too large to look for separation.
    pub(super) unexamined: bool,
}

impl Search {
    fn descend(&self, smooth: &mut Smooth<'_, f64>, x0: &[f64], limit: u64) -> Result<Solution<f64>> {
        let newton = Newton { polish: Some(POLISH), ..Newton::default() };
        let mut driver = Driver::new().stop(stop::predicted_decrease(POLISH)).iterations(limit);
        driver.minimize(&newton, smooth, x0)
    }

    /// The search goes on.
    fn further(
        &self,
        smooth: &mut Smooth<'_, f64>,
        from: &Solution<f64>,
        limit: u64,
    ) -> Result<Solution<f64>> {
        Ok(after(from, self.descend(smooth, &from.x, limit)?))
    }

    pub(super) fn run(
        &self,
        smooth: &mut Smooth<'_, f64>,
        data: &Observations<'_>,
        counts: &ClassCounts,
    ) -> Result<Found> {
        let q = smooth.design().parameters();
        let mut start = vec![0.0; q * self.classes];
        if smooth.design().has_intercept() {
            for (class, start) in start.chunks_exact_mut(q).enumerate() {
                start[0] = (counts.of_class(class) / counts.total()).ln();
            }
        }
        let (early, first) = (self.limit.min(EARLY), self.limit.min(SUSPICIOUS));
        let mut solution = self.descend(smooth, &start, early)?;
        let before = solution.x.clone();
        if solution.status == Status::Budget && first > early {
            solution = self.further(smooth, &solution, first - early)?;
        }
        let mut separation = None;
        let mut unexamined = false;
        if separated::is_saturated(smooth, data.row_weights(), &solution.x)? {
            // What is finite has long settled, so that the way from then on is the direction of divergence itself.
            let next = self.descend(smooth, &solution.x, 1)?;
            let way = |from: &[f64], to: &[f64]| -> Vec<f64> {
                self.coded(&from.iter().zip(to).map(|(from, to)| to - from).collect::<Vec<_>>(), q)
            };
            let headings = [self.coded(&solution.x, q), way(&solution.x, &next.x), way(&before, &solution.x)];
            unexamined = separated::is_too_large(data.y.len() * (self.classes - 1), q * (self.classes - 1));
            separation = separated::search(smooth.design(), data, self, &headings)?;
        }
        if separation.is_none() && solution.status == Status::Budget && self.limit > first {
            solution = self.further(smooth, &solution, self.limit - first)?;
        }
        let mut x = self.coded(&solution.x, q);
        let mut status = solution.status;
        let mut diverging = Vec::new();
        let mut covariance = None;
        if let Some(found) = &separation {
            status = Status::Separated;
            diverging = found.diverging.clone();
        } else if status.is_solved() || status == Status::Stalled {
            let polished = polish(&mut x, |x| self.coded_derivatives(smooth, x))?;
            covariance = polished.covariance;
            if polished.length <= 1e-8 {
                status = Status::Stationary;
            }
        }
        let full = self.spread(&x, q);
        let total = smooth.datafit().total_weight();
        let mut gradient = vec![0.0; full.len()];
        let value = value_gradient(smooth, &full, &mut gradient)?;
        Ok(Found {
            x,
            covariance,
            diverging,
            log_likelihood: -value * total,
            gradient_inf: vector::norm_inf(&gradient),
            status,
            certificate: solution.certificate,
            separation,
            iterations: solution.iterations,
            unexamined,
        })
    }

    /// The gradient in the reported coefficients, and their block of the information.
    fn coded_derivatives(&self, smooth: &mut Smooth<'_, f64>, x: &[f64]) -> Result<(Vec<f64>, Mat<f64>)> {
        let (q, total) = (smooth.design().parameters(), smooth.datafit().total_weight());
        let full = self.spread(x, q);
        let mut gradient = vec![0.0; full.len()];
        value_gradient(smooth, &full, &mut gradient)?;
        let information = smooth.information_matrix(&full, Information::Observed)?;
        let place = |at: usize| self.class_of(at / q) * q + at % q;
        let block = Mat::from_fn(x.len(), x.len(), |i, j| total * information[(place(i), place(j))]);
        Ok(((0..x.len()).map(|at| total * gradient[place(at)]).collect(), block))
    }

    /// The class of a block of coefficients.
    fn class_of(&self, block: usize) -> usize {
        block + usize::from(block >= self.reference)
    }

    /// Differences to the reference, class after class.
    fn coded(&self, x: &[f64], q: usize) -> Vec<f64> {
        let of = |class: usize, j: usize| x[class * q + j] - x[self.reference * q + j];
        (0..self.classes - 1).flat_map(|block| (0..q).map(move |j| of(self.class_of(block), j))).collect()
    }

    /// K columns with zeros for the reference.
    fn spread(&self, coded: &[f64], q: usize) -> Vec<f64> {
        let mut x = coded.to_vec();
        let at = self.reference * q;
        x.splice(at..at, std::iter::repeat_n(0.0, q));
        x
    }
}

/// [`Gradient::value_gradient`], which nothing interrupts here.
fn value_gradient(smooth: &mut Smooth<'_, f64>, x: &[f64], gradient: &mut [f64]) -> Result<f64> {
    smooth.value_gradient(x, gradient).map_err(interrupted)
}

/// An error of an evaluation outside a driver.
pub(crate) fn interrupted(halt: Halt) -> Error {
    match halt {
        Halt::Input(error) => error,
        other => Error::invalid_parameter("evaluation", other, "the point must be finite"),
    }
}
