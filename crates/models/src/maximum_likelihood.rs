//! [`MaximumLikelihood`]: any log-density, written once, fitted with full inference.
//!
//! The log-density of one observation is traced into a program, whose gradient and exact Hessian come by automatic differentiation. Standard
//! errors are those of the observed information at the maximum.
//!
//! Source: Cox and Hinkley, *Theoretical Statistics*, chapter 9. The same table comes from TMB (Kristensen et al., J. Stat. Softw. 70, 2016)
//! for models written in C++.

use faer::Mat;
use thalweg_autodiff::{Function, Program, Traced};
use thalweg_core::{
    Error, Gradient, Hessian, Objective, Result, ScaledCholesky, Solution, Status, check_shape, vector,
};

use self::held::Held;
use self::search::search;
use crate::fit::Coefficient;
use crate::hypothesis::Test;
use crate::reference::Reference;

mod held;
mod profile;
mod search;

/// A log-density of one observation, ln f(parameters, row), and how to fit it.
///
/// ```
/// use thalweg_core::Scalar;
/// use thalweg_models::MaximumLikelihood;
/// // Waiting times, exponential with rate e^p₀.
/// let waiting = MaximumLikelihood::new(1, 1, |p, row| p[0] - p[0].exp() * row[0])?;
/// let fit = waiting.fit(&[&[0.5, 1.0, 2.5]], &[0.0])?;
/// // The rate is one over the mean; the information of ln rate is n.
/// assert!((fit.coefficients[0].estimate - (3.0_f64 / 4.0).ln()).abs() < 1e-12);
/// assert!((fit.coefficients[0].std_error - 1.0 / 3.0_f64.sqrt()).abs() < 1e-12);
/// let (lower, upper) = waiting.profile_interval(&fit, &[&[0.5, 1.0, 2.5]], 0, 0.95)?;
/// assert!(lower < fit.coefficients[0].lower && upper < fit.coefficients[0].upper);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MaximumLikelihood {
    /// −ln f.
    program: Program,
    names: Vec<String>,
    iterations: u64,
}

/// What was found, with the inference of the maximum.
#[derive(Clone, Debug)]
pub struct LikelihoodFit {
    /// The parameters with their Wald inference (normal). NaN beside the estimate where the information is singular, or no maximum was found.
    pub coefficients: Vec<Coefficient>,
    /// Σ ln f at the estimates.
    pub log_likelihood: f64,
    /// −2 log-likelihood + 2k.
    pub aic: f64,
    /// −2 log-likelihood + k ln n.
    pub bic: f64,
    /// Rows.
    pub n: usize,
    /// Parameters that were estimated, those held not counted.
    pub free: usize,
    /// The largest entry of the gradient of the mean log-likelihood.
    pub gradient_inf: f64,
    /// How the search ended. A maximum may be one of several.
    pub status: Status,
    /// Iterations.
    pub iterations: u64,
    /// What a reader must know.
    pub warnings: Vec<String>,
    /// The covariance matrix of the parameters from the exact Hessian, 0 where held; `None` where the information is not positive definite.
    pub covariance: Option<Mat<f64>>,
}

impl MaximumLikelihood {
    /// From `f(parameters, row)`, the log-density of a row of so many columns. Constrained parameters are written by a transformation, e^p for a
    /// positive one.
    ///
    /// # Errors
    /// No parameter; an f that compares or reads what it is given instead of computing with it (use `Scalar::select`).
    pub fn new(
        parameters: usize,
        columns: usize,
        f: impl for<'t> Fn(&[Traced<'t>], &[Traced<'t>]) -> Traced<'t>,
    ) -> Result<Self> {
        if parameters == 0 {
            let remedy = "give the log-density at least one parameter".to_owned();
            return Err(Error::Empty { what: "the list of parameters".to_owned(), remedy });
        }
        let program = Program::trace(parameters, columns, |p, row| -f(p, row))?;
        Ok(Self { program, names: (0..parameters).map(|k| format!("p{k}")).collect(), iterations: 500 })
    }

    /// From a [`Function`] of the parameters followed by the columns of a row.
    ///
    /// # Errors
    /// As [`MaximumLikelihood::new`]; a function of another number of arguments.
    pub fn of(parameters: usize, columns: usize, f: &impl Function) -> Result<Self> {
        if let Some(inputs) = f.inputs() {
            check_shape("number of arguments of the log-density", inputs, parameters + columns)?;
        }
        Self::new(parameters, columns, |p, row| f.eval(&[p, row].concat()))
    }

