//! [`Path`]: a penalised model at a whole sequence of penalty strengths λ.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use thalweg_core::{ColumnProducts, Design, Error, Loss, Penalty, Result};
use thalweg_likelihood::{Family, LinkFunction, family, link};
use thalweg_regularization::{ElasticNet, penalty};

use crate::observations::Observations;

mod classes;
mod coordinates;
mod criteria;
mod fit;
mod follow;
mod grid;
mod groups;
mod judge;
mod null;
mod relax;
mod search;
mod walk;
mod whole;

pub use criteria::Criterion;
pub use fit::{PathEnd, PathFit, PathPoint, SparseCoefficients};

use grid::Grid;

/// The minimisers of (1/Σw) Σ w ℓ(y, offset + b₀ + Xb) + P(b; λ) for a decreasing sequence of λ, each found from the one before it.
///
/// Without values of its own the sequence has 100 of them, evenly spaced in ln λ from λ_max, the least at which b = 0, down to a share of it: 1e-4
/// if n > p, else 1e-2. It ends early once the deviance is explained ([`Path::stop_at`]). λ is on the scale of the mean loss: scikit-learn's `alpha`,
/// glmnet's λ except that for a Gaussian target glmnet divides it by the 1/n standard deviation of y.
///
/// ```
/// use thalweg_models::{Observations, Path};
/// // Five rows, y = 2x: the lasso shrinks the slope 2 by λ/var(x) = λ/2, and λ_max = mean((x − x̄)(y − ȳ)) = 4.
/// let x = faer::mat![[1.0], [2.0], [3.0], [4.0], [5.0]];
/// let y = [2.0, 4.0, 6.0, 8.0, 10.0];
/// let path = Path::new("gaussian")?.lambda_values(vec![4.0, 1.0])?.fit(&Observations::new(x.as_ref(), &y))?;
/// assert_eq!(path.points[0].coefficients.nonzero(), 0);
/// assert!((path.points[1].coefficients.get(0) - 1.5).abs() < 1e-6 && (path.points[1].intercept() - 1.5).abs() < 1e-6);
/// assert!(path.points.iter().all(|point| point.status == thalweg_core::Status::Certified));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// Source: Friedman, Hastie and Tibshirani, *Regularization paths for generalized linear models via coordinate descent*, J. Stat. Softw. 33
/// (2010); Tibshirani et al., *Strong rules for discarding predictors in lasso-type problems*, J. R. Statist. Soc. B 74 (2012).
pub struct Path {
    model: Model,
    penalty: Box<dyn Penalty<f64>>,
    penalty_name: String,
    /// What λ_max is divided by where the penalty has no L1 part.
    grid: Grid,
    standardize: bool,
    intercept: bool,
    gap: f64,
    explained: f64,
    gain: f64,
    iterations: u64,
    interrupt: Option<Arc<AtomicBool>>,
}

/// What is minimised.
struct Model {
    name: String,
    kind: Kind,
}

/// How many predictors a row has.
enum Kind {
    /// One: minus a log-likelihood, whose deviance is known, or any other loss.
    Single { loss: Box<dyn Loss<f64>>, likelihood: Option<(Box<dyn Family>, LinkFunction)> },
    /// One a class: a loss that is made by its description once the classes are counted.
    Classes { loss: String, likelihood: bool, grouped: bool },
}

impl Model {
    /// The loss of one predictor a row.
    fn loss(&self) -> Result<&dyn Loss<f64>> {
        match &self.kind {
            Kind::Single { loss, .. } => Ok(&**loss),
            Kind::Classes { .. } => Err(Error::Unsupported {
                what: format!("anything but a path and its cross-validation of the {}", self.name),
                why: "it has a predictor for every class".to_owned(),
                remedy: "fit the path, or cross-validate it".to_owned(),
            }),
        }
    }

    /// Family and link, where the loss is minus the log-likelihood of one.
    fn likelihood(&self) -> Option<&(Box<dyn Family>, LinkFunction)> {
        match &self.kind {
            Kind::Single { likelihood, .. } => likelihood.as_ref(),
            Kind::Classes { .. } => None,
        }
    }
}

