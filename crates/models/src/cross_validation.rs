//! [`CrossValidation`]: which λ of a path predicts best.

use thalweg_core::{ColumnProducts, Design, Error, Par, Result};

use crate::observations::Observations;
use crate::path::{Path, PathEnd, PathFit, PathPoint};
use crate::resampling::{Resampling, Tally};

mod folds;
mod held_out;

use folds::Assignment;

/// K-fold cross-validation of a path: every λ of the path of all rows is fitted without each fold and judged on it.
///
/// A fold is left out by weights of 0: no data are copied, and standardisation and the null model are those of the rows that remain. Folds run in
/// parallel; the bits depend on neither threads nor order. The loss on held-out rows is the mean deviance of a likelihood, the mean loss otherwise.
///
/// ```
/// use thalweg_models::{CrossValidation, Observations, Path};
/// let x = faer::Mat::from_fn(40, 3, |i, j| ((i * (2 * j + 3)) % 11) as f64 - 5.0);
/// let y: Vec<f64> = (0..40).map(|i| 2.0 * x[(i, 0)] + ((i * 7) % 5) as f64 - 2.0).collect();
/// let path = Path::new("gaussian")?.lambdas(20, 0.01)?;
/// let found = CrossValidation::new(path).folds(5)?.seed(1).fit(&Observations::new(x.as_ref(), &y))?;
/// assert!(found.lambda_1se() >= found.lambda_min());
/// assert!(found.best().is_some_and(|point| point.coefficients.get(0) > 1.5));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// Source: Hastie, Tibshirani and Friedman, *The Elements of Statistical Learning*, 2nd ed., section 7.10, for the one-standard-error rule.
pub struct CrossValidation {
    path: Path,
    folds: usize,
    repeats: usize,
    seed: u64,
    assignment: Assignment,
}

/// Repeats at most: more are a slip of the keys, and each takes memory.
const REPEATS: usize = 10_000;

/// What cross-validation found: one entry a λ in every list.
#[derive(Clone, Debug)]
pub struct CrossValidated {
    /// The path of all rows, certified.
    pub path: PathFit,
    /// The mean held-out loss: the mean deviance of a likelihood, else the mean loss.
    pub mean_loss: Vec<f64>,
    /// Its standard error over the folds of all repeats.
    pub std_error: Vec<f64>,
    /// The held-out loss of each fold (repeat by repeat), one list of λ each; of the folds that were done before an interrupt.
    pub fold_losses: Vec<Vec<f64>>,
    /// The fold of every row, one list a repeat.
    pub assignments: Vec<Vec<usize>>,
    /// The index of the least mean loss.
    pub index_min: usize,
    /// The index of the largest λ whose mean loss is within one standard error of the least.
    pub index_1se: usize,
    /// The caller stopped it ([`Path::interrupt`]): means and standard errors are over the folds that were done, and without any there are none.
    pub interrupted: bool,
}

impl CrossValidated {
    /// The λ of the least mean loss; NaN where an interrupt left no fold.
    #[must_use]
    pub fn lambda_min(&self) -> f64 {
        self.best().map_or(f64::NAN, |point| point.lambda)
    }

    /// The largest λ whose mean loss is within one standard error of the least; NaN where an interrupt left no fold.
    #[must_use]
    pub fn lambda_1se(&self) -> f64 {
        self.simplest().map_or(f64::NAN, |point| point.lambda)
    }

    /// The fit of all rows at [`CrossValidated::lambda_min`]; `None` where an interrupt left no fold.
    #[must_use]
    pub fn best(&self) -> Option<&PathPoint> {
        self.judged(self.index_min)
    }

    /// The fit of all rows at [`CrossValidated::lambda_1se`]; `None` where an interrupt left no fold.
    #[must_use]
    pub fn simplest(&self) -> Option<&PathPoint> {
        self.judged(self.index_1se)
    }

    fn judged(&self, k: usize) -> Option<&PathPoint> {
        self.mean_loss.get(k).and_then(|_| self.path.points.get(k))
    }
}

impl CrossValidation {
    /// Ten folds at random, seed 0.
    #[must_use]
    pub fn new(path: Path) -> Self {
        Self { path, folds: 10, repeats: 1, seed: 0, assignment: Assignment::Random }
    }