    /// Names the parameters.
    ///
    /// # Errors
    /// Another number of names.
    pub fn names(mut self, names: &[&str]) -> Result<Self> {
        check_shape("number of parameter names", self.names.len(), names.len())?;
        self.names = names.iter().map(|name| (*name).to_owned()).collect();
        Ok(self)
    }

    /// Limits the iterations (default 500).
    #[must_use]
    pub fn iterations(mut self, limit: u64) -> Self {
        self.iterations = limit;
        self
    }

    /// The maximum from this start, over the rows of `columns`, each of length n.
    ///
    /// # Errors
    /// Columns or start of the wrong number or length; a value that is not finite; a start at which the likelihood is 0 or not a number. No
    /// maximum is no error but a [`Status`].
    pub fn fit(&self, columns: &[&[f64]], start: &[f64]) -> Result<LikelihoodFit> {
        self.fit_holding(columns, start, &[])
    }

    /// [`MaximumLikelihood::fit`] with some parameters held at values: (place, value). The fit that a likelihood-ratio test compares with.
    ///
    /// # Errors
    /// As [`MaximumLikelihood::fit`]; a place that is no parameter's.
    pub fn fit_holding(
        &self,
        columns: &[&[f64]],
        start: &[f64],
        held: &[(usize, f64)],
    ) -> Result<LikelihoodFit> {
        check_shape("length of the start", self.names.len(), start.len())?;
        let n = columns.first().map_or(0, |column| column.len());
        if n == 0 {
            let remedy = "give at least one row".to_owned();
            return Err(Error::Empty { what: "the data".to_owned(), remedy });
        }
        let mut whole = self.program.objective(columns)?;
        let mut x = start.to_vec();
        for (at, value) in held {
            let Some(x) = x.get_mut(*at) else {
                let rule = "it must be the place of a parameter, counted from 0";
                return Err(Error::invalid_parameter("place of a parameter held", at, rule));
            };
            *x = *value;
        }
        let free: Vec<usize> = (0..x.len()).filter(|k| held.iter().all(|(at, _)| at != k)).collect();
        let mut objective = Held::new(&mut whole, &x, &free);
        let solution = search(&mut objective, &chosen(&x, &free), self.iterations)?;
        for (at, value) in free.iter().zip(&solution.x) {
            x[*at] = *value;
        }
        let mut gradient = vec![0.0; free.len()];
        let mut hessian = Mat::zeros(free.len(), free.len());
        let information =
            objective.value_gradient_hessian(&solution.x, &mut gradient, hessian.as_mut()).is_ok();
        let mut cholesky = ScaledCholesky::new(free.len());
        let regular = information
            && solution.status.is_solved()
            && (free.is_empty() || cholesky.factor(hessian.as_ref()).is_some_and(|rcond| rcond > 1e-14));
        let covariance = regular.then(|| {
            let inverse = if free.is_empty() { Mat::zeros(0, 0) } else { cholesky.inverse() };
            let mut all = Mat::zeros(x.len(), x.len());
            for (i, row) in free.iter().enumerate() {
                for (j, column) in free.iter().enumerate() {
                    all[(*row, *column)] = inverse[(i, j)] / n as f64;
                }
            }
            all
        });
        let (covariance, flat) = match covariance {
            Some(c) if is_flat(&mut objective, &solution, &c, &free, n as f64) => (None, true),
            other => (other, false),
        };
        let mut warnings = Vec::new();
        if covariance.is_none() {
            warnings.push(format!(
                "no standard errors are given: {}",
                if flat {
                    "the likelihood does not fall away from the estimates as its curvature there says: its maximum lies at infinity, or is not regular"
                } else if solution.status.is_solved() {
                    "the information matrix is singular or indefinite at the estimates, so that some parameters are not identified"
                } else {
                    "the search did not reach a maximum of the likelihood; try another start or a transformation of the parameters"
                }
            ));
        }
        let log_likelihood = -solution.value * n as f64;
        let k = free.len() as f64;
        Ok(LikelihoodFit {
            coefficients: self.coefficients(&x, &free, covariance.as_ref()),
            log_likelihood,
            aic: 2.0 * k - 2.0 * log_likelihood,
            bic: k * (n as f64).ln() - 2.0 * log_likelihood,
            n,
            free: free.len(),
            gradient_inf: vector::norm_inf(&gradient),
            status: solution.status,
            iterations: solution.iterations,
            warnings,
            covariance,
        })
    }

