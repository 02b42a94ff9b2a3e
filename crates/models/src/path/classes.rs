//! A path of a loss with one predictor a class: each λ by the proximal Newton method, started from the fit before it.

use std::sync::Arc;

use thalweg_core::{
    Composite, Cost, Datafit, Design, Driver, Error, PenalisedOutputs, Penalty, Result, RowLoss, Solution,
    Status, Weights, stop,
};
use thalweg_losses::Outputs;
use thalweg_optimizers::OutputsNewton;
use thalweg_regularization::GroupLasso;

use super::fit::{PathEnd, PathFit, PathPoint, SparseCoefficients};
use super::groups::close_in;
use super::judge::input;
use super::search::LEAST_ALPHA;
use super::walk::tolerance;
use super::{Kind, Path, null};
use crate::multinomial::classes::ClassCounts;
use crate::observations::Observations;
use crate::select::Choice;

/// The name of the family.
pub(super) const MULTINOMIAL: &str = "multinomial";

/// True if the description is that of a loss with one predictor a class.
///
/// # Errors
/// A description that cannot be read.
pub(super) fn is_of_classes(text: &str) -> Result<bool> {
    let (name, _) = thalweg_core::catalogue::parse(text)?;
    let found = thalweg_losses::ROWWISE.iter().find(|entry| entry.name == name);
    Ok(found.is_some_and(|entry| matches!(entry.make.outputs, Outputs::Classes)))
}

/// Sees the fit at a λ, and says whether to go on.
type Show<'s> = dyn FnMut(f64, &PenalisedOutputs<'_, f64>, &Solution<f64>) -> bool + 's;

/// What does not change along a path.
struct Problem<'p> {
    path: &'p Path,
    design: &'p Design<'p, f64>,
    datafit: &'p Cost<'p, f64>,
    /// The loss is minus a log-likelihood.
    likelihood: bool,
    /// The penalty makes no coefficient 0.
    smooth: bool,
    outputs: usize,
    lambda_max: f64,
    /// The null model: its parameters and mean loss.
    null: Vec<f64>,
    null_loss: f64,
}

/// The path of all rows.
pub(super) fn run(
    path: &Path,
    data: &Observations<'_>,
    design: &Design<'_, f64>,
    observe: &mut dyn FnMut(&PathPoint, usize),
) -> Result<PathFit> {
    let counts = ClassCounts::of(data.y, data.row_weights())?;
    let outputs = counts.classes();
    let loss = path.loss_of_classes(outputs)?;
    let datafit = checked(data)?.complete(Cost::rowwise(&*loss, data.y)?)?;
    let penalty = path.penalty_of_classes(design.predictors(), outputs)?;
    let penalty = penalty.as_deref().unwrap_or(&*path.penalty);
    let mut objective = PenalisedOutputs::new(design, &datafit, penalty, 0.0)?;
    let problem = Problem::new(path, design, &datafit, penalty, &counts, &mut objective)?;
    let lambdas = path.values_of_lambda(design, problem.lambda_max)?;
    let (mut points, mut end): (Vec<PathPoint>, _) = (Vec::with_capacity(lambdas.len()), PathEnd::Complete);
    problem.follow(&mut objective, &lambdas, &mut |lambda, objective, found| {
        let point = problem.point(lambda, objective, found);
        observe(&point, lambdas.len());
        let before = points.last().map_or(f64::NEG_INFINITY, |last| last.deviance_ratio);
        let over = path.end(points.len(), before, point.deviance_ratio);
        points.push(point);
        end = over.unwrap_or(PathEnd::Complete);
        over.is_none()
    })?;
    if points.len() < lambdas.len() && end == PathEnd::Complete {
        end = PathEnd::Interrupted;
    }
    let first = usize::from(path.intercept);
    let columns: Vec<String> =
        (0..design.predictors()).map(|j| data.name(first + j, path.intercept)).collect();
    let named = |k: usize| columns.iter().map(move |name| format!("class {k}: {name}"));
    Ok(PathFit {
        loss: path.model.name.clone(),
        likelihood: problem.likelihood.then(|| (MULTINOMIAL.to_owned(), "logit".to_owned())),
        penalty: path.penalty_name.clone(),
        standardized: path.standardize,
        intercept: path.intercept,
        n: design.rows(),
        observations: data.row_count(),
        outputs,
        names: (0..outputs).flat_map(named).collect(),
        lambda_max: problem.lambda_max,
        null_loss: problem.null_loss,
        null_deviance: problem.deviance(problem.null_loss),
        scale: problem.scale(),
        points,
        end,
        choice: Choice::outputs(outputs),
        seconds: f64::NAN,
    })
}

