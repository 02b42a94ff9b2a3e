//! [`Glm`]: the builder of a generalized linear model, and the fit.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use faer::Mat;
use thalweg_core::{
    Cost, Design, Gradient, Hessian, Information, Observer, Par, Result, Rows, ScaledCholesky, Smooth,
    Status, Subsample, check_lambda, check_shape, vector,
};
use thalweg_likelihood::{Dispersion, Family, LinkFunction, WeightKind, family};
use thalweg_losses::Squared;
use thalweg_optimizers::{Newton, Subsampled};
use thalweg_regularization::Ridge;

use crate::fit::GlmFit;
use crate::observations::Observations;
use crate::run::Run;
use crate::select::{Choice, NEWTON_LIMIT};
use crate::start::{finite_value, start};
use crate::watch::Watch;

/// A generalized linear model: family, link, penalty and how to fit.
///
/// ```
/// use thalweg_models::{Glm, Observations};
/// // Successes 1, 2, 4 of 5 trials each at doses 1, 2, 3.
/// let x = faer::mat![[1.0], [2.0], [3.0]];
/// let (share, trials) = ([0.2, 0.4, 0.8], [5.0; 3]);
/// let fit = Glm::new("binomial")?.fit(&Observations::new(x.as_ref(), &share).weights(&trials))?;
/// assert!(fit.status.is_solved() && fit.coefficients[1].estimate > 0.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct Glm {
    pub(crate) family: Box<dyn Family>,
    pub(crate) link: LinkFunction,
    pub(crate) lambda: f64,
    pub(crate) intercept: bool,
    pub(crate) weight_kind: WeightKind,
    pub(crate) information: Information,
    start: Option<Vec<f64>>,
    choice: Option<Choice>,
    pub(crate) gap: f64,
    pub(crate) iterations: u64,
    pub(crate) interrupt: Option<Arc<AtomicBool>>,
}

impl Glm {
    /// The family of this name with its canonical link, an intercept and no penalty.
    ///
    /// # Errors
    /// An unknown name, with a suggestion.
    pub fn new(name: &str) -> Result<Self> {
        Ok(Self::of(family(name)?))
    }

    /// A family that is no entry of the catalogue, with its default link.
    #[must_use]
    pub fn of(family: Box<dyn Family>) -> Self {
        let link = family.default_link();
        Self {
            family,
            link,
            lambda: 0.0,
            intercept: true,
            weight_kind: WeightKind::default(),
            information: Information::Expected,
            start: None,
            choice: None,
            gap: 1e-8,
            iterations: 500,
            interrupt: None,
        }
    }

    /// The same model of another family.
    pub(crate) fn with_family(&self, family: Box<dyn Family>) -> Self {
        Self {
            family,
            link: self.link,
            lambda: self.lambda,
            intercept: self.intercept,
            weight_kind: self.weight_kind,
            information: self.information,
            start: self.start.clone(),
            choice: self.choice.clone(),
            gap: self.gap,
            iterations: self.iterations,
            interrupt: self.interrupt.clone(),
        }
    }

    /// The same model with or without an intercept.
    pub(crate) fn with_intercept(&self, intercept: bool) -> Self {
        Self { intercept, ..self.with_family(self.family.boxed()) }
    }

    /// Sets the link.
    ///
    /// # Errors
    /// An unknown name; a link the family does not take.
    pub fn link(mut self, name: &str) -> Result<Self> {
        self.link = thalweg_likelihood::link(name)?;
        self.family.loss(self.link)?;
        Ok(self)
    }

    /// Adds the ridge penalty ½λ‖b‖² on all coefficients but the intercept, on the scale of the predictors as they are.
    ///
    /// # Errors
    /// λ negative or not finite.
    pub fn ridge(mut self, lambda: f64) -> Result<Self> {
        check_lambda(lambda)?;
        self.lambda = lambda;
        Ok(self)
    }

    /// Leaves the intercept out.
    #[must_use]
    pub fn without_intercept(mut self) -> Self {
        self.intercept = false;
        self
    }

    /// Says what the weights mean (default: variance weights).
    #[must_use]
    pub fn weights_are(mut self, kind: WeightKind) -> Self {
        self.weight_kind = kind;
        self
    }

