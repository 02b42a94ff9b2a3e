//! [`Stability`]: what stability selection found, as plain data.

use super::bound::FalseSelections;
use super::subsample::Selected;
use crate::path::PathFit;

/// How often each predictor was selected, and which are stable.
#[derive(Clone, Debug)]
pub struct Stability {
    /// The path of all rows, certified.
    pub path: PathFit,
    /// How many subsamples were fitted: two a pair of halves.
    pub samples: usize,
    /// The λ that all of them reached, decreasing: the first of the path's.
    pub lambdas: Vec<f64>,
    /// The predictors that some subsample selected at some λ, increasing, counted from 0. All others were never selected.
    pub predictors: Vec<u32>,
    /// Of each of those, the number of subsamples that selected it, one a λ.
    pub counts: Vec<Vec<u32>>,
    /// How many predictors a subsample selected at this λ or a larger one, on average: q for a region Λ that ends here.
    pub mean_selected: Vec<f64>,
    /// How many λ the region Λ has, from the largest on; 0 where even the first is one too many.
    pub region: usize,
    /// π.
    pub threshold: f64,
    /// Which bound was taken.
    pub bound: FalseSelections,
    /// The caller stopped it: only pairs of halves that were done are counted.
    pub interrupted: bool,
}

impl Stability {
    pub(super) fn of(
        path: PathFit,
        selected: &[Selected],
        interrupted: bool,
        (threshold, expected, bound): (f64, f64, FalseSelections),
    ) -> Self {
        // A subsample whose path ended early says nothing about the λ it did not reach.
        let reached = selected.iter().map(|sample| sample.at.len()).min().unwrap_or(0);
        let mut predictors: Vec<u32> =
            selected.iter().flat_map(|sample| sample.at[..reached].iter().flatten().copied()).collect();
        predictors.sort_unstable();
        predictors.dedup();
        let mut counts = vec![vec![0; reached]; predictors.len()];
        let mut totals = vec![0_usize; reached];
        let mut seen = vec![usize::MAX; predictors.len()];
        for (s, sample) in selected.iter().enumerate() {
            let mut total = 0;
            for (k, own) in sample.at[..reached].iter().enumerate() {
                for j in own {
                    let at = predictors.partition_point(|known| known < j);
                    counts[at][k] += 1;
                    total += usize::from(seen[at] != s);
                    seen[at] = s;
                }
                totals[k] += total;
            }
        }
        let samples = selected.len();
        let mean_selected: Vec<f64> = totals.iter().map(|total| *total as f64 / samples as f64).collect();
        let p = path.names.len();
        let within = |q: &&f64| bound.expected(**q, threshold, p, samples / 2) <= expected;
        let region = mean_selected.iter().take_while(within).count();
        let lambdas = path.points.iter().take(reached).map(|point| point.lambda).collect();
        Self {
            path,
            samples,
            lambdas,
            predictors,
            counts,
            mean_selected,
            region,
            threshold,
            bound,
            interrupted,
        }
    }

    /// The shares of the subsamples that selected predictor j, one a λ.
    #[must_use]
    pub fn probabilities(&self, j: usize) -> Vec<f64> {
        match self.at(j) {
            Some(at) => self.counts[at].iter().map(|count| self.share(*count)).collect(),
            None => vec![0.0; self.lambdas.len()],
        }
    }

    /// The largest share of the subsamples that selected predictor j at one λ of the region.
    #[must_use]
    pub fn largest(&self, j: usize) -> f64 {
        let most = self.at(j).and_then(|at| self.counts[at].iter().take(self.region).max());
        most.map_or(0.0, |count| self.share(*count))
    }

    /// The stable predictors, increasing: those whose largest share is π or more.
    #[must_use]
    pub fn stable(&self) -> Vec<u32> {
        let enough = |j: &&u32| self.largest(**j as usize) >= self.threshold;
        self.predictors.iter().filter(enough).copied().collect()
    }

    /// The bound on the expected number of false selections among the stable predictors; 0 for a region without λ.
    #[must_use]
    pub fn false_selections(&self) -> f64 {
        let q = self.region.checked_sub(1).and_then(|last| self.mean_selected.get(last)).copied();
        self.bound.expected(q.unwrap_or(0.0), self.threshold, self.path.names.len(), self.samples / 2)
    }

    fn at(&self, j: usize) -> Option<usize> {
        u32::try_from(j).ok().and_then(|j| self.predictors.binary_search(&j).ok())
    }

    /// Exact where it is π: both are rounded once.
    fn share(&self, count: u32) -> f64 {
        f64::from(count) / self.samples as f64
    }
}