/// Shows the parameters at each λ, class by class, with the design that they belong to.
pub(super) fn each(
    path: &Path,
    data: &Observations<'_>,
    design: &Design<'_, f64>,
    lambdas: &[f64],
    show: &mut dyn FnMut(&[f64]),
) -> Result<()> {
    let missing = |error| match error {
        Error::Empty { what, .. } => Error::Unsupported {
            what: "a fit of these rows".to_owned(),
            why: format!("{what} has no row of positive weight among them"),
            remedy: "stratify the folds, or use fewer".to_owned(),
        },
        other => other,
    };
    let counts = ClassCounts::of(data.y, data.row_weights()).map_err(missing)?;
    let outputs = counts.classes();
    let loss = path.loss_of_classes(outputs)?;
    let datafit = checked(data)?.complete(Cost::rowwise(&*loss, data.y)?)?;
    let penalty = path.penalty_of_classes(design.predictors(), outputs)?;
    let penalty = penalty.as_deref().unwrap_or(&*path.penalty);
    let mut objective = PenalisedOutputs::new(design, &datafit, penalty, 0.0)?;
    let problem = Problem::new(path, design, &datafit, penalty, &counts, &mut objective)?;
    let mut flat = vec![0.0; problem.null.len()];
    problem.follow(&mut objective, lambdas, &mut |_, objective, found| {
        objective.by_output(&found.x, &mut flat);
        show(&flat);
        true
    })
}

/// Data without an offset, which all classes would share.
fn checked<'d>(data: &'d Observations<'d>) -> Result<&'d Observations<'d>> {
    match data.offset {
        None => Ok(data),
        Some(_) => Err(Error::Unsupported {
            what: "an offset in a path of classes".to_owned(),
            why: "one that all classes share cancels".to_owned(),
            remedy: "leave it out, or make it a predictor".to_owned(),
        }),
    }
}

impl Path {
    /// How many predictors a row has for these targets, and their loss, if there is one a class.
    pub(super) fn loss_of_classes(&self, classes: usize) -> Result<Box<dyn RowLoss<f64>>> {
        match &self.model.kind {
            Kind::Classes { loss, .. } => thalweg_losses::rowwise(loss, classes),
            Kind::Single { .. } => thalweg_losses::rowwise("softmax", classes),
        }
    }

    /// The penalty over p columns and these classes, where the path's own was made without knowing them.
    fn penalty_of_classes(&self, p: usize, classes: usize) -> Result<Option<Box<dyn Penalty<f64>>>> {
        match self.model.kind {
            Kind::Classes { grouped: true, .. } => Ok(Some(Box::new(GroupLasso::multitask(p, classes)?))),
            _ => self.penalty.over(p),
        }
    }

    /// The mean loss of rows with predictors η, one column of rows a class; the mean deviance of a likelihood.
    pub(super) fn mean_deviance_of_classes(
        &self,
        y: &[f64],
        eta: &[f64],
        w: Weights<'_, f64>,
    ) -> Result<f64> {
        let (n, classes) = (y.len(), eta.len() / y.len().max(1));
        let loss = self.loss_of_classes(classes)?;
        let rows: Vec<f64> = (0..n).flat_map(|i| (0..classes).map(move |k| eta[k * n + i])).collect();
        let mut out = thalweg_core::Block { value: 0.0, gradient: &mut [], curvature: &mut [] };
        loss.block(y, &rows, w, thalweg_core::Want::Value, &mut out);
        let of_deviance =
            if matches!(self.model.kind, Kind::Classes { likelihood: true, .. }) { 2.0 } else { 1.0 };
        Ok(of_deviance * out.value / w.total(n))
    }
}

