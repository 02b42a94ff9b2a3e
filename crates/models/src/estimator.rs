//! [`Estimator`]: M-estimation, any loss with any penalty over any design.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use thalweg_core::{
    Cost, Datafit, Design, Driver, Error, Loss, Objective, Penalised, PenalisedOutputs, Penalty, Result,
    Sampled, Smooth, Solution, Status, Target, check_lambda, stop,
};
use thalweg_likelihood::{LinkFunction, family};
use thalweg_losses::{CATALOGUE as LOSSES, Outputs, ROWWISE};
use thalweg_optimizers::{COMPOSITE, Fista, Newton, OutputsNewton, Subsampled, UPDATES};
use thalweg_regularization::penalty;

use crate::estimate::{Estimate, Fitted};
use crate::observations::Observations;
use crate::run::{after, scaled, truncated};
use crate::select::Choice;
use crate::start::weighted_mean;
use crate::watch::Watch;

/// The minimiser of (1/Σw) Σ w ℓ(y, offset + Xb) + P(b; λ): a loss, a penalty, and how to search. The intercept is never penalised.
///
/// ```
/// use thalweg_models::{Estimator, Observations};
/// let x = faer::mat![[1.0, 5.0], [2.0, 1.0], [3.0, 4.0], [4.0, 2.0], [5.0, 5.0], [6.0, 1.0], [7.0, 3.0]];
/// let y = [1.1, 2.0, 2.9, 40.0, 5.1, 5.9, 7.0]; // an outlier
/// let robust = Estimator::new("huber:delta=0.5")?.penalty("l1", 0.1)?;
/// let fit = robust.fit(&Observations::new(x.as_ref(), &y))?;
/// assert!(fit.status.is_solved() && (fit.coefficients[1].estimate - 1.0).abs() < 0.2);
/// assert_eq!(fit.coefficients[2].estimate, 0.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct Estimator {
    loss: Criterion,
    penalty: Box<dyn Penalty<f64>>,
    penalty_name: String,
    lambda: f64,
    intercept: bool,
    standardize: bool,
    /// What was asked for, and the words.
    optimizer: Option<(Choice, String)>,
    seed: u64,
    gap: f64,
    iterations: u64,
    interrupt: Option<Arc<AtomicBool>>,
}

/// What is minimised.
enum Criterion {
    /// One predictor a row.
    Pointwise { name: String, loss: Box<dyn Loss<f64>>, likelihood: Option<(String, String)> },
    /// One predictor a class, as many as the target has, or one a parameter.
    Rowwise { name: String, outputs: Outputs },
}

impl Criterion {
    fn name(&self) -> &str {
        match self {
            Self::Pointwise { name, .. } | Self::Rowwise { name, .. } => name,
        }
    }
}

impl Estimator {
    /// The loss of this description, such as `huber:delta=1.5` or `softmax`; an intercept and no penalty.
    ///
    /// # Errors
    /// An unknown name or parameter, with a suggestion; a value that breaks its rule.
    pub fn new(loss: &str) -> Result<Self> {
        let (name, _) = thalweg_core::catalogue::parse(loss)?;
        let criterion = if let Some(entry) = ROWWISE.iter().find(|entry| entry.name == name) {
            let outputs = entry.make.outputs;
            if !matches!(outputs, Outputs::Classes | Outputs::Parameters(_)) {
                return Err(Error::Unsupported {
                    what: format!("a linear model with the loss {name}"),
                    why: "its rows have several targets or parts of different roles".to_owned(),
                    remedy: "drive a thalweg_core::Cost of the loss with your own predictors".to_owned(),
                });
            }
            thalweg_losses::rowwise::<f64>(loss, 2)?;
            Criterion::Rowwise { name: loss.to_owned(), outputs }
        } else if LOSSES.iter().any(|entry| entry.name == name) {
            Criterion::Pointwise {
                name: loss.to_owned(),
                loss: thalweg_losses::loss(loss)?,
                likelihood: None,
            }
        } else {
            let names = LOSSES.iter().map(|entry| entry.name).chain(ROWWISE.iter().map(|entry| entry.name));
            return Err(Error::unknown_name("loss", name, names));
        };
        Ok(Self::of(criterion))
    }

