//! [`PathFit`]: what a path found, as plain data.

use thalweg_core::{Certificate, Status};

use crate::select::Choice;

/// The coefficients of one λ that are not 0, by predictor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SparseCoefficients {
    /// The coefficients, counted from 0, increasing.
    pub indices: Vec<u32>,
    /// What they are, on the scale of the columns as they are.
    pub values: Vec<f64>,
}

impl SparseCoefficients {
    /// Of a dense vector.
    pub(crate) fn of(b: &[f64]) -> Self {
        let kept = || b.iter().enumerate().filter(|(_, b)| **b != 0.0);
        Self { indices: kept().map(|(j, _)| j as u32).collect(), values: kept().map(|(_, b)| *b).collect() }
    }

    /// How many there are.
    #[must_use]
    pub fn nonzero(&self) -> usize {
        self.indices.len()
    }

    /// The coefficient of predictor j.
    #[must_use]
    pub fn get(&self, j: usize) -> f64 {
        let found = u32::try_from(j).ok().and_then(|j| self.indices.binary_search(&j).ok());
        found.map_or(0.0, |at| self.values[at])
    }

    /// All p coefficients.
    #[must_use]
    pub fn dense(&self, p: usize) -> Vec<f64> {
        let mut b = vec![0.0; p];
        for (j, value) in self.iter() {
            if let Some(b) = b.get_mut(j) {
                *b = value;
            }
        }
        b
    }

    /// (predictor, coefficient), in order.
    pub fn iter(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.indices.iter().zip(&self.values).map(|(j, b)| (*j as usize, *b))
    }
}

/// The fit at one λ.
#[derive(Clone, Debug, PartialEq)]
pub struct PathPoint {
    /// λ.
    pub lambda: f64,
    /// b₀ of every output, on the scale of the columns as they are; empty without intercepts.
    pub intercepts: Vec<f64>,
    /// b, output by output.
    pub coefficients: SparseCoefficients,
    /// The mean loss.
    pub loss: f64,
    /// Mean loss plus penalty.
    pub objective: f64,
    /// Residual deviance; NaN where the loss is no likelihood.
    pub deviance: f64,
    /// The share of the null deviance that is explained, 1 − deviance/null deviance; for a loss that is no likelihood 1 − loss/null loss.
    pub deviance_ratio: f64,
    /// The number of nonzero coefficients, the intercept not counted: for the lasso an unbiased estimate of the degrees of freedom (Zou, Hastie and
    /// Tibshirani 2007); for an elastic net with α < 1, whose coefficients are shrunk more, an upper bound.
    pub degrees_of_freedom: usize,
    /// What is proven about the objective.
    pub certificate: Certificate,
    /// The largest violation of the optimality conditions.
    pub violation: f64,
    /// How the search ended.
    pub status: Status,
    /// Steps of the search.
    pub iterations: u64,
}

impl PathPoint {
    /// b₀ of the first output, 0 without an intercept.
    #[must_use]
    pub fn intercept(&self) -> f64 {
        self.intercepts.first().copied().unwrap_or(0.0)
    }

    /// The proven bound on F(x) − F*; +∞ where there is none.
    #[must_use]
    pub fn gap(&self) -> f64 {
        self.certificate.bound().unwrap_or(f64::INFINITY)
    }
}

/// Why a path has no more values of λ.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum PathEnd {
    /// All were fitted.
    Complete,
    /// The deviance is explained.
    Explained,
    /// One more λ explained next to nothing more.
    NoGain,
    /// The search could not go on from the last λ, whose status says why.
    Stuck,
    /// The caller stopped it.
    Interrupted,
}

impl PathEnd {
    /// The words of reports and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Explained => "explained",
            Self::NoGain => "no-gain",
            Self::Stuck => "stuck",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A fitted path.
#[derive(Clone, Debug)]
pub struct PathFit {
    /// The loss, as it was described.
    pub loss: String,
    /// Family and link, where the loss is minus a log-likelihood.
    pub likelihood: Option<(String, String)>,
    /// The penalty, as it was described.
    pub penalty: String,
    /// Whether λ acted on standardised columns.
    pub standardized: bool,
    /// Whether there is an intercept.
    pub intercept: bool,
    /// Rows.
    pub n: usize,
    /// Rows of positive weight.
    pub observations: usize,
    /// The predictors of a row: 1, or as many as classes.
    pub outputs: usize,
    /// The names of the coefficients: those of the columns, once for each class where there are classes.
    pub names: Vec<String>,
    /// The least λ at which every penalised coefficient is 0; +∞ where there is none.
    pub lambda_max: f64,
    /// The mean loss of the null model: the intercept and what is not penalised.
    pub null_loss: f64,
    /// The deviance of the null model; NaN where the loss is no likelihood.
    pub null_deviance: f64,
    /// What the gaps are relative to: half the mean null deviance, or the null loss.
    pub scale: f64,
    /// The fits, λ decreasing.
    pub points: Vec<PathPoint>,
    /// Why there are no more.
    pub end: PathEnd,
    /// How the fits were found, and why so.
    pub choice: Choice,
    /// Seconds that the fits took; the check of the data before them is not counted.
    pub seconds: f64,
}

impl PathFit {
    /// The intercepts of a point with their names: `(intercept)`, or `class k: (intercept)`.
    pub fn intercepts<'p>(&self, point: &'p PathPoint) -> impl Iterator<Item = (String, f64)> + 'p {
        let single = self.outputs == 1;
        let name =
            move |k: usize| if single { "(intercept)".to_owned() } else { format!("class {k}: (intercept)") };
        point.intercepts.iter().enumerate().map(move |(k, b)| (name(k), *b))
    }

    /// The values of λ.
    #[must_use]
    pub fn lambdas(&self) -> Vec<f64> {
        self.points.iter().map(|point| point.lambda).collect()
    }
}
