//! How good predictions are: [`mse`], [`rmse`], [`mae`], [`r2`], [`mean_deviance`], [`log_loss`], [`accuracy`], [`brier`], [`auc`], and
//! [`Metrics`], those that suit a model.
//!
//! Every one is a weighted mean Σwᵢ·(…)/Σw or made of such means. A row of weight 0 does not count. Outcomes may be shares y in [0, 1]: a row
//! of weight w then stands for wy successes and w(1 − y) failures, and each metric is that of the single trials.
//!
//! Sums run over fixed chunks, so the bits do not depend on the number of threads.

use serde::Serialize;
use thalweg_core::reduce::{Chunks, reduce};
use thalweg_core::{Cost, Error, Loss, Par, Reduction, Result, Target, Weights, check_shape};
use thalweg_likelihood::{Family, LinkFunction};

use crate::artifact::Model;

/// The metrics of predictions on one data set; NaN (null as JSON) where a metric does not suit the model or does not exist.
#[derive(Copy, Clone, Debug, PartialEq, Serialize)]
pub struct Metrics {
    /// Rows.
    pub n: usize,
    /// The weighted mean of the loss that was fitted; for a family, of its negative log-likelihood without constants.
    pub mean_loss: f64,
    /// [`mean_deviance`] of a family.
    pub mean_deviance: f64,
    /// [`mse`] of predicted means, unless the target is an outcome.
    pub mse: f64,
    /// [`rmse`], likewise.
    pub rmse: f64,
    /// [`mae`], likewise.
    pub mae: f64,
    /// [`r2`], likewise.
    pub r2: f64,
    /// [`log_loss`] of predicted probabilities, if the target is an outcome.
    pub log_loss: f64,
    /// [`accuracy`], likewise.
    pub accuracy: f64,
    /// [`brier`], likewise.
    pub brier: f64,
    /// [`auc`], likewise.
    pub auc: f64,
}

impl Metrics {
    /// The metrics that suit the model, from targets `y` and linear predictors `eta`.
    ///
    /// ```
    /// use thalweg_core::Weights;
    /// use thalweg_models::{Metrics, Model};
    /// let model = Model::Glm { family: "binomial".to_owned(), link: "logit".to_owned() };
    /// let metrics = Metrics::of(&model, &[0.0, 1.0, 1.0], &[-1.0, 2.0, -0.5], Weights::Unit)?;
    /// assert_eq!((metrics.accuracy, metrics.auc), (2.0 / 3.0, 1.0));
    /// assert!(metrics.mse.is_nan());
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Lengths that differ; no rows; a target that the model does not admit, a predictor that is not finite, a weight that is negative,
    /// each with its row; weights that are all 0; a family, link or loss that this version does not know.
    pub fn of(model: &Model, y: &[f64], eta: &[f64], w: Weights<'_, f64>) -> Result<Self> {
        check(y, eta, w)?;
        let loss = model.loss()?;
        let link = model.mean_link()?;
        let mu: Vec<f64> = eta.iter().map(|eta| link.mean(*eta).mu).collect();
        let none = f64::NAN;
        let metrics = Self {
            n: y.len(),
            mean_loss: mean_loss(&*loss, y, eta, w)?,
            mean_deviance: match model.family()? {
                Some(family) => mean_deviance(&*family, link, y, eta, w)?,
                None => none,
            },
            mse: none,
            rmse: none,
            mae: none,
            r2: none,
            log_loss: none,
            accuracy: none,
            brier: none,
            auc: none,
        };
        let n = y.len();
        if loss.properties().target == Target::UnitInterval {
            let bernoulli = thalweg_likelihood::family("binomial")?.loss(link)?;
            // Some links leave [0, 1]; what lies there is no probability.
            let possible = mu.iter().all(|mu| (0.0..=1.0).contains(mu));
            let if_possible = |metric: f64| if possible { metric } else { none };
            return Ok(Self {
                // From the predictors, which keep the digits that probabilities next to 0 and 1 have lost.
                log_loss: mean_loss(&*bernoulli, y, eta, w)?,
                accuracy: if_possible(mean(n, w, |i| correct(y[i], mu[i]))),
                brier: if_possible(mean(n, w, |i| quadratic(y[i], mu[i]))),
                auc: area(y, eta, w),
                ..metrics
            });
        }
        if loss.properties().target == Target::Binary {
            let outcome: Vec<f64> = y.iter().map(|y| f64::from(*y > 0.0)).collect();
            let right = |i: usize| correct(outcome[i], f64::from(eta[i] > 0.0));
            return Ok(Self { accuracy: mean(n, w, right), auc: area(&outcome, eta, w), ..metrics });
        }
        let mse = mean(n, w, |i| squared(y[i], mu[i]));
        Ok(Self {
            mse,
            rmse: mse.sqrt(),
            mae: mean(n, w, |i| (y[i] - mu[i]).abs()),
            r2: determination(y, mse, w),
            ..metrics
        })
    }
}

