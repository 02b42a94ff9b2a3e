//! [`Estimate`]: what an M-estimator found, as plain data.

use thalweg_core::{Certificate, Counts, Solution, Status};

use crate::observations::Observations;
use crate::select::Choice;

/// One coefficient of an M-estimator.
#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    /// The name: `(intercept)`, a column, or `column[level]`.
    pub name: String,
    /// The class it belongs to, counted from 0, where the loss has one predictor a class.
    pub class: Option<usize>,
    /// The estimate, on the scale of the column as it is.
    pub estimate: f64,
}

/// A fitted M-estimator. It comes without standard errors: those belong to a likelihood.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// The loss, as it was described.
    pub loss: String,
    /// Family and link, where the loss is minus a log-likelihood.
    pub likelihood: Option<(String, String)>,
    /// The penalty, as it was described.
    pub penalty: String,
    /// λ.
    pub lambda: f64,
    /// Whether λ acted on standardised columns.
    pub standardized: bool,
    /// Whether there is an intercept.
    pub intercept: bool,
    /// Predictors a row: 1, or the number of classes.
    pub outputs: usize,
    /// The optimizer and why.
    pub choice: Choice,
    /// Rows.
    pub n: usize,
    /// The coefficients, for each output the intercept first.
    pub coefficients: Vec<Weight>,
    /// Coefficients that are not 0, intercepts not counted.
    pub nonzero: usize,
    /// The minimised objective: mean loss plus penalty.
    pub objective: f64,
    /// The largest entry of the gradient, or the largest violation of the optimality conditions where the penalty has kinks.
    pub gradient_inf: f64,
    /// How the fit ended.
    pub status: Status,
    /// What is proven about the objective.
    pub certificate: Certificate,
    /// Iterations.
    pub iterations: u64,
    /// Evaluations.
    pub counts: Counts,
    /// Seconds.
    pub seconds: f64,
}

/// What a fit knows besides its solution.
pub(crate) struct Fitted<'f> {
    pub(crate) loss: &'f str,
    pub(crate) likelihood: Option<(String, String)>,
    pub(crate) penalty: &'f str,
    pub(crate) lambda: f64,
    pub(crate) standardized: bool,
    pub(crate) intercept: bool,
    pub(crate) outputs: usize,
    pub(crate) choice: Choice,
}

impl Fitted<'_> {
    /// `x` holds the parameters on the original scale.
    pub(crate) fn estimate(self, data: &Observations<'_>, x: &[f64], solution: &Solution<f64>) -> Estimate {
        let parameters = (x.len() / self.outputs).max(1);
        let coefficients: Vec<Weight> = x
            .iter()
            .enumerate()
            .map(|(at, estimate)| Weight {
                name: data.name(at % parameters, self.intercept),
                class: (self.outputs > 1).then_some(at / parameters),
                estimate: *estimate,
            })
            .collect();
        let first = usize::from(self.intercept);
        let nonzero = (0..x.len()).filter(|at| at % parameters >= first && x[*at] != 0.0).count();
        Estimate {
            loss: self.loss.to_owned(),
            likelihood: self.likelihood,
            penalty: self.penalty.to_owned(),
            lambda: self.lambda,
            standardized: self.standardized,
            intercept: self.intercept,
            outputs: self.outputs,
            choice: self.choice,
            n: data.y.len(),
            coefficients,
            nonzero,
            objective: solution.value,
            gradient_inf: solution.gradient_inf,
            status: solution.status,
            certificate: solution.certificate,
            iterations: solution.iterations,
            counts: solution.counts,
            seconds: solution.seconds,
        }
    }
}
