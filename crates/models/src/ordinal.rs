//! [`Ordinal`]: cumulative link models of K ordered classes, P(y ≤ k) = F(θₖ − s) with s = offset + xᵀb and thresholds θ₀ < … < θ_{K−2}.
//!
//! The coefficients come without an intercept, which the thresholds would take up; a positive coefficient moves rows to higher classes, as in R's
//! `polr`. For the logit, the probit and the cloglog ln(F(β) − F(α)) is concave in (α, β), so that minus the log-likelihood is convex in
//! (b, θ) themselves (Pratt, J. Amer. Statist. Assoc. 76, 1981), with +∞ where two thresholds meet: since every class occurs, a step that would
//! break their order is halved, and no other parametrisation is needed.
//!
//! Cost: one pass of n(p²/2 + Kp) flops a step.
//!
//! Source: McCullagh, *Regression models for ordinal data*, J. R. Statist. Soc. B 42 (1980); Agresti, *Analysis of Ordinal Categorical Data*,
//! 2nd ed., chapters 3 and 5.

mod cumulative;
mod link;
mod predict;
mod separated;

use faer::Mat;
use thalweg_core::{Certificate, Design, Driver, Error, Objective, Par, Result, Solution, Status, stop};
use thalweg_optimizers::Newton;

use crate::fit::{Coefficient, State};
use crate::glm::predictors;
use crate::hypothesis::Test;
use crate::multinomial::classes::ClassCounts;
use crate::multinomial::polish::{Polished, polish};
use crate::multinomial::separated::is_too_large;
use crate::multinomial::table;
use crate::observations::Observations;
use crate::run::after;
use crate::select::NEWTON_LIMIT;
use crate::separation::Separation;
use cumulative::Cumulative;
pub use link::OrdinalLink;

/// A cumulative link model.
///
/// ```
/// use thalweg_models::{Observations, Ordinal};
/// // Classes 0, 1, 2 with weights 2, 1, 1 at x = 0 and 1, 1, 2 at x = 1: mirror images of each other.
/// let x = faer::mat![[0.0], [0.0], [0.0], [1.0], [1.0], [1.0]];
/// let (y, w) = ([0.0, 1.0, 2.0, 0.0, 1.0, 2.0], [2.0, 1.0, 1.0, 1.0, 1.0, 2.0]);
/// let fit = Ordinal::new("logit")?.fit(&Observations::new(x.as_ref(), &y).weights(&w))?;
/// // The thresholds lie symmetric about half the coefficient.
/// let sum = fit.thresholds[0].estimate + fit.thresholds[1].estimate;
/// assert!((sum - fit.coefficients[0].estimate).abs() < 1e-12);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ordinal {
    link: OrdinalLink,
    iterations: u64,
}

/// A fitted cumulative link model.
#[derive(Clone, Debug)]
pub struct OrdinalFit {
    /// F.
    pub link: OrdinalLink,
    /// The coefficients b.
    pub coefficients: Vec<Coefficient>,
    /// The thresholds θ, `0|1`, `1|2`, …; their statistics test θ = 0, which is seldom a question.
    pub thresholds: Vec<Coefficient>,
    /// Rows.
    pub n: usize,
    /// Σw: a row stands for w equal ones.
    pub observations: f64,
    /// Coefficients estimated, aliased ones not.
    pub rank: usize,
    /// ℓ = Σ w ln P(y).
    pub log_likelihood: f64,
    /// −2ℓ.
    pub deviance: f64,
    /// The deviance of the model with thresholds (and offset) alone.
    pub null_deviance: f64,
    /// The likelihood-ratio test against that model.
    pub against_null: Test,
    /// −2ℓ + 2k, k = rank + K − 1.
    pub aic: f64,
    /// −2ℓ + k ln Σw.
    pub bic: f64,
    /// max |∂ℓ/∂(b, θ)| over Σw at the estimates.
    pub gradient_inf: f64,
    /// How the search ended.
    pub status: Status,
    /// What is proven about the maximum.
    pub certificate: Certificate,
    /// The separating direction, if there is one: coefficients that are not aliased, then thresholds.
    pub separation: Option<Separation>,
    /// What a reader must know: aliases, separation, missing standard errors.
    pub warnings: Vec<String>,
    /// Iterations.
    pub iterations: u64,
    /// The covariance of the coefficients that are not aliased and the thresholds.
    covariance: Option<Mat<f64>>,
    has_offset: bool,
}