/// Mean squared error Σw(y − μ)²/Σw.
///
/// # Errors
/// Lengths that differ, no rows, values that are not finite, negative weights, or none that is positive.
pub fn mse(y: &[f64], mu: &[f64], w: Weights<'_, f64>) -> Result<f64> {
    check(y, mu, w)?;
    Ok(mean(y.len(), w, |i| squared(y[i], mu[i])))
}

/// Root mean squared error √[`mse`], on the scale of the target.
///
/// # Errors
/// As [`mse`].
pub fn rmse(y: &[f64], mu: &[f64], w: Weights<'_, f64>) -> Result<f64> {
    Ok(mse(y, mu, w)?.sqrt())
}

/// Mean absolute error Σw|y − μ|/Σw.
///
/// # Errors
/// As [`mse`].
pub fn mae(y: &[f64], mu: &[f64], w: Weights<'_, f64>) -> Result<f64> {
    check(y, mu, w)?;
    Ok(mean(y.len(), w, |i| (y[i] - mu[i]).abs()))
}

/// Coefficient of determination 1 − Σw(y − μ)²/Σw(y − ȳ)² with the weighted mean ȳ of *these* targets: 1 for perfect predictions, 0 for ones
/// no better than ȳ, negative for worse. NaN where all targets are equal.
///
/// # Errors
/// As [`mse`].
pub fn r2(y: &[f64], mu: &[f64], w: Weights<'_, f64>) -> Result<f64> {
    Ok(determination(y, mse(y, mu, w)?, w))
}

fn mean_loss(loss: &dyn Loss<f64>, y: &[f64], eta: &[f64], w: Weights<'_, f64>) -> Result<f64> {
    let cost = Cost::new(loss, y)?;
    let cost = match w {
        Weights::Unit | Weights::Same(_) => cost,
        Weights::Each(w) => cost.with_weights(w)?,
    };
    cost.value(eta, Reduction::Mean)
}

/// Mean unit deviance Σw d(y, μ)/Σw of a family at μ = g⁻¹(η): the squared error for the Gaussian, 2[y ln(y/μ) − (y − μ)] for the Poisson,
/// twice the [`log_loss`] for 0/1 outcomes. McCullagh, Nelder, *Generalized Linear Models* (1989), section 2.3.
///
/// # Errors
/// As [`mse`], and a target that the family does not admit.
pub fn mean_deviance(
    family: &dyn Family,
    link: LinkFunction,
    y: &[f64],
    eta: &[f64],
    w: Weights<'_, f64>,
) -> Result<f64> {
    check(y, eta, w)?;
    family.loss(link)?.check_targets("the target y", y)?;
    Ok(family.totals(link, y, eta, w).deviance / w.total(y.len()))
}

