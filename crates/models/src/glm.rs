//! [`Glm`]: the builder of a generalized linear model, and the fit.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use faer::Mat;
use thalweg_core::{
    Cost, Design, Hessian, Observer, Par, Result, Rows, ScaledCholesky, Smooth, Status, Subsample,
    check_lambda,
};
use thalweg_likelihood::{Family, LinkFunction, WeightKind, family};
use thalweg_optimizers::{Newton, Subsampled};
use thalweg_regularization::Ridge;

use crate::fit::GlmFit;
use crate::observations::Observations;
use crate::run::Run;
use crate::select::{Choice, NEWTON_LIMIT};
use crate::start::start;
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
        let family = family(name)?;
        let link = family.canonical_link();
        Ok(Self {
            family,
            link,
            lambda: 0.0,
            intercept: true,
            weight_kind: WeightKind::default(),
            choice: None,
            gap: 1e-8,
            iterations: 500,
            interrupt: None,
        })
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
        let loss = self.family.loss(self.link)?;
        let datafit = data.datafit(&*loss)?;
        let aliased = self.aliased(&design, &datafit, data)?;
        let kept: Vec<usize> = (usize::from(self.intercept)..aliased.len())
            .filter(|k| !aliased[*k])
            .map(|k| k - usize::from(self.intercept))
            .collect();
        let reduced = design.select(&kept)?;
        let mut smooth = Smooth::new(&reduced, &datafit)?.with_penalty(&Ridge, self.lambda)?;
        let choice = self.choice.clone().unwrap_or_else(|| Choice::by_shape(&reduced));
        let (x0, scale) = start(&mut smooth, data, &*self.family, self.link)?;
        let run = Run { glm: self, data, loss: &*loss, choice: &choice, scale };
        let (mut solution, separation) = run.minimise(&mut smooth, &x0, watch)?;
        watch.end(solution.status)?;
        if solution.status == Status::Certified {
            smooth.refine(&mut solution.x);
        }
        let mut fit = run.summarise(&smooth, solution, separation, &aliased)?;
        fit.seconds = started.elapsed().as_secs_f64();
        Ok(fit)
    }

    /// Which parameters' columns depend on columns before them. A well-conditioned Hessian over *some* rows proves that none does; only where
    /// it is not is the orthogonal factorisation of all rows consulted.
    fn aliased(
        &self,
        design: &Design<'_, f64>,
        datafit: &Cost<'_, f64>,
        data: &Observations<'_>,
    ) -> Result<Vec<bool>> {
        let q = design.parameters();
        // Beyond this many columns a dense factorisation is out of reach; the matrix-free search leaves aliased directions where they start.
        if self.lambda > 0.0 || q > NEWTON_LIMIT {
            return Ok(vec![false; q]);
        }
        let mut smooth = Smooth::new(design, datafit)?;
        if let Some(warm) = Subsampled::new(Newton::default(), data.y.len(), q) {
            smooth.restrict(Rows::EveryBlock(warm.every));
        }
        let mut hessian = Mat::zeros(q, q);
        let mut gradient = vec![0.0; q];
        let at = vec![0.0; q];
        let independent = q <= data.y.len()
            && smooth.value_gradient_hessian(&at, &mut gradient, hessian.as_mut()).is_ok()
            && ScaledCholesky::new(q).factor(hessian.as_ref()).is_some_and(|rcond| rcond >= 1e-10);
        Ok(if independent { vec![false; q] } else { design.aliased(data.row_weights(), Par::Rayon) })
    }
}