    fn coefficients(&self, x: &[f64], free: &[usize], covariance: Option<&Mat<f64>>) -> Vec<Coefficient> {
        let width = Reference::Normal.half_width(0.95);
        let row = |(k, estimate): (usize, &f64)| {
            let is_free = free.contains(&k);
            let std_error = match covariance {
                Some(c) if is_free => c[(k, k)].sqrt(),
                _ => f64::NAN,
            };
            Coefficient::wald(self.names[k].clone(), *estimate, std_error, Reference::Normal, width)
        };
        x.iter().enumerate().map(row).collect()
    }

    /// A smooth function of the parameters with its standard error by the delta method, √(∇gᵀ C ∇g): the scale from its logarithm, a median from
    /// shape and scale.
    ///
    /// # Errors
    /// A fit without a covariance; a function that cannot be traced.
    pub fn derived(
        &self,
        fit: &LikelihoodFit,
        g: impl for<'t> Fn(&[Traced<'t>]) -> Traced<'t>,
    ) -> Result<(f64, f64)> {
        let Some(covariance) = &fit.covariance else { return Err(no_inference(fit)) };
        let parameters = self.names.len();
        let mut objective = Program::trace(parameters, 0, |p, _| g(p))?.objective::<f64>(&[])?;
        let x = fit.estimates();
        let mut slope = vec![0.0; parameters];
        let value = objective.value_gradient(&x, &mut slope).map_err(halted)?;
        let variance: f64 = (0..parameters)
            .flat_map(|i| (0..parameters).map(move |j| (i, j)))
            .map(|(i, j)| slope[i] * covariance[(i, j)] * slope[j])
            .sum();
        Ok((value, variance.sqrt()))
    }
}

impl LikelihoodFit {
    /// The estimates, held values included.
    #[must_use]
    pub fn estimates(&self) -> Vec<f64> {
        self.coefficients.iter().map(|c| c.estimate).collect()
    }

    /// The likelihood-ratio test of a fit with more parameters held, or of a smaller model, against this one: twice the rise of the log-likelihood,
    /// χ².
    ///
    /// # Errors
    /// Fits of different numbers of rows; a null fit that has as many free parameters.
    pub fn likelihood_ratio_test(&self, null: &Self) -> Result<Test> {
        check_shape("rows of the two fits", self.n, null.n)?;
        if null.free >= self.free {
            return Err(Error::invalid_parameter(
                "free parameters of the null fit",
                null.free,
                "it must have fewer than the fit it is tested against",
            ));
        }
        let df = self.free - null.free;
        Ok(Test::chi_squared(2.0 * (self.log_likelihood - null.log_likelihood), df))
    }
}

/// Whether the likelihood fails to fall by about the ½δ² that the information promises, δ standard errors either way of the estimates. Where it
/// rises towards a limit at infinity, curvature and slope vanish together and the last point looks like a maximum.
fn is_flat(
    objective: &mut Held<'_, impl Hessian<f64>>,
    solution: &Solution<f64>,
    covariance: &Mat<f64>,
    free: &[usize],
    n: f64,
) -> bool {
    const DELTA: f64 = 0.1;
    free.iter().any(|k| {
        let error = covariance[(*k, *k)].sqrt();
        // The direction in which the profile likelihood of parameter k moves.
        let along: Vec<f64> = free.iter().map(|l| covariance[(*l, *k)] / error).collect();
        [DELTA, -DELTA].into_iter().any(|delta| {
            let x: Vec<f64> = solution.x.iter().zip(&along).map(|(x, d)| x + delta * d).collect();
            let rise = objective.value(&x).unwrap_or(f64::INFINITY) - solution.value;
            rise * n < 0.1 * (0.5 * DELTA * DELTA)
        })
    })
}

fn chosen(x: &[f64], free: &[usize]) -> Vec<f64> {
    free.iter().map(|k| x[*k]).collect()
}

fn no_inference(fit: &LikelihoodFit) -> Error {
    Error::Unsupported {
        what: "inference on this fit".to_owned(),
        why: fit.warnings.join("; "),
        remedy: "fit a model whose likelihood has a regular maximum".to_owned(),
    }
}

/// What stopped an evaluation, as an error.
fn halted(halt: thalweg_core::Halt) -> Error {
    match halt {
        thalweg_core::Halt::Input(error) => error,
        other => Error::Unsupported {
            what: "an evaluation".to_owned(),
            why: format!("{other:?}"),
            remedy: "check the function at the estimates".to_owned(),
        },
    }
}
