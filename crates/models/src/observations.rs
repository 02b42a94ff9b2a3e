//! [`Observations`]: the data of a fit.

use faer::MatRef;
use thalweg_core::{Columns, Cost, Design, Error, Loss, Result, Weights, check_shape};

/// Predictors, target, and what may come with them, borrowed.
#[derive(Clone)]
pub struct Observations<'a> {
    /// X, n×p, without a column of ones: dense, sparse and categorical columns side by side.
    pub x: Vec<Columns<'a, f64>>,
    /// The target, length n.
    pub y: &'a [f64],
    /// The p names of the predictors; `x0`, `x1`, … if none are given.
    pub names: Option<&'a [String]>,
    /// Weights, length n.
    pub weights: Option<&'a [f64]>,
    /// A known part of the linear predictor, length n.
    pub offset: Option<&'a [f64]>,
    /// The rounding errors of the predictors, n×p: the columns are x + low to twice the precision, as `poly(x, 10, raw)` has them. Linear regression
    /// uses them; other models need no such digits.
    pub low: Option<MatRef<'a, f64>>,
}

impl<'a> Observations<'a> {
    /// Dense predictors and target alone.
    #[must_use]
    pub fn new(x: MatRef<'a, f64>, y: &'a [f64]) -> Self {
        Self::from_columns(vec![Columns::Dense(x)], y)
    }

    /// Predictors of several kinds, and the target.
    #[must_use]
    pub fn from_columns(x: Vec<Columns<'a, f64>>, y: &'a [f64]) -> Self {
        Self { x, y, names: None, weights: None, offset: None, low: None }
    }

    /// With the names of the predictors.
    #[must_use]
    pub fn names(mut self, names: &'a [String]) -> Self {
        self.names = Some(names);
        self
    }

    /// With weights; [`Glm::weights_are`](crate::Glm::weights_are) says of which kind.
    #[must_use]
    pub fn weights(mut self, weights: &'a [f64]) -> Self {
        self.weights = Some(weights);
        self
    }

    /// With an offset.
    #[must_use]
    pub fn offset(mut self, offset: &'a [f64]) -> Self {
        self.offset = Some(offset);
        self
    }

    /// With the low parts of the predictors, n×p.
    #[must_use]
    pub fn low(mut self, low: MatRef<'a, f64>) -> Self {
        self.low = Some(low);
        self
    }

    /// The design, after a check of all lengths; errors name the columns.
    pub(crate) fn design(&self, intercept: bool) -> Result<Design<'_, f64>> {
        if self.y.is_empty() {
            let remedy = "give at least one row".to_owned();
            return Err(Error::Empty { what: "the data".to_owned(), remedy });
        }
        let design =
            Design::from_columns(self.x.iter().map(Columns::borrow)).map_err(|error| self.named(error))?;
        check_shape("rows of x and length of the target", self.y.len(), design.rows())?;
        if let Some(names) = self.names {
            check_shape("number of predictor names", design.predictors(), names.len())?;
        }
        let design = if intercept { design.with_intercept() } else { design };
        if design.parameters() == 0 {
            let remedy = "give a predictor or keep the intercept".to_owned();
            return Err(Error::Empty { what: "the model".to_owned(), remedy });
        }
        Ok(design)
    }

    /// Names the column in an error of the design.
    fn named(&self, error: Error) -> Error {
        match error {
            Error::NonFinite { what, row, value } => {
                let column = what.strip_prefix("predictor ").and_then(|j| j.parse::<usize>().ok());
                let what = column.map_or(what, |j| format!("predictor `{}`", self.name(j, false)));
                Error::NonFinite { what, row, value }
            }
            other => other,
        }
    }

    pub(crate) fn datafit<'l>(&self, loss: &'l dyn Loss<f64>) -> Result<Cost<'l, f64>>
    where
        'a: 'l,
    {
        self.complete(Cost::new(loss, self.y)?)
    }

    /// With the weights and the offset of the data.
    pub(crate) fn complete<'l>(&self, mut datafit: Cost<'l, f64>) -> Result<Cost<'l, f64>>
    where
        'a: 'l,
    {
        if let Some(weights) = self.weights {
            datafit = datafit.with_weights(weights)?;
        }
        if let Some(offset) = self.offset {
            datafit = datafit.with_offset(offset)?;
        }
        Ok(datafit)
    }

    /// Rows of positive weight.
    pub(crate) fn row_count(&self) -> usize {
        self.weights.map_or(self.y.len(), |w| w.iter().filter(|w| **w > 0.0).count())
    }

    pub(crate) fn row_weights(&self) -> Weights<'a, f64> {
        self.weights.map_or(Weights::Unit, Weights::Each)
    }

    /// The name of parameter k of a design with or without an intercept.
    pub(crate) fn name(&self, k: usize, intercept: bool) -> String {
        match k.checked_sub(usize::from(intercept)) {
            None => "(intercept)".to_owned(),
            Some(j) => {
                self.names.and_then(|names| names.get(j)).map_or_else(|| format!("x{j}"), Clone::clone)
            }
        }
    }
}
