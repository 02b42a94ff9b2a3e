//! The penalised likelihood: value, score and root of the information at a point, and its maximum with some coefficients held.

use faer::Mat;
use thalweg_core::{Information, Par, Result, ScaledCholesky, Smooth, Status, vector};
use thalweg_likelihood::{Family, LinkFunction};

use crate::reference::inverse_root;

/// ℓ* on columns of full rank.
pub(super) struct Likelihood<'s> {
    smooth: &'s Smooth<'s, f64>,
    link: LinkFunction,
    is_binomial: bool,
    limit: u64,
}

/// ℓ* and its derivatives at x.
pub(super) struct Point {
    pub(super) x: Vec<f64>,
    /// ℓ + penalty, without constants of the data.
    pub(super) value: f64,
    /// ½ ln det XᵀWX.
    pub(super) penalty: f64,
    /// Xᵀ(w(y − μ) + h·½ V′(μ)).
    pub(super) score: Vec<f64>,
    /// Upper triangular V with VVᵀ = (XᵀWX)⁻¹.
    pub(super) root: Mat<f64>,
}

pub(super) struct Maximum {
    pub(super) point: Point,
    pub(super) status: Status,
    pub(super) iterations: u64,
}

/// Length of a step in standard errors below which the search has arrived.
const ARRIVED: f64 = 1e-13;
/// The same where rounding of the score keeps steps from shrinking further.
const ROUNDED: f64 = 1e-9;
const HALVINGS: u32 = 60;

impl<'s> Likelihood<'s> {
    pub(super) fn new(
        smooth: &'s Smooth<'s, f64>,
        family: &dyn Family,
        link: LinkFunction,
        limit: u64,
    ) -> Self {
        Self { smooth, link, is_binomial: family.name() == "binomial", limit }
    }

    /// ½ V′(μ).
    fn half_slope(&self, eta: f64) -> f64 {
        let mean = self.link.mean(eta);
        if self.is_binomial { 0.5 * (mean.complement - mean.mu) } else { 0.5 }
    }

    /// `None` where the information is singular to working precision: there ℓ* is −∞ for all that a search can tell.
    fn at(&self, x: Vec<f64>) -> Result<Option<Point>> {
        let design = self.smooth.design();
        let n = design.rows();
        let (mut eta, mut slopes) = (vec![0.0; n], vec![0.0; n]);
        let mut weights = vec![0.0; n];
        self.smooth.predict(&x, &mut eta);
        let total = self.smooth.derivatives(&eta, Information::Expected, &mut slopes, &mut weights);
        if !total.is_finite() {
            return Ok(None);
        }
        let Some(root) = inverse_root(self.smooth, &x, Information::Expected)? else { return Ok(None) };
        let flat: Vec<f64> = (0..root.ncols()).flat_map(|j| root.col(j).iter().copied()).collect();
        let mut leverage = vec![0.0; n];
        design.row_norms(&flat, &mut leverage, Par::Rayon);
        for i in 0..n {
            slopes[i] = leverage[i] * weights[i] * self.half_slope(eta[i]) - slopes[i];
        }
        let mut score = vec![0.0; x.len()];
        design.apply_transpose(&slopes, &mut score, Par::Rayon);
        let penalty = -(0..root.ncols()).map(|j| root[(j, j)].abs().ln()).sum::<f64>();
        Ok(Some(Point { x, value: penalty - total, penalty, score, root }))
    }