impl Path {
    /// Minus the log-likelihood of a family with its default link, under the lasso: an intercept, columns as they are.
    ///
    /// `multinomial` is the logit of K classes, numbered 0, 1, … K − 1, each with an intercept and coefficients of its own, to which the penalty
    /// applies class by class. No class is a reference: adding a constant to all intercepts changes nothing, and their sum is 0.
    ///
    /// ```
    /// use thalweg_models::{Observations, Path};
    /// let x = faer::Mat::from_fn(60, 3, |i, j| ((i * (2 * j + 3)) % 11) as f64 - 5.0);
    /// let y: Vec<f64> = (0..60).map(|i| if x[(i, 0)] > 1.0 { 2.0 } else { ((i / 3) % 2) as f64 }).collect();
    /// let fit = Path::new("multinomial")?.lambdas(10, 0.05)?.fit(&Observations::new(x.as_ref(), &y))?;
    /// assert_eq!((fit.outputs, fit.names[6].as_str()), (3, "class 2: x0"));
    /// // The first column tells class 2 from the others.
    /// assert_eq!(fit.points[1].coefficients.indices, [6]);
    /// assert!(fit.points[9].intercepts.iter().sum::<f64>().abs() < 1e-12);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An unknown family, with a suggestion.
    pub fn new(family_name: &str) -> Result<Self> {
        if family_name == classes::MULTINOMIAL {
            return Self::classes(family_name.to_owned(), "softmax", true);
        }
        let family = family(family_name)?;
        let link = family.default_link();
        Self::likelihood(family, link)
    }

    /// With another link.
    ///
    /// # Errors
    /// An unknown link, or one that the family does not take; a path of a loss, which has no link.
    pub fn link(mut self, name: &str) -> Result<Self> {
        let Kind::Single { likelihood: Some((family, _)), .. } = self.model.kind else {
            return Err(Error::Unsupported {
                what: format!("a link of the {}", self.model.name),
                why: "it is a function of the linear predictor itself".to_owned(),
                remedy: "start from a family".to_owned(),
            });
        };
        self.model = Self::likelihood(family, link(name)?)?.model;
        Ok(self)
    }

    fn likelihood(family: Box<dyn Family>, link: LinkFunction) -> Result<Self> {
        let loss = family.loss(link)?;
        let name = format!("{} likelihood, link {}", family.describe(), link.name());
        Self::of(Model { name, kind: Kind::Single { loss, likelihood: Some((family, link)) } })
    }

    fn classes(name: String, loss: &str, likelihood: bool) -> Result<Self> {
        Self::of(Model { name, kind: Kind::Classes { loss: loss.to_owned(), likelihood, grouped: false } })
    }

    /// Any differentiable loss by its description, such as `huber:delta=1.5`, or of classes, such as `softmax:smoothing=0.1`.
    ///
    /// # Errors
    /// An unknown name or parameter, with a suggestion.
    pub fn loss(text: &str) -> Result<Self> {
        if classes::is_of_classes(text)? {
            return Self::classes(text.to_owned(), text, false);
        }
        let kind = Kind::Single { loss: thalweg_losses::loss(text)?, likelihood: None };
        Self::of(Model { name: text.to_owned(), kind })
    }

    /// Ties the classes together by the penalty λ Σⱼ‖bⱼ‖ over the K coefficients bⱼ of each column, so that a column is used for all classes or for
    /// none (glmnet's `type.multinomial = "grouped"`).
    ///
    /// # Errors
    /// A model without classes.
    pub fn grouped(mut self) -> Result<Self> {
        let Kind::Classes { grouped, .. } = &mut self.model.kind else {
            return Err(Error::Unsupported {
                what: format!("classes tied together in the {}", self.model.name),
                why: "it has one predictor a row".to_owned(),
                remedy: "start from Path::new(\"multinomial\"), or give a group penalty".to_owned(),
            });
        };
        *grouped = true;
        self.penalty_name = "group-lasso:by=class".to_owned();
        Ok(self)
    }