/// Iterations after which a search that has not ended is suspected of chasing an infinite estimate.
const SUSPICIOUS: u64 = 25;

/// Iterations after which finite estimates have settled.
const EARLY: u64 = 12;

/// Share of |F| below which a further Newton step is taken without evaluating there.
const POLISH: f64 = 1e-14;

impl Ordinal {
    /// With the link `logit` (proportional odds), `probit` or `cloglog` (proportional hazards).
    ///
    /// # Errors
    /// An unknown name, with a suggestion.
    pub fn new(link: &str) -> Result<Self> {
        Ok(Self { link: OrdinalLink::named(link)?, iterations: 500 })
    }

    /// Limits the iterations (default 500).
    #[must_use]
    pub fn iterations(mut self, limit: u64) -> Self {
        self.iterations = limit;
        self
    }

    /// Fits the model to targets 0, 1, … K − 1 in their order. A row of weight w stands for w equal rows. Columns that depend on those before
    /// them, or are constant, are left out.
    ///
    /// # Errors
    /// A target that is no class number; fewer than two classes; a class below the largest that never occurs, so that the thresholds around it
    /// would meet; as many parameters as rows; wrong shapes. Separation is no error but a [`Status`].
    pub fn fit(&self, data: &Observations<'_>) -> Result<OrdinalFit> {
        let with_intercept = data.design(true)?;
        let weights = data.row_weights();
        let counts = ClassCounts::of(data.y, weights)?;
        let cuts = counts.classes() - 1;
        // The thresholds span the constant.
        let aliased = with_intercept.aliased(weights, Par::Rayon).split_off(1);
        let design = Design::from_columns(data.x.iter().map(thalweg_core::Columns::borrow))?;
        let reduced = design.select(&predictors(&aliased, false))?;
        let rank = reduced.parameters();
        counts.check_rank(rank + cuts)?;
        if rank + cuts > NEWTON_LIMIT {
            return Err(Error::Unsupported {
                what: format!("a cumulative link model of {} parameters", rank + cuts),
                why: format!("its information has more than {NEWTON_LIMIT} columns"),
                remedy: "use fewer columns or classes".to_owned(),
            });
        }
        let mut objective = Cumulative::new(&reduced, data, self.link, cuts)?;
        let found = self.search(&mut objective, data, &counts)?;
        let null_log_likelihood = self.null(data, &counts)?;
        Ok(self.summarise(data, &counts, &aliased, found, null_log_likelihood))
    }

    fn descend(&self, objective: &mut Cumulative<'_>, x0: &[f64], limit: u64) -> Result<Solution<f64>> {
        let newton = Newton { polish: Some(POLISH), ..Newton::default() };
        let mut driver = Driver::new().stop(stop::predicted_decrease(POLISH)).iterations(limit);
        driver.minimize(&newton, objective, x0)
    }

    /// Coefficients 0 and the thresholds of the classes' shares.
    fn start(&self, rank: usize, counts: &ClassCounts) -> Vec<f64> {
        let mut start = vec![0.0; rank];
        let (mut below, mut above) = (0.0, counts.total());
        for class in 0..counts.classes() - 1 {
            below += counts.of_class(class);
            above -= counts.of_class(class);
            start.push(self.link.quantile(below / counts.total(), above / counts.total()));
        }
        start
    }

    fn search(
        &self,
        objective: &mut Cumulative<'_>,
        data: &Observations<'_>,
        counts: &ClassCounts,
    ) -> Result<Found> {
        let (early, first) = (self.iterations.min(EARLY), self.iterations.min(SUSPICIOUS));
        let start = self.start(objective.rank(), counts);
        let mut solution = self.descend(objective, &start, early)?;
        let before = solution.x.clone();
        if solution.status == Status::Budget && first > early {
            solution = after(&solution, self.descend(objective, &solution.x, first - early)?);
        }
        let mut separation = None;
        let mut unexamined = false;
        if objective.is_saturated(&solution.x) {
            unexamined = is_too_large(2 * data.y.len(), solution.x.len());
            // What is finite has long settled, so that the way from then on is the direction of divergence itself.
            let next = self.descend(objective, &solution.x, 1)?;
            let way = |from: &[f64], to: &[f64]| from.iter().zip(to).map(|(from, to)| to - from).collect();
            let headings = [solution.x.clone(), way(&solution.x, &next.x), way(&before, &solution.x)];
            separation = separated::search(objective, data, &headings)?;
        }
        if separation.is_none() && solution.status == Status::Budget && self.iterations > first {
            solution = after(&solution, self.descend(objective, &solution.x, self.iterations - first)?);
        }
        let mut found = Found {
            status: solution.status,
            certificate: solution.certificate,
            iterations: solution.iterations,
            x: solution.x,
            log_likelihood: f64::NAN,
            gradient_inf: f64::NAN,
            covariance: None,
            diverging: Vec::new(),
            separation: None,
            unexamined,
        };
        if let Some(separation) = separation {
            found.status = Status::Separated;
            found.diverging = separation.diverging.clone();
            found.separation = Some(separation);
        } else if found.status.is_solved() || found.status == Status::Stalled {
            let Polished { covariance, length } = polish(&mut found.x, |x| objective.score_information(x))?;
            found.covariance = covariance;
            if length <= 1e-8 {
                found.status = Status::Stationary;
            }
        }
        (found.log_likelihood, found.gradient_inf) = objective.at_end(&found.x)?;
        Ok(found)
    }