    /// Minus the log-likelihood of a family, with its canonical link or another: a penalised likelihood.
    ///
    /// # Errors
    /// An unknown name, with a suggestion; a link the family does not take.
    pub fn likelihood(family_name: &str, link: Option<&str>) -> Result<Self> {
        let family = family(family_name)?;
        let link: LinkFunction = link.map_or(Ok(family.default_link()), thalweg_likelihood::link)?;
        let name = format!("{} likelihood, link {}", family.name(), link.name());
        let likelihood = Some((family.name().to_owned(), link.name().to_owned()));
        Ok(Self::of(Criterion::Pointwise { name, loss: family.loss(link)?, likelihood }))
    }

    fn of(loss: Criterion) -> Self {
        Self {
            loss,
            penalty: Box::new(thalweg_regularization::None),
            penalty_name: "none".to_owned(),
            lambda: 0.0,
            intercept: true,
            standardize: false,
            optimizer: None,
            seed: 0,
            gap: 1e-8,
            iterations: 1000,
            interrupt: None,
        }
    }

    /// Adds a penalty by its description, such as `elastic-net:alpha=0.5`, with strength λ.
    ///
    /// # Errors
    /// An unknown name or parameter, with a suggestion; λ negative or not finite.
    pub fn penalty(self, text: &str, lambda: f64) -> Result<Self> {
        self.custom_penalty(text, penalty(text)?, lambda)
    }

    /// Adds a penalty of your own with strength λ, with a name for reports.
    ///
    /// # Errors
    /// λ negative or not finite.
    pub fn custom_penalty(mut self, name: &str, penalty: Box<dyn Penalty<f64>>, lambda: f64) -> Result<Self> {
        check_lambda(lambda)?;
        self.penalty = penalty;
        self.penalty_name = name.to_owned();
        self.lambda = lambda;
        Ok(self)
    }

    /// Leaves the intercept out.
    #[must_use]
    pub fn without_intercept(mut self) -> Self {
        self.intercept = false;
        self
    }

    /// Lets λ act on the columns divided by their standard deviations; the coefficients come back on the scale of the columns as they are.
    #[must_use]
    pub fn standardize(mut self) -> Self {
        self.standardize = true;
        self
    }

    /// Asks for an optimizer by its description, such as `fista` or `adam:lr=0.01,epochs=50`, instead of one chosen by the problem's shape.
    ///
    /// # Errors
    /// An unknown name, with a suggestion.
    pub fn optimizer(mut self, text: &str) -> Result<Self> {
        self.optimizer = Some((Choice::asked(text)?, text.to_owned()));
        Ok(self)
    }

    /// The seed of the minibatches of a stochastic optimizer (default 0); its own `seed=` goes before.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the relative gap to be certified (default 1e-8).
    #[must_use]
    pub fn gap(mut self, gap: f64) -> Self {
        self.gap = gap;
        self
    }

    /// Limits the iterations (default 1000).
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
    /// Wrong input, naming value, rule and remedy; an optimizer that cannot take the loss or penalty. All else is a
    /// [`Status`](thalweg_core::Status).
    pub fn fit(&self, data: &Observations<'_>) -> Result<Estimate> {
        self.fit_watched(data, &mut Watch::new())
    }

    /// [`Estimator::fit`] with an observer and checkpoints.
    ///
    /// # Errors
    /// As [`Estimator::fit`]; bytes of another fit; what the saving reports.
    pub fn fit_watched(&self, data: &Observations<'_>, watch: &mut Watch<'_>) -> Result<Estimate> {
        let started = Instant::now();
        watch.begin()?;
        let mut design = data.design(self.intercept)?;
        if self.standardize {
            design = design.standardized(data.row_weights())?;
        }
        let rowwise;
        let datafit = match &self.loss {
            Criterion::Pointwise { loss, .. } => Cost::new(&**loss, data.y)?,
            Criterion::Rowwise { name, outputs } => {
                let outputs = match outputs {
                    Outputs::Parameters(outputs) => *outputs,
                    _ => classes(data.y)?,
                };
                rowwise = thalweg_losses::rowwise(name, outputs)?;
                Cost::rowwise(&*rowwise, data.y)?
            }
        };
        let datafit = data.complete(datafit)?;
        let outputs = datafit.outputs();
        let x0 = self.start(&design, data, outputs, datafit.properties().target);
        let (choice, solution) = self.search(&design, &datafit, &x0, watch)?;
        watch.end(solution.status)?;
        let mut x = solution.x.clone();
        x.chunks_exact_mut(design.parameters()).for_each(|b| design.to_original(b));
        let fitted = Fitted {
            loss: self.loss.name(),
            likelihood: match &self.loss {
                Criterion::Pointwise { likelihood, .. } => likelihood.clone(),
                Criterion::Rowwise { .. } => None,
            },
            penalty: &self.penalty_name,
            lambda: self.lambda,
            standardized: self.standardize,
            intercept: self.intercept,
            outputs,
            choice,
        };
        let mut estimate = fitted.estimate(data, &x, &solution);
        estimate.seconds = started.elapsed().as_secs_f64();
        Ok(estimate)
    }