    /// The Newton step with the expected information over the coefficients that are not held, and its length in standard errors. With
    /// C = VVᵀ the step of all coefficients is CU; the multiples of C's columns that bring the held ones back to 0 are taken off.
    fn step(point: &Point, held: &[usize]) -> Option<(Vec<f64>, f64)> {
        let v = &point.root;
        let q = v.nrows();
        let along: Vec<f64> = (0..q).map(|j| (0..=j).map(|i| v[(i, j)] * point.score[i]).sum()).collect();
        let mut step: Vec<f64> = (0..q).map(|i| (i..q).map(|j| v[(i, j)] * along[j]).sum()).collect();
        if !held.is_empty() {
            let entry = |i: usize, k: usize| -> f64 { (i.max(k)..q).map(|j| v[(i, j)] * v[(k, j)]).sum() };
            let m = held.len();
            let mut cholesky = ScaledCholesky::new(m);
            cholesky.factor(Mat::from_fn(m, m, |a, b| entry(held[a], held[b])).as_ref())?;
            let mut multiples: Vec<f64> = held.iter().map(|k| step[*k]).collect();
            cholesky.solve(&mut multiples);
            for (k, multiple) in held.iter().zip(&multiples) {
                for (i, step) in step.iter_mut().enumerate() {
                    *step -= multiple * entry(i, *k);
                }
            }
            held.iter().for_each(|k| step[*k] = 0.0);
        }
        let length = vector::dot(&step, &point.score).max(0.0).sqrt();
        Some((step, length))
    }

    /// The maximum over the coefficients that are not held, from a start that has the held ones at their values; status
    /// [`Status::NonFinite`] if there is no information at the start.
    pub(super) fn maximise(&self, start: Vec<f64>, held: &[usize]) -> Result<Maximum> {
        let q = start.len();
        let Some(mut point) = self.at(start)? else {
            let nothing = f64::NEG_INFINITY;
            let (score, root) = (vec![f64::NAN; q], Mat::full(q, q, f64::NAN));
            let point = Point { x: vec![f64::NAN; q], value: nothing, penalty: nothing, score, root };
            return Ok(Maximum { point, status: Status::NonFinite, iterations: 0 });
        };
        let (mut before, mut size) = (f64::INFINITY, 1.0);
        for iterations in 0..self.limit {
            let Some((step, length)) = Self::step(&point, held) else {
                return Ok(Maximum { point, status: Status::Stalled, iterations });
            };
            if length <= ARRIVED || (length <= ROUNDED && length >= 0.9 * before) {
                return Ok(Maximum { point, status: Status::Stationary, iterations });
            }
            before = length;
            match self.climb(&point, &step, length, size, held)? {
                Some((next, t)) => {
                    // The expected information leaves the curvature of the penalty out. What is left of the slope along the step tells the
                    // curvature there, and with it the size of the next step (Barzilai and Borwein, IMA J. Numer. Anal. 8, 1988).
                    let left = vector::dot(&next.score, &step) / (length * length);
                    let curvature = (1.0 - left) / t;
                    size = if curvature > 0.0 { (1.0 / curvature).clamp(0.125, 2.0) } else { 1.0 };
                    point = next;
                }
                None => {
                    let status = if length <= ROUNDED { Status::Stationary } else { Status::Stalled };
                    return Ok(Maximum { point, status, iterations });
                }
            }
        }
        Ok(Maximum { point, status: Status::Budget, iterations: self.limit })
    }

    /// The first of x + td, t = size, size/2, …, at which ℓ* is higher by a tenth of what the slope promises, or, where rounding hides that, the
    /// next step is no longer than this one.
    fn climb(
        &self,
        point: &Point,
        step: &[f64],
        length: f64,
        size: f64,
        held: &[usize],
    ) -> Result<Option<(Point, f64)>> {
        let mut t = size;
        let slack = 64.0 * f64::EPSILON * point.value.abs();
        let hidden = length * length <= 100.0 * slack;
        for _ in 0..HALVINGS {
            let mut x = vec![0.0; step.len()];
            vector::step(&point.x, t, step, &mut x);
            if let Some(next) = self.at(x)?
                && next.value >= point.value + 0.1 * t * length * length - slack
                && (!hidden || Self::step(&next, held).is_some_and(|(_, next)| next <= length))
            {
                return Ok(Some((next, t)));
            }
            t *= 0.5;
        }
        Ok(None)
    }
}