/// Logarithmic loss −Σw[y ln p + (1 − y) ln(1 − p)]/Σw of probabilities p: ∞ where an outcome was given probability 0 (nothing is clipped).
/// Good, *Rational decisions*, J. R. Statist. Soc. B 14 (1952).
///
/// # Errors
/// As [`mse`], and an outcome or probability outside [0, 1].
pub fn log_loss(y: &[f64], p: &[f64], w: Weights<'_, f64>) -> Result<f64> {
    check_outcomes(y, w)?;
    check_probabilities(y, p)?;
    let term = |share: f64, ln: f64| if share == 0.0 { 0.0 } else { share * ln };
    Ok(mean(y.len(), w, |i| -term(y[i], p[i].ln()) - term(1.0 - y[i], (-p[i]).ln_1p())))
}

/// The share Σw[y·1(p > ½) + (1 − y)·1(p ≤ ½)]/Σw of outcomes that are the likelier one.
///
/// # Errors
/// As [`log_loss`].
pub fn accuracy(y: &[f64], p: &[f64], w: Weights<'_, f64>) -> Result<f64> {
    check_outcomes(y, w)?;
    check_probabilities(y, p)?;
    Ok(mean(y.len(), w, |i| correct(y[i], p[i])))
}

/// Brier score Σw[y(1 − p)² + (1 − y)p²]/Σw: the mean squared error of the probabilities. Brier, *Verification of forecasts expressed in
/// terms of probability*, Monthly Weather Review 78 (1950), halved as is usual for two outcomes.
///
/// # Errors
/// As [`log_loss`].
pub fn brier(y: &[f64], p: &[f64], w: Weights<'_, f64>) -> Result<f64> {
    check_outcomes(y, w)?;
    check_probabilities(y, p)?;
    Ok(mean(y.len(), w, |i| quadratic(y[i], p[i])))
}

/// Area under the ROC curve: the probability that a success scores higher than a failure, a tie counting one half. The Mann–Whitney
/// statistic over Σw⁺ Σw⁻, by one sort, O(n log n); with unit weights every sum is of whole numbers and so exact. NaN where one outcome is
/// absent. Hanley, McNeil, *The meaning and use of the area under a ROC curve*, Radiology 143 (1982).
///
/// ```
/// use thalweg_core::Weights;
/// // Of the four pairs, three are in order and one is a tie.
/// let area = thalweg_models::metrics::auc(&[0.0, 0.0, 1.0, 1.0], &[0.1, 0.4, 0.4, 0.8], Weights::Unit)?;
/// assert_eq!(area, 3.5 / 4.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// As [`mse`], and an outcome outside [0, 1].
pub fn auc(y: &[f64], score: &[f64], w: Weights<'_, f64>) -> Result<f64> {
    check_outcomes(y, w)?;
    check(y, score, w)?;
    Ok(area(y, score, w))
}

fn squared(y: f64, mu: f64) -> f64 {
    (y - mu) * (y - mu)
}

fn correct(y: f64, p: f64) -> f64 {
    if p > 0.5 { y } else { 1.0 - y }
}

fn quadratic(y: f64, p: f64) -> f64 {
    y * (1.0 - p) * (1.0 - p) + (1.0 - y) * p * p
}

/// 1 − mse/variance; NaN where the targets that count are equal.
fn determination(y: &[f64], mse: f64, w: Weights<'_, f64>) -> f64 {
    let mut counted = (0..y.len()).filter(|i| w.get(*i) > 0.0).map(|i| y[i]);
    let first = counted.next().unwrap_or(f64::NAN);
    if counted.all(|y| y == first) {
        return f64::NAN;
    }
    let center = mean(y.len(), w, |i| y[i]);
    1.0 - mse / mean(y.len(), w, |i| squared(y[i], center))
}