    /// At 0, with the intercept of a regression at the mean of what it has to explain.
    fn start(
        &self,
        design: &Design<'_, f64>,
        data: &Observations<'_>,
        outputs: usize,
        target: Target,
    ) -> Vec<f64> {
        let mut x = vec![0.0; design.parameters() * outputs];
        if self.intercept && outputs == 1 && target == Target::Real {
            let mean = |values: &[f64]| weighted_mean(values, data.row_weights());
            x[0] = mean(data.y) - data.offset.map_or(0.0, mean);
        }
        x
    }

    /// Chooses an optimizer, or takes the one asked for, and runs it.
    fn search(
        &self,
        design: &Design<'_, f64>,
        datafit: &Cost<'_, f64>,
        x0: &[f64],
        watch: &mut Watch<'_>,
    ) -> Result<(Choice, Solution<f64>)> {
        // One that acts on all coefficients together learns here how many there are.
        let sized = self.penalty.over(design.predictors())?;
        let penalty = sized.as_deref().unwrap_or(&*self.penalty);
        let absent = self.lambda == 0.0 && !penalty.is_constraint();
        let smooth = absent || penalty.is_quadratic();
        let loss = datafit.properties();
        let choice = match &self.optimizer {
            Some((choice, _)) => choice.clone(),
            None if !loss.convex => Choice::nonconvex(smooth),
            None if smooth => Choice::smooth(design, x0.len()),
            None if datafit.outputs() > 1 => Choice::outputs(datafit.outputs()),
            None => Choice::composite(penalty),
        };
        let text = self.optimizer.as_ref().map_or(choice.optimizer, |(_, text)| text);
        let stochastic = UPDATES.iter().any(|entry| entry.name == choice.optimizer);
        if !loss.differentiable && !stochastic && choice.optimizer != "admm" {
            return Err(Error::Unsupported {
                what: format!("optimizer {text} with loss {}", self.loss.name()),
                why: "the loss has kinks, and the method needs a gradient everywhere".to_owned(),
                remedy: "use a smooth relative of the loss (huber, smoothed-quantile, squared-hinge, smoothed-hinge), the optimizer admm, or a rule \
                         that takes minibatches, such as adamw"
                    .to_owned(),
            });
        }
        let impossible = |why: &str, remedy: &str| Error::Unsupported {
            what: format!("optimizer {text} with penalty {}", self.penalty_name),
            why: format!("the penalty has kinks or bounds, {why}"),
            remedy: format!("use coordinate-descent or fista, or {remedy}"),
        };
        let solution = if stochastic {
            if !smooth {
                let (why, remedy) =
                    ("which minibatch gradients do not see", "chain `Prox` behind the rule in Rust");
                return Err(impossible(why, remedy));
            }
            self.stochastic(text, design, datafit, x0, watch)
        } else if !smooth && datafit.outputs() > 1 {
            let mut objective = PenalisedOutputs::new(design, datafit, penalty, self.lambda)?;
            let mut x = vec![0.0; x0.len()];
            objective.from_outputs(x0, &mut x);
            let solved = match choice.optimizer {
                "fista" => self.limited(watch, |mut d| d.minimize(&Fista::default(), &mut objective, &x)),
                Choice::OUTPUTS => {
                    self.limited(watch, |mut d| d.minimize(&OutputsNewton::default(), &mut objective, &x))
                }
                _ => Err(impossible("and each row has several predictors", "leave the choice open")),
            };
            solved.map(|mut solution| {
                objective.by_output(&solution.x, &mut x);
                solution.x = x;
                solution
            })
        } else if COMPOSITE.iter().any(|entry| entry.name == choice.optimizer) {
            let solver = thalweg_optimizers::composite(text)?;
            let mut objective = if loss.differentiable {
                Penalised::new(design, datafit, penalty, self.lambda)?
            } else {
                Penalised::with_kinks(design, datafit, penalty, self.lambda)?
            };
            let first = self.limited(watch, |mut driver| solver.run(&mut driver, &mut objective, x0))?;
            // A gap closes more slowly than the conditions that stop a search: where one is known and too wide, to the last digits.
            if first.status == Status::Stationary && first.certificate.bound().is_some() {
                let stop = stop::gradient_relative(f64::EPSILON);
                let mut second = self
                    .limited(watch, |driver| solver.run(&mut driver.stop(stop), &mut objective, &first.x))?;
                second = after(&first, second);
                // The second search may end without a word on the point that the first had called stationary.
                if second.status != Status::Certified && second.status != Status::Interrupted {
                    second.status = Status::Stationary;
                }
                Ok(second)
            } else {
                Ok(first)
            }
        } else if smooth {
            let mut objective = Smooth::new(design, datafit)?;
            if !absent {
                objective = objective.with_penalty(penalty, self.lambda)?;
            }
            self.smooth(choice.optimizer, &mut objective, datafit.rows(), x0, watch)
        } else {
            Err(impossible("and the method needs gradients", "leave the choice open"))
        }?;
        Ok((choice, solution))
    }