    /// Takes standard errors from the observed information instead of the expected one (default). Under a canonical link the two agree.
    #[must_use]
    pub fn information(mut self, information: Information) -> Self {
        self.information = information;
        self
    }

    /// Starts the search at these parameters, the intercept first, instead of at the mean: one for each column, aliased ones included.
    #[must_use]
    pub fn start(mut self, parameters: &[f64]) -> Self {
        self.start = Some(parameters.to_vec());
        self
    }

    /// Asks for an optimizer by name instead of one chosen by shape.
    ///
    /// # Errors
    /// An unknown name, with a suggestion.
    pub fn optimizer(mut self, name: &str) -> Result<Self> {
        self.choice = Some(Choice::named(name)?);
        Ok(self)
    }

    /// Sets the relative gap to be certified (default 1e-8).
    #[must_use]
    pub fn gap(mut self, gap: f64) -> Self {
        self.gap = gap;
        self
    }

    /// Limits the iterations (default 500).
    #[must_use]
    pub fn iterations(mut self, limit: u64) -> Self {
        self.iterations = limit;
        self
    }

    /// Ends the fit at the next evaluation once the flag is raised; the best point so far is reported.
    #[must_use]
    pub fn interrupt(mut self, flag: Arc<AtomicBool>) -> Self {
        self.interrupt = Some(flag);
        self
    }

    /// Fits the model.
    ///
    /// # Errors
    /// Wrong input, naming value, rule and remedy. An outcome without a finite optimum is no error but a
    /// [`Status`](thalweg_core::Status).
    pub fn fit(&self, data: &Observations<'_>) -> Result<GlmFit> {
        self.fit_watched(data, &mut Watch::new())
    }

    /// [`Glm::fit`], showing every step to an observer.
    ///
    /// # Errors
    /// As [`Glm::fit`].
    pub fn fit_observed(&self, data: &Observations<'_>, observer: &mut dyn Observer) -> Result<GlmFit> {
        self.fit_watched(data, &mut Watch::new().observe(observer))
    }

    /// [`Glm::fit`] with an observer and checkpoints.
    ///
    /// # Errors
    /// As [`Glm::fit`]; bytes of another fit; what the saving reports.
    pub fn fit_watched(&self, data: &Observations<'_>, watch: &mut Watch<'_>) -> Result<GlmFit> {
        let started = Instant::now();
        watch.begin()?;
        let design = data.design(self.intercept)?;
        // The targets are checked before anything is done with them.
        data.datafit(&*self.family.loss(self.link)?)?;
        let aliased = self.aliased(&design, data)?;
        let reduced = design.select(&predictors(&aliased, self.intercept))?;
        let x0 = match &self.start {
            Some(start) => {
                check_shape("number of parameters in the start", aliased.len(), start.len())?;
                Some(kept(start, &aliased))
            }
            None => None,
        };
        let mut fit = match self.family.nuisance() {
            None => self.fit_reduced(&reduced, data, x0, &aliased, watch)?,
            Some(nuisance) => {
                let settled = self.settle(&nuisance, &reduced, data, x0, watch)?;
                let glm = self.with_family(settled.family);
                let mut fit = glm.fit_reduced(&reduced, data, settled.x, &aliased, watch)?;
                fit.count_nuisance(settled.estimate, settled.warning);
                fit
            }
        };
        watch.end(fit.status)?;
        fit.seconds = started.elapsed().as_secs_f64();
        Ok(fit)
    }

    /// Fits a family all of whose parameters are known on columns of full rank.
    fn fit_reduced(
        &self,
        reduced: &Design<'_, f64>,
        data: &Observations<'_>,
        x0: Option<Vec<f64>>,
        aliased: &[bool],
        watch: &mut Watch<'_>,
    ) -> Result<GlmFit> {
        let loss = self.family.loss(self.link)?;
        let datafit = data.datafit(&*loss)?;
        let mut smooth = Smooth::new(reduced, &datafit)?.with_penalty(&Ridge, self.lambda)?;
        let choice = self.choice_for(reduced);
        let (x0, scale) = self.start_of(&mut smooth, data, x0)?;
        let run = Run { glm: self, data, loss: &*loss, choice: &choice, scale };
        let (mut solution, separation) = run.minimise(&mut smooth, &x0, watch)?;
        if solution.status == Status::Certified {
            smooth.refine(&mut solution.x);
            if self.family.dispersion() == Dispersion::Estimated {
                smooth.catch_up();
            }
        }
        let kept = predictors(aliased, self.intercept);
        let refined = match solution.status {
            Status::Interrupted => None,
            _ => self.refine(&smooth, data, &kept, &solution.x)?,
        };
        if let Some(refined) = &refined {
            solution.x.clone_from(&refined.b);
            if !solution.status.is_solved() {
                // Where the condition stopped Newton's method, the refined coefficients solve the normal equations to the last digit.
                solution.status = Status::Stationary;
                let mut gradient = vec![0.0; solution.x.len()];
                if let Ok(value) = smooth.value_gradient(&solution.x, &mut gradient) {
                    (solution.value, solution.gradient_inf) = (value, vector::norm_inf(&gradient));
                }
            }
        }
        run.summarise(&smooth, solution, separation, refined.as_ref(), aliased)
    }