impl<'p> Problem<'p> {
    fn new(
        path: &'p Path,
        design: &'p Design<'p, f64>,
        datafit: &'p Cost<'p, f64>,
        penalty: &dyn Penalty<f64>,
        counts: &ClassCounts,
        objective: &mut PenalisedOutputs<'_, f64>,
    ) -> Result<Self> {
        let outputs = counts.classes();
        // The shares of the classes in logarithms: the null model itself where nothing else is free and the loss is a likelihood.
        let logs: Vec<f64> = (0..outputs).map(|k| (counts.of_class(k) / counts.total()).ln()).collect();
        let mean = logs.iter().sum::<f64>() / outputs as f64;
        let start: Vec<f64> = logs.iter().map(|log| log - mean).collect();
        let flat = null::fit(design, datafit, penalty, &start)?;
        let (mut x, mut gradient) = (vec![0.0; flat.len()], vec![0.0; flat.len()]);
        objective.from_outputs(&flat, &mut x);
        let null_loss = input(objective.smooth(&x, &mut gradient))?.unwrap_or(f64::NAN);
        if !null_loss.is_finite() {
            return Err(Error::Unsupported {
                what: format!("a path of the {}", path.model.name),
                why: "the loss of the null model is not finite".to_owned(),
                remedy: "check the targets".to_owned(),
            });
        }
        let lambda_max = match objective.lambda_max(&gradient) {
            Some(lambda) => lambda,
            None if penalty.is_quadratic() => {
                gradient.iter().fold(0.0, |m: f64, g| m.max(g.abs())) / LEAST_ALPHA
            }
            None => f64::INFINITY,
        };
        let likelihood = matches!(path.model.kind, Kind::Classes { likelihood: true, .. });
        let smooth = penalty.is_quadratic();
        Ok(Self { path, design, datafit, likelihood, smooth, outputs, lambda_max, null: x, null_loss })
    }

    /// What gaps are relative to.
    fn scale(&self) -> f64 {
        self.null_loss.abs().max(f64::MIN_POSITIVE)
    }

    /// −2 log-likelihood, NaN where the loss is none: single outcomes are predicted with certainty by the saturated model.
    fn deviance(&self, loss: f64) -> f64 {
        if self.likelihood { 2.0 * self.datafit.total_weight() * loss } else { f64::NAN }
    }

    /// Shows the fit at each λ until told to stop.
    fn follow(
        &self,
        objective: &mut PenalisedOutputs<'_, f64>,
        lambdas: &[f64],
        show: &mut Show<'_>,
    ) -> Result<()> {
        let mut x = self.null.clone();
        for lambda in lambdas {
            objective.set_lambda(*lambda)?;
            // At λ_max the null model is the solution, where two ways of computing a gradient may put it a rounding apart.
            let is_null = self.lambda_max.is_finite() && *lambda >= self.lambda_max * (1.0 - 1e-12);
            let limit = if is_null && !self.smooth { 0 } else { self.path.iterations };
            let target = self.path.gap * self.scale();
            let b = &x[x.len() - self.design.predictors() * self.outputs..];
            let violation = tolerance(b, *lambda, target, self.path.gap, true);
            let found = close_in(target, violation, &x, &mut |violation, start| {
                let mut driver = Driver::new()
                    .stop(stop::gradient_inf(violation.max(f64::EPSILON)))
                    .gap(target)
                    .iterations(limit);
                if let Some(flag) = &self.path.interrupt {
                    driver = driver.interrupt(Arc::clone(flag));
                }
                driver.minimize(&OutputsNewton::default(), objective, start)
            })?;
            if found.status == Status::Interrupted || !show(*lambda, objective, &found) {
                break;
            }
            x = found.x;
        }
        Ok(())
    }

    fn point(&self, lambda: f64, objective: &PenalisedOutputs<'_, f64>, found: &Solution<f64>) -> PathPoint {
        let (q, first) = (self.design.parameters(), usize::from(self.path.intercept));
        let mut flat = vec![0.0; found.x.len()];
        objective.by_output(&found.x, &mut flat);
        flat.chunks_exact_mut(q.max(1)).for_each(|b| self.design.to_original(b));
        let mut intercepts: Vec<f64> =
            flat.chunks_exact(q.max(1)).flat_map(|b| &b[..first]).copied().collect();
        if self.datafit.shift_invariant() {
            let mean = intercepts.iter().sum::<f64>() / self.outputs as f64;
            intercepts.iter_mut().for_each(|b| *b -= mean);
        }
        let b: Vec<f64> = flat.chunks_exact(q.max(1)).flat_map(|b| &b[first..]).copied().collect();
        let coefficients = SparseCoefficients::of(&b);
        let loss = found.value - objective.penalty_value(&found.x);
        PathPoint {
            lambda,
            intercepts,
            degrees_of_freedom: coefficients.nonzero(),
            coefficients,
            loss,
            objective: found.value,
            deviance: self.deviance(loss),
            deviance_ratio: 1.0 - loss / self.null_loss,
            certificate: found.certificate,
            violation: found.gradient_inf,
            status: found.status,
            iterations: found.iterations,
        }
    }
}