    /// The number of folds.
    ///
    /// # Errors
    /// Fewer than 2.
    pub fn folds(mut self, folds: usize) -> Result<Self> {
        if folds < 2 {
            return Err(Error::invalid_parameter("folds", folds, "at least 2 are needed, 5 or 10 are usual"));
        }
        self.folds = folds;
        Ok(self)
    }

    /// How many times the rows are assigned to folds anew (default 1); the losses of all folds are averaged.
    ///
    /// # Errors
    /// No repeat, or more than 10 000.
    pub fn repeats(mut self, repeats: usize) -> Result<Self> {
        if !(1..=REPEATS).contains(&repeats) {
            let rule = format!("it must be at least 1 and at most {REPEATS}");
            return Err(Error::invalid_parameter("repeats", repeats, &rule));
        }
        self.repeats = repeats;
        Ok(self)
    }

    /// The seed of the assignment.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Gives every fold the same distribution of targets: classes in equal shares, and numbers of every size.
    #[must_use]
    pub fn stratified(mut self) -> Self {
        self.assignment = Assignment::Stratified;
        self
    }

    /// Keeps rows of the same group (one label a row) in the same fold, the folds as equal in size as that allows.
    #[must_use]
    pub fn groups(mut self, groups: &[u64]) -> Self {
        self.assignment = Assignment::Grouped(groups.to_vec());
        self
    }

    /// Takes this fold of every row, counted from 0; the number of folds is the largest and 1.
    #[must_use]
    pub fn assigned(mut self, folds: &[usize]) -> Self {
        self.folds = folds.iter().max().map_or(0, |most| most + 1);
        self.assignment = Assignment::Given(folds.to_vec());
        self
    }

    /// [`CrossValidation::fit`] for elastic nets of several α on the same folds; the second is the index of the α with the least mean loss, the
    /// first of equals.
    ///
    /// ```
    /// use thalweg_models::{CrossValidation, Observations, Path};
    /// let x = faer::Mat::from_fn(40, 3, |i, j| ((i * (2 * j + 3)) % 11) as f64 - 5.0);
    /// let y: Vec<f64> = (0..40).map(|i| 2.0 * x[(i, 0)] + ((i * 7) % 5) as f64 - 2.0).collect();
    /// let data = Observations::new(x.as_ref(), &y);
    /// let (found, best) = CrossValidation::new(Path::new("gaussian")?.lambdas(20, 0.01)?).fit_alphas(&data, &[1.0, 0.5])?;
    /// let least = |k: usize| found[k].mean_loss[found[k].index_min];
    /// assert!(least(best) <= least(1 - best) && found[0].assignments == found[1].assignments);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`CrossValidation::fit`]; no α, or one outside [0, 1].
    pub fn fit_alphas(
        mut self,
        data: &Observations<'_>,
        alphas: &[f64],
    ) -> Result<(Vec<CrossValidated>, usize)> {
        if alphas.is_empty() {
            let remedy = "give at least one, such as 1 for the lasso".to_owned();
            return Err(Error::Empty { what: "the values of alpha".to_owned(), remedy });
        }
        let mut found = Vec::with_capacity(alphas.len());
        for alpha in alphas {
            self.path = self.path.alpha(*alpha)?;
            found.push(self.fit(data)?);
        }
        let least = |k: usize| found[k].mean_loss.get(found[k].index_min).copied().unwrap_or(f64::INFINITY);
        let best = (1..alphas.len()).fold(0, |best, k| if least(k) < least(best) { k } else { best });
        Ok((found, best))
    }

    /// Fits the path to all rows and to all but each fold.
    ///
    /// # Errors
    /// Wrong input, as [`Path::fit`]; more folds than rows or groups; a fold or its complement without weight.
    pub fn fit(&self, data: &Observations<'_>) -> Result<CrossValidated> {
        self.fit_observed(data, &|_| ())
    }

