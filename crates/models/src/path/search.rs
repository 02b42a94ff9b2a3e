//! The search along λ: each fit starts from the one before it.

use thalweg_core::{
    Blocks, ColumnProducts, Cost, Design, Error, Halt, Penalised, Penalty, Result, RowComposite, Target, Want,
};

use super::fit::{PathEnd, PathFit, PathPoint};
use super::walk::Walk;
use super::{Path, null};
use crate::observations::Observations;
use crate::start::weighted_mean;

/// What does not change along a path.
pub(super) struct Problem<'p> {
    pub(super) path: &'p Path,
    /// That of the path, over the coefficients of this design.
    pub(super) penalty: &'p dyn Penalty<f64>,
    pub(super) data: &'p Observations<'p>,
    pub(super) design: &'p Design<'p, f64>,
    pub(super) datafit: &'p Cost<'p, f64>,
    pub(super) null: Null,
    pub(super) null_deviance: f64,
    pub(super) lambda_max: f64,
}

/// The null model: its parameters, and the mean loss and its gradient there.
pub(super) struct Null {
    pub(super) x: Vec<f64>,
    pub(super) loss: f64,
    pub(super) gradient: Vec<f64>,
}

/// Of a penalty without an L1 part: λ_max is as for an elastic net of this α, as in glmnet.
pub(super) const LEAST_ALPHA: f64 = 1e-3;

/// `products` are those of all columns over the rows of the data, if they are at hand.
pub(super) fn run(
    path: &Path,
    data: &Observations<'_>,
    design: &Design<'_, f64>,
    products: Option<&ColumnProducts<f64>>,
    observe: &mut dyn FnMut(&PathPoint, usize),
) -> Result<PathFit> {
    let datafit = data.datafit(path.model.loss()?)?;
    let sized = path.sized(design.predictors())?;
    let penalty = sized.as_deref().unwrap_or(&*path.penalty);
    let problem = Problem::new(path, penalty, data, design, &datafit)?;
    let lambdas = path.values_of_lambda(design, problem.lambda_max)?;
    let own = match products {
        None if Walk::takes_products(design, &datafit, penalty)? => {
            Some(ColumnProducts::new(design, data.row_weights())?)
        }
        _ => None,
    };
    let products = products.or(own.as_ref());
    let (points, end, choice) = match penalty.blocks() {
        Blocks::Coordinates => problem.walk(&lambdas, products, observe)?,
        Blocks::Groups(_) => problem.follow(&lambdas, products, observe)?,
    };
    let first = usize::from(path.intercept);
    Ok(PathFit {
        loss: path.model.name.clone(),
        likelihood: path.model.likelihood().map(|(family, link)| (family.describe(), link.name().to_owned())),
        penalty: path.penalty_name.clone(),
        standardized: path.standardize,
        intercept: path.intercept,
        n: design.rows(),
        observations: data.row_count(),
        outputs: 1,
        names: (0..design.predictors()).map(|j| data.name(first + j, path.intercept)).collect(),
        lambda_max: problem.lambda_max,
        null_loss: problem.null.loss,
        null_deviance: problem.null_deviance,
        scale: problem.scale(),
        points,
        end,
        choice,
        seconds: f64::NAN,
    })
}

impl<'p> Problem<'p> {
    pub(super) fn new(
        path: &'p Path,
        penalty: &'p dyn Penalty<f64>,
        data: &'p Observations<'p>,
        design: &'p Design<'p, f64>,
        datafit: &'p Cost<'p, f64>,
    ) -> Result<Self> {
        let x = null::fit(design, datafit, penalty, &[start(path, data, datafit)])?;
        let mut objective = Penalised::new(design, datafit, penalty, 0.0)?;
        let zeros = |n: usize| vec![0.0; n];
        let (mut eta, mut slopes, mut g) = (zeros(design.rows()), zeros(design.rows()), zeros(x.len()));
        objective.predict(&x, &mut eta);
        let loss = match objective.rows(&eta, Want::Gradient, &mut slopes, &mut []) {
            Ok(loss) => loss,
            Err(Halt::Input(error)) => return Err(error),
            Err(_) => f64::NAN,
        };
        objective.apply_transpose(&slopes, &mut g);
        let null = Null { x, loss, gradient: g.clone() };
        let mut problem = Self {
            path,
            penalty,
            data,
            design,
            datafit,
            null,
            null_deviance: f64::NAN,
            lambda_max: f64::INFINITY,
        };
        problem.null_deviance = problem.deviance_at(&eta);
        let g = &g[usize::from(path.intercept)..];
        let largest = |g: &[f64]| g.iter().fold(0.0, |m: f64, g| m.max(g.abs()));
        problem.lambda_max = match penalty.lambda_max(g) {
            Some(lambda) => lambda,
            None if penalty.is_quadratic() => largest(g) / LEAST_ALPHA,
            None => f64::INFINITY,
        };
        Ok(problem)
    }

