//! [`Multinomial`]: logistic regression with K classes, ln(P(y = k)/P(y = reference)) = xᵀbₖ for each class but the reference.
//!
//! The likelihood is that of [`Softmax`] over K predictors a row, minimised by Newton's method with the exact Hessian; differences to the
//! reference class, and their block of the information, are what is reported.
//!
//! Cost: one pass of n(Kq)²/2 flops and (Kq)³/3 a step.
//!
//! Source: Agresti, *Categorical Data Analysis*, 3rd ed., section 8.1.

pub(crate) mod classes;
pub(crate) mod polish;
pub(crate) mod predict;
mod search;
pub(crate) mod separated;
pub(crate) mod table;

use faer::Mat;
use thalweg_core::{Certificate, Cost, Design, Error, Information, Par, Result, Smooth, Status};
use thalweg_losses::Softmax;

use crate::fit::{Coefficient, State};
use crate::glm::predictors;
use crate::hypothesis::Test;
use crate::observations::Observations;
use crate::select::NEWTON_LIMIT;
use crate::separation::Separation;
use classes::ClassCounts;
pub use predict::ClassProbabilities;
pub(crate) use search::interrupted;
use search::{Found, Search};

/// A multinomial logit with an intercept and a reference class.
///
/// ```
/// use thalweg_models::{Multinomial, Observations};
/// // Classes 0, 1, 2 with weights 2, 1, 1 at x = 0 and 1, 1, 2 at x = 1.
/// let x = faer::mat![[0.0], [0.0], [0.0], [1.0], [1.0], [1.0]];
/// let (y, w) = ([0.0, 1.0, 2.0, 0.0, 1.0, 2.0], [2.0, 1.0, 1.0, 1.0, 1.0, 2.0]);
/// let fit = Multinomial::new().fit(&Observations::new(x.as_ref(), &y).weights(&w))?;
/// // Class 2 against class 0: odds 1/2 at x = 0 and 2 at x = 1.
/// let second = &fit.classes[1].coefficients;
/// assert!((second[0].estimate + 2.0_f64.ln()).abs() < 1e-12 && (second[1].estimate - 4.0_f64.ln()).abs() < 1e-12);
/// // Probabilities ½, ¼, ¼ in the rows of weight 2, 1, 1: ℓ = −12 ln 2.
/// assert!((fit.log_likelihood + 12.0 * 2.0_f64.ln()).abs() < 1e-12);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Multinomial {
    reference: usize,
    intercept: bool,
    iterations: u64,
}

/// The coefficients of one class against the reference.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassCoefficients {
    /// The class.
    pub class: usize,
    /// Its coefficients, the intercept first.
    pub coefficients: Vec<Coefficient>,
}

/// A fitted multinomial logit.
#[derive(Clone, Debug)]
pub struct MultinomialFit {
    /// The reference class.
    pub reference: usize,
    /// The other classes, in order.
    pub classes: Vec<ClassCoefficients>,
    /// Rows.
    pub n: usize,
    /// Σw: a row stands for w equal ones.
    pub observations: f64,
    /// Coefficients of one class, the intercept included, aliased ones not.
    pub rank: usize,
    /// ℓ = Σ w ln P(y).
    pub log_likelihood: f64,
    /// −2ℓ: single outcomes are predicted with certainty by the saturated model.
    pub deviance: f64,
    /// The deviance of the model with intercepts alone.
    pub null_deviance: f64,
    /// The likelihood-ratio test against that model.
    pub against_null: Test,
    /// −2ℓ + 2k, k = (K − 1)·rank.
    pub aic: f64,
    /// −2ℓ + k ln Σw.
    pub bic: f64,
    /// max |∂ℓ/∂b| over Σw at the estimates.
    pub gradient_inf: f64,
    /// How the search ended.
    pub status: Status,
    /// What is proven about the maximum.
    pub certificate: Certificate,
    /// The separating direction, if there is one: the coefficients that are not aliased, class after class.
    pub separation: Option<Separation>,
    /// What a reader must know: aliases, separation, missing standard errors.
    pub warnings: Vec<String>,
    /// Iterations.
    pub iterations: u64,
    pub(crate) intercept: bool,
    /// The covariance of the coefficients that are not aliased, class after class.
    pub(crate) covariance: Option<Mat<f64>>,
}

impl Default for Multinomial {
    fn default() -> Self {
        Self::new()
    }
}

impl Multinomial {
    /// With an intercept and class 0 as the reference.
    #[must_use]
    pub fn new() -> Self {
        Self { reference: 0, intercept: true, iterations: 500 }
    }

    /// Sets the reference class; the choice changes the coefficients and nothing else.
    #[must_use]
    pub fn reference(mut self, class: usize) -> Self {
        self.reference = class;
        self
    }

    /// Leaves the intercepts out.
    #[must_use]
    pub fn without_intercept(mut self) -> Self {
        self.intercept = false;
        self
    }

    /// Limits the iterations (default 500).
    #[must_use]
    pub fn iterations(mut self, limit: u64) -> Self {
        self.iterations = limit;
        self
    }