fn area(y: &[f64], score: &[f64], w: Weights<'_, f64>) -> f64 {
    // (score, weight of successes, weight of failures); + 0 makes −0 and 0 one score.
    let mut rows: Vec<[f64; 3]> =
        (0..y.len()).map(|i| [score[i] + 0.0, w.get(i) * y[i], w.get(i) * (1.0 - y[i])]).collect();
    rows.sort_by(|a, b| a[0].total_cmp(&b[0]));
    // Twice the area, so that a half is a whole number.
    let (mut area, mut successes, mut failures) = (0.0, 0.0, 0.0);
    for tied in rows.chunk_by(|a, b| a[0] == b[0]) {
        let (up, down) = tied.iter().fold((0.0, 0.0), |(up, down), row| (up + row[1], down + row[2]));
        area += up * (failures + failures + down);
        successes += up;
        failures += down;
    }
    area / (2.0 * successes * failures)
}

/// Σ wᵢ f(i)/Σw over fixed chunks of rows. Rows of weight 0 are not looked at.
fn mean(n: usize, w: Weights<'_, f64>, f: impl Fn(usize) -> f64 + Sync) -> f64 {
    let chunks = Chunks::new(n, 1024, 64);
    let mut partials = vec![[0.0; 2]; chunks.count];
    let map = |chunk: usize, sums: &mut [f64; 2]| {
        for i in chunks.rows_of(chunk) {
            let w = w.get(i);
            if w > 0.0 {
                sums[0] += w * f(i);
                sums[1] += w;
            }
        }
    };
    reduce(Par::Rayon, &mut partials, &map, &|a, b| (0..2).for_each(|k| a[k] += b[k]));
    partials[0][0] / partials[0][1]
}

fn check(y: &[f64], predictions: &[f64], w: Weights<'_, f64>) -> Result<()> {
    check_shape("predictions and targets", y.len(), predictions.len())?;
    check_rows(y, w)?;
    finite("the target y", y)?;
    finite("the prediction", predictions)
}

fn check_rows(y: &[f64], w: Weights<'_, f64>) -> Result<()> {
    if y.is_empty() {
        let remedy = "give at least one row".to_owned();
        return Err(Error::Empty { what: "the target y".to_owned(), remedy });
    }
    let Weights::Each(weights) = w else { return Ok(()) };
    check_shape("length of the weights", y.len(), weights.len())?;
    finite("the weight", weights)?;
    if let Some(row) = weights.iter().position(|w| *w < 0.0) {
        let (rule, remedy) = ("a weight is 0 or more".to_owned(), "correct it".to_owned());
        return Err(Error::OutsideDomain {
            what: "the weight".to_owned(),
            row,
            value: weights[row],
            rule,
            remedy,
        });
    }
    if weights.iter().all(|w| *w == 0.0) {
        return Err(Error::invalid_parameter("weights", "all 0", "give at least one row a positive weight"));
    }
    Ok(())
}

fn check_outcomes(y: &[f64], w: Weights<'_, f64>) -> Result<()> {
    check_rows(y, w)?;
    unit_interval("the target y", "code the outcome as 0 and 1", y)
}

fn check_probabilities(y: &[f64], p: &[f64]) -> Result<()> {
    check_shape("predictions and targets", y.len(), p.len())?;
    unit_interval("the prediction", "give probabilities", p)
}

fn unit_interval(what: &str, remedy: &str, values: &[f64]) -> Result<()> {
    finite(what, values)?;
    match values.iter().position(|v| !Target::UnitInterval.admits(*v)) {
        None => Ok(()),
        Some(row) => Err(Error::OutsideDomain {
            what: what.to_owned(),
            row,
            value: values[row],
            rule: Target::UnitInterval.rule().to_owned(),
            remedy: remedy.to_owned(),
        }),
    }
}

fn finite(what: &str, values: &[f64]) -> Result<()> {
    match values.iter().position(|v| !v.is_finite()) {
        None => Ok(()),
        Some(row) => Err(Error::NonFinite { what: what.to_owned(), row, value: values[row] }),
    }
}
