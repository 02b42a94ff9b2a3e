//! [`StabilitySelection`]: which predictors a path selects again and again, whatever half of the rows it sees.

use thalweg_core::{Error, Par, Result};

use crate::observations::Observations;
use crate::path::{Path, PathEnd};
use crate::resampling::{Resampling, Tally};

mod bound;
mod halves;
mod stability;
mod subsample;

pub use bound::FalseSelections;
pub use stability::Stability;

use halves::Halves;

/// Stability selection: the path is followed on random halves of the rows, and the *stable* predictors are those that at least the share π of the halves
/// select at one λ of a region Λ. The halves come in complementary pairs: each row is in one of the two.
///
/// With q the mean number of predictors that a half selects anywhere in Λ, and p predictors in all, the expected number of false selections is at most
/// q²/((2π − 1)p), see [`FalseSelections`]. So Λ is not chosen by hand: it holds the λ from the largest on, for as long as that bound is no larger than the
/// number asked for ([`StabilitySelection::false_selections`], 1 by default).
///
/// A half is taken by weights of 0 for the rows of the other: no data are copied, weights keep their meaning, and standardisation and the null model are
/// those of the half. Rows of weight 0 are in no half. Halves run in parallel; the result depends on neither threads nor order.
///
/// ```
/// use thalweg_models::{Observations, Path, StabilitySelection};
/// let x = faer::Mat::from_fn(60, 8, |i, j| ((i * (3 * j + 7) + i * i * (j + 1)) % 23) as f64 - 11.0);
/// let y: Vec<f64> = (0..60).map(|i| x[(i, 2)] - 2.0 * x[(i, 5)] + ((i * 7) % 5) as f64 - 2.0).collect();
/// let path = Path::new("gaussian")?.lambdas(20, 0.05)?;
/// let found = StabilitySelection::new(path).pairs(20)?.fit(&Observations::new(x.as_ref(), &y))?;
/// assert_eq!(found.stable(), [2, 5]);
/// assert_eq!((found.samples, found.largest(2), found.largest(5)), (40, 1.0, 1.0));
/// // q²/((2π − 1)p) with π = 0.75 and p = 8.
/// let q = found.mean_selected[found.region - 1];
/// assert!((found.false_selections() - q * q / 4.0).abs() < 1e-12 && found.false_selections() <= 1.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// Source: Meinshausen and Bühlmann, *Stability selection*, J. R. Statist. Soc. B 72 (2010); Shah and Samworth, *Variable selection with error control:
/// another look at stability selection*, J. R. Statist. Soc. B 75 (2013), for complementary pairs.
pub struct StabilitySelection {
    path: Path,
    halves: Halves,
    seed: u64,
    threshold: f64,
    false_selections: f64,
    bound: FalseSelections,
}

/// Pairs at most: more are a slip of the keys, and each takes memory.
const PAIRS: usize = 100_000;

impl StabilitySelection {
    /// Fifty pairs, seed 0, π = 0.75, at most 1 false selection expected, without assumptions about the probabilities.
    #[must_use]
    pub fn new(path: Path) -> Self {
        Self {
            path,
            halves: Halves::Pairs(50),
            seed: 0,
            threshold: 0.75,
            false_selections: 1.0,
            bound: FalseSelections::Any,
        }
    }

    /// The number of complementary pairs of halves, each of which costs two paths.
    ///
    /// # Errors
    /// No pair, or more than 100 000.
    pub fn pairs(mut self, pairs: usize) -> Result<Self> {
        if !(1..=PAIRS).contains(&pairs) {
            let rule = format!("at least 1 is needed, 50 are usual, and {PAIRS} are the most");
            return Err(Error::invalid_parameter("pairs", pairs, &rule));
        }
        self.halves = Halves::Pairs(pairs);
        Ok(self)
    }

    /// These parts of the rows instead, each a list of rows counted from 0: halves within strata, or blocks of a time series. The bound on false selections
    /// holds for random halves.
    #[must_use]
    pub fn subsamples(mut self, rows: &[Vec<usize>]) -> Self {
        self.halves = Halves::Given(rows.to_vec());
        self
    }

    /// The seed of the halves.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// π, the share of the halves that must agree; 0.6 to 0.9 as a rule, which makes little difference.
    ///
    /// # Errors
    /// π outside (½, 1].
    pub fn threshold(mut self, threshold: f64) -> Result<Self> {
        self.threshold = bound::check_threshold(threshold)?;
        Ok(self)
    }

    /// The expected number of false selections that is tolerated; +∞ takes the whole path for Λ.
    ///
    /// # Errors
    /// A number that is not positive.
    pub fn false_selections(mut self, expected: f64) -> Result<Self> {
        self.false_selections = bound::check_expected(expected)?;
        Ok(self)
    }

    /// Which bound is taken.
    #[must_use]
    pub fn bound(mut self, bound: FalseSelections) -> Self {
        self.bound = bound;
        self
    }

    /// Follows the path on all rows and on each half.
    ///
    /// # Errors
    /// Wrong input, as [`Path::fit`]; a penalty that keeps every predictor, such as ridge; fewer than four rows of positive weight; a given part without
    /// weight, or with a row that is not there.
    pub fn fit(&self, data: &Observations<'_>) -> Result<Stability> {
        self.fit_observed(data, &|_| ())
    }

    /// [`StabilitySelection::fit`], showing how far it is after every λ, from the thread that has come to it. Where the path's flag
    /// ([`Path::interrupt`]) is raised, the pairs that are done are kept.
    ///
    /// # Errors
    /// As [`StabilitySelection::fit`].
    pub fn fit_observed(
        &self,
        data: &Observations<'_>,
        observe: &(dyn Fn(Resampling) + Sync),
    ) -> Result<Stability> {
        if self.path.keeps_all() {
            return Err(Error::Unsupported {
                what: "stability selection with this penalty".to_owned(),
                why: "it shrinks coefficients and makes none of them 0, so that it selects nothing"
                    .to_owned(),
                remedy: "take one that does, such as the lasso".to_owned(),
            });
        }
        let rows = self.halves.check(data)?;
        let jobs = self.halves.count();
        let tally = Tally::new(jobs, observe);
        let design = self.path.design(data)?;
        let path = self.path.fit_on(data, &design, None, &mut |_, of| {
            tally.lambdas(of);
            tally.fit();
        })?;
        let lambdas = path.lambdas();
        tally.lambdas(lambdas.len());
        let mut found: Vec<Option<Result<Option<subsample::Selected>>>> = (0..jobs).map(|_| None).collect();
        // Pair by pair, so that an interrupt finds whole ones.
        let together = self.halves.together();
        Par::Rayon.for_each_chunk(&mut found, together, |chunk, out| {
            let halves = self.halves.draw(chunk, &rows, self.seed);
            for (half, out) in halves.iter().zip(out) {
                if path.end != PathEnd::Interrupted && !self.path.is_interrupted() {
                    *out = Some(subsample::select(&self.path, (data, &design), &lambdas, half, &tally));
                }
            }
        });
        let mut selected = Vec::with_capacity(jobs);
        for pair in found.chunks_mut(together) {
            let done: Option<Result<Option<Vec<_>>>> = pair
                .iter_mut()
                .map(Option::take)
                .collect::<Option<Vec<_>>>()
                .map(|all| all.into_iter().collect());
            if let Some(done) = done.transpose()?.flatten() {
                selected.extend(done);
            }
        }
        let interrupted = selected.len() < jobs;
        Ok(Stability::of(path, &selected, interrupted, (self.threshold, self.false_selections, self.bound)))
    }
}