    /// [`CrossValidation::fit`], showing how far it is after every λ, from the thread that has come to it. Where the path's flag
    /// ([`Path::interrupt`]) is raised, the folds that are done are kept.
    ///
    /// # Errors
    /// As [`CrossValidation::fit`].
    pub fn fit_observed(
        &self,
        data: &Observations<'_>,
        observe: &(dyn Fn(Resampling) + Sync),
    ) -> Result<CrossValidated> {
        let jobs = self.repeats.saturating_mul(self.folds);
        let tally = Tally::new(jobs, observe);
        let design = self.path.design(data)?;
        let assignments: Vec<Vec<usize>> = (0..self.repeats)
            .map(|repeat| self.assignment.assign(data.y, self.folds, self.seed, repeat as u64))
            .collect::<Result<_>>()?;
        let mut products = self.products(data, &design, &assignments[0])?;
        let whole = products.as_ref().map(|products| &products.whole);
        let path = self.path.fit_on(data, &design, whole, &mut |_, of| {
            tally.lambdas(of);
            tally.fit();
        })?;
        tally.lambdas(path.points.len());
        let lambdas = path.lambdas();
        let mut judged: Vec<held_out::Judged> = Vec::with_capacity(jobs);
        for (repeat, folds) in assignments.iter().enumerate() {
            if repeat > 0 {
                products = self.products(data, &design, folds)?;
            }
            let mut found: Vec<Option<Result<Option<held_out::Judged>>>> =
                (0..self.folds).map(|_| None).collect();
            Par::Rayon.for_each_chunk(&mut found, 1, |fold, out| {
                if path.end != PathEnd::Interrupted && !self.path.is_interrupted() {
                    let kept = products.as_ref().map(|products| products.without(fold));
                    let (data, fold) = ((data, &design), (&folds[..], fold));
                    out[0] = Some(held_out::judge(&self.path, data, kept.as_ref(), &lambdas, fold, &tally));
                }
            });
            judged.extend(found.into_iter().flatten().collect::<Result<Vec<_>>>()?.into_iter().flatten());
        }
        let interrupted = judged.len() < jobs;
        // A fold whose path ended early says nothing about the λ it did not reach.
        let reached = judged.iter().map(|fold| fold.losses.len()).min().unwrap_or(0);
        let total: f64 = judged.iter().map(|fold| fold.weight).sum();
        let mean = |k: usize| judged.iter().map(|fold| fold.weight * fold.losses[k]).sum::<f64>() / total;
        let mean_loss: Vec<f64> = (0..reached).map(mean).collect();
        let spread = |k: usize| {
            let squares = judged.iter().map(|fold| fold.weight * (fold.losses[k] - mean_loss[k]).powi(2));
            (squares.sum::<f64>() / total / (judged.len() as f64 - 1.0)).sqrt()
        };
        let std_error: Vec<f64> = (0..reached).map(spread).collect();
        let index_min = (0..reached).fold(0, |best, k| if mean_loss[k] < mean_loss[best] { k } else { best });
        let bound = mean_loss.get(index_min).zip(std_error.get(index_min)).map_or(f64::NAN, |(m, s)| m + s);
        let index_1se = (0..=index_min).find(|k| mean_loss[*k] <= bound).unwrap_or(index_min);
        let fold_losses = judged.into_iter().map(|fold| fold.losses).collect();
        Ok(CrossValidated {
            path,
            mean_loss,
            std_error,
            fold_losses,
            assignments,
            index_min,
            index_1se,
            interrupted,
        })
    }

    /// The products of all columns over each fold, where paths are followed by them and they take no more memory than a copy of the data.
    fn products(
        &self,
        data: &Observations<'_>,
        design: &Design<'_, f64>,
        folds: &[usize],
    ) -> Result<Option<Products>> {
        if self.folds * design.predictors() > design.rows() || !self.path.takes_products(data, design)? {
            return Ok(None);
        }
        let mut each: Vec<Option<Result<ColumnProducts<f64>>>> = (0..self.folds).map(|_| None).collect();
        Par::Rayon.for_each_chunk(&mut each, 1, |fold, out| {
            let rows: Vec<usize> = (0..folds.len()).filter(|row| folds[*row] == fold).collect();
            out[0] = Some(ColumnProducts::of_rows(design, &rows, data.row_weights()));
        });
        let each: Vec<ColumnProducts<f64>> = each.into_iter().flatten().collect::<Result<_>>()?;
        let mut whole = each[0].clone();
        each[1..].iter().for_each(|fold| whole.add(fold));
        Ok(Some(Products { whole, each }))
    }
}

/// The products of all columns over all rows and over each fold.
struct Products {
    whole: ColumnProducts<f64>,
    each: Vec<ColumnProducts<f64>>,
}

impl Products {
    /// Over the rows that are not in the fold.
    fn without(&self, fold: usize) -> ColumnProducts<f64> {
        let mut kept = self.whole.clone();
        kept.subtract(&self.each[fold]);
        kept
    }
}