    fn of(model: Model) -> Result<Self> {
        Ok(Self {
            model,
            penalty: Box::new(ElasticNet::new(1.0)?),
            penalty_name: "elastic-net:alpha=1".to_owned(),
            grid: Grid::default(),
            standardize: false,
            intercept: true,
            gap: 1e-8,
            explained: 0.999,
            gain: 1e-5,
            iterations: 1000,
            interrupt: None,
        })
    }

    /// The elastic net λ(α‖b‖₁ + ½(1 − α)‖b‖²): α = 1 (default) is the lasso, α = 0 ridge, whose λ_max is infinite, so that its
    /// sequence starts where that of α = 0.001 would.
    ///
    /// # Errors
    /// α outside [0, 1].
    pub fn alpha(self, alpha: f64) -> Result<Self> {
        let penalty = Box::new(ElasticNet::new(alpha)?);
        Ok(self.custom_penalty(&format!("elastic-net:alpha={alpha}"), penalty))
    }

    /// Any penalty by its description. One of groups, such as `group-lasso:size=3`, learns the number of coefficients from the data.
    ///
    /// ```
    /// use thalweg_models::{Observations, Path};
    /// let x = faer::Mat::from_fn(30, 4, |i, j| ((i * (2 * j + 3)) % 11) as f64 - 5.0);
    /// let y: Vec<f64> = (0..30).map(|i| 2.0 * x[(i, 0)] + ((i * 7) % 5) as f64 - 2.0).collect();
    /// let path = Path::new("gaussian")?.penalty("group-lasso:size=2")?.lambdas(10, 0.1)?;
    /// let fit = path.fit(&Observations::new(x.as_ref(), &y))?;
    /// // Groups come in whole.
    /// assert!(fit.points.iter().all(|point| point.coefficients.nonzero() % 2 == 0));
    /// assert_eq!(fit.points[1].coefficients.indices, [0, 1]);
    /// assert!(path.fit(&Observations::new(x.as_ref().subcols(0, 3), &y)).is_err());
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An unknown name or parameter, with a suggestion; groups that do not fit the data are refused by [`Path::fit`].
    pub fn penalty(self, text: &str) -> Result<Self> {
        Ok(self.custom_penalty(text, penalty(text)?))
    }

    /// A penalty of your own, with a name for reports.
    #[must_use]
    pub fn custom_penalty(mut self, name: &str, penalty: Box<dyn Penalty<f64>>) -> Self {
        if let Kind::Classes { grouped, .. } = &mut self.model.kind {
            *grouped = false;
        }
        self.penalty = penalty;
        self.penalty_name = name.to_owned();
        self
    }

    /// `count` values of λ, evenly spaced in ln λ from λ_max to `ratio`·λ_max.
    ///
    /// # Errors
    /// No value; a ratio outside (0, 1).
    pub fn lambdas(mut self, count: usize, ratio: f64) -> Result<Self> {
        self.grid = Grid::spaced(count, Some(ratio))?;
        Ok(self)
    }

    /// These values of λ; they are taken from the largest to the smallest, and all of them are.
    ///
    /// # Errors
    /// No value; one negative or not finite.
    pub fn lambda_values(mut self, lambdas: Vec<f64>) -> Result<Self> {
        self.grid = Grid::given(lambdas)?;
        Ok(self)
    }

    /// Whether λ acts on the columns divided by their standard deviations (weighted, 1/Σw); the coefficients come back on the scale of the
    /// columns as they are. Default false.
    #[must_use]
    pub fn standardize(mut self, standardize: bool) -> Self {
        self.standardize = standardize;
        self
    }

    /// Leaves the intercept out.
    #[must_use]
    pub fn without_intercept(mut self) -> Self {
        self.intercept = false;
        self
    }