    /// What gaps are relative to.
    pub(super) fn scale(&self) -> f64 {
        let half = 0.5 * self.null_deviance / thalweg_core::Datafit::total_weight(self.datafit);
        if half > 0.0 { half } else { self.null.loss.abs().max(f64::MIN_POSITIVE) }
    }

    /// True at a λ where the null model is the solution: λ_max or more, which two ways of computing a gradient may put a rounding apart. The share
    /// δ of λ_max below it, the null model's gap is only δ²f.
    pub(super) fn is_null(&self, lambda: f64) -> bool {
        !self.penalty.is_quadratic() && lambda >= self.lambda_max * (1.0 - 1e-12)
    }

    /// The gap that a fit is to reach.
    pub(super) fn target(&self) -> f64 {
        self.path.gap * self.scale()
    }

    /// η = offset + Xx.
    pub(super) fn predictors(&self, x: &[f64]) -> Vec<f64> {
        let mut eta = vec![0.0; self.design.rows()];
        self.design.apply(x, &mut eta, thalweg_core::Par::Rayon);
        if let Some(offset) = self.data.offset {
            eta.iter_mut().zip(offset).for_each(|(eta, o)| *eta += o);
        }
        eta
    }

    /// The deviance at predictors η, NaN where the loss is no likelihood.
    pub(super) fn deviance_at(&self, eta: &[f64]) -> f64 {
        let Some((family, link)) = self.path.model.likelihood() else { return f64::NAN };
        family.totals(*link, self.data.y, eta, self.data.row_weights()).deviance
    }

    pub(super) fn explained(&self, deviance: f64, loss: f64) -> f64 {
        if deviance.is_nan() { 1.0 - loss / self.null.loss } else { 1.0 - deviance / self.null_deviance }
    }

    pub(super) fn not_finite(&self) -> Error {
        Error::Unsupported {
            what: format!("a path of the {}", self.path.model.name),
            why: "the loss of the null model is not finite at these targets".to_owned(),
            remedy: "check the targets and the offset, or choose another link".to_owned(),
        }
    }
}

/// Where the intercept of the null model starts.
fn start(path: &Path, data: &Observations<'_>, datafit: &Cost<'_, f64>) -> f64 {
    let mean = |values: &[f64]| weighted_mean(values, data.row_weights());
    let shift = data.offset.map_or(0.0, mean);
    let center = mean(data.y);
    let eta = match path.model.likelihood() {
        Some((_, link)) => link.link(center),
        None if thalweg_core::Datafit::properties(datafit).target == Target::Real => center,
        None => 0.0,
    };
    if eta.is_finite() { eta - shift } else { -shift }
}

impl Path {
    /// The sequence of λ.
    pub(super) fn values_of_lambda(&self, design: &Design<'_, f64>, lambda_max: f64) -> Result<Vec<f64>> {
        if self.grid.is_spaced() && !(lambda_max > 0.0 && lambda_max.is_finite()) {
            return Err(Error::Unsupported {
                what: "a sequence of lambda for this target".to_owned(),
                why: format!(
                    "lambda_max is {lambda_max}: the null model explains the target, or no penalty keeps the coefficients at 0"
                ),
                remedy: "give values of lambda".to_owned(),
            });
        }
        Ok(self.grid.values(design.rows(), design.predictors(), lambda_max))
    }

    /// Whether the sequence ends with the k-th value of λ, which explains `ratio` after `before`.
    pub(super) fn end(&self, k: usize, before: f64, ratio: f64) -> Option<PathEnd> {
        if !self.grid.is_spaced() {
            return None;
        }
        // The first few values explain little of anything.
        let gains = k < 5 || ratio - before >= self.gain * ratio;
        (ratio >= self.explained)
            .then_some(PathEnd::Explained)
            .or_else(|| (!gains).then_some(PathEnd::NoGain))
    }
}