    /// The log-likelihood of the model with thresholds alone; with an offset that is a fit of its own.
    fn null(&self, data: &Observations<'_>, counts: &ClassCounts) -> Result<f64> {
        if data.offset.is_none() {
            return Ok(counts.entropy());
        }
        let design = Design::from_mat(Mat::zeros(data.y.len(), 0))?;
        let mut objective = Cumulative::new(&design, data, self.link, counts.classes() - 1)?;
        let start = self.start(0, counts);
        let solution = self.descend(&mut objective, &start, self.iterations)?;
        let mut x = solution.x;
        polish(&mut x, |x| objective.score_information(x))?;
        Ok(-objective.total() * objective.value(&x).unwrap_or(f64::NAN))
    }

    fn summarise(
        &self,
        data: &Observations<'_>,
        counts: &ClassCounts,
        aliased: &[bool],
        found: Found,
        null_log_likelihood: f64,
    ) -> OrdinalFit {
        let row = |at: usize, name: String| match &found.covariance {
            _ if found.diverging.get(at) == Some(&true) => {
                Coefficient::without_inference(name, State::Diverging, found.x[at])
            }
            None => Coefficient::without_inference(name, State::Estimated, found.x[at]),
            Some(c) => table::wald(name, found.x[at], c[(at, at)].sqrt()),
        };
        let mut rank = 0;
        let coefficients: Vec<Coefficient> = aliased
            .iter()
            .enumerate()
            .map(|(j, aliased)| {
                let name = data.name(j, false);
                if *aliased {
                    return Coefficient::without_inference(name, State::Aliased, f64::NAN);
                }
                rank += 1;
                row(rank - 1, name)
            })
            .collect();
        let cuts = counts.classes() - 1;
        let thresholds: Vec<Coefficient> =
            (0..cuts).map(|k| row(rank + k, format!("{k}|{}", k + 1))).collect();
        let states: Vec<_> =
            coefficients.iter().chain(&thresholds).map(|c| (c.name.clone(), c.state)).collect();
        let mut warnings = table::warnings(&states, found.separation.as_ref());
        if found.covariance.is_none() && found.separation.is_none() {
            warnings.push(table::why_no_errors(found.status));
        }
        if found.unexamined {
            warnings.push(table::UNEXAMINED.to_owned());
        }
        let (parameters, observations) = ((rank + cuts) as f64, counts.total());
        let (deviance, null_deviance) = (-2.0 * found.log_likelihood, -2.0 * null_log_likelihood);
        OrdinalFit {
            link: self.link,
            coefficients,
            thresholds,
            n: data.y.len(),
            observations,
            rank,
            log_likelihood: found.log_likelihood,
            deviance,
            null_deviance,
            against_null: Test::chi_squared(null_deviance - deviance, rank),
            aic: deviance + 2.0 * parameters,
            bic: deviance + parameters * observations.ln(),
            gradient_inf: found.gradient_inf,
            status: found.status,
            certificate: found.certificate,
            separation: found.separation,
            warnings,
            iterations: found.iterations,
            covariance: found.covariance,
            has_offset: data.offset.is_some(),
        }
    }
}

/// What a search found: coefficients, then thresholds.
struct Found {
    x: Vec<f64>,
    covariance: Option<Mat<f64>>,
    diverging: Vec<bool>,
    log_likelihood: f64,
    gradient_inf: f64,
    status: Status,
    certificate: Certificate,
    separation: Option<Separation>,
    iterations: u64,
    /// The likelihood looks flat in some rows, but the data are too large to look for separation.
    unexamined: bool,
}