    /// The accuracy of each fit: a proven F(x) − F* of at most `gap` times the loss of the null model (half its mean deviance, for a
    /// likelihood). Default 1e-8.
    ///
    /// # Errors
    /// A gap that is not positive.
    pub fn gap(mut self, gap: f64) -> Result<Self> {
        if !(gap > 0.0 && gap.is_finite()) {
            return Err(Error::invalid_parameter("gap", gap, "it must be a positive number, such as 1e-6"));
        }
        self.gap = gap;
        Ok(self)
    }

    /// Ends the sequence once the model explains the share `explained` of the null deviance, or one more λ explains less than `gain` times
    /// as much again. Default 0.999 and 1e-5, as in glmnet; (∞, 0) never ends it. Sequences of given values are never ended.
    #[must_use]
    pub fn stop_at(mut self, explained: f64, gain: f64) -> Self {
        (self.explained, self.gain) = (explained, gain);
        self
    }

    /// Limits the steps of the search at one λ (default 1000).
    #[must_use]
    pub fn iterations(mut self, limit: u64) -> Self {
        self.iterations = limit;
        self
    }

    /// Ends the path at the next evaluation once the flag is raised; the λ before stay.
    #[must_use]
    pub fn interrupt(mut self, flag: Arc<AtomicBool>) -> Self {
        self.interrupt = Some(flag);
        self
    }

    /// Fits the whole sequence.
    ///
    /// # Errors
    /// Wrong input, naming value, rule and remedy; a loss with kinks; a target that the null model explains exactly, without λ of its own.
    pub fn fit(&self, data: &Observations<'_>) -> Result<PathFit> {
        self.fit_observed(data, &mut |_, _| ())
    }

    /// [`Path::fit`], showing each point, with the number of λ in all, once its certificate is known.
    ///
    /// # Errors
    /// As [`Path::fit`].
    pub fn fit_observed(
        &self,
        data: &Observations<'_>,
        observe: &mut dyn FnMut(&PathPoint, usize),
    ) -> Result<PathFit> {
        self.fit_on(data, &self.design(data)?, None, observe)
    }

    /// [`Path::fit_observed`] on the design of the data, with the products of all columns over their rows, if they are at hand.
    pub(crate) fn fit_on(
        &self,
        data: &Observations<'_>,
        design: &Design<'_, f64>,
        products: Option<&ColumnProducts<f64>>,
        observe: &mut dyn FnMut(&PathPoint, usize),
    ) -> Result<PathFit> {
        let started = Instant::now();
        let scaled = self.scaled(data, design)?;
        let design = scaled.as_ref().unwrap_or(design);
        let mut fit = match &self.model.kind {
            Kind::Single { .. } => search::run(self, data, design, products, observe)?,
            Kind::Classes { .. } => classes::run(self, data, design, observe)?,
        };
        fit.seconds = started.elapsed().as_secs_f64();
        Ok(fit)
    }

    /// The penalty over p coefficients, where the path's own was made without knowing p.
    fn sized(&self, p: usize) -> Result<Option<Box<dyn Penalty<f64>>>> {
        let sized = self.penalty.over(p)?;
        sized.as_deref().unwrap_or(&*self.penalty).check(p)?;
        Ok(sized)
    }

    /// True once the caller's flag is raised.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupt.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    /// True for a penalty that makes no coefficient 0.
    pub(crate) fn keeps_all(&self) -> bool {
        self.penalty.is_quadratic()
    }

    /// The design of the data as they are: X is checked here and nowhere else.
    pub(crate) fn design<'d>(&self, data: &'d Observations<'_>) -> Result<Design<'d, f64>> {
        data.design(self.intercept)
    }

    /// The same columns on the scale that λ acts on, that of the rows with weight; `None` if they stay as they are.
    fn scaled<'d>(
        &self,
        data: &Observations<'_>,
        design: &'d Design<'_, f64>,
    ) -> Result<Option<Design<'d, f64>>> {
        if !self.standardize {
            return Ok(None);
        }
        let all: Vec<usize> = (0..design.predictors()).collect();
        design.select(&all)?.standardized(data.row_weights()).map(Some)
    }
}