    pub(crate) fn choice_for(&self, design: &Design<'_, f64>) -> Choice {
        self.choice.clone().unwrap_or_else(|| Choice::by_shape(design))
    }

    /// The given start if the objective is finite there, else one of our own; with the objective there.
    pub(crate) fn start_of(
        &self,
        smooth: &mut Smooth<'_, f64>,
        data: &Observations<'_>,
        given: Option<Vec<f64>>,
    ) -> Result<(Vec<f64>, f64)> {
        if let Some(x0) = given
            && let Some(value) = finite_value(smooth, &x0)?
        {
            return Ok((x0, value));
        }
        start(smooth, data, &*self.family, self.link)
    }

    /// The number of observations that the degrees of freedom count.
    pub(crate) fn observation_count(&self, data: &Observations<'_>) -> f64 {
        match (self.weight_kind, data.weights) {
            (_, None) => data.y.len() as f64,
            (WeightKind::Frequency, Some(w)) => vector::sum(w),
            (WeightKind::Variance, Some(w)) => w.iter().filter(|w| **w > 0.0).count() as f64,
        }
    }

    /// Which parameters' columns depend on columns before them. A well-conditioned Hessian over *some* rows proves that none does; only where
    /// it is not is the orthogonal factorisation of all rows consulted.
    fn aliased(&self, design: &Design<'_, f64>, data: &Observations<'_>) -> Result<Vec<bool>> {
        let q = design.parameters();
        // Beyond this many columns a dense factorisation is out of reach; the matrix-free search leaves aliased directions where they start.
        if self.lambda > 0.0 || q > NEWTON_LIMIT {
            return Ok(vec![false; q]);
        }
        // Unit curvature: the weights of the model may vanish or be undefined at the origin.
        let datafit = data.complete(Cost::new(&Squared, data.y)?)?;
        let mut smooth = Smooth::new(design, &datafit)?;
        let at = vec![0.0; q];
        let (mut hessian, mut gradient) = (Mat::zeros(q, q), vec![0.0; q]);
        let mut cholesky = ScaledCholesky::new(q);
        // What is independent on a few rows is so on all; what is not may need more of them.
        let warm = Subsampled::new(Newton::default(), data.y.len(), q);
        let samples = warm.map_or(vec![1], |warm| vec![4 * warm.every.get(), warm.every.get()]);
        let independent = q <= data.y.len()
            && samples.into_iter().filter_map(NonZeroUsize::new).any(|every| {
                smooth.restrict(Rows::EveryBlock(every));
                smooth.value_gradient_hessian(&at, &mut gradient, hessian.as_mut()).is_ok()
                    && cholesky.factor(hessian.as_ref()).is_some_and(|rcond| rcond >= 1e-10)
            });
        Ok(if independent { vec![false; q] } else { design.aliased(data.row_weights(), Par::Rayon) })
    }
}

/// The predictors that are not aliased, by their place among the predictors.
pub(crate) fn predictors(aliased: &[bool], intercept: bool) -> Vec<usize> {
    let first = usize::from(intercept);
    (first..aliased.len()).filter(|k| !aliased[*k]).map(|k| k - first).collect()
}

/// The entries of parameters that are not aliased.
pub(crate) fn kept(values: &[f64], aliased: &[bool]) -> Vec<f64> {
    values.iter().zip(aliased).filter(|(_, aliased)| !**aliased).map(|(value, _)| *value).collect()
}
