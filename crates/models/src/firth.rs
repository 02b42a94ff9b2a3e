//! [`Firth`]: logistic and Poisson regression by a likelihood that Jeffreys' prior penalises, whose estimates are finite where those of
//! maximum likelihood are not.
//!
//! ℓ*(b) = ℓ(b) + ½ ln det I(b), I = XᵀWX the expected information. Its score is Xᵀ(w(y − μ) + h·½ V′(μ)), h the leverages: V′ = 1 − 2μ for the
//! binomial family, 1 for Poisson. That takes the term of order 1/n out of the bias of b.
//!
//! Cost: one pass of np² flops a step, and about twelve searches for the tests and intervals of each coefficient.
//!
//! Source: Firth, *Bias reduction of maximum likelihood estimates*, Biometrika 80 (1993); Heinze and Schemper, *A solution to the problem of
//! separation in logistic regression*, Statistics in Medicine 21 (2002).

mod likelihood;
mod profile;

use thalweg_core::{Certificate, Error, Result, Smooth, Status, vector};
use thalweg_likelihood::{Family, LinkFunction, WeightKind, family};

use crate::fit::State;
use crate::glm::predictors;
use crate::hypothesis::Test;
use crate::inference::check_level;
use crate::observations::Observations;
use crate::reference::{Reference, row_squares};

use likelihood::{Likelihood, Maximum};

/// A regression by Firth's penalised likelihood, under the canonical link.
///
/// ```
/// use thalweg_models::{Firth, Observations};
/// // 3 of 4 successes without the exposure, 5 of 5 with it: the maximum-likelihood estimate is infinite.
/// let x = faer::mat![[0.0], [1.0]];
/// let (share, trials) = ([0.75, 1.0], [4.0, 5.0]);
/// let fit = Firth::new("binomial")?.fit(&Observations::new(x.as_ref(), &share).weights(&trials))?;
/// // With as many coefficients as cells the penalty adds half an observation to each: b₀ = ln(3.5/1.5), b₀ + b = ln(5.5/0.5).
/// let [b0, b] = [fit.coefficients[0].estimate, fit.coefficients[1].estimate];
/// assert!((b0 - (3.5_f64 / 1.5).ln()).abs() < 1e-12 && (b0 + b - 11.0_f64.ln()).abs() < 1e-12);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct Firth {
    family: Box<dyn Family>,
    intercept: bool,
    weight_kind: WeightKind,
    level: f64,
    iterations: u64,
}

/// One coefficient with its inference. NaN where a number does not exist.
#[derive(Clone, Debug, PartialEq)]
pub struct FirthCoefficient {
    /// The name: `(intercept)`, a column, or `column[level]`.
    pub name: String,
    /// Estimated or aliased; never diverging.
    pub state: State,
    /// The estimate.
    pub estimate: f64,
    /// The standard error, from the inverse of the expected information at the estimates.
    pub std_error: f64,
    /// 2(ℓ*(b) − ℓ*(b with this one held at 0)).
    pub likelihood_ratio: f64,
    /// The probability of a χ² with 1 degree of freedom at least that large.
    pub p_value: f64,
    /// The lower end of the profile interval: where ℓ*, maximised over the rest, is half the χ² quantile below its maximum. Infinite where it
    /// never falls that far.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

/// A fit by penalised likelihood.
#[derive(Clone, Debug)]
pub struct FirthFit {
    /// The family's name.
    pub family: &'static str,
    /// Rows.
    pub n: usize,
    /// Coefficients estimated, the intercept included, aliased ones not.
    pub rank: usize,
    /// The coefficients, the intercept first.
    pub coefficients: Vec<FirthCoefficient>,
    /// The level of the intervals.
    pub level: f64,
    /// ℓ at the estimates, constants included, without the penalty.
    pub log_likelihood: f64,
    /// ℓ* = ℓ + ½ ln det XᵀWX at the estimates.
    pub penalised_log_likelihood: f64,
    /// The test that all coefficients but the intercept are 0, by the penalised likelihood. Both have the penalty of all columns.
    pub against_null: Test,
    /// max |modified score| over Σw, at the estimates.
    pub gradient_inf: f64,
    /// How the search ended. ℓ* is not concave everywhere, so the best outcome is [`Status::Stationary`].
    pub status: Status,
    /// Nothing is proven about ℓ*.
    pub certificate: Certificate,
    /// What a reader must know: aliases, a search that did not end.
    pub warnings: Vec<String>,
    /// Iterations for the estimates.
    pub iterations: u64,
}

impl Firth {
    /// The family of this name, `binomial` or `poisson`, with its canonical link and an intercept.
    ///
    /// # Errors
    /// An unknown name, with a suggestion; a family whose information the penalty is not worked out for.
    pub fn new(name: &str) -> Result<Self> {
        let family = family(name)?;
        if !matches!(family.name(), "binomial" | "poisson") {
            return Err(Error::Unsupported {
                what: format!("Firth's penalty for the {} family", family.name()),
                why: "it is worked out for binomial and Poisson regression under their canonical links"
                    .to_owned(),
                remedy: "use one of these, or Glm with a ridge penalty".to_owned(),
            });
        }
        Ok(Self { family, intercept: true, weight_kind: WeightKind::default(), level: 0.95, iterations: 500 })
    }

    /// Leaves the intercept out.
    #[must_use]
    pub fn without_intercept(mut self) -> Self {
        self.intercept = false;
        self
    }