    /// Fits the model to targets 0, 1, … K − 1. A row of weight w stands for w equal rows. Columns that depend on those before them are left out.
    ///
    /// # Errors
    /// A target that is no class number; fewer than two classes; a class below the largest that never occurs; a reference that is no class; as
    /// many coefficients as rows; an offset, which would cancel; wrong shapes. Separation is no error but a [`Status`].
    pub fn fit(&self, data: &Observations<'_>) -> Result<MultinomialFit> {
        if data.offset.is_some() {
            return Err(Error::Unsupported {
                what: "an offset in a multinomial logit".to_owned(),
                why: "one that all classes share cancels".to_owned(),
                remedy: "leave it out, or make it a predictor".to_owned(),
            });
        }
        let design = data.design(self.intercept)?;
        let counts = ClassCounts::of(data.y, data.row_weights())?;
        let k = counts.classes();
        if self.reference >= k {
            let rule = format!("the reference must be one of the {k} classes 0 ... {}", k - 1);
            return Err(Error::invalid_parameter("reference", self.reference, &rule));
        }
        let aliased = design.aliased(data.row_weights(), Par::Rayon);
        let reduced = design.select(&predictors(&aliased, self.intercept))?;
        counts.check_rank(reduced.parameters())?;
        if reduced.parameters() * k > NEWTON_LIMIT {
            return Err(Error::Unsupported {
                what: format!("a multinomial logit of {k} classes and {} columns", reduced.parameters()),
                why: format!("its information has more than {NEWTON_LIMIT} columns"),
                remedy: "use Estimator with the loss softmax and a penalty, or fewer columns".to_owned(),
            });
        }
        let loss = Softmax::new(k)?;
        let datafit = data.complete(Cost::rowwise(&loss, data.y)?)?;
        let mut smooth = Smooth::new(&reduced, &datafit)?.with_information(Information::Observed);
        let search = Search { reference: self.reference, classes: k, limit: self.iterations };
        let found = search.run(&mut smooth, data, &counts)?;
        Ok(self.summarise(data, &reduced, &counts, &aliased, found))
    }

    fn summarise(
        &self,
        data: &Observations<'_>,
        reduced: &Design<'_, f64>,
        counts: &ClassCounts,
        aliased: &[bool],
        found: Found,
    ) -> MultinomialFit {
        let (rank, k, observations) = (reduced.parameters(), counts.classes(), counts.total());
        let errors = |at: usize| found.covariance.as_ref().map(|c| c[(at, at)].sqrt());
        let others = (0..k).filter(|class| *class != self.reference).enumerate();
        let classes: Vec<ClassCoefficients> = others
            .map(|(block, class)| {
                let mut at = block * rank;
                let row = |(j, aliased): (usize, &bool)| {
                    let name = data.name(j, self.intercept);
                    if *aliased {
                        return Coefficient::without_inference(name, State::Aliased, f64::NAN);
                    }
                    at += 1;
                    let here = at - 1;
                    match errors(here) {
                        _ if found.diverging.get(here) == Some(&true) => {
                            Coefficient::without_inference(name, State::Diverging, found.x[here])
                        }
                        None => Coefficient::without_inference(name, State::Estimated, found.x[here]),
                        Some(error) => table::wald(name, found.x[here], error),
                    }
                };
                ClassCoefficients { class, coefficients: aliased.iter().enumerate().map(row).collect() }
            })
            .collect();
        let parameters = (rank * (k - 1)) as f64;
        let deviance = -2.0 * found.log_likelihood;
        let null_deviance = match self.intercept {
            true => -2.0 * counts.entropy(),
            false => 2.0 * observations * (k as f64).ln(),
        };
        let restrictions = (rank - usize::from(self.intercept)) * (k - 1);
        let named = |c: &ClassCoefficients| {
            let of = format!("class {}: ", c.class);
            c.coefficients.iter().map(|c| (format!("{of}{}", c.name), c.state)).collect::<Vec<_>>()
        };
        let states: Vec<_> = classes.iter().flat_map(named).collect();
        let mut warnings = table::warnings(&states, found.separation.as_ref());
        if found.covariance.is_none() && found.separation.is_none() {
            warnings.push(table::why_no_errors(found.status));
        }
        if found.unexamined {
            warnings.push(table::UNEXAMINED.to_owned());
        }
        MultinomialFit {
            reference: self.reference,
            classes,
            n: data.y.len(),
            observations,
            rank,
            log_likelihood: found.log_likelihood,
            deviance,
            null_deviance,
            against_null: Test::chi_squared(null_deviance - deviance, restrictions),
            aic: deviance + 2.0 * parameters,
            bic: deviance + parameters * observations.ln(),
            gradient_inf: found.gradient_inf,
            status: found.status,
            certificate: found.certificate,
            separation: found.separation,
            warnings,
            iterations: found.iterations,
            intercept: self.intercept,
            covariance: found.covariance,
        }
    }
}