    /// One search with the fit's limits.
    fn limited<R>(&self, watch: &mut Watch<'_>, run: impl FnOnce(Driver<'_>) -> Result<R>) -> Result<R> {
        watch.limited(self.iterations, self.gap, self.interrupt.as_ref(), run)
    }

    fn smooth(
        &self,
        optimizer: &str,
        objective: &mut Smooth<'_, f64>,
        rows: usize,
        x0: &[f64],
        watch: &mut Watch<'_>,
    ) -> Result<Solution<f64>> {
        if optimizer == "newton-cg" {
            return truncated(self.gap, x0, |method, stop, x| {
                self.limited(watch, |driver| driver.stop(stop).minimize(method, objective, x))
            });
        }
        self.limited(watch, |mut driver| match optimizer {
            "newton" => match Subsampled::new(Newton::default(), rows, objective.dim()) {
                Some(warm) => driver.minimize(&warm, objective, x0),
                None => driver.minimize(&Newton::default(), objective, x0),
            },
            _ => scaled(optimizer, &mut driver, objective, x0),
        })
    }

    /// Minibatches of the cost and the quadratic part of the penalty.
    fn stochastic(
        &self,
        text: &str,
        design: &Design<'_, f64>,
        datafit: &Cost<'_, f64>,
        x0: &[f64],
        watch: &mut Watch<'_>,
    ) -> Result<Solution<f64>> {
        let (name, given) = thalweg_core::catalogue::parse(text)?;
        let entry = thalweg_core::catalogue::find("optimizer", UPDATES, name)?;
        let mut values = entry.values(&given)?;
        if !given.iter().any(|(key, _)| *key == "seed")
            && let Some(at) = entry.parameters.iter().position(|p| p.name == "seed")
        {
            values[at] = self.seed as f64;
        }
        let mut objective = Sampled::new(design, datafit)?.with_penalty(&*self.penalty, self.lambda)?;
        let run = (entry.make.f64)(&values)?;
        self.limited(watch, |mut driver| run(&mut driver, &mut objective, x0))
    }
}

/// One more than the largest class of a target that counts them from 0.
fn classes(y: &[f64]) -> Result<usize> {
    let rule = "classes are counted 0, 1, 2, ... and at most 10000";
    match y.iter().position(|v| !(*v >= 0.0 && v.fract() == 0.0 && *v < 10_000.0)) {
        Some(row) => Err(Error::OutsideDomain {
            what: "the target y".to_owned(),
            row,
            value: y[row],
            rule: rule.to_owned(),
            remedy: "number the classes".to_owned(),
        }),
        None => Ok(y.iter().fold(0.0_f64, |largest, v| largest.max(*v)) as usize + 1),
    }
}