    /// Says what the weights mean for the constants of the log-likelihood (default: variance weights, the trials of a share). Estimates and
    /// inference are the same for both.
    #[must_use]
    pub fn weights_are(mut self, kind: WeightKind) -> Self {
        self.weight_kind = kind;
        self
    }

    /// Sets the level of the intervals (default 0.95).
    ///
    /// # Errors
    /// A level outside (0, 1).
    pub fn level(mut self, level: f64) -> Result<Self> {
        check_level(level)?;
        self.level = level;
        Ok(self)
    }

    /// Limits the iterations of each search (default 500).
    #[must_use]
    pub fn iterations(mut self, limit: u64) -> Self {
        self.iterations = limit;
        self
    }

    fn link(&self) -> LinkFunction {
        self.family.default_link()
    }

    /// Fits the model. There may be as many coefficients as rows, or fewer: the estimates are finite all the same. Columns that depend on those
    /// before them are left out.
    ///
    /// # Errors
    /// Wrong input, naming value, rule and remedy; columns that are all 0.
    pub fn fit(&self, data: &Observations<'_>) -> Result<FirthFit> {
        let design = data.design(self.intercept)?;
        let loss = self.family.loss(self.link())?;
        let datafit = data.datafit(&*loss)?;
        let aliased = design.aliased(data.row_weights(), thalweg_core::Par::Rayon);
        let reduced = design.select(&predictors(&aliased, self.intercept))?;
        let rank = reduced.parameters();
        if rank == 0 {
            let remedy = "give a predictor that is not 0 throughout, or keep the intercept".to_owned();
            return Err(Error::Empty { what: "the model".to_owned(), remedy });
        }
        let smooth = Smooth::new(&reduced, &datafit)?;
        let likelihood = Likelihood::new(&smooth, &*self.family, self.link(), self.iterations);
        let maximum = likelihood.maximise(self.start(data, rank), &[])?;
        let coefficients = self.coefficients(data, &likelihood, &maximum, &aliased)?;
        let mut eta = vec![0.0; data.y.len()];
        smooth.predict(&maximum.point.x, &mut eta);
        let weights = data.row_weights();
        let log_likelihood =
            self.family.log_likelihood(self.link(), data.y, &eta, weights, self.weight_kind, 1.0);
        Ok(FirthFit {
            family: self.family.name(),
            n: data.y.len(),
            rank,
            warnings: warnings(&coefficients, maximum.status),
            coefficients,
            level: self.level,
            log_likelihood,
            penalised_log_likelihood: log_likelihood + maximum.point.penalty,
            against_null: self.against_null(&likelihood, &maximum)?,
            gradient_inf: vector::norm_inf(&maximum.point.score) / smooth.datafit().total_weight(),
            status: maximum.status,
            certificate: Certificate::None,
            iterations: maximum.iterations,
        })
    }

    /// An intercept at the mean, moved a little towards the middle; else 0.
    fn start(&self, data: &Observations<'_>, rank: usize) -> Vec<f64> {
        let mut start = vec![0.0; rank];
        if self.intercept {
            let mean = crate::start::weighted_mean(data.y, data.row_weights());
            let mean = if self.family.name() == "binomial" { 0.25 + 0.5 * mean } else { mean + 0.1 };
            start[0] = self.link().link(mean);
        }
        start
    }

    fn coefficients(
        &self,
        data: &Observations<'_>,
        likelihood: &Likelihood<'_>,
        maximum: &Maximum,
        aliased: &[bool],
    ) -> Result<Vec<FirthCoefficient>> {
        let point = &maximum.point;
        let errors: Vec<f64> = row_squares(point.root.as_ref()).into_iter().map(f64::sqrt).collect();
        let none = f64::NAN;
        let mut at = 0;
        let mut coefficients = Vec::with_capacity(aliased.len());
        for (k, aliased) in aliased.iter().enumerate() {
            let mut row = FirthCoefficient {
                name: data.name(k, self.intercept),
                state: State::Aliased,
                estimate: none,
                std_error: none,
                likelihood_ratio: none,
                p_value: none,
                lower: none,
                upper: none,
            };
            if !aliased {
                row.state = State::Estimated;
                (row.estimate, row.std_error) = (point.x[at], errors[at]);
                if maximum.status.is_solved() {
                    row.likelihood_ratio = likelihood.ratio(point, &[at])?;
                    row.p_value = Reference::Normal.two_sided(row.likelihood_ratio.sqrt());
                    (row.lower, row.upper) = likelihood.interval(point, at, errors[at], self.level)?;
                }
                at += 1;
            }
            coefficients.push(row);
        }
        Ok(coefficients)
    }

    fn against_null(&self, likelihood: &Likelihood<'_>, maximum: &Maximum) -> Result<Test> {
        let held: Vec<usize> = (usize::from(self.intercept)..maximum.point.x.len()).collect();
        let statistic = match maximum.status.is_solved() {
            true => likelihood.ratio(&maximum.point, &held)?,
            false => f64::NAN,
        };
        Ok(Test::chi_squared(statistic, held.len()))
    }
}

fn warnings(coefficients: &[FirthCoefficient], status: Status) -> Vec<String> {
    let aliased: Vec<&str> =
        coefficients.iter().filter(|c| c.state == State::Aliased).map(|c| c.name.as_str()).collect();
    let mut warnings = Vec::new();
    if !aliased.is_empty() {
        warnings.push(format!(
            "aliased, left out: {}; such a column is a combination of the columns before it; drop it",
            aliased.join(", ")
        ));
    }
    if !status.is_solved() {
        warnings.push(format!("no tests and intervals are given: {}", status.advice()));
    }
    warnings
}
